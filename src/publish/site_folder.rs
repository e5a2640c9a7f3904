//! The site that is to be published: a folder that a build wrote.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use brotli::enc::BrotliEncoderParams;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::digest::digest;
use super::error::PublishError;
use super::index_key::{self, IndexKeys, file_at};
use super::layout::is_skill_file;
use super::record::{Record, RecordFile};
use super::store::Object;
use crate::hosting::{ObjectHeaders, ObjectRules};
use crate::input_file::{self, FILE_MAX_BYTES};
use crate::sink::{MIRROR_MARKER, is_written};
use crate::site_source::SiteSource;
use crate::summed_site::{Limits, SummedSite};
use crate::sums::Sum;
use crate::text::hex;

/// A folder and what it holds.
#[derive(Debug)]
pub struct SiteFolder {
    folder: PathBuf,
    /// Files of the folder that the sums of the site do not name, sorted: they are not published.
    pub unnamed: Vec<String>,
    /// What a publication of it leaves in a store.
    pub(super) record: Record,
}

/// How files become objects.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObjectOptions {
    /// Pages, styles and scripts are stored as brotli.
    pub precompress: bool,
    /// Where pages stand besides.
    pub index_keys: IndexKeys,
}

impl SiteFolder {
    /// Reads every file of the site in `folder` once: those that its sums name.
    ///
    /// # Errors
    /// When neither `build` nor `mirror` wrote it; sums that say nothing; files that cannot be read, or are others than the
    /// sums say.
    pub fn open(folder: &Path, options: ObjectOptions) -> Result<Self, PublishError> {
        let no_site = || PublishError::NoSite {
            folder: folder.display().to_string(),
        };
        if !is_written(folder) && !folder.join(MIRROR_MARKER).is_file() {
            return Err(no_site());
        }
        let source = SiteSource::open_folder(folder).map_err(|_| no_site())?;
        let site = SummedSite::read(&source, None, &LIMITS)?;
        let unnamed = site.unnamed_files(folder).map_err(io::Error::from);
        let unnamed = unnamed.map_err(|error| PublishError::SiteFile {
            path: folder.display().to_string(),
            error,
        })?;
        let sums: HashMap<&str, &Sum> = site.files.iter().map(|sum| (&*sum.path, sum)).collect();
        let rules = ObjectRules::default();
        let paths: Vec<&str> = site.paths().collect();
        let files = paths.into_par_iter().map(|path| {
            let bytes = read(folder, path)?;
            let sha256 = digest(&bytes);
            if sums.get(path).is_some_and(|sum| hex(&sum.sha256) != sha256) {
                let path = path.to_owned();
                return Err(PublishError::NotAsBuilt { path });
            }
            let mut headers = rules.of(path);
            if options.precompress && is_compressed(path, bytes.len()) {
                headers.content_encoding = Some(BROTLI.to_owned());
            }
            let file = RecordFile {
                sha256,
                len: bytes.len() as u64,
                headers: Arc::new(headers),
            };
            Ok((path.to_owned(), file))
        });
        let mut record: Record = files.collect::<Result<_, PublishError>>()?;
        share_headers(&mut record);
        index_key::add(&mut record, options.index_keys);
        Ok(Self {
            folder: folder.to_owned(),
            unnamed,
            record,
        })
    }

    /// The file at `path` as an object.
    ///
    /// # Errors
    /// When it is another than the record says by now.
    pub(super) fn object(&self, path: &str, file: &RecordFile) -> Result<Object, PublishError> {
        let bytes = read(&self.folder, &file_at(path))?;
        if digest(&bytes) != file.sha256 {
            let path = path.to_owned();
            return Err(PublishError::Changed { path });
        }
        Ok(Object {
            bytes: encoded(bytes, &file.headers),
            headers: Some((*file.headers).clone()),
            digest: Some(file.sha256.clone()),
            tag: None,
        })
    }
}

/// The address of the site in `folder`, as its `robots.txt` says it.
pub fn base_url(folder: &Path) -> Option<String> {
    let robots = input_file::read_text(&folder.join("robots.txt")).ok()?;
    let mut lines = robots.lines();
    let sitemap = lines.find_map(|line| line.strip_prefix("Sitemap: "))?;
    Some(sitemap.strip_suffix("sitemap.xml")?.to_owned())
}

/// The site is the publisher's own.
const LIMITS: Limits = Limits {
    max_files: usize::MAX,
    max_file_bytes: FILE_MAX_BYTES,
};

/// The name of the encoding.
pub(super) const BROTLI: &str = "br";

/// Bytes as they are stored with `headers`.
pub(super) fn encoded(bytes: Vec<u8>, headers: &ObjectHeaders) -> Vec<u8> {
    if headers.content_encoding.is_none() {
        return bytes;
    }
    let params = BrotliEncoderParams {
        quality: 9,
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &params).expect("memory takes all");
    packed
}

/// The bytes of an object that was stored with `headers`, of at most `max_bytes`.
pub(super) fn decoded(
    bytes: Vec<u8>,
    headers: Option<&ObjectHeaders>,
    max_bytes: u64,
) -> io::Result<Vec<u8>> {
    if headers.is_none_or(|headers| headers.content_encoding.is_none()) {
        return Ok(bytes);
    }
    unpacked(&bytes, max_bytes)
}

/// What `packed` is brotli of, the first `max_bytes` of it.
pub(super) fn unpacked(packed: &[u8], max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    let unpacked = brotli::Decompressor::new(packed, 64 * 1024);
    io::Read::read_to_end(&mut io::Read::take(unpacked, max_bytes), &mut plain)?;
    Ok(plain)
}

/// Pages, styles and scripts. All clients of a browser's age read brotli, but programs that read the API, the index, zips and
/// files may not, and the index and zips are read in ranges.
fn is_compressed(path: &str, len: usize) -> bool {
    let is_of_a_kind = [".html", ".css", ".js"]
        .iter()
        .any(|end| path.ends_with(end));
    is_of_a_kind
        && len > 256
        && !path.starts_with("api/")
        && path != "search/search.js"
        && !is_skill_file(path)
}

fn read(folder: &Path, path: &str) -> Result<Vec<u8>, PublishError> {
    input_file::read(&folder.join(path), input_file::FILE_MAX_BYTES).map_err(|error| {
        let path = path.to_owned();
        PublishError::SiteFile { path, error }
    })
}

/// A site has a dozen different headers and thousands of files.
fn share_headers(record: &mut Record) {
    let mut known: std::collections::HashSet<Arc<ObjectHeaders>> = std::collections::HashSet::new();
    for file in record.values_mut() {
        match known.get(&file.headers) {
            Some(same) => file.headers = same.clone(),
            None => drop(known.insert(file.headers.clone())),
        }
    }
}
