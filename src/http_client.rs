//! Requests to web servers of strangers.
//!
//! Redirects are followed, also to other hosts: some sites keep their files elsewhere. What a stranger's server could
//! misuse that for is refused, see [`Refusal`].

mod public;

use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;
use ureq::Agent;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, Resolver};
use ureq::unversioned::transport::DefaultConnector;

pub use public::{PublicResolver, is_public};

/// What makes requests for `uri` and what it redirects to, each of which may take `timeout`, over at most `n_parallel`
/// connections that stay open. An answer with an error status is an answer.
///
/// The agent is of one site: whether that stands on the public internet is found with its first request.
pub fn agent(uri: &Uri, timeout: Duration, n_parallel: usize) -> Agent {
    let resolver = PublicResolver::new(DefaultResolver::default(), is_public);
    agent_resolved_by(resolver, uri, timeout, n_parallel)
}

/// The same with names that are looked up by `resolver`.
pub fn agent_resolved_by(
    resolver: impl Resolver,
    uri: &Uri,
    timeout: Duration,
    n_parallel: usize,
) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_idle_connections_per_host(n_parallel)
        .max_redirects(MAX_REDIRECTS)
        .https_only(uri.scheme_str() == Some("https"))
        .user_agent(concat!("skillpress/", env!("CARGO_PKG_VERSION")))
        .build();
    Agent::with_parts(config, DefaultConnector::new(), resolver)
}

/// Redirects that one request may meet.
const MAX_REDIRECTS: u32 = 5;

/// What is not fetched, although a server says that it is there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The site is read over `https:`, and a redirect leads to `url`, which is not: whoever stands between could change it.
    #[error("a redirect leads from `https` to `{url}`, which anyone on the way could change")]
    Scheme { url: String },
    /// The site stands on the public internet, and it or a redirect of it leads to this machine or its network: `host`,
    /// a name or an address as it was written, resolves to `address`.
    #[error(
        "`{host}` is at `{address}`, an address of this machine or its network, and a public site must not lead there"
    )]
    Address { host: String, address: IpAddr },
    /// More than `max` redirects of one request.
    #[error("`{url}` redirects more than {max} times")]
    Redirects { url: String, max: u32 },
}

impl Refusal {
    /// What was refused of a request for `url`, if that is why it failed; the error otherwise.
    pub fn of(error: ureq::Error, url: &str) -> Result<Self, ureq::Error> {
        match error {
            ureq::Error::RequireHttpsOnly(url) => Ok(Self::Scheme { url }),
            ureq::Error::TooManyRedirects => Ok(Self::Redirects {
                url: url.to_owned(),
                max: MAX_REDIRECTS,
            }),
            ureq::Error::Other(error) => match error.downcast() {
                Ok(refusal) => Ok(*refusal),
                Err(error) => Err(ureq::Error::Other(error)),
            },
            error => Err(error),
        }
    }
}
