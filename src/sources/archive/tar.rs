//! Tars.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use tar::{Archive, EntryType};

use super::error::{ArchiveError, Exceeded};
use super::unpacker::{Found, Unpacker};

/// Takes all entries of `tar`.
pub(super) fn unpack(tar: impl Read, unpacker: &mut Unpacker) -> Result<(), ArchiveError> {
    let budget = Rc::new(Budget {
        step_bytes: Cell::new(HEADER_MAX_BYTES),
        all_bytes: Cell::new(unpacker.max_unpacked_bytes()),
        exceeded: Cell::new(None),
        exceeded_by_all: unpacker.exceeded(),
    });
    let bounded = Bounded {
        inner: tar,
        budget: Rc::clone(&budget),
    };
    let unpacked = unpack_bounded(bounded, &budget, unpacker);
    // The crate wraps errors of its reader in its own.
    match budget.exceeded.get() {
        Some(exceeded) => Err(exceeded.into()),
        None => unpacked.map_err(ArchiveError::while_unpacking),
    }
}

fn unpack_bounded<R: Read>(
    tar: Bounded<R>,
    budget: &Budget,
    unpacker: &mut Unpacker,
) -> io::Result<()> {
    let mut archive = Archive::new(tar);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path_bytes().into_owned();
        let len_bytes = entry.size().max(entry.header().entry_size()?);
        let found = match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => Found::File {
                len_bytes,
                is_executable: entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0),
            },
            EntryType::Directory => Found::Folder,
            EntryType::Symlink | EntryType::Link => Found::Link,
            _ => Found::Other,
        };
        // For this file, and for all that stands before the next.
        let step_bytes = len_bytes.saturating_add(HEADER_MAX_BYTES);
        budget.step_bytes.set(step_bytes);
        unpacker.add(&path, found, &mut entry)?;
    }
    // Behind the last file stands the checksum of gzip.
    budget.step_bytes.set(u64::MAX);
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    Ok(())
}

/// What stands before a file: its header, and a path or attributes that do not fit there, which the crate holds in memory.
const HEADER_MAX_BYTES: u64 = 1 << 20;

/// How much of a tar may still be read.
struct Budget {
    /// Until the next file.
    step_bytes: Cell<u64>,
    /// Of all of it; a tar of files that are passed over costs time, too.
    all_bytes: Cell<u64>,
    /// What was passed.
    exceeded: Cell<Option<Exceeded>>,
    /// What is passed when more than all is read.
    exceeded_by_all: Exceeded,
}

/// A reader that ends in an error when the budget is used up.
struct Bounded<R> {
    inner: R,
    budget: Rc<Budget>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.inner.read(buffer)?;
        let n_bytes = n_read as u64;
        let exceeded = if n_bytes > self.budget.all_bytes.get() {
            self.budget.exceeded_by_all
        } else if n_bytes > self.budget.step_bytes.get() {
            Exceeded::Header {
                max_bytes: HEADER_MAX_BYTES,
            }
        } else {
            for bytes in [&self.budget.all_bytes, &self.budget.step_bytes] {
                bytes.set(bytes.get() - n_bytes);
            }
            return Ok(n_read);
        };
        self.budget.exceeded.set(Some(exceeded));
        Err(exceeded.into())
    }
}
