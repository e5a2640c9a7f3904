//! What stands in a store: path, SHA-256, length and headers of each file, in shards by folder.
//!
//! A shard is a JSON document under its own SHA-256, so it never changes, and two generations share those that are the
//! same. Which shard a file is in follows from its folder, so an edit of one skill changes few shards.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::digest::digest;
use crate::hosting::ObjectHeaders;
use crate::input_file::FILE_MAX_BYTES;

/// A file as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFile {
    /// Of its bytes before any encoding, in hexadecimal.
    pub sha256: String,
    /// Before any encoding, in bytes.
    pub len: u64,
    /// What its object carries.
    pub headers: Arc<ObjectHeaders>,
}

/// Files by path.
pub type Record = BTreeMap<String, RecordFile>;

/// A shard as bytes, and what it is called.
#[derive(Clone, Debug)]
pub(super) struct Shard {
    pub(super) sha256: String,
    pub(super) bytes: Vec<u8>,
}

/// Where a shard stands.
pub(super) fn shard_key(sha256: &str) -> String {
    format!("{FOLDER}records/{sha256}.json")
}

/// Where the bytes stand that a path had before.
pub(super) fn kept_key(sha256: &str) -> String {
    format!("{FOLDER}kept/{sha256}")
}

/// What publishing keeps beside the site.
pub(super) const FOLDER: &str = ".skillpress/";

/// A shard is never longer than this, in bytes.
pub(super) const SHARD_MAX_BYTES: u64 = 64 << 20;

const FORMAT: u32 = 1;
const FILES_PER_SHARD: usize = 300;
/// A generation has at most so many.
pub(super) const MAX_SHARDS: usize = 256;

/// How many shards hold `n_files`, where `n_before` is the number of the generation before: it stays as long as shards are
/// neither large nor many, since another number changes all of them.
pub(super) fn n_shards(n_files: usize, n_before: Option<usize>) -> usize {
    let fits = |n: usize| {
        let per_shard = n_files / n.max(1);
        n > 0 && (FILES_PER_SHARD / 4..=FILES_PER_SHARD * 3).contains(&per_shard)
    };
    let wanted = (n_files / FILES_PER_SHARD).next_power_of_two();
    n_before
        .filter(|&n| fits(n))
        .unwrap_or(wanted)
        .clamp(1, MAX_SHARDS)
}

/// Which of `n` shards `path` is in.
pub(super) fn shard_of(path: &str, n: usize) -> usize {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let hash = Sha256::digest(folder);
    let number = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    number as usize % n.max(1)
}

/// The `n` shards of `record`.
pub(super) fn encode(record: &Record, n: usize) -> Vec<Shard> {
    let mut shards = vec![Document::new(); n];
    for (path, file) in record {
        let shard = &mut shards[shard_of(path, n)];
        let at = shard
            .headers
            .iter()
            .position(|other| *other == file.headers);
        let at = at.unwrap_or_else(|| {
            shard.headers.push(file.headers.clone());
            shard.headers.len() - 1
        });
        let line = (file.sha256.clone(), file.len, at);
        shard.files.insert(path.clone(), line);
    }
    let shards = shards.iter().map(|shard| {
        let bytes = serde_json::to_vec(shard).expect("text and numbers are JSON");
        Shard {
            sha256: digest(&bytes),
            bytes,
        }
    });
    shards.collect()
}

/// The files of the shard that is called `sha256`.
///
/// # Errors
/// When the bytes are others than its name says, or are no shard of a site.
pub(super) fn decode(sha256: &str, bytes: &[u8]) -> Result<Record, RecordError> {
    let damaged = |reason: &str| RecordError::Damaged {
        key: shard_key(sha256),
        reason: reason.to_owned(),
    };
    if digest(bytes) != sha256 {
        return Err(damaged("its bytes are not those that its name says"));
    }
    let shard: Document =
        serde_json::from_slice(bytes).map_err(|error| damaged(&error.to_string()))?;
    if shard.format != FORMAT {
        return Err(RecordError::Newer {
            format: shard.format,
        });
    }
    let files = shard.files.into_iter().map(|(path, (sha256, len, at))| {
        let headers = shard.headers.get(at).cloned();
        let headers = headers.ok_or_else(|| damaged("a file has no headers"))?;
        // So no sum of lengths is too large for its type, whoever wrote this.
        if len > FILE_MAX_BYTES {
            return Err(damaged("a file is longer than any of a site"));
        }
        if path.starts_with(FOLDER) {
            return Err(damaged("a file of it is no file of a site"));
        }
        let file = RecordFile {
            sha256,
            len,
            headers,
        };
        Ok((path, file))
    });
    files.collect()
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Document {
    format: u32,
    headers: Vec<Arc<ObjectHeaders>>,
    /// SHA-256, length, position in `headers`.
    files: BTreeMap<String, (String, u64, usize)>,
}

impl Document {
    fn new() -> Self {
        Self {
            format: FORMAT,
            headers: Vec::new(),
            files: BTreeMap::new(),
        }
    }
}

/// Why a publish record cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum RecordError {
    #[error("`{key}` of the publish record is damaged: {reason}")]
    Damaged { key: String, reason: String },
    #[error("`{key}` of the publish record is missing")]
    Missing { key: String },
    #[error("the publish record has format {format}; this skillpress reads {FORMAT}")]
    Newer { format: u32 },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(paths: &[&str]) -> Record {
        let file = |path: &&str| {
            let file = RecordFile {
                sha256: digest(path.as_bytes()),
                len: path.len() as u64,
                headers: Arc::default(),
            };
            ((*path).to_owned(), file)
        };
        paths.iter().map(file).collect()
    }

    #[test]
    fn a_record_comes_back_from_its_shards() {
        let record = record(&["index.html", "a/b.html", "a/c.html", "日本/x"]);
        let mut back = Record::new();
        for shard in encode(&record, 3) {
            back.extend(decode(&shard.sha256, &shard.bytes).unwrap());
        }
        assert_eq!(back, record);
    }

    #[test]
    fn a_shard_of_other_bytes_is_refused() {
        let shard = encode(&record(&["a"]), 1).remove(0);
        let other = encode(&record(&["b"]), 1).remove(0);
        let error = decode(&shard.sha256, &other.bytes).unwrap_err();
        assert!(matches!(error, RecordError::Damaged { .. }));
    }

    #[test]
    fn a_forged_shard_is_refused() {
        for (path, len) in [("a", u64::MAX), (".skillpress/publish.json", 1)] {
            let mut forged = record(&["a"]);
            let file = forged.remove("a").unwrap();
            forged.insert(path.to_owned(), RecordFile { len, ..file });
            let shard = encode(&forged, 1).remove(0);
            let refused = decode(&shard.sha256, &shard.bytes);
            assert!(
                matches!(refused, Err(RecordError::Damaged { .. })),
                "{path}"
            );
        }
    }

    #[test]
    fn the_number_of_shards_stays_while_it_fits() {
        assert_eq!(n_shards(0, None), 1);
        assert_eq!(n_shards(28_000, None), 128);
        assert_eq!(n_shards(28_000, Some(64)), 64);
        assert_eq!(n_shards(28_000, Some(1)), 128);
        assert_eq!(n_shards(10_000_000, None), MAX_SHARDS);
    }
}
