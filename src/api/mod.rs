//! The API of a site, for programs: the same JSON as static files and as answers of a server.
//!
//! The shapes are those of version 1 of the ClawHub API, which the `clawhub` client checks, with further fields that it
//! ignores; the discovery indexes are those of the agent skills discovery draft 0.2.0, which the `skills` client reads.
//!
//! - [`write_api`] writes what plain files can answer.
//! - [`answer`] answers the routes with a query too, as a small server or an edge function would; [`router`] puts it
//!   behind axum.
//!
//! A slug alone is not an identity: two owners may use the same. Every route by slug takes `?ownerHandle=`; without it
//! such a slug is answered with 409 and the names of its owners, and its static file says so in its `ambiguous` list.

mod answer;
mod collections;
mod content_hash;
mod directory;
mod discovery;
mod feed;
mod file_index;
mod http;
mod install;
mod list;
mod query;
mod response;
mod search;
mod shapes;
mod site_search;
mod state;
#[cfg(test)]
mod tests;
mod write;

#[cfg(test)]
pub(crate) use answer::answer;
pub use feed::PublishedCatalog;
pub use http::{LiveApi, router};
pub use site_search::SiteSearch;
#[cfg(test)]
pub(crate) use state::{ApiIndex, Found};
pub use state::{ApiState, SearchRequest};
pub use write::write_api;
