//! Searches of the API over a built site's index, with the searcher that every host uses.

use std::sync::{Arc, Mutex};

use skillpress_search::{Filter, Options, Searcher};

use super::state::{ApiIndex, Found, SearchRequest};
use crate::catalog::Skill;
use crate::index::Labels;
use crate::key::SkillKey;
use crate::lock::lock;
use crate::site_source::{SearchError, SiteSource};
use crate::standing::{self, Asked, Explanation};
use crate::text::unicode;
use crate::url::BaseUrl;

/// An open index. Searches wait for each other, since they share the blocks that were read.
#[derive(Debug)]
pub struct SiteSearch {
    open: Mutex<(Searcher, SiteSource)>,
}

impl SiteSearch {
    /// Opens the index of a site.
    ///
    /// # Errors
    /// When there is no index, or this version cannot read it.
    pub fn open(mut source: SiteSource) -> Result<Self, SearchError> {
        let searcher = source.open_index()?;
        Ok(Self {
            open: Mutex::new((searcher, source)),
        })
    }

    /// What is found, those that fit first.
    ///
    /// # Errors
    /// When the index was replaced and the new one cannot be opened.
    pub fn search(&self, request: &SearchRequest) -> Result<Vec<Found<SkillKey>>, SearchError> {
        let badge = request.badge.as_ref();
        let options = Options {
            limit: request.limit,
            filters: badge
                .and_then(|badge| Filter::new("badge", badge))
                .into_iter()
                .collect(),
            ..Options::default()
        };
        let mut open = lock(&self.open);
        let (searcher, source) = &mut *open;
        let found = searcher.find(&request.query, &options, source);
        let results = found.map_err(|error| source.search_error(error))?;
        // Scores compare within one search only, so the best one is 1.
        let best = results.hits.iter().map(|hit| hit.score).max();
        let best = best.unwrap_or_default().max(1);
        let scored = results.hits.iter().map(|hit| {
            #[allow(clippy::cast_possible_truncation)]
            let score = (f64::from(hit.score) / f64::from(best)) as f32;
            Found {
                skill: SkillKey::of_card(&hit.card),
                score,
                fits: hit.fit.fits,
            }
        });
        Ok(scored.collect())
    }

    /// Where a skill stands for a query; `None` when the index does not have it. `base_url` is where pages are.
    ///
    /// # Errors
    /// When the index was replaced and the new one cannot be opened.
    pub fn explain(
        &self,
        query: &str,
        skill: &Skill,
        base_url: &BaseUrl,
    ) -> Result<Option<Explanation>, SearchError> {
        let asked = Asked {
            query: &unicode::nfc(query),
            key: &skill.key,
            labels: Some(Labels::of(skill)),
            options: &Options::default(),
        };
        let mut open = lock(&self.open);
        let (searcher, source) = &mut *open;
        standing::explain(&asked, searcher, source, |_, page| base_url.absolute(page))
    }
}

/// An index that is perhaps not there yet.
impl ApiIndex for Option<Arc<SiteSearch>> {
    fn search(&self, request: &SearchRequest) -> Vec<Found<SkillKey>> {
        let found = self.as_ref().and_then(|index| index.search(request).ok());
        found.unwrap_or_default()
    }

    fn explain(&self, query: &str, skill: &Skill, base_url: &BaseUrl) -> Option<Explanation> {
        let index = self.as_ref()?;
        index.explain(query, skill, base_url).ok()?
    }
}
