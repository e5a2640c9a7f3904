//! `[[source]]`: where skills come from besides `content/skills`.

use std::fmt;
use std::path::PathBuf;

use glob::Pattern;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::key::is_identity_part;
use crate::text;
use crate::url::is_reserved_owner;

/// A repository, an archive or a folder whose skills are published under one owner.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct SourceConfig {
    /// What the lock file and messages call it: as it is set, else what its address says, such as `ana/skills`.
    pub name: String,
    /// Whose skills they are.
    pub owner: String,
    /// Where they are.
    pub origin: Origin,
    /// Which of them are taken.
    pub selection: Selection,
    /// Which old versions are published with their bytes.
    pub versions: VersionsFrom,
}

/// Where the skills of a source are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A git repository.
    Git {
        /// Its URL, or its path from the folder of the settings.
        url: String,
        /// A branch, a tag or a commit; the remote's default branch without one.
        reference: Option<String>,
        /// The folder in it to look in; empty for everywhere.
        path: String,
    },
    /// A zip or a tar.gz.
    Archive {
        /// Its URL, or its path from the folder of the settings.
        place: String,
        /// The folder in it to look in; empty for everywhere.
        path: String,
    },
    /// A folder, which each build reads as it is.
    Folder {
        /// Its path from the folder of the settings.
        path: PathBuf,
    },
}

/// Which old versions of a source's skills are published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VersionsFrom {
    /// None.
    #[default]
    None,
    /// Those at the tags of the repository.
    Tags,
    /// Those at the commits that changed a skill's version, or the skill when it names none.
    History,
}

/// Which skills of a source are taken, by slug.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

impl Selection {
    /// Whether the skill `slug` is taken.
    pub fn takes(&self, slug: &str) -> bool {
        let matches = |globs: &[Pattern]| globs.iter().any(|glob| glob.matches(slug));
        matches(&self.include) && !matches(&self.exclude)
    }

    /// The patterns that none of `slugs` matches: each with the setting in which it stands, as it is written there.
    pub fn idle<'a>(&'a self, slugs: &[&str]) -> Vec<(&'static str, &'a str)> {
        let is_idle = |glob: &&Pattern| !slugs.iter().any(|slug| glob.matches(slug));
        let of = |key, globs: &'a [Pattern]| {
            let idle = globs.iter().filter(is_idle);
            idle.map(move |glob| (key, glob.as_str()))
        };
        let idle = of("include", &self.include).chain(of("exclude", &self.exclude));
        // Where there is no skill at all, that is told, and not that `*` is idle.
        idle.filter(|(_, glob)| *glob != "*").collect()
    }
}

/// What is wrong with a `[[source]]`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SourceConfigError {
    /// It is no table of a source.
    #[error("{0}")]
    Odd(String),
    /// Nothing says where the skills are.
    #[error("a source needs one of `git`, `archive` and `path`")]
    NoOrigin,
    /// It cannot be both.
    #[error("a source has either `git` or `archive`, not both")]
    TwoOrigins,
    /// A value without text.
    #[error("`{0}` of a source is empty")]
    Empty(&'static str),
    /// Only repositories have them.
    #[error("`{0}` of a source needs `git`")]
    NeedsGit(&'static str),
    /// The address does not say it.
    #[error("the source `{0}` needs an `owner`, since its address names none")]
    NoOwner(String),
    /// The site has a page there.
    #[error("`{0}` is a page of the site and cannot be an owner; set another `owner`")]
    ReservedOwner(String),
    /// No page could have it as its address.
    #[error(
        "`{0}` cannot be an owner: ASCII letters, digits, `-`, `_` and `.`, a letter or digit first, at most 96"
    )]
    OddOwner(String),
    /// Messages and the lock file show it on one line.
    #[error("the name of a source is one line of text, not `{0}`")]
    OddName(String),
    /// A pattern that matches nothing.
    #[error("`{glob}` is no pattern of slugs: {cause}")]
    Glob {
        /// As it was written.
        glob: String,
        /// What is wrong with it.
        cause: &'static str,
    },
}

/// As the settings have it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Option<String>,
    git: Option<String>,
    archive: Option<String>,
    path: Option<String>,
    r#ref: Option<String>,
    owner: Option<String>,
    include: Option<Vec<String>>,
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    versions: VersionsFrom,
}

impl TryFrom<Written> for SourceConfig {
    type Error = SourceConfigError;

    fn try_from(written: Written) -> Result<Self, SourceConfigError> {
        let include = written.include.unwrap_or_else(|| vec!["*".to_owned()]);
        let selection = Selection {
            include: globs(&include)?,
            exclude: globs(&written.exclude)?,
        };
        let given = |key, value: Option<String>| match value {
            Some(text) if text.trim().is_empty() => Err(SourceConfigError::Empty(key)),
            value => Ok(value),
        };
        let path = given("path", written.path)?;
        let reference = given("ref", written.r#ref)?;
        let origin = match (
            given("git", written.git)?,
            given("archive", written.archive)?,
        ) {
            (Some(_), Some(_)) => return Err(SourceConfigError::TwoOrigins),
            (Some(url), None) => Origin::Git {
                url,
                reference: reference.clone(),
                path: path.unwrap_or_default(),
            },
            (None, Some(place)) => Origin::Archive {
                place,
                path: path.unwrap_or_default(),
            },
            (None, None) => Origin::Folder {
                path: path.ok_or(SourceConfigError::NoOrigin)?.into(),
            },
        };
        if !matches!(origin, Origin::Git { .. }) {
            if reference.is_some() {
                return Err(SourceConfigError::NeedsGit("ref"));
            }
            if written.versions != VersionsFrom::None {
                return Err(SourceConfigError::NeedsGit("versions"));
            }
        }
        let name = written.name.unwrap_or_else(|| origin.name());
        if name.trim().is_empty() || name.chars().any(char::is_control) {
            return Err(SourceConfigError::OddName(name));
        }
        let owner = match written.owner.or_else(|| origin.owner()) {
            None => return Err(SourceConfigError::NoOwner(name)),
            Some(owner) if !is_identity_part(&owner) || text::is_device_name(&owner) => {
                return Err(SourceConfigError::OddOwner(owner));
            }
            Some(owner) if is_reserved_owner(&owner) => {
                return Err(SourceConfigError::ReservedOwner(owner));
            }
            Some(owner) => owner,
        };
        Ok(Self {
            name,
            owner,
            origin,
            selection,
            versions: written.versions,
        })
    }
}

impl SourceConfig {
    /// The source that `table` says, the lines below `[[source]]`.
    ///
    /// # Errors
    /// What it cannot be.
    pub fn parse(table: &str) -> Result<Self, SourceConfigError> {
        let written: Written = toml::from_str(table)
            .map_err(|error| SourceConfigError::Odd(error.message().to_owned()))?;
        written.try_into()
    }
}

impl Origin {
    /// What its address calls it: path of a URL, name of a folder or file.
    pub fn name(&self) -> String {
        match self {
            Self::Git { url, .. } => match url_path(url) {
                Some(path) => path.to_owned(),
                None => last_name(url).to_owned(),
            },
            Self::Archive { place, .. } => {
                let name = last_name(place);
                let endings = [".zip", ".tar.gz", ".tgz", ".tar"];
                let mut stems = endings.iter().filter_map(|end| name.strip_suffix(end));
                stems.next().unwrap_or(name).to_owned()
            }
            Self::Folder { path } => last_name(&path.to_string_lossy()).to_owned(),
        }
    }

    /// Whom the address of a repository names, see [`owner_in`].
    pub fn owner(&self) -> Option<String> {
        let Self::Git { url, .. } = self else {
            return None;
        };
        owner_in(url).map(str::to_owned)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Git { url, .. } => f.write_str(url),
            Self::Archive { place, .. } => f.write_str(place),
            Self::Folder { path } => write!(f, "{}", path.display()),
        }
    }
}

/// Whom the URL of a repository names: the first part of the path of `https://host/owner/repository`.
pub fn owner_in(url: &str) -> Option<&str> {
    let (owner, _repository) = url_path(url)?.split_once('/')?;
    Some(owner.trim_start_matches('~'))
}

/// The path of a URL or of `user@host:path`, without slashes around it and without `.git`; `None` for a path of a file
/// system.
fn url_path(url: &str) -> Option<&str> {
    let path = match url.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split_once('/')?.1,
        None => {
            let (host, path) = url.split_once(':')?;
            // One letter is a drive of Windows.
            (host.len() > 1 && !host.contains(['/', '\\'])).then_some(path)?
        }
    };
    let path = path.split(['?', '#']).next()?.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!path.is_empty()).then_some(path)
}

/// The last name of a path or URL, without `.git`; that of a clone for the `.git` in it.
fn last_name(path: &str) -> &str {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let mut names = path.rsplit(['/', '\\']);
    let name = names.find(|name| !matches!(*name, "" | ".git"));
    let name = name.unwrap_or(path);
    name.strip_suffix(".git").unwrap_or(name)
}

fn globs(written: &[String]) -> Result<Vec<Pattern>, SourceConfigError> {
    let pattern = |glob: &String| {
        Pattern::new(glob).map_err(|error| SourceConfigError::Glob {
            glob: glob.clone(),
            cause: error.msg,
        })
    };
    written.iter().map(pattern).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> SourceConfig {
        SourceConfig::parse(text).unwrap()
    }

    fn error_of(text: &str) -> String {
        SourceConfig::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn the_address_says_name_and_owner() {
        for (url, name, owner) in [
            ("https://git.example/ana/skills", "ana/skills", "ana"),
            ("https://git.example/ana/skills.git/", "ana/skills", "ana"),
            (
                "https://user:key@git.example/ana/skills?a=b",
                "ana/skills",
                "ana",
            ),
            ("git@git.example:ana/skills.git", "ana/skills", "ana"),
            (
                "ssh://git@git.example:22/group/sub/skills",
                "group/sub/skills",
                "group",
            ),
            ("https://git.example/~ana/skills", "~ana/skills", "ana"),
        ] {
            let source = source(&format!("git = {url:?}"));
            assert_eq!(
                (source.name.as_str(), source.owner.as_str()),
                (name, owner),
                "{url}"
            );
        }
        for (text, name) in [
            ("git = '../store/skills.git'", "skills"),
            ("git = 'file:///srv/skills.git'", "skills"),
            ("git = 'skills/.git/'", "skills"),
            ("git = 'C:\\store\\skills.git'", "skills"),
            ("archive = 'https://files.example/a/v1.tar.gz?key=1'", "v1"),
            ("path = '../skills/'", "skills"),
        ] {
            let source = source(&format!("{text}\nowner = 'ana'"));
            assert_eq!(source.name, name);
            let message =
                format!("the source `{name}` needs an `owner`, since its address names none");
            assert_eq!(error_of(text), message);
        }
    }

    #[test]
    fn slugs_are_taken_by_patterns() {
        let all = source("path = 'a'\nowner = 'ana'").selection;
        assert!(all.takes("pdf-tools"));
        let some =
            source("path = 'a'\nowner = 'ana'\ninclude = ['pdf-*', 'cron']\nexclude = ['*-old']");
        let taken =
            ["pdf-tools", "cron", "pdf-old", "crontab"].map(|slug| some.selection.takes(slug));
        assert_eq!(taken, [true, true, false, false]);
        assert_eq!(
            some.selection.idle(&["pdf-tools", "docs"]),
            [("include", "cron"), ("exclude", "*-old")]
        );
        assert_eq!(all.idle(&[]), []);
    }

    #[test]
    fn what_a_source_cannot_be_is_said() {
        for (text, expected) in [
            (
                "owner = 'ana'",
                "a source needs one of `git`, `archive` and `path`",
            ),
            (
                "git = 'a'\narchive = 'b'",
                "a source has either `git` or `archive`, not both",
            ),
            ("git = ' '", "`git` of a source is empty"),
            (
                "path = 'a'\nref = 'main'\nowner = 'ana'",
                "`ref` of a source needs `git`",
            ),
            (
                "path = 'a'\nversions = 'tags'\nowner = 'ana'",
                "`versions` of a source needs `git`",
            ),
            (
                "path = 'a'\nname = ' '\nowner = 'ana'",
                "the name of a source is one line of text, not ` `",
            ),
            (
                "path = 'a'\nowner = 'ana'\ninclude = ['[']",
                "`[` is no pattern of slugs: invalid range pattern",
            ),
        ] {
            assert_eq!(error_of(text), expected, "{text}");
        }
        assert!(error_of("path = 'a'\nowner = '../a'").starts_with("`../a` cannot be an owner"));
        assert!(
            error_of("path = 'a'\nowner = 'ana'\nbranch = 'b'").contains("unknown field `branch`")
        );
    }
}
