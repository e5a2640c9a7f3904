//! What a URL stands for at one moment: the bytes, their strong entity tag, and where they come from.

use crate::text::hex;
use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use axum::body::{Body, Bytes};
use sha2::{Digest, Sha256};

/// The bytes of an answer before any encoding.
#[derive(Debug)]
pub(super) struct Entity {
    /// Names these bytes, quotes included. Two entities with one tag have the same bytes.
    pub(super) etag: String,
    pub(super) len_bytes: u64,
    pub(super) content: Content,
}

/// Where the bytes of an entity are.
#[derive(Debug)]
pub(super) enum Content {
    Memory(Bytes),
    /// Too large for memory: read while it is sent.
    Disk(File),
}

/// Files up to this size are read whole, which one request in flight may cost in memory; hosts do not compress larger ones.
pub(super) const MAX_IN_MEMORY_BYTES: u64 = 4 << 20;

/// Bytes read at a time from a file that is sent while it is read.
const CHUNK_BYTES: u64 = 64 << 10;

impl Entity {
    /// Opens a file. `is_whole` says that a small file will be needed whole, not only some range of it.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn open(path: &Path, tags: &TagCache, is_whole: bool) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let etag = tags.etag(path, &metadata, &mut file)?;
        let len_bytes = metadata.len();
        if !is_whole || len_bytes > MAX_IN_MEMORY_BYTES {
            return Ok(Self {
                etag,
                len_bytes,
                content: Content::Disk(file),
            });
        }
        file.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::with_capacity(usize::try_from(len_bytes).unwrap_or_default());
        file.take(len_bytes).read_to_end(&mut bytes)?;
        Ok(Self {
            etag,
            len_bytes: bytes.len() as u64,
            content: Content::Memory(bytes.into()),
        })
    }

    /// A body of the bytes in `range`, which lies within the entity.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn into_body(self, range: Range<u64>) -> io::Result<Body> {
        match self.content {
            Content::Memory(bytes) => {
                let at = |position| {
                    usize::try_from(position)
                        .unwrap_or(usize::MAX)
                        .min(bytes.len())
                };
                Ok(Body::from(bytes.slice(at(range.start)..at(range.end))))
            }
            Content::Disk(file) => read_part(file, range),
        }
    }
}

/// A short part at once, so that a search's ranges cost one visit of the disk each; a long one chunk by chunk.
fn read_part(mut file: File, range: Range<u64>) -> io::Result<Body> {
    file.seek(SeekFrom::Start(range.start))?;
    let len_bytes = range.end - range.start;
    if len_bytes <= CHUNK_BYTES {
        let mut bytes = Vec::with_capacity(usize::try_from(len_bytes).unwrap_or_default());
        file.take(len_bytes).read_to_end(&mut bytes)?;
        return Ok(Body::from(bytes));
    }
    let file = tokio::fs::File::from_std(file);
    let chunks =
        futures_util::stream::try_unfold((file, len_bytes), |(mut file, left)| async move {
            use tokio::io::AsyncReadExt;
            if left == 0 {
                return Ok::<_, io::Error>(None);
            }
            let mut chunk =
                Vec::with_capacity(usize::try_from(left.min(CHUNK_BYTES)).unwrap_or_default());
            let n_read = (&mut file)
                .take(left.min(CHUNK_BYTES))
                .read_to_end(&mut chunk)
                .await? as u64;
            if n_read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(Some((Bytes::from(chunk), (file, left - n_read))))
        });
    Ok(Body::from_stream(chunks))
}

/// Entity tags of files, so that a large file is read for its tag once and not for every range of it.
///
/// A file is known by path, length, modification time and (where there is one) inode: a build writes a changed file
/// anew and never in place.
#[derive(Debug, Default)]
pub(super) struct TagCache {
    tags: Mutex<HashMap<PathBuf, (Version, String)>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Version {
    len_bytes: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

/// Above this many files the cache starts over.
const MAX_TAGS: usize = 200_000;

impl TagCache {
    fn etag(&self, path: &Path, metadata: &Metadata, file: &mut File) -> io::Result<String> {
        let version = Version {
            len_bytes: metadata.len(),
            modified: metadata.modified().ok(),
            inode: inode(metadata),
        };
        if let Some((known, etag)) = self.lock().get(path)
            && *known == version
        {
            return Ok(etag.clone());
        }
        let mut hasher = Sha256::new();
        let mut chunk = vec![0; 64 << 10];
        loop {
            match file.read(&mut chunk)? {
                0 => break,
                n_read => hasher.update(&chunk[..n_read]),
            }
        }
        let etag = quoted_tag(&hasher.finalize());
        let mut tags = self.lock();
        if tags.len() >= MAX_TAGS {
            tags.clear();
        }
        tags.insert(path.to_owned(), (version, etag.clone()));
        Ok(etag)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, (Version, String)>> {
        self.tags.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 128 bits of a hash tell the files of a site apart.
fn quoted_tag(hash: &[u8]) -> String {
    format!("\"{}\"", hex(&hash[..16]))
}

/// `"tag"` → `"tag-suffix"`, for another form of the same file.
pub(super) fn tag_with_suffix(etag: &str, suffix: &str) -> String {
    format!("{}-{suffix}\"", etag.trim_end_matches('"'))
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}
