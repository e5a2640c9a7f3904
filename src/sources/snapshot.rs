//! What a source gave when it was fetched: its skills, and the digests of their files, whose bytes are in the cache.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::cache::{Cache, CacheError, CacheWriter, Digest, FILE_MAX_BYTES};
use crate::catalog::{LicenseFile, SkillFile, Timestamp, Version};
use crate::discovery::{DiscoverError, Discovered, LeftOut, Reason, read_file, skill_files};
use crate::licence;
use crate::tree::unlisted::Unlisted;
use crate::tree::{Tree, TreeEntry};
use crate::url::repository;

/// The skills of a tree. Its JSON is in the cache, named by its own digest, which the lock file has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The commit, of a git repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// When it was made, as RFC 3339 has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed_at: Option<String>,
    /// Sorted by folder; no two have one slug.
    pub skills: Vec<SnapshotSkill>,
    /// What people may wonder not to find.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// Entries of the tree that cannot be listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlisted: Vec<Unlisted>,
}

/// A skill of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotSkill {
    /// Its path in the tree; empty for the root.
    pub folder: String,
    /// What it is called.
    pub slug: String,
    /// When the last commit was made that touched it, as RFC 3339 has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed_at: Option<String>,
    /// The licence file that is nearest to it, with its path in the tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<SnapshotLicense>,
    /// What the tag calls it that first had these files, where tags are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its files, sorted by path, which is that from its folder.
    pub files: Vec<SnapshotFile>,
    /// Old versions, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<SnapshotVersion>,
}

/// An old version of a skill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotVersion {
    /// What it is called, on one line. Hostile.
    pub version: String,
    /// The commit that has it.
    pub commit: String,
    /// When it was made, as RFC 3339 has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
    /// As those of the skill.
    pub files: Vec<SnapshotFile>,
}

/// A licence file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotLicense {
    /// In the tree. Hostile.
    pub path: String,
    /// The SPDX name of the licence, if the text is that of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spdx: Option<String>,
}

impl SnapshotLicense {
    /// As a catalog has it.
    pub fn file(&self) -> LicenseFile {
        LicenseFile {
            path: self.path.clone(),
            spdx: self.spdx.clone(),
        }
    }
}

/// A file whose bytes are in the cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotFile {
    /// Hostile.
    pub path: String,
    /// Of the bytes.
    pub sha256: Digest,
    /// How many bytes it has.
    pub size: u64,
    /// Whether it runs: its mode says so, or it begins with `#!`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_executable: bool,
}

/// Why a tree gives no snapshot.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// Skills could not be looked for.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// What the cache says.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// What is in the cache is of another version of this program.
    #[error("the snapshot in the cache cannot be read: {0}")]
    Odd(#[from] serde_json::Error),
}

impl SnapshotError {
    /// What to do, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Discover(error) => Some(error.hint()),
            Self::Cache(error) => error.hint(),
            Self::Odd(_) => Some("run `skillpress fetch --update`"),
        }
    }
}

/// Longest licence file that is looked at, in bytes.
const LICENSE_MAX_BYTES: u64 = 200_000;

impl SnapshotSkill {
    /// Its old versions, of the repository whose page is `page`.
    pub fn old_versions(&self, cache: &Cache, page: Option<&str>) -> Vec<Version> {
        let version = |version: &SnapshotVersion| {
            let published_at = version.published_at.as_deref();
            let files = version.files.iter();
            Version {
                version: version.version.clone(),
                published_at: published_at.and_then(Timestamp::parse),
                commit_url: page.and_then(|page| repository::commit(page, &version.commit)),
                commit: Some(version.commit.clone()),
                files: files.map(|file| file.published(cache)).collect(),
            }
        };
        self.versions.iter().map(version).collect()
    }
}

impl SnapshotFile {
    /// The file, which is not read before it is published.
    fn published(&self, cache: &Cache) -> SkillFile {
        SkillFile::known(
            &self.path,
            cache.blob_path(&self.sha256),
            self.size as usize,
            self.sha256.as_str(),
            self.is_executable,
        )
    }
}

impl Snapshot {
    /// Reads a snapshot of the cache.
    ///
    /// # Errors
    /// When it is missing or damaged, or of another version of this program.
    pub fn read(cache: &Cache, digest: &Digest) -> Result<Self, SnapshotError> {
        Ok(serde_json::from_slice(&cache.read_snapshot(digest)?)?)
    }

    /// Puts it into the cache.
    ///
    /// # Errors
    /// What the cache says.
    pub fn write(&self, cache: &CacheWriter) -> Result<Digest, SnapshotError> {
        Ok(cache.add_snapshot(&serde_json::to_vec(self)?)?)
    }

    /// Whether all its files are in the cache, with the bytes that were fetched. Reads them.
    pub fn is_whole(&self, cache: &Cache) -> bool {
        let digests: BTreeSet<&Digest> = self.files().map(|file| &file.sha256).collect();
        digests.into_iter().all(|digest| cache.has_blob(digest))
    }

    /// Those of all its skills and their versions.
    pub fn files(&self) -> impl Iterator<Item = &SnapshotFile> {
        self.skills.iter().flat_map(|skill| {
            let old = skill.versions.iter().flat_map(|version| &version.files);
            skill.files.iter().chain(old)
        })
    }

    /// Puts the files of the skills that were found in `tree` into the cache.
    ///
    /// # Errors
    /// A file that cannot be read, but for one that is too long, which is left out and told; what the cache says.
    pub fn take(
        tree: &dyn Tree,
        discovered: Discovered,
        cache: &CacheWriter,
    ) -> Result<Self, SnapshotError> {
        let mut snapshot = Self {
            left_out: discovered.left_out,
            ..Self::default()
        };
        let license_files = license_files(tree);
        for skill in discovered.skills {
            let (files, left_out) = files_of(tree, &skill.folder, cache)?;
            snapshot.left_out.extend(left_out);
            snapshot.skills.push(SnapshotSkill {
                license: license(tree, &license_files, &skill.folder)?,
                folder: skill.folder,
                slug: skill.slug,
                committed_at: None,
                version: None,
                files,
                versions: Vec::new(),
            });
        }
        Ok(snapshot)
    }
}

/// Puts the files of the skill in `folder` into the cache; what is not taken is told.
///
/// # Errors
/// A file that cannot be read; what the cache says.
pub fn files_of(
    tree: &dyn Tree,
    folder: &str,
    cache: &CacheWriter,
) -> Result<(Vec<SnapshotFile>, Vec<LeftOut>), SnapshotError> {
    let found = skill_files(tree, folder);
    let mut left_out = found.left_out;
    let mut files = Vec::with_capacity(found.files.len());
    for file in found.files {
        let max_bytes = FILE_MAX_BYTES;
        let Some(bytes) = read_file(tree, file.entry, max_bytes)? else {
            left_out.push(LeftOut::new(
                &file.entry.path,
                Reason::TooLarge { max_bytes },
            ));
            continue;
        };
        files.push(SnapshotFile {
            path: file.path.to_owned(),
            size: bytes.len() as u64,
            is_executable: file.entry.is_executable() || bytes.starts_with(b"#!"),
            sha256: cache.add_blob(&bytes)?,
        });
    }
    Ok((files, left_out))
}

/// The licence files of a tree.
pub fn license_files(tree: &dyn Tree) -> Vec<&TreeEntry> {
    let is_licence = |entry: &&TreeEntry| entry.is_file() && licence::is_file_name(&entry.path);
    tree.entries().iter().filter(is_licence).collect()
}

/// The one of `files`, the licence files of `tree`, that is nearest to `folder`.
///
/// # Errors
/// When it cannot be read.
pub fn license(
    tree: &dyn Tree,
    files: &[&TreeEntry],
    folder: &str,
) -> Result<Option<SnapshotLicense>, SnapshotError> {
    let nearest = licence::nearest(folder, files.iter().map(|entry| entry.path.as_str()));
    let mut files = files.iter();
    let Some(entry) = nearest.and_then(|path| files.find(|entry| entry.path == path)) else {
        return Ok(None);
    };
    let bytes = read_file(tree, entry, LICENSE_MAX_BYTES)?;
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let spdx = text.and_then(|text| licence::recognise(&text));
    Ok(Some(SnapshotLicense {
        path: entry.path.clone(),
        spdx: spdx.map(str::to_owned),
    }))
}
