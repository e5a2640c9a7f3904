//! What a commit says: which plugins it adds, changes and removes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::plugin::PLUGINS;
use crate::git::{FileState, Files};
use crate::text::number::{counted, grouped};

/// What is other in one state of the repository than in the one before: names of plugins, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// New ones.
    pub added: Vec<String>,
    /// Those with other files.
    pub changed: Vec<String>,
    /// Those that are gone.
    pub removed: Vec<String>,
}

impl Changes {
    pub(super) fn between(before: &Files, after: &Files) -> Self {
        let (before, after) = (by_plugin(before), by_plugin(after));
        let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        let mut changes = Self::default();
        for name in names {
            let list = match (before.get(name), after.get(name)) {
                (None, _) => &mut changes.added,
                (_, None) => &mut changes.removed,
                (before, after) if before != after => &mut changes.changed,
                _ => continue,
            };
            list.push(name.to_owned());
        }
        changes
    }

    /// A line of what changed, and the names below it.
    pub(super) fn message(&self) -> String {
        let lists = [
            ("Add", "Added", &self.added),
            ("change", "Changed", &self.changed),
            ("remove", "Removed", &self.removed),
        ];
        let lists = lists.into_iter().filter(|(.., names)| !names.is_empty());
        let mut subject = String::new();
        let mut body = String::new();
        for (verb, heading, names) in lists {
            match subject.as_str() {
                "" => {
                    let counted = counted(names.len(), "plugin", "plugins");
                    subject = format!("{}{} {counted}", verb[..1].to_uppercase(), &verb[1..]);
                }
                _ => _ = write!(subject, ", {verb} {}", grouped(names.len())),
            }
            let _ = write!(body, "\n\n{heading}:");
            for name in names.iter().take(NAMES_MAX) {
                let _ = write!(body, "\n  {name}");
            }
            if names.len() > NAMES_MAX {
                let _ = write!(body, "\n  and {} more", grouped(names.len() - NAMES_MAX));
            }
        }
        match subject.as_str() {
            "" => "Change what the repository says of its skills".to_owned(),
            _ => subject + &body,
        }
    }
}

/// Most names below a heading.
const NAMES_MAX: usize = 100;

/// The number of plugins in a state.
pub(super) fn n_plugins(files: &Files) -> usize {
    by_plugin(files).len()
}

fn by_plugin(files: &Files) -> BTreeMap<&str, Vec<(&str, &FileState)>> {
    let mut plugins: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (path, state) in files {
        let mut names = path.splitn(3, '/');
        if let (Some(PLUGINS), Some(name), Some(below)) = (names.next(), names.next(), names.next())
        {
            plugins.entry(name).or_default().push((below, state));
        }
    }
    plugins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::ObjectId;

    fn files(paths: &[(&str, char)]) -> Files {
        let state = |digit: char| FileState {
            object: ObjectId::parse(&digit.to_string().repeat(40)).unwrap(),
            is_executable: false,
        };
        let files = paths.iter();
        files
            .map(|(path, digit)| ((*path).to_owned(), state(*digit)))
            .collect()
    }

    #[test]
    fn a_message_names_what_changed() {
        let before = files(&[
            ("README.md", '1'),
            ("plugins/a--x/skills/x/SKILL.md", '1'),
            ("plugins/b--y/skills/y/SKILL.md", '1'),
            ("plugins/c--z/skills/z/SKILL.md", '1'),
        ]);
        let after = files(&[
            ("README.md", '2'),
            ("plugins/a--x/skills/x/SKILL.md", '1'),
            ("plugins/b--y/skills/y/SKILL.md", '2'),
            ("plugins/d--w/skills/w/SKILL.md", '1'),
        ]);
        let message = |before, after| Changes::between(before, after).message();
        assert_eq!(
            message(&before, &after),
            "Add 1 plugin, change 1, remove 1\n\nAdded:\n  d--w\n\nChanged:\n  b--y\n\nRemoved:\n  c--z"
        );
        let other = files(&[("README.md", '3')]);
        assert_eq!(
            message(&before, &other),
            "Remove 3 plugins\n\nRemoved:\n  a--x\n  b--y\n  c--z"
        );
        assert_eq!(
            message(&other, &Files::new()),
            "Change what the repository says of its skills"
        );
    }

    #[test]
    fn a_message_does_not_grow_without_end() {
        let paths: Vec<String> = (0..5_000).map(|n| format!("plugins/a--{n}/x")).collect();
        let paths: Vec<(&str, char)> = paths.iter().map(|path| (&**path, '1')).collect();
        let message = Changes::between(&Files::new(), &files(&paths)).message();
        assert!(message.starts_with("Add 5,000 plugins\n"), "{message}");
        assert!(message.ends_with("\n  and 4,900 more"), "{message}");
    }
}
