//! The zip of a skill: all its files at the root of the archive, the same bytes every time.

use std::io::{self, Cursor, Write};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::catalog::Skill;
use crate::hex::hex;

/// Size and hash of a skill's zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipDigest {
    /// Lower-case hex, 64 characters.
    pub sha256: String,
    /// Length of the zip.
    pub len_bytes: usize,
}

impl ZipDigest {
    /// The digest of these bytes.
    pub fn of(zip: &[u8]) -> Self {
        Self {
            sha256: hex(&Sha256::digest(zip)),
            len_bytes: zip.len(),
        }
    }
}

/// The zip of a skill: files by path, deflate level 6, dated 1980-01-01, mode 644.
///
/// # Errors
/// A path or a size that a zip cannot hold.
pub fn skill_zip(skill: &Skill) -> io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let len_bytes: usize = skill.files.iter().map(|file| file.bytes.len()).sum();
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(len_bytes / 2)));
    for file in &skill.files {
        writer.start_file(file.path.as_str(), options)?;
        writer.write_all(&file.bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}
