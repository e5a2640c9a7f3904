//! The content folder: where it is, how it is read, and what a registry may set about that.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use skillpress_search::internals::format::manifest::SKILLS_MAX;

use crate::input_file;
use crate::key::SkillKey;
use crate::memory::MemoryBudget;
use crate::url::RESERVED_OWNERS;

/// What a registry may set about reading its content.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// First path segments that the site needs for itself; no owner may have one of them, in any letter case.
    pub reserved_owners: Vec<String>,
    /// Larger files are left out.
    pub max_file_bytes: u64,
    /// Files of one skill beyond this many are left out.
    pub max_files: usize,
    /// Files of one skill beyond this sum are left out.
    pub max_skill_bytes: u64,
    /// Skills beyond this many are left out.
    pub max_skills: usize,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            reserved_owners: RESERVED_OWNERS.iter().copied().map(str::to_owned).collect(),
            max_file_bytes: 10_000_000,
            max_files: 1_000,
            max_skill_bytes: 50_000_000,
            max_skills: SKILLS_MAX as usize,
        }
    }
}

/// How files are read; tests give one that fails.
pub trait ReadFile: Sync {
    /// The whole file.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}

/// Reads regular files from disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl ReadFile for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        input_file::read(path, input_file::FILE_MAX_BYTES)
    }
}

/// The content folder and how to read it.
pub struct Content<'a> {
    /// As the user named it.
    pub(super) path: &'a Path,
    /// Absolute, without links; `None` when there is no such folder.
    pub(super) root: Option<PathBuf>,
    pub(super) options: &'a LoadOptions,
    pub(super) files: &'a dyn ReadFile,
    /// For the skills that are read at the same time.
    pub(super) memory: MemoryBudget,
    /// Skills that the operator hides; none until that is read.
    pub(super) hidden: BTreeSet<SkillKey>,
}

impl<'a> Content<'a> {
    pub(super) fn new(path: &'a Path, options: &'a LoadOptions, files: &'a dyn ReadFile) -> Self {
        Self {
            path,
            root: path.canonicalize().ok(),
            options,
            files,
            memory: MemoryBudget::default(),
            hidden: BTreeSet::new(),
        }
    }

    /// Whether `path`, after all links, lies inside the content folder.
    pub(super) fn holds(&self, path: &Path) -> bool {
        let target = path.canonicalize();
        matches!((target, &self.root), (Ok(target), Some(root)) if target.starts_with(root))
    }

    /// The folder of a skill.
    pub(super) fn skill_path(&self, skill: &SkillKey) -> PathBuf {
        skill.folder_in(self.path)
    }

    /// Whether the site needs `owner` for itself.
    pub(super) fn is_reserved(&self, owner: &str) -> bool {
        let reserved = &self.options.reserved_owners;
        reserved.iter().any(|name| name.eq_ignore_ascii_case(owner))
    }
}
