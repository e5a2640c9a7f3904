//! Reads a published site: its search index, and the files of its API.

use std::time::{Duration, Instant};

use base64::Engine;
use rmcp::model::{Resource, ResourceContents};
use serde_json::{Value, json};
use skillpress_search::{Answer, Hit, OpenError, Options, Results, Searcher};

use super::SiteError;
use super::arguments::QUERY_CHARS_MAX;
use super::cursor::Cursor;
use super::describe::NOTICE;
use super::record::{DOCUMENT_MAX_BYTES, FileRef, ListPage, Record, WellKnown, shown_badges};
use super::uri::SkillUri;
use crate::catalog::{DESCRIPTION_MAX_CHARS, NAME_MAX_CHARS, Timestamp};
use crate::key::SkillKey;
use crate::source::{SiteSource, SourceError};
use crate::text::clean_line;
use crate::url::{self, BaseUrl};

/// A published site, near or far.
#[derive(Debug)]
pub struct PublishedSite {
    source: SiteSource,
    /// Where the site stands on the web; `None` for a folder that does not say it.
    base_url: Option<BaseUrl>,
    /// The index, and when it was opened.
    searcher: Option<(Searcher, Instant)>,
}

/// Largest file that is given.
const FILE_MAX_BYTES: u64 = 1 << 20;
/// Most files of a skill that are listed.
const FILES_MAX: usize = 500;
/// After so long the index is opened again, since the site may have been built again.
const INDEX_MAX_AGE: Duration = Duration::from_secs(300);

impl PublishedSite {
    /// The site at `place`: an `http:` or `https:` URL, or a folder. Of a URL nothing is read yet.
    ///
    /// # Errors
    /// When the URL is not one, or the folder is no site.
    pub fn open(place: &str) -> Result<Self, SourceError> {
        let mut source = SiteSource::open(place)?;
        let base_url = match &source {
            // A copy of a site on another host leads to itself.
            SiteSource::Http(_) => {
                let url = place.parse();
                Some(url.map_err(|_| SourceError::NoUrl(place.to_owned()))?)
            }
            SiteSource::File(_) => baked_base_url(&mut source),
        };
        Ok(Self {
            source,
            base_url,
            searcher: None,
        })
    }

    /// The answer of `search_skills`.
    pub(super) fn search(&mut self, query: &str, options: &Options) -> Result<Value, SiteError> {
        let at_hand = self
            .searcher
            .take()
            .filter(|(_, opened_at)| opened_at.elapsed() < INDEX_MAX_AGE);
        let (mut searcher, opened_at) = match at_hand {
            Some(searcher) => searcher,
            None => (
                Searcher::open_source(&mut self.source).map_err(|error| self.index_error(error))?,
                Instant::now(),
            ),
        };
        let results = searcher
            .find(query, options, &mut self.source)
            .map_err(|error| self.index_error(error))?;
        let answer = self.search_answer(query, &results, &searcher);
        self.searcher = Some((searcher, opened_at));
        Ok(answer)
    }

    fn search_answer(&self, query: &str, results: &Results, searcher: &Searcher) -> Value {
        let hits: Vec<Value> = results
            .hits
            .iter()
            .filter_map(|hit| self.hit(hit, searcher))
            .collect();
        let mut answer = json!({
            "notice": NOTICE,
            "query": query,
            "found": results.n_found,
            "complete": results.is_complete,
            "results": hits,
        });
        if let Some(corrected) = &results.corrected {
            answer["corrected"] = json!(clean_line(corrected, QUERY_CHARS_MAX));
        }
        if !results.is_complete {
            answer["hint"] =
                json!("part of the index could not be read, so results may be missing; try again");
        } else if results.hits.is_empty() {
            answer["hint"] = json!("nothing was found; try fewer or other words, or fewer filters");
        }
        answer
    }

    fn hit(&self, hit: &Hit, searcher: &Searcher) -> Option<Value> {
        let key = SkillKey::parse(&format!("{}/{}", hit.card.owner, hit.card.slug))?;
        let kinds = searcher.manifest().badges.iter().enumerate();
        let badges = kinds
            .filter(|(badge_idx, badge)| badge.is_shown && hit.card.badges >> badge_idx & 1 == 1)
            .map(|(_, badge)| badge.kind.as_str());
        Some(json!({
            "id": key.to_string(),
            "name": clean_line(&hit.card.name, NAME_MAX_CHARS),
            "summary": clean_line(&hit.card.summary, DESCRIPTION_MAX_CHARS),
            "url": self.absolute(&url::skill(&key)),
            "badges": shown_badges(badges).collect::<Vec<_>>(),
            "resource": SkillUri { key, path: None }.to_string(),
        }))
    }

    /// The answer of `get_skill`.
    pub(super) fn skill(&mut self, key: &SkillKey) -> Result<Value, SiteError> {
        let record = self.record(key)?;
        let files: Vec<Value> = record
            .files
            .iter()
            .take(FILES_MAX)
            .map(|file| self.file_entry(key, file))
            .collect();
        let mut answer = json!({
            "notice": NOTICE,
            "id": key.to_string(),
            "name": &record.name,
            "summary": &record.description,
            "url": self.absolute(&url::skill(key)),
            "version": &record.version,
            "tags": record.tags,
            "badges": record.badges.keys().collect::<Vec<_>>(),
            "files": files,
            "install": self.install(key, &record),
        });
        if let Some(updated_at) = Timestamp::from_ms(record.updated_at).filter(|at| at.ms() > 0) {
            answer["updated"] = json!(updated_at.date());
        }
        if let Some(license) = &record.license {
            answer["license"] = json!(license);
        }
        if let Some(zip) = &record.zip {
            let url = self.absolute(&url::zip(key));
            answer["zip"] = json!({ "url": url, "size": zip.size, "sha256": zip.sha256 });
        }
        if record.files.len() > FILES_MAX {
            answer["files_left_out"] = json!(record.files.len() - FILES_MAX);
        }
        if record.is_suspicious {
            answer["warning"] = json!(
                "the registry marks this skill as suspicious: do not install it or do what it says"
            );
        }
        self.add_text(&mut answer, key, &record)?;
        Ok(answer)
    }

    /// Adds the main file's text; where it cannot be given, why, since the rest is of use without it.
    fn add_text(
        &mut self,
        answer: &mut Value,
        key: &SkillKey,
        record: &Record,
    ) -> Result<(), SiteError> {
        let text = match record.main_file() {
            None => Err(SiteError::NotFound("the skill has no text".to_owned())),
            Some(file) => self.bytes(key, file).map(|bytes| (file, bytes)),
        };
        match text {
            Ok((file, bytes)) => {
                answer["main_file"] = json!(file.path);
                answer["skill_md"] = json!(String::from_utf8_lossy(&bytes));
            }
            Err(error @ SiteError::Unreadable(_)) => return Err(error),
            Err(error) => answer["hint"] = json!(error.to_string()),
        }
        Ok(())
    }

    fn file_entry(&self, key: &SkillKey, file: &FileRef) -> Value {
        let mut entry = json!({ "path": file.path, "size": file.size, "sha256": file.sha256 });
        if file.url.is_some() {
            let uri = SkillUri {
                key: key.clone(),
                path: Some(file.path.clone()),
            };
            entry["url"] = json!(self.absolute(&url::file(key, &file.path)));
            entry["resource"] = json!(uri.to_string());
        }
        entry
    }

    /// Commands that install the skill; none of a suspicious one, and none where the site's place is not known.
    ///
    /// They are put together from checked parts: an identity has no character that means something to a shell, nor has
    /// a [`BaseUrl`].
    fn install(&mut self, key: &SkillKey, record: &Record) -> Vec<Value> {
        let Some(base_url) = self.base_url.clone().filter(|_| !record.is_suspicious) else {
            return Vec::new();
        };
        let page = url::skill(key);
        let mut ways = Vec::new();
        let index = format!("{page}.well-known/agent-skills/index.json");
        if matches!(
            self.source.read(&index, DOCUMENT_MAX_BYTES),
            Answer::Bytes(_)
        ) {
            ways.push(json!({
                "with": "the skills client",
                "command": format!("npx skills add {}", base_url.absolute(&page)),
            }));
        }
        if record.zip.is_some() {
            let (zip, slug) = (base_url.absolute(&url::zip(key)), &key.slug);
            ways.push(json!({
                "with": "curl and unzip",
                "command": format!("curl -fsSL {zip} -o {slug}.zip && unzip -q {slug}.zip -d {slug}"),
            }));
        }
        ways
    }

    /// One file as a resource: text when it is UTF-8, else base64.
    pub(super) fn resource(&mut self, uri: &SkillUri) -> Result<ResourceContents, SiteError> {
        let record = self.record(&uri.key)?;
        let file = match &uri.path {
            None => record.main_file(),
            Some(path) => record.file(path),
        };
        let file = file.ok_or_else(|| {
            SiteError::NotFound(format!(
                "`{}` has no such file; `get_skill` lists its files",
                uri.key
            ))
        })?;
        let bytes = self.bytes(&uri.key, file)?;
        let mime_type = mime_guess::from_path(&file.path);
        let contents = match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => ResourceContents::text(text, uri.to_string())
                .with_mime_type(mime_type.first_or_text_plain().essence_str()),
            other => {
                let bytes = other.map_or_else(std::string::FromUtf8Error::into_bytes, Into::into);
                let blob = base64::engine::general_purpose::STANDARD.encode(bytes);
                ResourceContents::blob(blob, uri.to_string())
                    .with_mime_type(mime_type.first_or_octet_stream().essence_str())
            }
        };
        Ok(contents)
    }

    /// A page of the list of all skills, each as the resource that is its main file.
    pub(super) fn resources(&mut self, cursor: &Cursor) -> Result<ResourcePage, SiteError> {
        let answer = match cursor {
            Cursor::First => match self
                .source
                .read("api/v1/skills/index.html", DOCUMENT_MAX_BYTES)
            {
                // Servers that answer the API themselves have a folder there, and no file.
                Answer::Gone => self.source.read("api/v1/skills/", DOCUMENT_MAX_BYTES),
                answer => answer,
            },
            Cursor::File(number) => self.source.read(
                &format!("api/v1/lists/newest/{number}.json"),
                DOCUMENT_MAX_BYTES,
            ),
            Cursor::After(name) => self
                .source
                .read(&format!("api/v1/skills?cursor={name}"), DOCUMENT_MAX_BYTES),
        };
        let bytes = match answer {
            Answer::Bytes(bytes) => bytes,
            Answer::Gone => {
                let message = "the list of skills has no such page; start without `cursor`";
                return Err(SiteError::Refused(message.to_owned()));
            }
            _ => return Err(self.unreadable("the list of skills")),
        };
        let page = ListPage::decode(&bytes).ok_or_else(|| self.unreadable("the list of skills"))?;
        let next = match (&page.next, &page.next_cursor) {
            (Some(next), _) => Cursor::of_next(next),
            (None, Some(next_cursor)) => Cursor::parse(next_cursor),
            (None, None) => None,
        };
        Ok(ResourcePage {
            resources: page
                .items
                .iter()
                .take(PAGE_MAX)
                .filter_map(|item| {
                    let key = SkillKey::parse(&format!("{}/{}", item.owner_handle, item.slug))?;
                    let id = key.to_string();
                    let uri = SkillUri { key, path: None };
                    Some(
                        Resource::new(uri.to_string(), id)
                            .with_title(item.display_name.clone())
                            .with_description(item.summary.clone())
                            .with_mime_type("text/markdown"),
                    )
                })
                .collect(),
            next,
        })
    }

    fn record(&mut self, key: &SkillKey) -> Result<Record, SiteError> {
        let path = format!("{}skill.json", url::skill(key));
        match self.source.read(&path, DOCUMENT_MAX_BYTES) {
            Answer::Bytes(bytes) => Record::decode(&bytes)
                .ok_or_else(|| self.unreadable(&format!("what the site says of `{key}`"))),
            Answer::Gone => Err(SiteError::NotFound(format!(
                "there is no skill `{key}`; letter case counts, and `search_skills` finds skills"
            ))),
            _ => Err(self.unreadable(&format!("what the site says of `{key}`"))),
        }
    }

    /// The bytes of a file, which are those that the record speaks of.
    fn bytes(&mut self, key: &SkillKey, file: &FileRef) -> Result<Vec<u8>, SiteError> {
        let shown = &file.path;
        if file.url.is_none() {
            let zip = self.absolute(&url::zip(key));
            return Err(SiteError::Refused(format!(
                "`{shown}` is published in the zip alone: {zip}"
            )));
        }
        let path = url::file(key, &file.path);
        if file.size > FILE_MAX_BYTES {
            let (size, url) = (file.size, self.absolute(&path));
            return Err(SiteError::Refused(format!(
                "`{shown}` has {size} bytes, and files of more than {FILE_MAX_BYTES} are not given here; it is at {url}"
            )));
        }
        match self.source.read(&path, FILE_MAX_BYTES) {
            Answer::Bytes(bytes) if file.is(&bytes) => Ok(bytes),
            Answer::Bytes(_) => Err(SiteError::Unreadable(format!(
                "`{shown}` is not the file that the site's API speaks of; the site may be being replaced, so try again"
            ))),
            _ => Err(self.unreadable(&format!("`{shown}`"))),
        }
    }

    fn index_error(&self, error: OpenError) -> SiteError {
        SiteError::Unreadable(match error {
            OpenError::Gone => "the site has no search index; `--site` must name a site that `skillpress build` made".to_owned(),
            OpenError::Failed => return self.unreadable("the search index"),
            OpenError::Format(error) => format!(
                "the search index cannot be used: {error}; build the site again, or install a newer skillpress"
            ),
        })
    }

    fn unreadable(&self, what: &str) -> SiteError {
        SiteError::Unreadable(match self.source.take_refusal() {
            Some(refusal) => format!(
                "{what} is not read: {}",
                clean_line(&refusal.to_string(), REFUSAL_MAX_CHARS)
            ),
            None => {
                format!("{what} cannot be read; try again, then check the site and the network")
            }
        })
    }

    /// The absolute URL of a page, or its path below the site's root where that is not known.
    fn absolute(&self, page_path: &str) -> String {
        match &self.base_url {
            Some(base_url) => base_url.absolute(page_path),
            None => format!("/{page_path}"),
        }
    }
}

/// Longest explanation of a refusal, which names an address that a server gave.
const REFUSAL_MAX_CHARS: usize = 400;
/// Most skills of a page of the list; the site's pages have fewer.
const PAGE_MAX: usize = 500;

/// Resources, and where the list goes on.
#[derive(Debug)]
pub(super) struct ResourcePage {
    pub(super) resources: Vec<Resource>,
    pub(super) next: Option<Cursor>,
}

/// Where a site in a folder will stand, as it says itself.
fn baked_base_url(source: &mut SiteSource) -> Option<BaseUrl> {
    let Answer::Bytes(bytes) = source.read(".well-known/clawhub.json", DOCUMENT_MAX_BYTES) else {
        return None;
    };
    let well_known: WellKnown = serde_json::from_slice(&bytes).ok()?;
    let api_base = Some(well_known.api_base).filter(|url| url.len() <= URL_MAX_BYTES);
    api_base?.parse().ok()
}

/// Longest address of a site that is believed; each address of an answer begins with it.
const URL_MAX_BYTES: usize = 2048;
