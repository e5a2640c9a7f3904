//! What the operator writes: badges, collections, statistics, moderation, aliases, files for the site's root. A fault is an error.

use std::path::Path;

use super::folder::Content;
use crate::input_file;
use crate::problem::{Place, Problem, Problems};
use crate::text::{self, EncodingFault};

mod alias;
mod badge;
mod badge_edit;
mod collection;
mod moderation;
mod names;
pub mod static_files;
mod stats;
mod toml_file;

pub use alias::Aliases;
pub use badge::badge_path;
pub use badge::read as read_badges;
pub use badge_edit::{add_award, remove_award};
pub use collection::read as read_collections;
pub use moderation::Moderation;
pub use names::Names;
pub use static_files::StaticPaths;
pub use stats::read as read_stats;

/// The text of a file that the operator wrote; `None` when it is not there, and, with an error, when it is no text
/// or cannot be read.
fn read_text(
    content: &Content,
    path: &Path,
    group: &'static str,
    problems: &mut Problems,
) -> Option<String> {
    path.symlink_metadata().ok()?;
    if !content.holds(path) {
        let message = "this link does not lead to a file inside the content folder";
        problems
            .push(Problem::error(path, group, message).hint("put the file itself in its place"));
        return None;
    }
    let bytes = match content.files.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("the file cannot be read: {error}");
            problems.push(Problem::error(path, group, message).hint(input_file::hint(&error)));
            return None;
        }
    };
    let decoded = text::decode(&bytes);
    let fault = match decoded.fault {
        None => return Some(decoded.text),
        Some(EncodingFault::Utf16) => {
            Problem::error(path, group, "the file is UTF-16; UTF-8 is expected")
        }
        Some(EncodingFault::NotUtf8 { at }) => Problem::error(path, group, "the file is not UTF-8")
            .at(&decoded.text, Place::Offset(at)),
    };
    problems.push(fault.hint(EncodingFault::HINT));
    None
}
