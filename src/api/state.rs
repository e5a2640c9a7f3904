//! What the routes with a query are answered from.

use std::fmt;
use std::sync::Arc;

use super::directory::Directory;
use super::shapes::Shaper;
use crate::catalog::{Catalog, Skill};
use crate::config::Config;
use crate::key::SkillKey;
use crate::standing::Explanation;
use crate::url::BaseUrl;

/// One state of a registry, with what is derived from it once.
pub struct ApiState {
    pub(super) catalog: Arc<Catalog>,
    pub(super) config: Config,
    pub(super) directory: Directory,
    index: Box<dyn ApiIndex>,
}

/// What searches are answered from.
pub trait ApiIndex: Send + Sync {
    /// What a search finds; nothing without an index. Names that are not in the catalog are left out.
    fn search(&self, request: &SearchRequest) -> Vec<Found<SkillKey>>;

    /// Where `skill` stands for `query`, with addresses below `base_url`; `None` when the index does not have it.
    fn explain(&self, query: &str, skill: &Skill, base_url: &BaseUrl) -> Option<Explanation>;
}

/// A skill that a search found: those that fit come first, the best before others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found<S> {
    /// Which.
    pub skill: S,
    /// From 0 to 1, the best of a search.
    pub score: f32,
    /// Whether it fits; one that does not is only near.
    pub fits: bool,
}

/// What a search is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchRequest {
    /// As the user wrote it; not empty.
    pub query: String,
    /// Most results, 1 to 100.
    pub limit: usize,
    /// Only skills with this badge; applied before the limit.
    pub badge: Option<String>,
}

impl SearchRequest {
    /// Whether `skill` has the badge that is asked for.
    pub(super) fn allows(&self, skill: &Skill) -> bool {
        let badge = self.badge.as_ref();
        badge.is_none_or(|badge| skill.badge(badge).is_some())
    }
}

impl ApiState {
    /// Derives what lookups need. `config.base_url` is where the answers say the site is.
    pub fn new(catalog: Arc<Catalog>, config: Config, index: Box<dyn ApiIndex>) -> Self {
        Self {
            directory: Directory::new(&catalog),
            catalog,
            config,
            index,
        }
    }

    pub(super) fn shaper(&self) -> Shaper<'_> {
        Shaper {
            catalog: &self.catalog,
            config: &self.config,
            has_downloads: true,
        }
    }

    /// What a search finds; suspicious skills and names that are gone are left out.
    pub(super) fn search(&self, request: &SearchRequest) -> Vec<Found<&Skill>> {
        let skill_of = |found: Found<SkillKey>| {
            Some(Found {
                skill: self.catalog.skill(&found.skill)?,
                score: found.score,
                fits: found.fits,
            })
        };
        let found = self.index.search(request).into_iter();
        found
            .filter_map(skill_of)
            .filter(|found| !found.skill.is_suspicious && request.allows(found.skill))
            .take(request.limit)
            .collect()
    }

    /// Where a skill stands for a query; `None` when search does not know it.
    pub(super) fn explain(&self, query: &str, skill: &Skill) -> Option<Explanation> {
        self.index.explain(query, skill, &self.config.base_url)
    }
}

impl fmt::Debug for ApiState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiState({} skills)", self.catalog.skills.len())
    }
}
