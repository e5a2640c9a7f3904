//! Zips.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};

use zip::ZipArchive;

use super::error::{ArchiveError, Exceeded};
use super::unpacker::{Found, Unpacker};
use crate::tree::unlisted::UnlistedReason;

/// Takes all entries of the zip `packed`, which stands at its start.
pub(super) fn unpack(mut packed: File, unpacker: &mut Unpacker) -> Result<(), ArchiveError> {
    let max_entries = unpacker.max_entries();
    if count_entries(&mut packed)? > max_entries {
        return Err(Exceeded::Entries { max_entries }.into());
    }
    let damaged = |error: zip::result::ZipError| ArchiveError::Damaged(error.to_string());
    let mut archive = ZipArchive::new(BufReader::new(packed)).map_err(damaged)?;
    if archive.has_duplicate_names() {
        return Err(ArchiveError::DuplicateNames);
    }
    for entry_idx in 0..archive.len() {
        let entry = archive.by_index_raw(entry_idx).map_err(damaged)?;
        let path = entry.name_raw().to_owned();
        let found = match entry.unix_mode().unwrap_or_default() & FILE_TYPE {
            _ if entry.is_dir() => Found::Folder,
            0 | REGULAR => Found::File {
                len_bytes: entry.size(),
                is_executable: entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0),
            },
            LINK => Found::Link,
            _ => Found::Other,
        };
        let Found::File { .. } = found else {
            unpacker.add(&path, found, io::empty())?;
            continue;
        };
        drop(entry);
        let added = match archive.by_index(entry_idx) {
            Ok(entry) => unpacker.add(&path, found, entry),
            Err(error) => Err(error.into()),
        };
        match added.map_err(ArchiveError::while_unpacking) {
            // One that needs a password, has an unknown method, or is not what its checksum says; the next may be whole.
            Err(ArchiveError::Damaged(_)) => {
                let path = String::from_utf8_lossy(&path).into_owned();
                unpacker.leave_out(path, UnlistedReason::Packing);
            }
            added => added?,
        }
    }
    Ok(())
}

/// Of a Unix mode: what an entry is.
const FILE_TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// How often the mark stands in `packed` that begins each entry of its directory: at least as many as there are entries,
/// all of which would be held in memory.
fn count_entries(packed: &mut File) -> io::Result<usize> {
    const MARK: &[u8] = b"PK\x01\x02";
    let mut n_marks = 0;
    let mut window = Vec::new();
    loop {
        let n_read = packed.by_ref().take(1 << 16).read_to_end(&mut window)?;
        if n_read == 0 {
            break;
        }
        n_marks += window
            .windows(MARK.len())
            .filter(|bytes| *bytes == MARK)
            .count();
        // A mark may begin in this window and end in the next.
        window.drain(..window.len().saturating_sub(MARK.len() - 1));
    }
    packed.rewind()?;
    Ok(n_marks)
}
