//! Publishes a built site to an object store or a folder, so that whatever a visitor finds fits together at any moment, and
//! takes it back.
//!
//! ```text
//! SiteFolder ─► Record ─┐
//!                       ├─► Plan ─► run, under a claim ─► Store
//! Root ─► Known ────────┘
//! ```
//! The **publish record** beside the site says what stands there, so a store is not listed. Files are written in the order of
//! `layout::Step`: what is named before what names it. Before a key gets other bytes, those that it has are copied to their
//! **kept key**, so a digest that an older page names can still be fetched, and a rollback needs no files from here.
//!
//! A publication that dies leaves its generation among the `unsettled` ones of the root: the next one looks at the keys that
//! may hold its bytes.

mod attributes;
mod aws_profile;
mod background;
mod claim;
mod cloud;
mod cloud_error;
mod cloud_settings;
mod connection;
mod digest;
mod error;
mod folder;
mod index_key;
mod known;
mod layout;
mod pace;
mod parallel;
mod plan;
mod price;
mod probe;
mod process;
mod publisher;
mod purge;
mod reader;
mod record;
mod repair;
mod requests;
mod rollback;
mod root;
mod run;
mod site_folder;
mod slash_keys;
mod store;
mod summary;
mod supply;
#[cfg(test)]
mod tests;
mod verify;
mod write_deadline;

use std::path::Path;

use ::url::Url;

pub use claim::Timing;
pub use error::PublishError;
pub use index_key::IndexKeys;
pub use publisher::{MaxDeletes, Publisher};
pub use purge::Purged;
pub use reader::open_site;
pub use requests::Requests;
pub use site_folder::{ObjectOptions, SiteFolder, base_url};
pub use store::{Store, StoreError};
pub use summary::{Summary, addresses};
pub use verify::{Verified, verify};

use cloud::CloudStore;
use cloud_settings::{Patience, superfluous_part, without_login};
use folder::FolderStore;

/// Opens `target`: `s3://bucket/prefix`, `gs://…`, `az://…`, or a folder.
///
/// # Errors
/// When it is none of these, or cannot be one. What may be a password in it is not shown.
pub fn open_store(target: &str) -> Result<Box<dyn Store>, StoreError> {
    let error = |reason: &str| StoreError::Target {
        target: without_login(target),
        reason: reason.to_owned(),
    };
    let Some((scheme, _)) = target.split_once("://") else {
        if target.is_empty() {
            return Err(error("it is empty; name a folder, `.` for this one"));
        }
        let is_cut = |scheme: &&str| matches!(*scheme, "s3" | "gs" | "az" | "file");
        if let Some((scheme, _)) = target.split_once(':').filter(|(scheme, _)| is_cut(scheme)) {
            return Err(error(&format!("an address begins with `{scheme}://`")));
        }
        return Ok(Box::new(FolderStore::open(Path::new(target))?));
    };
    if !matches!(scheme, "s3" | "gs" | "az" | "file") {
        return Err(error(
            "it is neither a folder nor `s3://`, `gs://` or `az://`",
        ));
    }
    let url = Url::parse(target).map_err(|parse| error(&parse.to_string()))?;
    if let Some(reason) = superfluous_part(&url) {
        return Err(error(reason));
    }
    if scheme == "file" {
        let folder = url
            .to_file_path()
            .map_err(|()| error("it is no folder of this machine"))?;
        return Ok(Box::new(FolderStore::open(&folder)?));
    }
    Ok(Box::new(CloudStore::open(&url, Patience::OfPublisher)?))
}
