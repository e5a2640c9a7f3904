//! Addresses in the repositories that skills come from: links for people to a folder, a file or a commit.
//!
//! Hosts of repositories have three forms of such links, and nothing in a repository says which: it goes by the name of the
//! host. Hosts of one's own are known when they are called after the program that runs there.

use url::Url;

use super::{segment, web};

/// The page of a repository, as people open it: `https:`, without who logs in, `.git`, query and fragment.
///
/// `remote` is an address that git takes. `git@host:path` and `ssh:` become `https:` where the host is one whose pages are
/// known; what stands on this machine, or is reached in another way, has no page.
pub fn page(remote: &str) -> Option<String> {
    let mut url = match remote.split_once("://") {
        Some(("https", _)) => Url::parse(remote).ok()?,
        Some(("ssh", login)) => of_ssh(login.split_once('/')?)?,
        Some(_) => return None,
        None => of_ssh(remote.split_once(':')?)?,
    };
    // Not shown to anyone: it may be a token.
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).to_owned();
    url.set_path(&path);
    web::link(url.as_str(), &["https"])
}

/// The folder `path` at `commit` of the repository whose page is `repository`; the empty path is the whole of it.
///
/// `None` for a host whose addresses are not known, and for a path that would lead elsewhere.
pub fn folder(repository: &str, commit: &str, path: &str) -> Option<String> {
    let kind = match Host::of(repository)? {
        Host::GitHub => "tree",
        Host::GitLab => "-/tree",
        Host::Gitea => "src/commit",
    };
    at_commit(repository, kind, commit, path)
}

/// The file `path` at `commit`, as [`folder`].
pub fn file(repository: &str, commit: &str, path: &str) -> Option<String> {
    let kind = match Host::of(repository)? {
        Host::GitHub => "blob",
        Host::GitLab => "-/blob",
        Host::Gitea => "src/commit",
    };
    at_commit(repository, kind, commit, path)
}

/// What `commit` changed, as [`folder`].
pub fn commit(repository: &str, commit: &str) -> Option<String> {
    let kind = match Host::of(repository)? {
        Host::GitHub | Host::Gitea => "commit",
        Host::GitLab => "-/commit",
    };
    at_commit(repository, kind, commit, "")
}

/// What runs on a host of repositories, as far as its addresses go.
#[derive(Clone, Copy)]
enum Host {
    GitHub,
    GitLab,
    /// Forgejo too.
    Gitea,
}

impl Host {
    /// The host of a repository's page.
    fn of(repository: &str) -> Option<Self> {
        let url = Url::parse(repository).ok()?;
        Self::named(url.host_str()?)
    }

    fn named(host: &str) -> Option<Self> {
        match host.trim_start_matches("www.") {
            "github.com" => Some(Self::GitHub),
            "gitlab.com" => Some(Self::GitLab),
            "codeberg.org" | "gitea.com" => Some(Self::Gitea),
            own => match own.split_once('.')?.0 {
                "gitlab" => Some(Self::GitLab),
                "gitea" | "forgejo" => Some(Self::Gitea),
                _ => None,
            },
        }
    }
}

/// `https:` in the place of a login by ssh, whose port says nothing of where pages are.
fn of_ssh((login, path): (&str, &str)) -> Option<Url> {
    let host = login.rsplit_once('@').map_or(login, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    Host::named(host)?;
    Url::parse(&format!("https://{host}/{path}")).ok()
}

fn at_commit(repository: &str, kind: &str, commit: &str, path: &str) -> Option<String> {
    let mut address = format!("{repository}/{kind}/{}", segment(commit));
    for part in path.split('/').filter(|_| !path.is_empty()) {
        if matches!(part, "" | "." | "..") {
            return None;
        }
        address.push('/');
        address.push_str(&segment(part));
    }
    web::link(&address, &["https"])
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_repository_is_shown_by_its_page_without_who_logs_in() {
        for (remote, shown) in [
            (
                "https://github.com/ana/tools.git",
                "https://github.com/ana/tools",
            ),
            (
                "https://GitHub.com/ana/tools/",
                "https://github.com/ana/tools",
            ),
            (
                "https://token:secret@gitlab.com/a/b/c.git?private_token=x#y",
                "https://gitlab.com/a/b/c",
            ),
            (
                "git@github.com:ana/tools.git",
                "https://github.com/ana/tools",
            ),
            (
                "ssh://git@codeberg.org:2222/ana/tools",
                "https://codeberg.org/ana/tools",
            ),
            (
                "https://code.example/ana/tools",
                "https://code.example/ana/tools",
            ),
        ] {
            assert_eq!(page(remote).as_deref(), Some(shown), "{remote}");
        }
        for local in [
            "../tools",
            "/srv/git/tools.git",
            "file:///srv/git/tools",
            "http://code.example/ana/tools",
            "git@code.example:ana/tools",
            "ssh://code.example",
            "C:\\tools",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(page(local), None, "{local}");
        }
    }

    #[test]
    fn each_kind_of_host_has_its_own_form_of_links() {
        for (host, of_folder, of_file, of_commit) in [
            ("github.com", "tree/", "blob/", "commit/"),
            ("gitlab.com", "-/tree/", "-/blob/", "-/commit/"),
            ("gitlab.corp.example", "-/tree/", "-/blob/", "-/commit/"),
            ("codeberg.org", "src/commit/", "src/commit/", "commit/"),
            ("gitea.com", "src/commit/", "src/commit/", "commit/"),
            ("forgejo.example", "src/commit/", "src/commit/", "commit/"),
        ] {
            let repository = format!("https://{host}/ana/tools");
            let link = |kind: &str| Some(format!("{repository}/{kind}{COMMIT}"));
            let below = |kind: &str, path: &str| Some(format!("{}/{path}", link(kind)?));
            assert_eq!(
                folder(&repository, COMMIT, "skills/pdf"),
                below(of_folder, "skills/pdf")
            );
            assert_eq!(folder(&repository, COMMIT, ""), link(of_folder));
            assert_eq!(
                file(&repository, COMMIT, "LICENSE"),
                below(of_file, "LICENSE")
            );
            assert_eq!(commit(&repository, COMMIT), link(of_commit));
        }
        assert_eq!(folder("https://code.example/a/b", COMMIT, "x"), None);
        assert_eq!(
            folder("https://github.com.evil.example/a", COMMIT, ""),
            None
        );
    }

    #[test]
    fn a_path_stays_below_the_commit() {
        let link = |path: &str| folder("https://github.com/a/b", COMMIT, path);
        let path = link("skills/ä b?#%2F\"><").unwrap();
        assert!(path.ends_with("/skills/%C3%A4%20b%3F%23%252F%22%3E%3C"));
        for elsewhere in ["../x", "a/../../b", "a//b", "/a", "."] {
            assert_eq!(link(elsewhere), None, "{elsewhere}");
        }
    }
}
