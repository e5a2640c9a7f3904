//! Where a repository is fetched from.

use std::fmt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::text::hex;
use crate::url::without_credentials;

/// The URL or the path of a repository, which the operator wrote.
///
/// Shown, it has no user, password or query: tokens stand there.
#[derive(Clone, PartialEq, Eq)]
pub struct Remote {
    url: String,
    /// The transports that git may use, as in `GIT_ALLOW_PROTOCOL`.
    protocols: &'static str,
}

/// Why something is not fetched from.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{shown}` is no repository that can be fetched: {fault}")]
pub struct RemoteError {
    /// What was written, without credentials.
    pub shown: String,
    /// What is wrong with it.
    pub fault: RemoteFault,
}

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RemoteFault {
    /// There is none.
    #[error("it is empty")]
    Empty,
    /// Git or ssh could take it for an option.
    #[error("it, or its host, begins with `-`")]
    Option,
    /// A line break, or another that is not seen.
    #[error("it has a control character")]
    Control,
    /// `ext::` and its like, which run a program.
    #[error("`::` names a helper of git, and none is run")]
    Helper,
    /// Another than `https`, `http`, `ssh` and `file`.
    #[error("its scheme is none of `https`, `ssh`, `http` and `file`")]
    Scheme,
    /// A path that is not UTF-8.
    #[error("its path is not UTF-8")]
    NotUtf8,
}

impl RemoteError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        "write a URL such as `https://github.com/OWNER/REPOSITORY`, or the path of a folder"
    }
}

impl Remote {
    /// From what the operator wrote; a relative path starts at `base`, which is absolute.
    ///
    /// # Errors
    /// What git could take for an option, a program to run, or a transport that is not used.
    pub fn parse(text: &str, base: &Path) -> Result<Self, RemoteError> {
        let refuse = |fault| {
            let shown = without_credentials(text);
            Err(RemoteError { shown, fault })
        };
        if text.is_empty() {
            return refuse(RemoteFault::Empty);
        }
        if text.starts_with('-') {
            return refuse(RemoteFault::Option);
        }
        if text.chars().any(char::is_control) {
            return refuse(RemoteFault::Control);
        }
        let before_path = text.split('/').next().unwrap_or_default();
        if before_path.contains("::") {
            return refuse(RemoteFault::Helper);
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            if rest.starts_with('-') || host.starts_with('-') {
                return refuse(RemoteFault::Option);
            }
            return match scheme.to_ascii_lowercase().as_str() {
                "https" | "http" => Ok(Self::new(text, "https:http")),
                "ssh" => Ok(Self::new(text, "ssh")),
                "file" => Ok(Self::new(text, "file")),
                _ => refuse(RemoteFault::Scheme),
            };
        }
        if is_scp_like(before_path) {
            let host = before_path
                .rsplit_once('@')
                .map_or(before_path, |(_, host)| host);
            return match host.starts_with('-') {
                true => refuse(RemoteFault::Option),
                false => Ok(Self::new(text, "ssh")),
            };
        }
        let path: PathBuf = base.join(text);
        match path.to_str() {
            Some(path) => Ok(Self::new(path, "file")),
            None => refuse(RemoteFault::NotUtf8),
        }
    }

    fn new(url: &str, protocols: &'static str) -> Self {
        let url = url.to_owned();
        Self { url, protocols }
    }

    /// As git is told it, with credentials: not to be shown.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn protocols(&self) -> &'static str {
        self.protocols
    }

    /// Whether it is reached by ssh.
    pub(super) fn is_ssh(&self) -> bool {
        self.protocols == "ssh"
    }

    /// The name of its folder in the cache: a digest, since a URL may hold what no file system takes.
    pub(super) fn folder_name(&self) -> String {
        hex(&Sha256::digest(&self.url)[..16])
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_credentials(&self.url))
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({self})")
    }
}

/// `user@host:path`, as scp has it. A letter before the `:` is a drive of Windows.
fn is_scp_like(before_path: &str) -> bool {
    match before_path.split_once(':') {
        Some((host, _)) => !(cfg!(windows) && host.len() == 1),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_paths_are_told_from_options_and_programs() {
        let parse = |text: &str| Remote::parse(text, Path::new("/base"));
        for (text, url, protocols) in [
            ("https://a.example/b", "https://a.example/b", "https:http"),
            ("HTTP://a.example/b", "HTTP://a.example/b", "https:http"),
            ("ssh://git@a.example/b", "ssh://git@a.example/b", "ssh"),
            ("git@a.example:b/c", "git@a.example:b/c", "ssh"),
            ("file:///srv/b.git", "file:///srv/b.git", "file"),
            ("../b", "/base/../b", "file"),
            ("/srv/a:b", "/srv/a:b", "file"),
            ("./a:b", "/base/./a:b", "file"),
        ] {
            let remote = parse(text).unwrap();
            assert_eq!((remote.url(), remote.protocols()), (url, protocols));
        }
        for (text, fault) in [
            ("", RemoteFault::Empty),
            ("--upload-pack=touch x", RemoteFault::Option),
            ("ssh://-oProxyCommand=x/b", RemoteFault::Option),
            ("ssh://a@-oProxyCommand=x/b", RemoteFault::Option),
            ("git@-oProxyCommand=x:b", RemoteFault::Option),
            ("ext::sh -c touch% x", RemoteFault::Helper),
            ("fd::17", RemoteFault::Helper),
            ("git://a.example/b", RemoteFault::Scheme),
            ("ext://a", RemoteFault::Scheme),
            ("https://a.example/\nb", RemoteFault::Control),
        ] {
            assert_eq!(parse(text).unwrap_err().fault, fault, "{text}");
        }
        let error = parse("ftp://me:secret@a.example/b").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`ftp://a.example/b` is no repository that can be fetched: its scheme is none of `https`, `ssh`, `http` and `file`"
        );
    }

    #[test]
    fn a_remote_is_shown_without_its_token() {
        let remote = Remote::parse("https://t@a.example/b", Path::new("/")).unwrap();
        assert_eq!(
            format!("{remote} {remote:?}"),
            "https://a.example/b Remote(https://a.example/b)"
        );
    }
}
