//! A site in a bucket, for whoever reads it: the same store as for its publisher, with less patience.

use std::fmt;
use std::io;

use skillpress_search::{Answer, ByteRange};
use thiserror::Error;
use url::Url;

use super::cloud::{CloudStore, Stored};
use super::cloud_settings::{Patience, superfluous_part, without_login};
use super::site_folder::{BROTLI, unpacked};
use super::store::StoreError;
use crate::site_source::{BucketSource, Objects, ObjectsError, SiteSource, SourceError};

/// The site at `place`, such as `s3://bucket/prefix`; `None` when this is no address of a bucket. No request is made.
///
/// # Errors
/// When the address names no bucket, or a variable of the cloud is wrong.
pub fn open_site(place: &str) -> Option<Result<SiteSource, SourceError>> {
    let (scheme, _) = place.split_once("://")?;
    matches!(scheme, "s3" | "gs" | "az").then(|| {
        let error = |reason: String| SourceError::Bucket {
            place: without_login(place),
            reason,
        };
        let url = Url::parse(place).map_err(|parse| error(parse.to_string()))?;
        if let Some(reason) = superfluous_part(&url) {
            return Err(error(reason.to_owned()));
        }
        let store = CloudStore::open(&url, Patience::OfReader).map_err(|open| match open {
            StoreError::Target { reason, .. } => error(reason),
            other => error(other.to_string()),
        })?;
        let source = BucketSource::new(place, Box::new(Reader(store)));
        Ok(SiteSource::Bucket(source))
    })
}

struct Reader(CloudStore);

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl Objects for Reader {
    fn read(
        &self,
        key: &str,
        range: Option<ByteRange>,
        max_bytes: u64,
    ) -> Result<Answer, ObjectsError> {
        let bounds = range.map(|range| range.start..range.end());
        let Stored { bytes, encoding } = match self.0.read(key, bounds, max_bytes) {
            Ok(Some(stored)) => stored,
            Ok(None) => return Ok(Answer::Gone),
            Err(error) => return Err(ReadError::Store(error).into()),
        };
        match (encoding.as_deref(), range) {
            (None | Some("" | "identity"), _) => Ok(Answer::Bytes(bytes)),
            // A range of packed bytes is one of other bytes.
            (Some(_), Some(_)) => Ok(Answer::NoRanges),
            (Some(BROTLI), None) => Ok(whole(key, &bytes, max_bytes)?),
            (Some(encoding), None) => Err(ReadError::Encoding {
                key: key.to_owned(),
                encoding: encoding.to_owned(),
            }
            .into()),
        }
    }
}

/// What is stored as brotli, by `publish --precompress`.
fn whole(key: &str, packed: &[u8], max_bytes: u64) -> Result<Answer, ReadError> {
    match unpacked(packed, max_bytes + 1) {
        Ok(bytes) if bytes.len() as u64 <= max_bytes => Ok(Answer::Bytes(bytes)),
        Ok(_) => Err(ReadError::TooLong {
            key: key.to_owned(),
            max_bytes,
        }),
        Err(error) => Err(ReadError::Damaged {
            key: key.to_owned(),
            error,
        }),
    }
}

/// Why an object is not read.
#[derive(Debug, Error)]
enum ReadError {
    #[error("{}", sentence(.0))]
    Store(StoreError),
    #[error("`{key}` is stored as `{encoding}`, which is not read")]
    Encoding { key: String, encoding: String },
    #[error("`{key}` has more than {max_bytes} bytes")]
    TooLong { key: String, max_bytes: u64 },
    #[error("`{key}` is damaged: {error}")]
    Damaged { key: String, error: io::Error },
}

fn sentence(error: &StoreError) -> String {
    match error {
        StoreError::Refused { .. } => {
            format!("{error}; the key must be allowed to read objects of this bucket")
        }
        error => match error.hint() {
            Some(hint) => format!("{error}; {hint}"),
            None => error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;
    use object_store::path::Path;
    use object_store::{Attributes, ObjectStore, PutOptions};

    use super::*;

    /// A bucket with `objects` below `site/`: key, bytes and encoding.
    fn source(objects: &[(&str, &[u8], Option<&'static str>)]) -> SiteSource {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime");
        let store = InMemory::new();
        for (key, bytes, encoding) in objects {
            let mut attributes = Attributes::new();
            if let Some(encoding) = encoding {
                let value = (*encoding).into();
                attributes.insert(object_store::Attribute::ContentEncoding, value);
            }
            let options = PutOptions {
                attributes,
                ..PutOptions::default()
            };
            let path = Path::from(format!("site/{key}"));
            let put = store.put_opts(&path, bytes.to_vec().into(), options);
            runtime.block_on(put).expect("memory");
        }
        let store = CloudStore::in_memory("s3://bucket/site/", Arc::new(store));
        SiteSource::Bucket(BucketSource::new(
            "s3://bucket/site/",
            Box::new(Reader(store)),
        ))
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        let mut writer = brotli::CompressorWriter::new(&mut packed, 4096, 5, 20);
        std::io::Write::write_all(&mut writer, bytes).expect("memory");
        drop(writer);
        packed
    }

    #[test]
    fn whole_files_and_ranges_come_below_the_prefix_as_they_were_built() {
        let text = b"a page ".repeat(100);
        let page = packed(&text);
        let source = source(&[
            ("a b/x.md", b"0123456789", None),
            ("page.html", &page, Some("br")),
            ("odd", b"x", Some("zstd")),
        ]);
        let bytes = |bytes: &[u8]| Answer::Bytes(bytes.to_vec());
        let range = |start, len| ByteRange { start, len };
        assert_eq!(source.read("a%20b/x.md", 10), bytes(b"0123456789"));
        assert_eq!(source.read_range("a%20b/x.md", range(2, 3)), bytes(b"234"));
        assert_eq!(source.read_range("a%20b/x.md", range(8, 9)), bytes(b"89"));
        assert_eq!(source.read("page.html", 700), bytes(&text));
        assert_eq!(
            source.read_range("page.html", range(0, 1)),
            Answer::NoRanges
        );
        for path in ["none", "../site/page.html", "a%FFb", ""] {
            let answer = source.read(path, 100);
            assert!(
                matches!(answer, Answer::Gone | Answer::Failed),
                "{path}: {answer:?}"
            );
        }
        assert_eq!(source.read("a%20b/x.md", 9), Answer::Failed, "too long");
        assert_eq!(source.read("page.html", 699), Answer::Failed, "too long");
        assert_eq!(source.read("odd", 9), Answer::Failed);
        assert_eq!(
            source.read_range("a%20b/x.md", range(20, 1)),
            Answer::Failed
        );
    }

    #[test]
    fn what_unpacks_without_end_is_given_up() {
        let bomb = packed(&vec![0; 64 << 20]);
        assert!(bomb.len() < 1 << 20);
        let source = source(&[("page.html", &bomb, Some("br"))]);
        assert_eq!(source.read("page.html", 1 << 20), Answer::Failed);
    }

    #[test]
    fn an_address_of_no_bucket_is_told() {
        assert!(open_site("public").is_none());
        assert!(open_site("https://skills.example/").is_none());
        for place in [
            "s3://",
            "s3://[",
            "gs:///x",
            "s3://me:secret@bucket/x",
            "s3://bucket/x?y",
        ] {
            let error = open_site(place).unwrap().unwrap_err();
            let message = error.to_string();
            assert!(message.contains("cannot be read"), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn a_reader_may_be_dropped_where_another_runtime_works() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let source = source(&[]);
        runtime.expect("a runtime").block_on(async { drop(source) });
    }
}
