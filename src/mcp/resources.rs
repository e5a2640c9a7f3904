//! Files and folders of skills as resources.

use std::collections::BTreeMap;

use base64::Engine;
use rmcp::model::{DIRECTORY_MIME_TYPE, Resource, ResourceContents};

use super::error::SiteError;
use super::site::AgentSite;
use super::skills::declared;
use super::uri::SkillUri;
use crate::conformance::SKILL_MAX_BYTES;
use crate::key::SkillKey;
use crate::published::{FileRef, Record};

/// Most files and folders of a page of a folder: any folder of a skill that hosts take is one page.
const FOLDER_PAGE_MAX: usize = 512;

impl AgentSite {
    /// One file as a resource: text when it is UTF-8, else base64.
    pub(super) fn resource(&mut self, uri: &SkillUri) -> Result<ResourceContents, SiteError> {
        let record = self.record(&uri.key)?;
        let file = match &uri.path {
            None => record.main_file(),
            Some(path) => self.file(&uri.key, &record, path)?,
        };
        let file = file.ok_or_else(|| SiteError::NoFile(uri.key.clone()))?;
        let bytes = self.bytes(&uri.key, &record, file, SKILL_MAX_BYTES)?;
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

    /// A page of what stands in a folder of a skill, sorted by name; the pages before it have `n_before`.
    pub(super) fn folder(
        &mut self,
        uri: &SkillUri,
        n_before: usize,
    ) -> Result<(Vec<Resource>, Option<usize>), SiteError> {
        let record = self.record(&uri.key)?;
        let children = match &uri.path {
            None => children(&record, ""),
            Some(path) => self.children(&uri.key, &record, path)?,
        };
        if children.is_empty() {
            return Err(SiteError::NoFolder(uri.key.clone()));
        }
        let n_seen = n_before.saturating_add(FOLDER_PAGE_MAX);
        let next = (n_seen < children.len()).then_some(n_seen);
        let page = children.into_iter().skip(n_before).take(FOLDER_PAGE_MAX);
        let resources = page.map(|(name, child)| {
            let resource = Resource::new(uri.join(name).to_string(), name);
            match child {
                Child::Folder => resource.with_mime_type(DIRECTORY_MIME_TYPE),
                Child::File(file) => {
                    let mime_type = mime_guess::from_path(&file.path).first_or_octet_stream();
                    let resource = resource.with_size(file.size);
                    resource.with_mime_type(mime_type.essence_str())
                }
            }
        });
        Ok((resources.collect(), next))
    }

    /// The file at `path` of a skill, which may begin with the skill's name.
    fn file<'r>(
        &self,
        key: &SkillKey,
        record: &'r Record,
        path: &str,
    ) -> Result<Option<&'r FileRef>, SiteError> {
        if let Some(file) = record.file(path) {
            return Ok(Some(file));
        }
        let Some((name, path)) = path.split_once('/') else {
            return Ok(None);
        };
        match record.file(path) {
            Some(file) if self.is_called(key, record, name)? => Ok(Some(file)),
            _ => Ok(None),
        }
    }

    /// What stands in the folder at `path`, which may begin with the skill's name.
    fn children<'r>(
        &self,
        key: &SkillKey,
        record: &'r Record,
        path: &str,
    ) -> Result<BTreeMap<&'r str, Child<'r>>, SiteError> {
        let found = children(record, path);
        if !found.is_empty() {
            return Ok(found);
        }
        let (name, path) = path.split_once('/').unwrap_or((path, ""));
        let found = children(record, path);
        match !found.is_empty() && self.is_called(key, record, name)? {
            true => Ok(found),
            false => Ok(BTreeMap::new()),
        }
    }

    /// Whether hosts take the skill as one that is called `name`, which is not its slug.
    fn is_called(&self, key: &SkillKey, record: &Record, name: &str) -> Result<bool, SiteError> {
        let key = record.key().unwrap_or_else(|| key.clone());
        match declared(&self.site, &key, record) {
            Ok(declared) => Ok(declared.name == name && name != key.slug),
            Err(error) if error.is_of_site() => Err(error),
            Err(_) => Ok(false),
        }
    }
}

/// What stands in a folder.
enum Child<'r> {
    Folder,
    File(&'r FileRef),
}

/// What stands in the folder at `path`, by name; the skill's own folder is at an empty path.
fn children<'r>(record: &'r Record, path: &str) -> BTreeMap<&'r str, Child<'r>> {
    let mut children = BTreeMap::new();
    for file in &record.files {
        let below = match path {
            "" => Some(&*file.path),
            path => file
                .path
                .strip_prefix(path)
                .and_then(|rest| rest.strip_prefix('/')),
        };
        let Some(below) = below else { continue };
        match below.split_once('/') {
            Some((folder, _)) => children.insert(folder, Child::Folder),
            None => children.insert(below, Child::File(file)),
        };
    }
    children
}
