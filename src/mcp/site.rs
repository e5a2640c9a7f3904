//! A published site as agents read it: its skills, its list of them, and its search index, which stays open for a while.

use std::time::{Duration, Instant};

use skillpress_search::internals::format::cards::Card;
use skillpress_search::{Answer, Options, Results, Searcher};

use super::cursor::Cursor;
use super::error::SiteError;
use super::list_page::ListPage;
use crate::index::card_badges;
use crate::key::SkillKey;
use crate::published::{DOCUMENT_MAX_BYTES, FileRef, PublishedSite, Record, valid_badges};
use crate::site_source::{SearchError, SiteSource};
use crate::standing::{self, Asked, Explanation};
use crate::url::{self, BaseUrl};

/// A published site and its index.
#[derive(Debug)]
pub(super) struct AgentSite {
    pub(super) site: PublishedSite,
    /// The index, and when it was opened.
    index: Option<(Searcher, Instant)>,
}

/// Largest file that is given.
const FILE_MAX_BYTES: u64 = 1 << 20;
/// After so long the index is opened again, since the site may have been built again.
const INDEX_MAX_AGE: Duration = Duration::from_secs(300);

impl AgentSite {
    /// Of the site nothing is read yet.
    pub(super) fn new(site: PublishedSite) -> Self {
        Self { site, index: None }
    }

    /// What a search finds.
    pub(super) fn search(&mut self, query: &str, options: &Options) -> Result<Results, SiteError> {
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
        let is_fresh = |(_, opened_at): &(_, Instant)| opened_at.elapsed() < INDEX_MAX_AGE;
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

    /// What the API says of a skill.
    pub(super) fn record(&self, key: &SkillKey) -> Result<Record, SiteError> {
        let record = self.site.record(key)?;
        record.ok_or_else(|| SiteError::NoSkill(key.clone()))
    }

    /// The bytes of a file, which are those that the record speaks of.
    pub(super) fn bytes(
        &self,
        key: &SkillKey,
        record: &Record,
        file: &FileRef,
    ) -> Result<Vec<u8>, SiteError> {
        Ok(self.site.file(key, record, file, FILE_MAX_BYTES)?)
    }

    /// A page of the list of all skills.
    pub(super) fn list_page(&self, cursor: &Cursor) -> Result<ListPage, SiteError> {
        let answer = match cursor {
            Cursor::First => match self.read(&url::api::newest(None)) {
                // Servers that answer the API themselves have a folder there, and no file.
                Answer::Gone => self.read("api/v1/skills/"),
                answer => answer,
            },
            Cursor::File(number) => self.read(&url::api::newest(Some(*number as usize))),
            Cursor::After(key) => self.read(&format!("api/v1/skills?cursor={key}")),
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
