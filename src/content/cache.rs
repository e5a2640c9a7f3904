//! Skills as they were read before, for a content folder that is read again and again.

use std::collections::{BTreeSet, HashMap};
use std::fs::Metadata;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::walk::{self, FoundFiles, SkillFolder};
use super::{Content, skill};
use crate::catalog::{Skill, SkillName};
use crate::problem::Problems;

/// What the skill folders gave when they were read last.
///
/// A folder is read again when the path, the length or a time of any of its files differs. That is enough for a preview;
/// a build never looks at times, so it reads everything.
#[derive(Debug, Default)]
pub struct SkillCache {
    skills: HashMap<SkillName, Arc<ReadSkill>>,
}

impl SkillCache {
    pub(super) fn get(&self, name: &SkillName) -> Option<&Arc<ReadSkill>> {
        self.skills.get(name)
    }

    /// Keeps what was read just now, and nothing else.
    pub(super) fn replace(&mut self, read: impl Iterator<Item = (SkillName, Arc<ReadSkill>)>) {
        self.skills = read.collect();
    }
}

/// What one folder gave.
#[derive(Clone, Debug, Default)]
pub(super) struct ReadSkill {
    versions: Vec<FileVersion>,
    /// Without badges, counts and flags; `None` when it cannot be published.
    pub(super) skill: Option<Skill>,
    /// Of the files themselves; those of the folder are found at every walk.
    problems: Problems,
}

/// Reads a skill, unless `before` was read from the same files.
pub(super) fn read(
    content: &Content,
    hidden: &BTreeSet<SkillName>,
    folder: &SkillFolder,
    before: Option<&Arc<ReadSkill>>,
    problems: &mut Problems,
) -> Arc<ReadSkill> {
    let found = match walk::skill_files(content, hidden, folder, problems) {
        Ok(found) => found,
        Err(problem) => {
            problems.push(*problem);
            return Arc::default();
        }
    };
    let versions = versions(&found);
    let read = match before {
        Some(before) if before.versions == versions && !versions.is_empty() => Arc::clone(before),
        _ => {
            let mut problems = Problems::new();
            Arc::new(ReadSkill {
                versions,
                skill: skill::read(content, folder, found, &mut problems),
                problems,
            })
        }
    };
    problems.extend(read.problems.clone());
    read
}

fn versions(found: &FoundFiles) -> Vec<FileVersion> {
    let files = found.files.iter().chain(&found.meta);
    files
        .map(|file| FileVersion {
            path: file.path.clone(),
            source: file.source.clone(),
            stamp: file.stamp,
        })
        .collect()
}

/// One state of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FileVersion {
    path: String,
    source: PathBuf,
    stamp: Stamp,
}

/// What tells one state of a file from another without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    len_bytes: u64,
    modified: Option<SystemTime>,
    /// Inode and time of its last change, which programs that set the modification time cannot set. Unix only.
    inode: (u64, i64, i64),
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            len_bytes: metadata.len(),
            modified: metadata.modified().ok(),
            inode: inode(metadata),
        }
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn inode(_metadata: &Metadata) -> (u64, i64, i64) {
    (0, 0, 0)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Mutex;
    use std::{fs, io};

    use super::*;
    use crate::content::{LoadOptions, ReadFile, load_again};

    /// Counts what is read.
    #[derive(Default)]
    struct Counting(Mutex<Vec<String>>);

    impl ReadFile for Counting {
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            self.0.lock().unwrap().push(name);
            fs::read(path)
        }
    }

    #[test]
    fn only_the_folder_of_an_edited_file_is_read_again_and_its_problems_stay() {
        let content = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = content.path().join("skills").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "ana/a/SKILL.md",
            "---\nname: a\ndescription: A.\n---\n# One\n",
        );
        write("ana/a/notes.md", "x");
        write("bo/b/SKILL.md", "---\nname: Not Conformant\n---\n# B\n");
        let mut cache = SkillCache::default();
        let mut load = || {
            let files = Counting::default();
            let (catalog, problems) =
                load_again(content.path(), &LoadOptions::default(), &files, &mut cache);
            let mut read = files.0.into_inner().unwrap();
            read.sort();
            (catalog, problems.n_warnings(), read.join(" "))
        };
        let (_, n_warnings, read) = load();
        assert_eq!(read, "SKILL.md SKILL.md notes.md");
        assert!(n_warnings > 0);
        let (catalog, n_again, read) = load();
        assert_eq!(
            (catalog.skills.len(), n_again, read.as_str()),
            (2, n_warnings, "")
        );

        write(
            "ana/a/SKILL.md",
            "---\nname: a\ndescription: A.\n---\n# Two\n",
        );
        let (catalog, _, read) = load();
        assert_eq!(read, "SKILL.md notes.md");
        assert!(catalog.skills[0].body.contains("Two"));

        fs::remove_dir_all(content.path().join("skills/ana")).unwrap();
        assert_eq!(load().0.skills.len(), 1);
    }
}
