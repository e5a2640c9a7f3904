//! A published index, read whole: its manifest, and each file that the manifest names.

use skillpress_search::internals::format::manifest::{FileEntry, Manifest};
use skillpress_search::{Answer, ByteRange, OpenError, Request, Searcher, Source};
use thiserror::Error;

/// The manifest of an index, and what opening it told.
pub struct OpenedManifest {
    /// What it says.
    pub manifest: Manifest,
    /// The file itself.
    pub bytes: Vec<u8>,
    /// Whether the host answers range requests.
    pub has_ranges: bool,
}

/// Reads the manifest of the index of `source`.
///
/// # Errors
/// When there is none that can be read.
pub fn open_manifest(source: &mut dyn Source) -> Result<OpenedManifest, OpenError> {
    let mut answers = source.fetch(&Searcher::open_requests()).into_iter();
    let bytes = match answers.next() {
        Some(Answer::Bytes(bytes)) => bytes,
        Some(Answer::Gone) => return Err(OpenError::Gone),
        _ => return Err(OpenError::Failed),
    };
    Ok(OpenedManifest {
        manifest: Manifest::decode(&bytes).map_err(OpenError::Format)?,
        bytes,
        has_ranges: answers.next() != Some(Answer::NoRanges),
    })
}

/// A file is asked for in pieces of this length, so that slow hosts keep within the time for one answer.
const PIECE_BYTES: u64 = 1 << 20;

/// The file that `manifest` calls `name`: in pieces, side by side, where the host answers ranges or the file is published
/// in chunks only. It may be shorter than the manifest says.
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
    let pieces = pieces_of(entry, *has_ranges);
    let requests: Vec<Request> = pieces.iter().map(|(request, _)| request.clone()).collect();
    let mut bytes = Vec::new();
    for ((request, len), answer) in pieces.into_iter().zip(source.fetch(&requests)) {
        let path = request.path;
        match answer {
            Answer::Bytes(piece) => {
                let end = bytes.len() + len as usize;
                let is_chunk = entry.whole_path().is_none();
                let is_short = (piece.len() as u64) < len && !is_chunk;
                bytes.extend(piece);
                if is_chunk {
                    // Zeros at the end of a chunk are not published.
                    bytes.resize(end, 0);
                }
                if is_short {
                    break;
                }
            }
            Answer::Gone => return Err(UnreadFile::Missing { path }),
            Answer::NoRanges => {
                *has_ranges = false;
                return read_entry(source, entry, has_ranges);
            }
            // A file that ends before a piece begins gives no bytes for it.
            Answer::Failed if !bytes.is_empty() => break,
            Answer::Failed => return Err(UnreadFile::Failed { path }),
        }
    }
    Ok(bytes)
}

/// What to ask for, and the length of each answer.
fn pieces_of(entry: &FileEntry, has_ranges: bool) -> Vec<(Request, u64)> {
    let Some(path) = entry.whole_path() else {
        let chunk = |chunk_idx| {
            let path = entry.chunk_path(chunk_idx);
            let len = entry.chunk_range(chunk_idx).len;
            (Request { path, range: None }, len.into())
        };
        return (0..entry.n_chunks()).map(chunk).collect();
    };
    if !has_ranges || entry.len == 0 {
        return vec![(Request { path, range: None }, entry.len)];
    }
    let pieces = (0..entry.len.div_ceil(PIECE_BYTES)).map(|piece_idx| {
        let start = piece_idx * PIECE_BYTES;
        let len = PIECE_BYTES.min(entry.len - start);
        let range = ByteRange {
            start,
            len: len as u32,
        };
        (entry.request(range), len)
    });
    pieces.collect()
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
