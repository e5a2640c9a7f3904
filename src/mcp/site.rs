//! A published site as it is read: its search index, and the files of its API.

use std::time::{Duration, Instant};

use skillpress_search::internals::format::cards::Card;
use skillpress_search::{Answer, Options, Results, Searcher};

use super::cursor::Cursor;
use super::error::SiteError;
use super::record::{DOCUMENT_MAX_BYTES, FileRef, ListPage, Record, WellKnown, valid_badges};
use crate::index::card_badges;
use crate::key::SkillKey;
use crate::source::{SiteSource, SourceError};
use crate::url::{self, BaseUrl};

/// A published site, near or far.
#[derive(Debug)]
pub struct PublishedSite {
    source: SiteSource,
    /// Where the site stands on the web; `None` for a folder that does not say it.
    pub(super) base_url: Option<BaseUrl>,
    /// The index, and when it was opened.
    index: Option<(Searcher, Instant)>,
}

/// Largest file that is given.
const FILE_MAX_BYTES: u64 = 1 << 20;
/// After so long the index is opened again, since the site may have been built again.
const INDEX_MAX_AGE: Duration = Duration::from_secs(300);

impl PublishedSite {
    /// The site at `place`: an `http:` or `https:` URL, or a folder. Of a URL nothing is read yet.
    ///
    /// # Errors
    /// When the URL is not one, or the folder is no site.
    pub fn open(place: &str) -> Result<Self, SourceError> {
        let source = SiteSource::open(place)?;
        let base_url = match &source {
            // A copy of a site on another host leads to itself.
            SiteSource::Http(_) => {
                let url = place.parse();
                Some(url.map_err(|_| SourceError::NoUrl(place.to_owned()))?)
            }
            SiteSource::File(_) => baked_base_url(&source),
        };
        Ok(Self {
            source,
            base_url,
            index: None,
        })
    }

    /// What a search finds.
    pub(super) fn search(&mut self, query: &str, options: &Options) -> Result<Results, SiteError> {
        let is_fresh = |(_, opened_at): &(_, Instant)| opened_at.elapsed() < INDEX_MAX_AGE;
        let (mut searcher, opened_at) = match self.index.take().filter(is_fresh) {
            Some(index) => index,
            None => (self.source.open_index()?, Instant::now()),
        };
        let results = searcher
            .find(query, options, &mut self.source)
            .map_err(|error| self.source.search_error(error))?;
        self.index = Some((searcher, opened_at));
        Ok(results)
    }

    /// The kinds of badges on a card that the last search found.
    pub(super) fn badges(&self, card: &Card) -> Vec<&str> {
        let index = self.index.iter();
        let kinds = index.flat_map(|(searcher, _)| card_badges(card, searcher.manifest()));
        valid_badges(kinds).collect()
    }

    /// What the API says of a skill.
    pub(super) fn record(&self, key: &SkillKey) -> Result<Record, SiteError> {
        let record = match self.read(&url::api::record(key)) {
            Answer::Gone => return Err(SiteError::NoSkill(key.clone())),
            Answer::Bytes(bytes) => Record::decode(&bytes),
            _ => None,
        };
        record.ok_or_else(|| self.unread(format!("what the site says of `{key}`")))
    }

    /// The bytes of a file, which are those that the record speaks of.
    pub(super) fn bytes(&self, key: &SkillKey, file: &FileRef) -> Result<Vec<u8>, SiteError> {
        let path = file.path.clone();
        if file.url.is_none() {
            let zip_url = self.address(&url::zip(key));
            return Err(SiteError::ZipOnly { path, zip_url });
        }
        let page_path = url::file(key, &path);
        if file.size > FILE_MAX_BYTES {
            return Err(SiteError::TooLong {
                path,
                url: self.address(&page_path),
                len_bytes: file.size,
                max_bytes: FILE_MAX_BYTES,
            });
        }
        match self.source.read(&page_path, FILE_MAX_BYTES) {
            Answer::Bytes(bytes) if file.is(&bytes) => Ok(bytes),
            Answer::Bytes(_) => Err(SiteError::Replaced { path }),
            _ => Err(self.unread(format!("`{path}`"))),
        }
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
        page.ok_or_else(|| self.unread("the list of skills".to_owned()))
    }

    /// Whether the `skills` client can install a skill.
    pub(super) fn is_installable(&self, key: &SkillKey) -> bool {
        matches!(self.read(&url::api::discovery(key)), Answer::Bytes(_))
    }

    /// The absolute URL of a page, or its path below the site's root where that is not known.
    pub(super) fn address(&self, page_path: &str) -> String {
        match &self.base_url {
            Some(base_url) => base_url.absolute(page_path),
            None => self.source.address(page_path),
        }
    }

    fn read(&self, path: &str) -> Answer {
        self.source.read(path, DOCUMENT_MAX_BYTES)
    }

    fn unread(&self, what: String) -> SiteError {
        match self.source.take_refusal() {
            Some(refusal) => SiteError::Refused { what, refusal },
            None => SiteError::Unread { what },
        }
    }
}

/// Where a site in a folder will stand, as it says itself.
fn baked_base_url(source: &SiteSource) -> Option<BaseUrl> {
    let Answer::Bytes(bytes) = source.read(url::api::CLAWHUB, DOCUMENT_MAX_BYTES) else {
        return None;
    };
    let well_known: WellKnown = serde_json::from_slice(&bytes).ok()?;
    let api_base = Some(well_known.api_base).filter(|url| url.len() <= URL_MAX_BYTES);
    api_base?.parse().ok()
}

/// Longest address of a site that is believed; each address of an answer begins with it.
const URL_MAX_BYTES: usize = 2048;
