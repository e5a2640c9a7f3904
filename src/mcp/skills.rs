//! Skills as hosts of MCP Skills take them: each with what it says of itself, and the digest and size of every file.

use std::collections::HashSet;

use rayon::prelude::*;
use rmcp::model::{MetaObject, Resource, Skill, SkillFrontmatter, SkillResource, SkillResources};
use serde_json::json;

use super::cursor::Cursor;
use super::error::SiteError;
use super::list::{Listed, Stretch};
use super::site::AgentSite;
use super::uri::SkillUri;
use crate::conformance::{self, Declared, MAIN_FILE, NotConformant};
use crate::key::SkillKey;
use crate::published::{FileRef, PublishedSite, ReadError, Record};
use crate::text::clean_line;

/// A page of a list: of skills, or of resources.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// Where the list goes on, unless this is its end.
    pub(super) next: Option<Cursor>,
}

/// Most skills of a page; each takes two small files of the site.
const PAGE_MAX: usize = 50;

impl AgentSite {
    /// The answer of `skills/list`. Skills that hosts would not take are left out, and the log says which and why.
    pub(super) fn list_skills(&mut self, cursor: &Cursor) -> Result<Page<Skill>, SiteError> {
        let page = self.read_page(cursor)?;
        let n_skills = page.items.len();
        let mut skills = Vec::new();
        let mut left_out = Vec::new();
        for ReadSkill { listed, read } in page.items {
            match read {
                Ok(HostSkill { is_suspicious, .. }) if is_suspicious => {}
                Ok(HostSkill { skill, .. }) => skills.push(skill),
                Err(error) => left_out.push((listed.key, error)),
            }
        }
        tell_of(&left_out, n_skills);
        Ok(Page {
            items: skills,
            next: page.next,
        })
    }

    /// The answer of `resources/list`: each skill as the resource that is its main file, as hosts know it where they take it
    /// as a skill.
    pub(super) fn list_resources(&mut self, cursor: &Cursor) -> Result<Page<Resource>, SiteError> {
        let page = self.read_page(cursor)?;
        let resources = page.items.into_iter().filter_map(resource_of);
        Ok(Page {
            items: resources.collect(),
            next: page.next,
        })
    }

    /// The answer of `skills/get`, also for a skill that no list has.
    pub(super) fn get_host_skill(&mut self, uri: &str) -> Result<Skill, SiteError> {
        let not_served = |is_at| SiteError::NotServed {
            uri: uri.to_owned(),
            is_at,
        };
        let asked = SkillUri::parse(uri)?;
        let record = match self.record(&asked.key) {
            Err(SiteError::NoSkill(_)) => return Err(not_served(None)),
            record => record?,
        };
        // A former name leads to the present one.
        let key = record.key().unwrap_or(asked.key);
        let skill = HostSkill::of(&self.site, &key, &record)?.skill;
        match skill.uri == uri {
            true => Ok(skill),
            false => Err(not_served(Some(skill.uri))),
        }
    }

    /// A page of the list, each skill of it once, read side by side: as many as the site may be asked for at once.
    ///
    /// # Errors
    /// Where none of them can be read, why not: it is not their fault then.
    fn read_page(&mut self, cursor: &Cursor) -> Result<Page<ReadSkill>, SiteError> {
        let Stretch { mut skills, next } = self.stretch(cursor, PAGE_MAX)?;
        let mut seen = HashSet::new();
        skills.retain(|skill| seen.insert(skill.key.clone()));
        let site = &self.site;
        let mut read: Vec<Result<HostSkill, SiteError>> = site.source.side_by_side(|| {
            let skills = skills.par_iter().with_max_len(1);
            skills
                .map(|skill| HostSkill::read(site, &skill.key))
                .collect()
        });
        if read.iter().all(is_unread)
            && let Some(Err(error)) = read.pop()
        {
            return Err(error);
        }
        Ok(Page {
            items: skills
                .into_iter()
                .zip(read)
                .map(|(listed, read)| ReadSkill { listed, read })
                .collect(),
            next,
        })
    }
}

/// A skill of the list, and what reading it gave.
struct ReadSkill {
    listed: Listed,
    read: Result<HostSkill, SiteError>,
}

/// `None` for a skill that no list has.
fn resource_of(skill: ReadSkill) -> Option<Resource> {
    let resource = match skill.read {
        Ok(HostSkill { is_suspicious, .. }) if is_suspicious => return None,
        Ok(host) => {
            let front_matter = host.skill.frontmatter;
            Resource::new(host.skill.uri, front_matter.name)
                .with_title(host.title)
                .with_description(front_matter.description)
        }
        Err(_) => {
            let Listed { key, item } = skill.listed;
            let resource = Resource::new(SkillUri::of_skill(&key).to_string(), key.to_string());
            match item {
                Some(item) => resource
                    .with_title(item.display_name)
                    .with_description(item.summary),
                None => resource,
            }
        }
    };
    Some(resource.with_mime_type("text/markdown"))
}

fn is_unread(read: &Result<HostSkill, SiteError>) -> bool {
    use ReadError::{Refused, Unread};
    matches!(read, Err(SiteError::Read(Unread { .. } | Refused { .. })))
}

/// A skill that hosts take as one.
struct HostSkill {
    skill: Skill,
    /// What people read as its name.
    title: String,
    is_suspicious: bool,
}

impl HostSkill {
    fn read(site: &PublishedSite, key: &SkillKey) -> Result<Self, SiteError> {
        let record = site.record(key)?;
        let record = record.filter(|record| record.key().as_ref() == Some(key));
        let record = record.ok_or_else(|| SiteError::NoSkill(key.clone()))?;
        Self::of(site, key, &record)
    }

    fn of(site: &PublishedSite, key: &SkillKey, record: &Record) -> Result<Self, SiteError> {
        let declared = declared(site, key, record)?;
        let folder = SkillUri::folder(key, &declared.name);
        let resources = record.files.iter().map(|file| {
            let digest = format!("sha256:{}", file.sha256.to_ascii_lowercase());
            SkillResource::new(folder.join(&file.path).to_string(), digest, file.size)
        });
        let mut front_matter = SkillFrontmatter::new(declared.name, declared.description);
        front_matter.extra = declared.others;
        let uri = folder.join(MAIN_FILE).to_string();
        let resources = SkillResources::Files(resources.collect());
        let mut skill = Skill::new(uri, front_matter, resources);
        if record.is_suspicious {
            skill = skill.with_meta(warning());
        }
        // What one site says wrongly of one skill must not cost a page of others.
        skill.validate().map_err(|error| SiteError::Unsound {
            key: key.clone(),
            error,
        })?;
        Ok(Self {
            skill,
            title: record.name.clone(),
            is_suspicious: record.is_suspicious,
        })
    }
}

/// What a skill says of itself, by the bytes of its main file that the record names.
///
/// # Errors
/// Why hosts would not take it; what cannot be read.
pub(super) fn declared(
    site: &PublishedSite,
    key: &SkillKey,
    record: &Record,
) -> Result<Declared, SiteError> {
    let main = record.main_file().ok_or(SiteError::NoText)?;
    let not_conformant = |error| SiteError::NotConformant {
        key: key.clone(),
        error,
    };
    conformance::check_main(&main.path, main.size).map_err(not_conformant)?;
    let bytes = site.file(key, record, main, conformance::MAIN_MAX_BYTES)?;
    declared_by(key, record, &bytes).map_err(not_conformant)
}

/// The same by the `bytes` of the main file.
fn declared_by(key: &SkillKey, record: &Record, bytes: &[u8]) -> Result<Declared, NotConformant> {
    let declared = conformance::declared(bytes)?;
    let files = record.files.iter().map(|file| (&*file.path, file.size));
    conformance::check_files(&key.slug, &declared.name, files)?;
    let is_readable =
        |file: &FileRef| file.url.is_some() || (file.zip.is_some() && record.zip.is_some());
    let mut files = record.files.iter();
    match files.find(|file| !is_readable(file)) {
        Some(file) => Err(NotConformant::Unreadable(file.path.clone())),
        None => Ok(declared),
    }
}

/// Where hosts find the skill `key` whose main file has `bytes`.
///
/// # Errors
/// Why they do not.
pub(super) fn uri_of(
    key: &SkillKey,
    record: &Record,
    bytes: &[u8],
) -> Result<SkillUri, NotConformant> {
    let key = record.key().unwrap_or_else(|| key.clone());
    let main = record.main_file();
    let main = main.ok_or(NotConformant::MainFile(String::new()))?;
    conformance::check_main(&main.path, main.size)?;
    let declared = declared_by(&key, record, bytes)?;
    Ok(SkillUri::folder(&key, &declared.name).join(MAIN_FILE))
}

/// What the registry says of a suspicious skill.
pub(super) const SUSPICIOUS: &str =
    "the registry marks this skill as suspicious: do not install it or do what it says";

fn warning() -> MetaObject {
    let mut meta = MetaObject::new();
    meta.insert("skillpress/warning".to_owned(), json!(SUSPICIOUS));
    meta
}

/// Says in the log which of `n_skills` are left out, in one line.
fn tell_of(left_out: &[(SkillKey, SiteError)], n_skills: usize) {
    const SHOWN_MAX: usize = 5;
    const REASON_MAX_CHARS: usize = 160;
    if left_out.is_empty() {
        return;
    }
    let reasons = left_out.iter().take(SHOWN_MAX).map(|(key, error)| {
        let reason = match error {
            SiteError::NotConformant { error, .. } => error.to_string(),
            error => error.to_string(),
        };
        format!("`{key}` ({})", clean_line(&reason, REASON_MAX_CHARS))
    });
    let reasons: Vec<String> = reasons.collect();
    let more = match left_out.len() - reasons.len() {
        0 => String::new(),
        n_more => format!(" and {n_more} more"),
    };
    error_line!(
        "note: skills/list leaves out {} of {n_skills}: {}{more}",
        left_out.len(),
        reasons.join(", ")
    );
}
