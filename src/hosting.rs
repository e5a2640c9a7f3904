//! Hosts of static sites: the headers that files want from them, and what each of them takes at most.
//!
//! A limit is here if the host itself states it, in its documentation or its tracker; the page and the day stand beside
//! it. `docs/hosting.md` has the same table, which a test compares, and says what was looked for in vain.

mod headers;

use serde::Deserialize;

pub use headers::{
    CONTENT_SECURITY_POLICY, HeaderRule, ObjectHeaders, ObjectRules, content_type, header_rules,
    matches,
};

/// A host, with its plan where limits depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Host {
    CloudflareFree,
    CloudflarePaid,
    GithubPages,
    GitlabPages,
    Netlify,
    AzureStatic,
    AzureStaticFree,
    S3,
    Vercel,
}

/// What a host takes at most of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is counted.
    pub counted: Counted,
    /// How many of it are taken.
    pub max: u64,
    /// Where the host says so.
    pub source: Source,
}

/// A page on which a host states a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its address.
    pub url: &'static str,
    /// The day on which it was read.
    pub read_on: &'static str,
}

/// What hosts count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Files of the site.
    Files,
    /// Files and folders of the site.
    Entries,
    /// Files in one folder, those in folders below it left out.
    FilesInFolder,
    /// Bytes of one file.
    FileBytes,
    /// Bytes of all files.
    SiteBytes,
    /// Lines of `_redirects` before the first with `*` or a placeholder.
    StaticRedirects,
    /// Lines of `_redirects` from the first with `*` or a placeholder on.
    DynamicRedirects,
    /// Lines of `_redirects`.
    Redirects,
    /// Bytes of `_redirects`.
    RedirectBytes,
    /// Rules of `_headers`, each with a path and its headers.
    HeaderRules,
}

impl Host {
    /// All hosts, in the order of `docs/hosting.md`.
    #[cfg(test)]
    pub const ALL: [Self; 9] = [
        Self::CloudflareFree,
        Self::CloudflarePaid,
        Self::GithubPages,
        Self::GitlabPages,
        Self::Netlify,
        Self::AzureStatic,
        Self::AzureStaticFree,
        Self::S3,
        Self::Vercel,
    ];

    /// The word in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::CloudflareFree => "cloudflare-free",
            Self::CloudflarePaid => "cloudflare-paid",
            Self::GithubPages => "github-pages",
            Self::GitlabPages => "gitlab-pages",
            Self::Netlify => "netlify",
            Self::AzureStatic => "azure-static",
            Self::AzureStaticFree => "azure-static-free",
            Self::S3 => "s3",
            Self::Vercel => "vercel",
        }
    }

    /// Its known limits.
    pub fn limits(self) -> Vec<Limit> {
        use Counted::*;
        match self {
            Self::CloudflareFree => cloudflare(20_000),
            Self::CloudflarePaid => cloudflare(100_000),
            Self::GithubPages => vec![limit(SiteBytes, GIB, GITHUB_PAGES)],
            Self::GitlabPages => vec![
                limit(Entries, 200_000, GITLAB_ENTRIES),
                limit(SiteBytes, GIB, GITLAB_SIZE),
                limit(Redirects, 1_000, GITLAB_REDIRECTS),
                limit(RedirectBytes, 64 * KIB, GITLAB_REDIRECTS),
            ],
            Self::Netlify => vec![limit(FilesInFolder, 54_000, NETLIFY)],
            Self::AzureStatic => azure_static(500 * MIB),
            Self::AzureStaticFree => azure_static(250 * MIB),
            Self::S3 | Self::Vercel => Vec::new(),
        }
    }
}

/// Pages and static assets of Workers alike.
fn cloudflare(files_max: u64) -> Vec<Limit> {
    vec![
        limit(Counted::Files, files_max, CLOUDFLARE),
        limit(Counted::FileBytes, 25 * MIB, CLOUDFLARE),
        limit(Counted::StaticRedirects, 2_000, CLOUDFLARE),
        limit(Counted::DynamicRedirects, 100, CLOUDFLARE),
        limit(Counted::HeaderRules, 100, CLOUDFLARE),
    ]
}

fn azure_static(site_bytes_max: u64) -> Vec<Limit> {
    vec![
        limit(Counted::Files, 15_000, AZURE_FILES),
        limit(Counted::SiteBytes, site_bytes_max, AZURE_SIZE),
    ]
}

fn limit(counted: Counted, max: u64, source: Source) -> Limit {
    Limit {
        counted,
        max,
        source,
    }
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

const CLOUDFLARE: Source = Source {
    url: "https://developers.cloudflare.com/pages/platform/limits/",
    read_on: "2026-11-26",
};
const GITHUB_PAGES: Source = Source {
    url: "https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits",
    read_on: "2026-11-26",
};
const GITLAB_ENTRIES: Source = Source {
    url: "https://docs.gitlab.com/administration/instance_limits/#number-of-files-per-gitlab-pages-website",
    read_on: "2026-11-26",
};
const GITLAB_SIZE: Source = Source {
    url: "https://docs.gitlab.com/user/gitlab_com/#gitlab-pages",
    read_on: "2026-11-26",
};
const GITLAB_REDIRECTS: Source = Source {
    url: "https://docs.gitlab.com/user/project/pages/redirects/#create-redirects",
    read_on: "2026-11-26",
};
const NETLIFY: Source = Source {
    url: "https://docs.netlify.com/site-deploys/overview",
    read_on: "2026-11-26",
};
const AZURE_FILES: Source = Source {
    url: "https://github.com/Azure/static-web-apps/issues/520",
    read_on: "2026-11-26",
};
const AZURE_SIZE: Source = Source {
    url: "https://learn.microsoft.com/en-us/azure/static-web-apps/quotas",
    read_on: "2026-11-26",
};

impl Counted {
    /// What so many are called, such as "files".
    pub fn unit(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Entries => "files and folders",
            Self::FilesInFolder => "files in one folder",
            Self::FileBytes => "bytes in one file",
            Self::SiteBytes => "bytes",
            Self::StaticRedirects => "lines in `_redirects` before the first with `*`",
            Self::DynamicRedirects => "lines in `_redirects` from the first with `*` on",
            Self::Redirects => "lines in `_redirects`",
            Self::RedirectBytes => "bytes in `_redirects`",
            Self::HeaderRules => "rules in `_headers`",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;
    use crate::text::number::grouped;

    #[test]
    fn the_settings_call_each_host_by_its_name() {
        for host in Host::ALL {
            let name: StrDeserializer<'_, Error> = host.name().into_deserializer();
            assert_eq!(Host::deserialize(name), Ok(host));
        }
    }

    #[test]
    fn the_document_has_the_same_table() {
        let mut table =
            "| `host` | limit | at most | source, read on |\n|---|---|---|---|\n".to_owned();
        for host in Host::ALL {
            let name = host.name();
            if host.limits().is_empty() {
                table += &format!("| `{name}` | none known | | |\n");
            }
            for limit in host.limits() {
                let at_most = grouped(usize::try_from(limit.max).unwrap());
                let Source { url, read_on } = limit.source;
                let site = url.split('/').nth(2).unwrap();
                table += &format!(
                    "| `{name}` | {} | {at_most} | [{site}]({url}), {read_on} |\n",
                    limit.counted.unit(),
                );
            }
        }
        let document = include_str!("../docs/hosting.md");
        let (_, section) = document.split_once("## Limits of hosts\n").unwrap();
        let lines = section.lines().skip_while(|line| !line.starts_with('|'));
        let written: Vec<&str> = lines.take_while(|line| line.starts_with('|')).collect();
        assert_eq!(written, table.lines().collect::<Vec<_>>(), "{table}");
    }
}
