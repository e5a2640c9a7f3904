//! A file of a published index, read whole.

use skillpress_search::internals::format::manifest::{FileEntry, Manifest};
use skillpress_search::{Answer, ByteRange, Request, Source};
use thiserror::Error;

/// A file is asked for in pieces of this length, so that slow hosts keep within the time for one answer.
const PIECE_BYTES: u64 = 1 << 20;

/// The file that `manifest` calls `name`: in pieces, side by side, where the host answers ranges. It may be shorter than
/// the manifest says.
///
/// # Errors
/// When there is nothing of it.
pub fn read_whole(
    source: &mut dyn Source,
    manifest: &Manifest,
    name: &str,
    has_ranges: &mut bool,
) -> Result<Vec<u8>, UnreadFile> {
    let entry = manifest.file(name).ok_or_else(|| UnreadFile::Unnamed {
        name: name.to_owned(),
    })?;
    read_entry(source, entry, has_ranges)
}

fn read_entry(
    source: &mut dyn Source,
    entry: &FileEntry,
    has_ranges: &mut bool,
) -> Result<Vec<u8>, UnreadFile> {
    let request = |range| Request {
        path: entry.path(),
        range,
    };
    let mut requests: Vec<Request> = (0..entry.len.div_ceil(PIECE_BYTES))
        .map(|piece_idx| {
            let start = piece_idx * PIECE_BYTES;
            let len = PIECE_BYTES.min(entry.len - start) as u32;
            request(Some(ByteRange { start, len }))
        })
        .collect();
    if !*has_ranges || requests.is_empty() {
        requests = vec![request(None)];
    }
    let mut bytes = Vec::new();
    for (request, answer) in requests.iter().zip(source.fetch(&requests)) {
        match answer {
            Answer::Bytes(piece) => {
                let is_short = request
                    .range
                    .is_some_and(|range| piece.len() < range.len as usize);
                bytes.extend(piece);
                if is_short {
                    break;
                }
            }
            Answer::Gone => return Err(UnreadFile::Missing { path: entry.path() }),
            Answer::NoRanges => {
                *has_ranges = false;
                return read_entry(source, entry, has_ranges);
            }
            // A file that ends before a piece begins gives no bytes for it.
            Answer::Failed if !bytes.is_empty() => break,
            Answer::Failed => return Err(UnreadFile::Failed { path: entry.path() }),
        }
    }
    Ok(bytes)
}

/// Why there is nothing of a file.
#[derive(Debug, Error)]
#[allow(missing_docs)]
pub enum UnreadFile {
    #[error("the manifest does not name `{name}`")]
    Unnamed { name: String },
    #[error("`{path}` does not exist")]
    Missing { path: String },
    #[error("`{path}` cannot be read")]
    Failed { path: String },
}
