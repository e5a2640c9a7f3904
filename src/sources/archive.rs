//! An archive of skills: a zip, or a tar that may be compressed with gzip; a file, or on the web.
//!
//! Its files are unpacked, one after the other, into one temporary file without a name, so nothing of an archive ever
//! becomes a path. Every count is limited while it grows: what an archive says of itself is not believed.

mod download;
mod error;
mod tar;
#[cfg(test)]
mod tests;
mod unpacker;
mod zip;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

pub use self::error::ArchiveError;
use self::error::Exceeded;
use self::unpacker::{Place, Unpacker};
use crate::input_file::{self, InputFileError};
use crate::lock::lock;
use crate::tree::unlisted::Unlisted;
use crate::tree::{EntryKind, Tree, TreeEntry};

/// The files of an archive.
#[derive(Debug)]
pub struct ArchiveTree {
    /// Sorted by path; no duplicates.
    entries: Vec<TreeEntry>,
    /// Of each entry that is a file and not too long, where it lies in `unpacked`.
    places: Vec<Option<Place>>,
    unpacked: Mutex<File>,
    unlisted: Vec<Unlisted>,
    max_file_bytes: u64,
}

/// What an archive may take.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveLimits {
    /// For all of a download.
    pub max_time: Duration,
    /// The archive as it is.
    pub max_packed_bytes: u64,
    /// All that is in it.
    pub max_unpacked_bytes: u64,
    /// How many times longer all that is in it may be than the archive, where it is more than
    /// [`ArchiveLimits::max_file_bytes`]; text is rarely ten times as long.
    pub max_ratio: u64,
    /// A file that is longer is listed, and not read.
    pub max_file_bytes: u64,
    /// Files, folders, links and what else it has.
    pub max_entries: usize,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            max_time: Duration::from_secs(600),
            max_packed_bytes: 256 << 20,
            max_unpacked_bytes: 1 << 30,
            max_ratio: 100,
            max_file_bytes: 10 << 20,
            max_entries: 200_000,
        }
    }
}

impl ArchiveTree {
    /// The archive at `place`: an `https:` or `http:` URL, or a file; a relative path starts at `base`.
    ///
    /// Where all of it lies in one folder, as in archives that hosts make of repositories, paths start there.
    ///
    /// # Errors
    /// What the server or the file system says; a format that is not read; damage; a limit.
    pub fn open(place: &str, base: &Path, limits: ArchiveLimits) -> Result<Self, ArchiveError> {
        let mut packed = match place.contains("://") {
            true => download::download(place, limits)?,
            false => open_file(&base.join(place), limits.max_packed_bytes)?,
        };
        let format = Format::of(&mut packed)?;
        let mut unpacker = Unpacker::new(limits, packed.metadata()?.len())?;
        match format {
            Format::Zip => zip::unpack(packed, &mut unpacker)?,
            Format::Tar => tar::unpack(BufReader::new(packed), &mut unpacker)?,
            Format::TarGz => {
                let tar = flate2::bufread::MultiGzDecoder::new(BufReader::new(packed));
                tar::unpack(tar, &mut unpacker)?;
            }
        }
        let unpacked = unpacker.finish()?;
        Ok(Self {
            entries: unpacked.entries,
            places: unpacked.places,
            unpacked: Mutex::new(unpacked.file),
            unlisted: unpacked.unlisted,
            max_file_bytes: limits.max_file_bytes,
        })
    }

    /// What the archive holds and the listing does not.
    pub fn unlisted(&self) -> &[Unlisted] {
        &self.unlisted
    }
}

impl Tree for ArchiveTree {
    fn entries(&self) -> &[TreeEntry] {
        &self.entries
    }

    fn read(&self, entry: &TreeEntry, max_bytes: u64) -> io::Result<Vec<u8>> {
        let by_path = |other: &TreeEntry| other.path.cmp(&entry.path);
        let Ok(entry_idx) = self.entries.binary_search_by(by_path) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let EntryKind::File { .. } = self.entries[entry_idx].kind else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let max_bytes = max_bytes.min(self.max_file_bytes);
        let place = self.places[entry_idx].filter(|place| place.len_bytes <= max_bytes);
        let Some(place) = place else {
            let error = InputFileError::TooLarge { max_bytes };
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, error));
        };
        let mut unpacked = lock(&self.unpacked);
        unpacked.seek(SeekFrom::Start(place.start))?;
        let mut bytes = Vec::new();
        (&mut *unpacked)
            .take(place.len_bytes)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// How files are put together.
enum Format {
    Zip,
    Tar,
    TarGz,
}

impl Format {
    /// By the first bytes, since names and servers say other things; `packed` then stands at its start.
    fn of(packed: &mut File) -> Result<Self, ArchiveError> {
        const TAR_MARK: std::ops::Range<usize> = 257..262;
        let mut head = Vec::new();
        packed.take(TAR_MARK.end as u64).read_to_end(&mut head)?;
        packed.rewind()?;
        match head.as_slice() {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Ok(Self::Zip),
            [0x1f, 0x8b, ..] => Ok(Self::TarGz),
            head if head.get(TAR_MARK) == Some(b"ustar") => Ok(Self::Tar),
            _ => Err(ArchiveError::Format),
        }
    }
}

fn open_file(path: &Path, max_bytes: u64) -> Result<File, ArchiveError> {
    let file = input_file::open(path)?;
    match file.metadata()?.len() > max_bytes {
        true => Err(Exceeded::Packed { max_bytes }.into()),
        false => Ok(file),
    }
}
