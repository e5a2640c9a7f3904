//! Skills as a site publishes them: what it says of each, and their files.
//!
//! ```text
//! skill.json ─► Record ─► FileRef ─┬─ `url`: a copy of its own
//!                                  └─ `zip`: a place in the zip; one range, or the whole zip where a host answers none
//! ```
//!
//! Everything is read from files, so any host will do. The site may be anybody's and may be replaced at any time, so
//! addresses are put together here, nothing is read or unpacked beyond what the record says, and bytes are given only when
//! their hash is the one that the record names.

mod error;
mod record;

use skillpress_search::{Answer, ByteRange};

use crate::key::SkillKey;
use crate::publish;
use crate::site_source::{SiteSource, SourceError};
use crate::url::{self, BaseUrl};
use crate::zip::{UnpackError, ZipPlace};
pub use error::{REASON_MAX_CHARS, ReadError};
pub use record::{DOCUMENT_MAX_BYTES, FileRef, Record, valid_badges};
use record::{WellKnown, ZipRef};

/// A published site, near or far.
#[derive(Debug)]
pub struct PublishedSite {
    /// Where its files come from.
    pub source: SiteSource,
    /// Where the site stands on the web; `None` for a folder or a bucket that does not say it.
    pub base_url: Option<BaseUrl>,
}

/// The files of the site at `place`, as [`PublishedSite::open`] has it. Nothing is read yet.
///
/// # Errors
/// When the address is not one, or the folder is no site.
pub fn open_source(place: &str) -> Result<SiteSource, SourceError> {
    let bucket = publish::open_site(place);
    bucket.unwrap_or_else(|| SiteSource::open(place))
}

/// Largest zip that is read whole, where a host answers no ranges: more than a build ever publishes, which ends at 50 MB of
/// files.
pub const ZIP_MAX_BYTES: u64 = 64 << 20;

impl PublishedSite {
    /// The site at `place`: an `http:` or `https:` URL, a bucket such as `s3://bucket/prefix`, or a folder. Of a URL nothing
    /// is read yet; a bucket and a folder are asked where the site will stand.
    ///
    /// # Errors
    /// When the address is not one, or the folder is no site.
    pub fn open(place: &str) -> Result<Self, SourceError> {
        let source = open_source(place)?;
        let base_url = match &source {
            // A copy of a site on another host leads to itself.
            SiteSource::Http(_) => {
                let url = place.parse();
                Some(url.map_err(|_| SourceError::NoUrl(place.to_owned()))?)
            }
            SiteSource::File(_) | SiteSource::Bucket(_) => baked_base_url(&source),
        };
        Ok(Self { source, base_url })
    }

    /// What the site says of a skill; `None` when it has no such skill.
    ///
    /// # Errors
    /// When the record cannot be read, or is none.
    pub fn record(&self, key: &SkillKey) -> Result<Option<Record>, ReadError> {
        let record = match self.source.read(&url::api::record(key), DOCUMENT_MAX_BYTES) {
            Answer::Gone => return Ok(None),
            Answer::Bytes(bytes) => Record::decode(&bytes),
            _ => None,
        };
        match record {
            Some(record) => Ok(Some(record)),
            None => Err(self.unread(format!("what the site says of `{key}`"))),
        }
    }

    /// The bytes of a file, which are those that `record`, the record of `key`, speaks of.
    ///
    /// # Errors
    /// When the file has more than `max_bytes`, or cannot be read; when the site has other bytes in its place.
    pub fn file(
        &self,
        key: &SkillKey,
        record: &Record,
        file: &FileRef,
        max_bytes: u64,
    ) -> Result<Vec<u8>, ReadError> {
        let wanted = Wanted {
            site: self,
            // A record stands under former names too, the files under the present one alone.
            key: record.key().unwrap_or_else(|| key.clone()),
            file,
        };
        let bytes = wanted.read(record.zip.as_ref(), max_bytes)?;
        if file.is(&bytes) {
            Ok(bytes)
        } else {
            Err(wanted.replaced())
        }
    }

    /// The absolute URL of a page, or its path below the site's root where that is not known.
    pub fn address(&self, page_path: &str) -> String {
        match &self.base_url {
            Some(base_url) => base_url.absolute(page_path),
            None => self.source.address(page_path),
        }
    }

    /// Why `what` was not read just now.
    pub fn unread(&self, what: String) -> ReadError {
        match self.source.take_refusal() {
            Some(refusal) => ReadError::Refused { what, refusal },
            None => ReadError::Unread { what },
        }
    }
}

/// A file that is asked for.
struct Wanted<'a> {
    site: &'a PublishedSite,
    key: SkillKey,
    file: &'a FileRef,
}

impl Wanted<'_> {
    /// Its bytes, which are not compared with the record yet.
    fn read(&self, zip: Option<&ZipRef>, max_bytes: u64) -> Result<Vec<u8>, ReadError> {
        let copy = self.file.url.as_ref();
        let copy = copy.map(|_| url::file(&self.key, &self.file.path));
        if self.file.size > max_bytes {
            return Err(ReadError::TooLong {
                path: self.file.path.clone(),
                url: copy.map_or_else(|| self.zip_url(), |copy| self.site.address(&copy)),
                len_bytes: self.file.size,
                max_bytes,
            });
        }
        match (copy, self.file.zip, zip) {
            (Some(copy), _, _) => match self.site.source.read(&copy, max_bytes) {
                Answer::Bytes(bytes) => Ok(bytes),
                _ => Err(self.unread()),
            },
            (None, Some(place), Some(zip)) => self.unpacked(place, zip),
            (None, _, _) => Err(ReadError::ZipOnly {
                path: self.file.path.clone(),
                zip_url: self.zip_url(),
            }),
        }
    }

    fn unpacked(&self, place: ZipPlace, zip: &ZipRef) -> Result<Vec<u8>, ReadError> {
        let packed = self.packed(place, zip)?;
        let len_bytes = usize::try_from(self.file.size).map_err(|_| self.replaced())?;
        place
            .unpack(&packed, len_bytes)
            .map_err(|error| match error {
                UnpackError::Method(method) => ReadError::Method {
                    path: self.file.path.clone(),
                    zip_url: self.zip_url(),
                    method,
                },
                UnpackError::Len { .. } | UnpackError::Damaged => self.replaced(),
            })
    }

    /// The bytes at `place` of the zip.
    fn packed(&self, place: ZipPlace, zip: &ZipRef) -> Result<Vec<u8>, ReadError> {
        let range = self.range(place, zip).ok_or_else(|| self.replaced())?;
        if range.len == 0 {
            return Ok(Vec::new());
        }
        let zip_path = url::zip(&self.key);
        match self.site.source.read_range(&zip_path, range) {
            Answer::Bytes(bytes) if bytes.len() == range.len as usize => Ok(bytes),
            Answer::Bytes(_) => Err(self.replaced()),
            Answer::NoRanges => self.cut_out(range, zip),
            Answer::Gone | Answer::Failed => Err(self.unread()),
        }
    }

    /// The same from the whole zip, of a host that answers no ranges.
    fn cut_out(&self, range: ByteRange, zip: &ZipRef) -> Result<Vec<u8>, ReadError> {
        if zip.size > ZIP_MAX_BYTES {
            return Err(ReadError::ZipTooLong {
                path: self.file.path.clone(),
                zip_url: self.zip_url(),
                len_bytes: zip.size,
                max_bytes: ZIP_MAX_BYTES,
            });
        }
        let answer = self.site.source.read(&url::zip(&self.key), ZIP_MAX_BYTES);
        let Answer::Bytes(zip) = answer else {
            return Err(self.unread());
        };
        let packed = zip.get(range.start as usize..range.end() as usize);
        packed.map(<[u8]>::to_vec).ok_or_else(|| self.replaced())
    }

    /// `place` as a range; `None` for one that no build writes: beyond the end of the zip, or longer than the file could
    /// be when it is packed.
    fn range(&self, place: ZipPlace, zip: &ZipRef) -> Option<ByteRange> {
        let is_inside = place.offset.checked_add(place.size)? <= zip.size;
        let is_fit = place.size <= ZipPlace::max_size(self.file.size);
        let range = ByteRange {
            start: place.offset,
            len: place.size.try_into().ok()?,
        };
        (is_inside && is_fit).then_some(range)
    }

    fn replaced(&self) -> ReadError {
        ReadError::Replaced {
            path: self.file.path.clone(),
            zip_url: self.zip_url(),
        }
    }

    fn unread(&self) -> ReadError {
        self.site.unread(format!("`{}`", self.file.path))
    }

    fn zip_url(&self) -> String {
        self.site.address(&url::zip(&self.key))
    }
}

/// Where a site in a folder or a bucket stands on the web, as it says itself.
fn baked_base_url(source: &SiteSource) -> Option<BaseUrl> {
    let Answer::Bytes(bytes) = source.read(url::api::CLAWHUB, DOCUMENT_MAX_BYTES) else {
        return None;
    };
    let well_known: WellKnown = serde_json::from_slice(&bytes).ok()?;
    let api_base = Some(well_known.api_base).filter(|url| url.len() <= URL_MAX_BYTES);
    api_base?.parse().ok()
}

/// Longest address of a site that is believed; each address of an answer begins with it.
const URL_MAX_BYTES: usize = 2048;
