//! The zip of a skill or of an old version of it: all its files at the root of the archive, the same bytes every time. The
//! zip of a collection is made the same way, see [`Plugin`].

mod place;
mod plugin;

use std::collections::HashMap;
use std::io::{self, Cursor, Write};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::catalog::{Catalog, Skill, SkillFile};
use crate::config::Config;
use crate::fingerprint::fingerprint;
use crate::text::hex;
pub use place::{UnpackError, ZipPlace};
pub use plugin::Plugin;

/// What is known of zips that need not be made again, by the [fingerprint](crate::fingerprint) of the files in each; of a
/// collection, by that of its [`Plugin`].
pub type KnownZips = HashMap<u64, WrittenZip>;

/// What there is to say of all zips of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteZips {
    /// Those of each skill, in the order of the catalog.
    pub skills: Vec<SkillZips>,
    /// That of each collection, in the order of the catalog.
    pub collections: Vec<WrittenZip>,
}

impl SiteZips {
    /// Each with the key that it has among [`KnownZips`]; `catalog` and `config` are those whose zips these are.
    pub fn known(&self, catalog: &Catalog, config: &Config) -> KnownZips {
        let skills = self.skills.iter().zip(&catalog.skills);
        let skills = skills.flat_map(|(zips, skill)| zips.known(skill));
        let collections = self.collections.iter().zip(&catalog.collections);
        let collections = collections.map(|(zip, collection)| {
            let plugin = Plugin::new(catalog, config, collection);
            (fingerprint(&plugin), zip.clone())
        });
        skills.chain(collections).collect()
    }
}

/// What there is to say of all zips of one skill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkillZips {
    /// The zip of its files.
    pub current: WrittenZip,
    /// The zip of each of its [`Skill::releases`], in their order.
    pub releases: Vec<WrittenZip>,
}

impl SkillZips {
    /// Each with the key that it has among [`KnownZips`]; `skill` is the one whose zips these are.
    fn known(&self, skill: &Skill) -> impl Iterator<Item = (u64, WrittenZip)> {
        let releases = skill.releases();
        let releases = releases.into_iter().map(|release| release.files());
        let files = std::iter::once(&skill.files[..]).chain(releases);
        let zips = std::iter::once(&self.current).chain(&self.releases);
        let known = files.zip(zips);
        known.map(|(files, zip)| (fingerprint(&files), zip.clone()))
    }
}

/// What there is to say of a zip without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenZip {
    /// Lower-case hex, 64 characters.
    pub sha256: String,
    /// Length of the zip.
    pub len_bytes: usize,
    /// Where each file lies in it, in the order in which they were added; of a skill's zip, that of the catalog.
    pub places: Vec<ZipPlace>,
}

/// The bytes of a zip, and what there is to say of them.
pub struct SkillZip {
    pub bytes: Vec<u8>,
    pub written: WrittenZip,
}

/// The zip of the files of a skill or of a release.
///
/// # Errors
/// A path or a size that a zip cannot hold; a file that is not what it was.
pub fn skill_zip(files: &[SkillFile]) -> io::Result<SkillZip> {
    let mut zip = ZipBuilder::new(files.iter());
    for file in files {
        zip.add(&file.path, file.is_executable, &file.read()?)?;
    }
    zip.finish()
}

/// A zip while its files are read: in the order in which they are added, deflate level 6, dated 1980-01-01, mode 755
/// for those that run and 644 for others.
pub(super) struct ZipBuilder {
    writer: ZipWriter<Cursor<Vec<u8>>>,
}

impl ZipBuilder {
    /// Empty; `files` are about what will be in it.
    pub(super) fn new<'f>(files: impl Iterator<Item = &'f SkillFile>) -> Self {
        let len_bytes: usize = files.map(|file| file.len_bytes).sum();
        Self {
            writer: ZipWriter::new(Cursor::new(Vec::with_capacity(len_bytes / 2))),
        }
    }

    /// Adds the next file, which holds `bytes`.
    pub(super) fn add(&mut self, path: &str, is_executable: bool, bytes: &[u8]) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(6))
            .last_modified_time(DateTime::default())
            .unix_permissions(if is_executable { 0o755 } else { 0o644 });
        self.writer.start_file(path, options)?;
        self.writer.write_all(bytes)
    }

    pub(super) fn finish(self) -> io::Result<SkillZip> {
        let mut archive = self.writer.finish_into_readable()?;
        let places = (0..archive.len())
            .map(|file_idx| ZipPlace::of(&archive.by_index_raw(file_idx)?))
            .collect::<io::Result<_>>()?;
        let bytes = ZipArchive::into_inner(archive).into_inner();
        let written = WrittenZip {
            sha256: hex(&Sha256::digest(&bytes)),
            len_bytes: bytes.len(),
            places,
        };
        Ok(SkillZip { bytes, written })
    }
}
