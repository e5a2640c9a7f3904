//! What the routes with a query are answered from.

use std::fmt;
use std::sync::Arc;

use super::directory::Directory;
use super::shapes::Shaper;
use crate::catalog::{Catalog, Skill};
use crate::config::Config;
use crate::key::SkillKey;

/// One state of a registry, with what is derived from it once.
pub struct ApiState {
    pub(super) catalog: Arc<Catalog>,
    pub(super) config: Config,
    pub(super) directory: Directory,
    search: Box<SearchFn>,
}

/// Answers a search: identities with scores, the best first. Names that are not in the catalog are left out.
pub type SearchFn = dyn Fn(&SearchRequest) -> Vec<(SkillKey, f32)> + Send + Sync;

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
    pub fn new(catalog: Arc<Catalog>, config: Config, search: Box<SearchFn>) -> Self {
        Self {
            directory: Directory::new(&catalog),
            catalog,
            config,
            search,
        }
    }

    pub(super) fn shaper(&self) -> Shaper<'_> {
        Shaper {
            catalog: &self.catalog,
            config: &self.config,
            has_downloads: true,
        }
    }

    /// Skills with their scores; suspicious ones and names that are gone are left out.
    pub(super) fn search(&self, request: &SearchRequest) -> Vec<(&Skill, f32)> {
        (self.search)(request)
            .into_iter()
            .filter_map(|(name, score)| Some((self.catalog.skill(&name)?, score)))
            .filter(|(skill, _)| !skill.is_suspicious && request.allows(skill))
            .take(request.limit)
            .collect()
    }
}

impl fmt::Debug for ApiState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiState({} skills)", self.catalog.skills.len())
    }
}
