//! The answers of the tools.

use serde_json::{Value, json};
use skillpress_search::{Hit, IdentityMatch};

use super::arguments::{ExplainArguments, QUERY_CHARS_MAX, SearchArguments};
use super::describe::NOTICE;
use super::error::SiteError;
use super::site::AgentSite;
use super::skills::{SUSPICIOUS, uri_of};
use super::uri::SkillUri;
use crate::catalog::{DESCRIPTION_MAX_CHARS, NAME_MAX_CHARS, Timestamp};
use crate::key::SkillKey;
use crate::published::{FileRef, Record};
use crate::standing::{Asked, helps};
use crate::text::{clean_line, decode};
use crate::url;

/// Longest main file whose text is given.
const TEXT_MAX_BYTES: u64 = 1 << 20;
/// Most words that are told of why a skill was found.
const WHY_WORDS_MAX: usize = 8;
/// Most files of a skill that are listed.
const FILES_MAX: usize = 500;

impl AgentSite {
    /// The answer of `search_skills`.
    pub(super) fn search_skills(&mut self, asked: &SearchArguments) -> Result<Value, SiteError> {
        let results = self.search(&asked.query, &asked.options)?;
        let hits = results.hits.iter().map(|hit| self.hit(hit));
        let hits: Vec<Value> = hits.collect();
        let mut answer = json!({
            "notice": NOTICE,
            "query": asked.query,
            "found": results.n_found,
            "complete": results.is_complete,
            "results": hits,
        });
        if let Some(translated) = &results.translated {
            answer["translated"] = json!(clean_line(translated, QUERY_CHARS_MAX));
        }
        if let Some(corrected) = &results.corrected {
            answer["corrected"] = json!(clean_line(corrected, QUERY_CHARS_MAX));
        }
        if !results.is_complete {
            answer["hint"] =
                json!("part of the index could not be read, so results may be missing; try again");
        } else if results.hits.is_empty() {
            answer["hint"] = json!("nothing was found; try fewer or other words, or fewer filters");
        } else if results.n_found == 0 {
            answer["hint"] =
                json!("nothing fits; these are only near, so perhaps no skill does this");
            answer["words_to_drop"] = json!(results.words_to_drop);
        }
        Ok(answer)
    }

    fn hit(&self, hit: &Hit) -> Value {
        let card = &hit.card;
        let key = SkillKey::of_card(card);
        json!({
            "id": key.to_string(),
            "fits": hit.fit.fits,
            "name": clean_line(&card.name, NAME_MAX_CHARS),
            "summary": clean_line(&card.summary, DESCRIPTION_MAX_CHARS),
            "url": self.address(&url::skill(&key)),
            "badges": self.badges(card),
            "resource": SkillUri::of_skill(&key).to_string(),
            "why": why(hit),
        })
    }

    /// The answer of `explain_search`.
    pub(super) fn explain_search(&mut self, asked: &ExplainArguments) -> Result<Value, SiteError> {
        let record = self.record(&asked.key)?;
        let mut options = asked.options.clone();
        options
            .filters
            .extend(self.offer.search_of(&asked.key.owner));
        let explanation = self.explain(&Asked {
            query: &asked.query,
            key: &asked.key,
            labels: Some(record.labels(&asked.key)),
            options: &options,
        })?;
        let mut answer = json!(explanation);
        if let Some(keys) = self.offer.keys(&self.site)?
            && let Some(above) = answer["above"].as_array_mut()
        {
            above.retain(|other| {
                let key = other["id"].as_str().and_then(SkillKey::parse);
                key.is_some_and(|key| keys.contains(&key))
            });
        }
        answer["notice"] = json!(NOTICE);
        Ok(answer)
    }

    /// The answer of `get_skill`.
    pub(super) fn get_skill(&mut self, key: &SkillKey) -> Result<Value, SiteError> {
        let record = self.record(key)?;
        let files = record.files.iter().take(FILES_MAX);
        let files: Vec<Value> = files.map(|file| self.file_entry(key, file)).collect();
        let mut answer = json!({
            "notice": NOTICE,
            "id": key.to_string(),
            "name": &record.name,
            "summary": &record.description,
            "url": self.address(&url::skill(key)),
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
            let url = self.address(&url::zip(key));
            answer["zip"] = json!({ "url": url, "size": zip.size, "sha256": zip.sha256 });
        }
        if record.files.len() > FILES_MAX {
            answer["files_left_out"] = json!(record.files.len() - FILES_MAX);
        }
        if record.is_suspicious {
            answer["warning"] = json!(SUSPICIOUS);
        }
        self.add_text(&mut answer, key, &record)?;
        Ok(answer)
    }

    /// Adds the main file's text; where it is not given, why, since the rest is of use without it.
    fn add_text(
        &self,
        answer: &mut Value,
        key: &SkillKey,
        record: &Record,
    ) -> Result<(), SiteError> {
        let file = record.main_file().ok_or(SiteError::NoText);
        match file.and_then(|file| Ok((file, self.bytes(key, record, file, TEXT_MAX_BYTES)?))) {
            Ok((file, bytes)) => {
                answer["main_file"] = json!(file.path);
                answer["skill_md"] = json!(decode(&bytes).text);
                if let Ok(uri) = uri_of(key, record, &bytes) {
                    answer["skill"] = json!(uri.to_string());
                }
            }
            Err(error) if error.is_of_site() => return Err(error),
            Err(error) => answer["hint"] = json!(error.to_string()),
        }
        Ok(())
    }

    fn file_entry(&self, key: &SkillKey, file: &FileRef) -> Value {
        let mut entry = json!({ "path": file.path, "size": file.size, "sha256": file.sha256 });
        if file.url.is_some() {
            entry["url"] = json!(self.address(&url::file(key, &file.path)));
        }
        if file.url.is_some() || file.zip.is_some() {
            let uri = SkillUri {
                key: key.clone(),
                path: Some(file.path.clone()),
            };
            entry["resource"] = json!(uri.to_string());
        }
        entry
    }

    /// Commands that install the skill; none of a suspicious one, and none where the site's place is not known.
    ///
    /// They are put together from checked parts: an identity has no character that means something to a shell, nor has
    /// a [`crate::url::BaseUrl`].
    fn install(&self, key: &SkillKey, record: &Record) -> Vec<Value> {
        let Some(base_url) = self
            .site
            .base_url
            .as_ref()
            .filter(|_| !record.is_suspicious)
        else {
            return Vec::new();
        };
        let mut ways = Vec::new();
        if self.is_installable(key) {
            let page = base_url.absolute(&url::skill(key));
            ways.push(json!({
                "with": "the skills client",
                "command": format!("npx skills add {page}"),
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
}

/// Why a skill was found, in the terms of [`explain_search`](AgentSite::explain_search); a few dozen bytes.
fn why(hit: &Hit) -> Value {
    let mut words: Vec<&str> = Vec::new();
    for reason in &hit.reasons {
        if words.len() < WHY_WORDS_MAX && !words.contains(&&*reason.term) {
            words.push(&reason.term);
        }
    }
    let words: Vec<String> = words
        .into_iter()
        .map(|word| clean_line(word, NAME_MAX_CHARS))
        .collect();
    let mut why = json!({ "helps": helps(hit.fit), "words": words });
    if let Some(cosine) = hit.cosine {
        why["meaning"] = json!((f64::from(cosine.to_f32()) * 1000.0).round() / 1000.0);
    }
    if hit.identity != IdentityMatch::None {
        why["called"] = json!(true);
    }
    why
}
