//! A site in a bucket, as whoever published it there reads it: by its keys, with credentials.

use std::error::Error;
use std::fmt::Debug;
use std::sync::Mutex;

use percent_encoding::percent_decode_str;
use rayon::ThreadPool;
use rayon::prelude::*;
use skillpress_search::{Answer, ByteRange, Request, Source};

use super::threads::threads;
use super::{INDEX_FOLDER, MAX_FILE_BYTES};
use crate::lock::lock;

/// What stands in a bucket under keys. Knows the store; calls block, and come from many threads.
pub trait Objects: Debug + Send + Sync {
    /// The whole object at `key`, of at most `max_bytes`, or those bytes of `range` that exist; without the encoding that it
    /// may be stored in.
    ///
    /// # Errors
    /// What the store says, in a sentence for people.
    fn read(
        &self,
        key: &str,
        range: Option<ByteRange>,
        max_bytes: u64,
    ) -> Result<Answer, ObjectsError>;
}

/// Why a store gives no bytes; each store has reasons of its own.
pub type ObjectsError = Box<dyn Error + Send + Sync>;

/// Reads a site out of a bucket.
#[derive(Debug)]
pub struct BucketSource {
    /// As it was named.
    pub(super) place: String,
    objects: Box<dyn Objects>,
    threads: ThreadPool,
    /// What the store said when it last failed, and the log said too.
    failure: Mutex<Option<String>>,
}

impl BucketSource {
    /// The site in `objects`, which is called `place`. Nothing is read yet.
    pub fn new(place: &str, objects: Box<dyn Objects>) -> Self {
        Self {
            place: place.to_owned(),
            objects,
            threads: threads(),
            failure: Mutex::default(),
        }
    }

    /// Reads one whole file of at most `max_bytes`; `path` is relative to the site's root and percent-encoded.
    pub fn read(&self, path: &str, max_bytes: u64) -> Answer {
        self.get(path, None, max_bytes)
    }

    /// Reads the bytes of `range` that exist; `path` as above.
    pub fn read_range(&self, path: &str, range: ByteRange) -> Answer {
        self.get(path, Some(range), u64::from(range.len))
    }

    /// As [`SiteSource::side_by_side`](super::SiteSource::side_by_side).
    pub fn side_by_side<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.threads.install(work)
    }

    fn get(&self, path: &str, range: Option<ByteRange>, max_bytes: u64) -> Answer {
        let Ok(key) = percent_decode_str(path).decode_utf8() else {
            return Answer::Gone;
        };
        match self.objects.read(&key, range, max_bytes) {
            Ok(answer) => answer,
            Err(error) => {
                self.tell(error.to_string());
                Answer::Failed
            }
        }
    }

    /// Says in the log why the store failed, once for each reason in a row: an answer says only that it did.
    fn tell(&self, reason: String) {
        let mut failure = lock(&self.failure);
        if failure.as_ref() != Some(&reason) {
            error_line!("warning: {reason}");
            *failure = Some(reason);
        }
    }
}

impl Source for BucketSource {
    fn fetch(&mut self, requests: &[Request]) -> Vec<Answer> {
        let requests = requests.par_iter().with_max_len(1);
        let answers = requests.map(|request| {
            let path = format!("{INDEX_FOLDER}/{}", request.path);
            self.get(&path, request.range, MAX_FILE_BYTES)
        });
        self.threads.install(|| answers.collect())
    }
}
