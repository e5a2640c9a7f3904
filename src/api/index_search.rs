//! Searches of the API over a built site's index, with the searcher that every host uses.

use std::sync::{Mutex, PoisonError};

use skillpress_search::{Filter, OpenError, Options, Searcher};

use super::state::SearchRequest;
use crate::key::SkillKey;
use crate::source::SiteSource;

/// An open index. Searches wait for each other, since they share the blocks that were read.
#[derive(Debug)]
pub struct IndexSearch {
    open: Mutex<(Searcher, SiteSource)>,
}

impl IndexSearch {
    /// Opens the index of a site: a folder, or the URL where it stands.
    ///
    /// # Errors
    /// One sentence, when there is no index or this version cannot read it.
    pub fn open(site: &str) -> Result<Self, String> {
        let mut source = SiteSource::open(site).map_err(|error| error.to_string())?;
        let searcher = Searcher::open_source(&mut source).map_err(|error| error.to_string())?;
        Ok(Self {
            open: Mutex::new((searcher, source)),
        })
    }

    /// Identities with scores between 0 and 1, the best first.
    ///
    /// # Errors
    /// When the index was replaced and the new one cannot be opened.
    pub fn search(&self, request: &SearchRequest) -> Result<Vec<(SkillKey, f32)>, OpenError> {
        let badge = request.badge.as_ref();
        let options = Options {
            limit: request.limit,
            filters: badge
                .and_then(|badge| Filter::new("badge", badge))
                .into_iter()
                .collect(),
            ..Options::default()
        };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (searcher, source) = &mut *open;
        let results = searcher.find(&request.query, &options, source)?;
        // Scores compare within one search only, so the best one is 1.
        let best = results.hits.first().map_or(1, |hit| hit.score.max(1));
        Ok(results
            .hits
            .into_iter()
            .map(|hit| {
                let name = SkillKey {
                    owner: hit.card.owner,
                    slug: hit.card.slug,
                };
                #[allow(clippy::cast_possible_truncation)]
                let score = (f64::from(hit.score) / f64::from(best)) as f32;
                (name, score)
            })
            .collect())
    }
}
