//! Searches of the API over a built site's index, with the searcher that every host uses.

use std::sync::Mutex;

use skillpress_search::{Filter, Options, Searcher};

use super::state::{Found, SearchRequest};
use crate::key::SkillKey;
use crate::lock::lock;
use crate::site_source::{SearchError, SiteSource};

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
}
