//! A published site as agents read it: its skills, its list of them, and its search index, which stays open for a while.

use std::time::Instant;

use skillpress_search::internals::format::cards::Card;
use skillpress_search::{Answer, Options, Results, Searcher};

use super::cursor::PageCursor;
use super::error::SiteError;
use super::list_page::ListPage;
use super::merged;
use super::offer::{MAX_AGE, Narrowing, Offer};
use crate::index::card_badges;
use crate::key::SkillKey;
use crate::published::{DOCUMENT_MAX_BYTES, FileRef, PublishedSite, Record, valid_badges};
use crate::site_source::{SearchError, SiteSource};
use crate::standing::{self, Asked, Explanation};
use crate::url::{self, BaseUrl};

/// Most results of a search of which those that are offered are kept: as many as the index gives at once. A member of a
/// collection that stands behind so many others fits nobody's query.
const WIDE_LIMIT: usize = 200;

/// A published site, what is offered of it, and its index.
#[derive(Debug)]
pub(super) struct AgentSite {
    pub(super) site: PublishedSite,
    pub(super) offer: Offer,
    /// The index, and when it was opened.
    index: Option<(Searcher, Instant)>,
}

impl AgentSite {
    /// Of the site nothing is read yet.
    pub(super) fn new(site: PublishedSite, narrowing: Narrowing) -> Self {
        Self {
            site,
            offer: Offer::new(narrowing),
            index: None,
        }
    }

    /// What a search finds of all that is offered.
    pub(super) fn search(&mut self, query: &str, options: &Options) -> Result<Results, SiteError> {
        // What the index would not say: that there is no such badge.
        let keys = self.offer.keys(&self.site)?.cloned();
        let keys = keys.filter(|_| self.offer.is_more_found());
        let wide = match keys {
            Some(_) => Options {
                limit: WIDE_LIMIT,
                near_limit: WIDE_LIMIT,
                ..options.clone()
            },
            None => options.clone(),
        };
        let searches = self.offer.searches().into_iter().map(|mut filters| {
            filters.extend(options.filters.iter().cloned());
            Options {
                filters,
                ..wide.clone()
            }
        });
        let found = searches.map(|options| self.search_once(query, &options));
        let mut found: Vec<Results> = found.collect::<Result<_, _>>()?;
        for results in &mut found {
            if let Some(keys) = &keys {
                merged::keep(results, |card| keys.contains(&SkillKey::of_card(card)));
            }
        }
        Ok(merged::results(found, options))
    }

    fn search_once(&mut self, query: &str, options: &Options) -> Result<Results, SiteError> {
        self.with_index(|searcher, source, _| {
            let found = searcher.find(query, options, source);
            found.map_err(|error| source.search_error(error))
        })
    }

    /// Where the skill that is asked about stands in a search.
    pub(super) fn explain(&mut self, asked: &Asked<'_>) -> Result<Explanation, SiteError> {
        let explained = self.with_index(|searcher, source, base_url| {
            standing::explain(asked, searcher, source, |source, page| match base_url {
                Some(base_url) => base_url.absolute(page),
                None => source.address(page),
            })
        })?;
        explained.ok_or_else(|| SiteError::NotSearched(asked.key.clone()))
    }

    /// Lets `work` use the index, which is opened again once it is old.
    fn with_index<T>(
        &mut self,
        work: impl FnOnce(&mut Searcher, &mut SiteSource, Option<&BaseUrl>) -> Result<T, SearchError>,
    ) -> Result<T, SiteError> {
        let PublishedSite { source, base_url } = &mut self.site;
        let is_fresh = |(_, opened_at): &(_, Instant)| opened_at.elapsed() < MAX_AGE;
        let (mut searcher, opened_at) = match self.index.take().filter(is_fresh) {
            Some(index) => index,
            None => (source.open_index()?, Instant::now()),
        };
        let worked = work(&mut searcher, source, base_url.as_ref())?;
        self.index = Some((searcher, opened_at));
        Ok(worked)
    }

    /// The kinds of badges on a card that the last search found.
    pub(super) fn badges(&self, card: &Card) -> Vec<&str> {
        let index = self.index.iter();
        let kinds = index.flat_map(|(searcher, _)| card_badges(card, searcher.manifest()));
        valid_badges(kinds).collect()
    }

    /// What the API says of a skill that is offered.
    pub(super) fn record(&mut self, key: &SkillKey) -> Result<Record, SiteError> {
        let no_skill = || SiteError::NoSkill(key.clone());
        let record = self.site.record(key)?.ok_or_else(no_skill)?;
        // A former name leads to the present one, which is what is offered or not.
        let present = record.key();
        match self
            .offer
            .has(present.as_ref().unwrap_or(key), &self.site)?
        {
            true => Ok(record),
            false => Err(no_skill()),
        }
    }

    /// The bytes of a file of at most `max_bytes`, which are those that the record speaks of.
    pub(super) fn bytes(
        &self,
        key: &SkillKey,
        record: &Record,
        file: &FileRef,
        max_bytes: u64,
    ) -> Result<Vec<u8>, SiteError> {
        Ok(self.site.file(key, record, file, max_bytes)?)
    }

    /// A page of the site's list of all skills.
    pub(super) fn list_page(&self, cursor: &PageCursor) -> Result<ListPage, SiteError> {
        let answer = match cursor {
            PageCursor::First => match self.read(&url::api::newest(None)) {
                // Servers that answer the API themselves have a folder there, and no file.
                Answer::Gone => self.read("api/v1/skills/"),
                answer => answer,
            },
            PageCursor::File(number) => self.read(&url::api::newest(Some(*number as usize))),
            PageCursor::After(key) => self.read(&format!("api/v1/skills?cursor={key}")),
        };
        let page = match answer {
            Answer::Gone => return Err(SiteError::NoPage),
            Answer::Bytes(bytes) => ListPage::decode(&bytes),
            _ => None,
        };
        Ok(page.ok_or_else(|| self.site.unread("the list of skills".to_owned()))?)
    }

    /// Whether the `skills` client can install a skill.
    pub(super) fn is_installable(&self, key: &SkillKey) -> bool {
        matches!(self.read(&url::api::discovery(key)), Answer::Bytes(_))
    }

    /// The absolute URL of a page, or its path below the site's root where that is not known.
    pub(super) fn address(&self, page_path: &str) -> String {
        self.site.address(page_path)
    }

    fn read(&self, path: &str) -> Answer {
        self.site.source.read(path, DOCUMENT_MAX_BYTES)
    }
}
