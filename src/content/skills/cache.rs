//! Skills as they were read before, for a content folder that is read again and again.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{self, FoundFile, FoundFiles, SkillFolder};
use super::{files, skill};
use crate::catalog::Skill;
use crate::content::folder::Content;
use crate::key::SkillKey;
use crate::problem::Problems;

/// What the skill folders gave when they were read last.
///
/// A folder is read again when the path, the length or a time of any of its files differs. That is enough for a preview;
/// a build never looks at times, so it reads everything.
#[derive(Debug, Default)]
pub struct SkillCache {
    skills: HashMap<SkillKey, Walked>,
    /// What has changed since the last reading; `None` when that is not known.
    changed: Option<BTreeSet<PathBuf>>,
    /// Whether changes were told since the last reading.
    is_behind: bool,
}

impl SkillCache {
    /// For the next reading: nothing but these files, and what is in these folders, has changed since the last call, or
    /// the last reading. The paths are absolute and without links. Without this call every folder is looked at.
    pub fn expect_changes(&mut self, changed: &BTreeSet<PathBuf>) {
        let before = match self.is_behind {
            // What failed before it read the content has not seen these.
            true => self.changed.take(),
            false => Some(BTreeSet::new()),
        };
        let all = before.map(|before| before.union(changed).cloned().collect());
        self.changed = all.filter(|all: &BTreeSet<PathBuf>| all.len() <= CHANGES_MAX);
        self.is_behind = true;
    }

    /// Whether nothing can have changed in a folder; `path` is absolute and without links.
    pub(super) fn is_untouched(&self, path: &Path) -> bool {
        self.changed.as_ref().is_some_and(|changed| {
            let mut changed = changed.iter();
            !changed.any(|changed| changed.starts_with(path) || path.starts_with(changed))
        })
    }

    /// Forgets everything when `skills` is a link or missing: what changes behind a link is told under another path.
    pub fn look_at_place(&mut self, content: &Content) {
        let skills = content.root.as_ref().map(|root| root.join("skills"));
        if content.path.join("skills").canonicalize().ok() != skills {
            *self = Self::default();
        }
    }

    /// Keeps what was read just now, and nothing else.
    pub(super) fn replace(&mut self, read: impl Iterator<Item = (SkillKey, Walked)>) {
        self.skills = read.collect();
        self.changed = None;
        self.is_behind = false;
    }
}

/// Most problems of one folder that are told: ten thousand files with bad names say no more than a hundred.
const FOLDER_PROBLEMS_MAX: usize = 100;

/// With more changes than these, looking at every folder costs less than comparing each with each.
const CHANGES_MAX: usize = 100;

/// What a walk through one folder found.
#[derive(Clone, Debug, Default)]
pub(super) struct Walked {
    pub(super) read: Arc<ReadSkill>,
    /// Of the folder itself: hidden files, links that lead nowhere.
    problems: Arc<Problems>,
    /// Whether it depends on what is in it alone: there are no links.
    is_self_contained: bool,
}

impl Walked {
    /// Everything there is to say.
    pub(super) fn problems(&self) -> Problems {
        let mut problems = Problems::clone(&self.problems);
        problems.extend(self.read.problems.clone());
        problems
    }
}

/// What one folder gave.
#[derive(Clone, Debug, Default)]
pub(super) struct ReadSkill {
    /// The folder as problems name it; that of a source's skill may change while its files do not.
    folder: PathBuf,
    /// The files as they were.
    found: FoundFiles,
    /// Without badges, counts and flags; `None` when it cannot be published.
    pub(super) skill: Option<Skill>,
    /// Of the files themselves.
    problems: Problems,
}

/// Walks through the folder of a skill, if anything in it can have changed, and reads it, if anything has.
pub(super) fn read(content: &Content, folder: &SkillFolder, cache: Option<&SkillCache>) -> Walked {
    let before = cache.and_then(|cache| cache.skills.get(&folder.key));
    if let (Some(cache), Some(before), Some(root)) = (cache, before, &content.root)
        && folder.source.is_none()
        && before.is_self_contained
        && cache.is_untouched(&folder.key.folder_in(root))
    {
        return before.clone();
    }
    let mut problems = Problems::new();
    let found = match folder::skill_files(content, folder, &mut problems) {
        Ok(found) => found,
        Err(problem) => {
            problems.push(*problem);
            return Walked {
                problems: Arc::new(problems),
                ..Walked::default()
            };
        }
    };
    problems.keep_first(FOLDER_PROBLEMS_MAX, &folder.path);
    let is_in_folder = |file: &FoundFile| file.source.starts_with(&folder.path);
    // A link that was left out is a problem of the folder.
    let is_self_contained = problems.is_empty() && found.all().all(is_in_folder);
    Walked {
        read: match before {
            Some(before) if before.read.is_of(folder, &found) => Arc::clone(&before.read),
            _ => Arc::new(ReadSkill::new(content, folder, found)),
        },
        problems: Arc::new(problems),
        is_self_contained,
    }
}

impl ReadSkill {
    fn new(content: &Content, folder: &SkillFolder, found: FoundFiles) -> Self {
        let _reserved = content.memory.reserve(files::memory_to_read(&found));
        let mut problems = Problems::new();
        Self {
            skill: skill::read(content, folder, &found, &mut problems),
            folder: folder.path.clone(),
            found,
            problems,
        }
    }

    /// Whether it is what these files give, if there are any.
    fn is_of(&self, folder: &SkillFolder, found: &FoundFiles) -> bool {
        self.folder == folder.path && self.found == *found && found.all().next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Mutex;
    use std::{fs, io};

    use super::*;
    use crate::content::{Disk, LoadOptions, ReadFile, load_again};
    use crate::sources::{LoadedSources, SourceFile, SourceSkill};

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
        let mut load = |changed: Option<&str>| {
            if let Some(changed) = changed {
                let path = content.path().canonicalize().unwrap().join(changed);
                cache.expect_changes(&[path].into());
            }
            let files = Counting::default();
            let (catalog, problems) = load_again(
                content.path(),
                &LoadedSources::default(),
                &LoadOptions::default(),
                &files,
                &mut cache,
            );
            let mut read = files.0.into_inner().unwrap();
            read.sort();
            (catalog, problems.n_warnings(), read.join(" "))
        };
        let (_, n_warnings, read) = load(None);
        assert_eq!(read, "SKILL.md SKILL.md notes.md");
        assert!(n_warnings > 0);
        let (catalog, n_again, read) = load(None);
        assert_eq!(
            (catalog.skills.len(), n_again, read.as_str()),
            (2, n_warnings, "")
        );

        write(
            "ana/a/SKILL.md",
            "---\nname: a\ndescription: A.\n---\n# Two\n",
        );
        assert_eq!(load(Some("skills/bo")).2, "", "who says so is believed");
        let (catalog, _, read) = load(Some("skills/ana/a/SKILL.md"));
        assert_eq!(read, "SKILL.md notes.md");
        assert!(catalog.skills[0].body.contains("Two"));

        fs::remove_dir_all(content.path().join("skills/ana")).unwrap();
        assert_eq!(load(Some("skills/ana")).0.skills.len(), 1);
    }

    #[test]
    fn changes_that_were_told_before_a_reading_that_failed_are_not_forgotten() {
        let mut cache = SkillCache::default();
        cache.replace(std::iter::empty());
        let (a, b) = (PathBuf::from("/c/a"), PathBuf::from("/c/b"));
        cache.expect_changes(&[a.clone()].into());
        cache.expect_changes(&[b.clone()].into());
        assert!(!cache.is_untouched(&a) && !cache.is_untouched(&b));
        let many = (0..=CHANGES_MAX).map(|n| PathBuf::from(format!("/c/{n}")));
        cache.expect_changes(&many.collect());
        cache.expect_changes(&[b.clone()].into());
        assert!(!cache.is_untouched(Path::new("/c/7")));
        cache.replace(std::iter::empty());
        cache.expect_changes(&[b].into());
        assert!(cache.is_untouched(&a));
    }

    #[test]
    fn a_skill_that_moves_in_its_source_is_told_where_it_is_now() {
        let cached = tempfile::tempdir().unwrap();
        let place = cached.path().join("blob");
        fs::write(&place, "---\nname: knots\ndescription: D.\n---\n# Title\n").unwrap();
        let mut cache = SkillCache::default();
        let mut folder_of = |path: &str| {
            let source = SourceSkill {
                key: SkillKey::parse("ana/knots").unwrap(),
                path: path.into(),
                files: vec![SourceFile {
                    path: "SKILL.md".to_owned(),
                    place: place.clone(),
                    is_executable: false,
                    sha256: None,
                }],
                provenance: None,
                license_file: None,
                version: None,
                versions: Vec::new(),
            };
            let options = LoadOptions::default();
            let missing = cached.path().join("content");
            let sources = LoadedSources {
                skills: vec![source],
                ..LoadedSources::default()
            };
            let (catalog, _) = load_again(&missing, &sources, &options, &Disk, &mut cache);
            catalog.skills[0].folder.clone()
        };
        assert_eq!(folder_of("ropes/knots"), Path::new("ropes/knots"));
        assert_eq!(folder_of("ropes/old/knots"), Path::new("ropes/old/knots"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_may_be_executed_from_now_on_is_noticed() {
        use std::os::unix::fs::PermissionsExt;
        let content = tempfile::tempdir().unwrap();
        let folder = content.path().join("skills/ana/a");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("SKILL.md"), "# Text\n").unwrap();
        fs::write(folder.join("run"), "echo\n").unwrap();
        let mut cache = SkillCache::default();
        let mut load = || {
            load_again(
                content.path(),
                &LoadedSources::default(),
                &LoadOptions::default(),
                &Disk,
                &mut cache,
            )
            .0
        };
        let before = load();
        fs::set_permissions(folder.join("run"), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(!before.skills[0].files[1].is_executable);
        assert!(load().skills[0].files[1].is_executable);
    }

    #[cfg(unix)]
    #[test]
    fn a_skill_with_a_link_follows_the_file_at_its_end() {
        let content = tempfile::tempdir().unwrap();
        let skills = content.path().canonicalize().unwrap().join("skills");
        for name in ["ana/a", "bo/b"] {
            fs::create_dir_all(skills.join(name)).unwrap();
            fs::write(skills.join(name).join("SKILL.md"), "# Text\n").unwrap();
        }
        let notes = skills.join("bo/b/notes.md");
        fs::write(&notes, "one").unwrap();
        std::os::unix::fs::symlink("../../bo/b/notes.md", skills.join("ana/a/notes.md")).unwrap();
        let mut cache = SkillCache::default();
        let mut load = || {
            cache.expect_changes(&[notes.clone()].into());
            let (catalog, _) = load_again(
                content.path(),
                &LoadedSources::default(),
                &LoadOptions::default(),
                &Disk,
                &mut cache,
            );
            catalog.skills[0].files[1].read().unwrap().into_owned()
        };
        assert_eq!(load(), b"one");
        fs::write(&notes, "other").unwrap();
        assert_eq!(load(), b"other");
    }
}
