//! Files of skills as resources, and the list of all skills.

use base64::Engine;
use rmcp::model::{Resource, ResourceContents};

use super::cursor::Cursor;
use super::error::SiteError;
use super::list_page::Item;
use super::site::AgentSite;
use super::uri::SkillUri;
use crate::key::SkillKey;

/// Resources, and where the list goes on.
#[derive(Debug)]
pub(super) struct ResourcePage {
    pub(super) resources: Vec<Resource>,
    pub(super) next: Option<Cursor>,
}

/// Most skills of a page of the list; the site's pages have fewer.
const PAGE_MAX: usize = 500;

impl AgentSite {
    /// One file as a resource: text when it is UTF-8, else base64.
    pub(super) fn resource(&self, uri: &SkillUri) -> Result<ResourceContents, SiteError> {
        let record = self.record(&uri.key)?;
        let file = match &uri.path {
            None => record.main_file(),
            Some(path) => record.file(path),
        };
        let file = file.ok_or_else(|| SiteError::NoFile(uri.key.clone()))?;
        let bytes = self.bytes(&uri.key, &record, file)?;
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
    pub(super) fn resources(&self, cursor: &Cursor) -> Result<ResourcePage, SiteError> {
        let page = self.list_page(cursor)?;
        let next = match (&page.next, &page.next_cursor) {
            (Some(next), _) => Cursor::of_next(next),
            (None, Some(next_cursor)) => Cursor::parse(next_cursor),
            (None, None) => None,
        };
        let items = page.items.iter().take(PAGE_MAX);
        Ok(ResourcePage {
            resources: items.filter_map(resource_of).collect(),
            next,
        })
    }
}

/// `None` for a name that no build would have accepted.
fn resource_of(item: &Item) -> Option<Resource> {
    let key = SkillKey::parse(&format!("{}/{}", item.owner_handle, item.slug))?;
    let resource = Resource::new(SkillUri::of_skill(&key).to_string(), key.to_string())
        .with_title(item.display_name.clone())
        .with_description(item.summary.clone())
        .with_mime_type("text/markdown");
    Some(resource)
}
