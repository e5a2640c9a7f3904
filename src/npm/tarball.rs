//! The tarball of a version: the same bytes every time.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256, Sha512};
use tar::{Builder, Header};

use crate::catalog::SkillFile;
use crate::text::hex;

/// A tarball and its sums.
pub(super) struct Tarball {
    pub(super) bytes: Vec<u8>,
    /// Lower-case hex, 64 characters.
    pub(super) sha256: String,
    /// As npm has it: `sha512-` and base64.
    pub(super) integrity: String,
}

impl Tarball {
    /// Packs `package.json`, and the files of each skill into `skills/<folder>/`, where clients look and npm does not: it
    /// would run scripts of a `package.json` of theirs, and build what a `binding.gyp` says.
    ///
    /// # Errors
    /// A path that a tarball cannot hold; a file that is not what it was.
    pub(super) fn pack(manifest: &[u8], skills: &[(&str, &[SkillFile])]) -> io::Result<Self> {
        let gzip = GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM);
        let mut tar = Builder::new(gzip.write(Vec::new(), Compression::new(6)));
        append(&mut tar, "package/package.json", false, manifest)?;
        let files = skills
            .iter()
            .flat_map(|(folder, files)| files.iter().map(move |file| (folder, file)));
        for (folder, file) in files {
            let path = format!("package/skills/{folder}/{}", file.path);
            append(&mut tar, &path, file.is_executable, &file.read()?)?;
        }
        let bytes = tar.into_inner()?.finish()?;
        Ok(Self {
            sha256: hex(&Sha256::digest(&bytes)),
            integrity: format!("sha512-{}", STANDARD.encode(Sha512::digest(&bytes))),
            bytes,
        })
    }
}

/// What a gzip header says of the system when it says nothing.
const UNKNOWN_SYSTEM: u8 = 255;

/// 1980-01-01, as in zips.
const MTIME_SECONDS: u64 = 315_532_800;

fn append(
    tar: &mut Builder<impl io::Write>,
    path: &str,
    is_executable: bool,
    bytes: &[u8],
) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(u64::try_from(bytes.len()).map_err(io::Error::other)?);
    header.set_mode(if is_executable { 0o755 } else { 0o644 });
    header.set_mtime(MTIME_SECONDS);
    tar.append_data(&mut header, path, bytes)
}
