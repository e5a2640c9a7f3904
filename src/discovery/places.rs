//! Where the client looks for skills, in its order; see `discoverSkills` in its source.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use super::{Reason, folder_of, names, split};
use crate::tree::TreeEntry;

/// Folders of a project into which clients install skills, by the agent.
pub(super) const AGENT_FOLDERS: [&str; 30] = [
    ".agents/skills",
    ".claude/skills",
    ".cline/skills",
    ".codebuddy/skills",
    ".codex/skills",
    ".commandcode/skills",
    ".continue/skills",
    ".factory/skills",
    ".github/skills",
    ".goose/skills",
    ".grok/skills",
    ".iflow/skills",
    ".junie/skills",
    ".kilo/skills",
    ".kilocode/skills",
    ".kimchi/skills",
    ".kiro/skills",
    ".minimax/skills",
    ".mux/skills",
    ".neovate/skills",
    ".opencode/skills",
    ".openhands/skills",
    ".pi/skills",
    ".posit/assistant/skills",
    ".qoder/skills",
    ".roo/skills",
    ".trae/skills",
    ".windsurf/skills",
    ".zcode/skills",
    ".zencoder/skills",
];

/// Folders in which skills lie in groups; they come before those of agents.
const SKILL_FOLDERS: [&str; 4] = [
    "skills",
    "skills/.curated",
    "skills/.experimental",
    "skills/.system",
];

/// Names of folders that are not looked into.
const SKIPPED_NAMES: [&str; 5] = ["node_modules", ".git", "dist", "build", "__pycache__"];

/// How far below the start every folder is looked into.
const DEPTH_MAX: usize = 5;

/// How far below a folder of skills skills are looked for, in groups and groups of groups.
const GROUP_DEPTH_MAX: usize = 3;

/// Where skills are looked for below a folder of a tree.
#[derive(Debug)]
pub(super) struct Places<'p> {
    start: &'p str,
    /// Folders that are looked into before all others.
    first: BTreeMap<String, Place>,
}

/// When a folder is looked into.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The folder with the lowest comes first; [`EVERYWHERE`] comes last.
    rank: usize,
    /// How many levels below it skills are looked for.
    max_depth: usize,
}

/// The rank of what is met only when every folder is looked into.
const EVERYWHERE: usize = usize::MAX;

impl<'p> Places<'p> {
    /// The places below the folder `start`; `from_manifests` are the folders that plugin manifests name.
    pub(super) fn new(start: &'p str, from_manifests: &[String]) -> Self {
        let deep = SKILL_FOLDERS.iter().chain(&AGENT_FOLDERS);
        let deep = deep.map(|folder| (below(start, folder), GROUP_DEPTH_MAX));
        let named = from_manifests.iter().map(|folder| (folder.clone(), 1));
        let places = iter::once((start.to_owned(), 1)).chain(deep).chain(named);
        let mut first = BTreeMap::new();
        for (idx, (folder, max_depth)) in places.enumerate() {
            let rank = idx + 1;
            first.entry(folder).or_insert(Place { rank, max_depth });
        }
        Self { start, first }
    }

    /// Those of `skill_mds`, which lie below the start, that the client comes upon, in its order.
    pub(super) fn order<'t>(&self, skill_mds: &[&'t TreeEntry]) -> Vec<&'t TreeEntry> {
        let folders = skill_mds.iter().map(|it| folder_of(&it.path));
        let with_skill: BTreeSet<&str> = folders.collect();
        let mut met: Vec<(usize, &TreeEntry)> = skill_mds
            .iter()
            .filter_map(|&it| Some((self.rank(folder_of(&it.path), &with_skill)?, it)))
            .collect();
        // Sorted by path they are almost in order, so that few of their names are compared.
        met.sort_by(|(rank, a), (other, b)| {
            let by_folder = || names(folder_of(&a.path)).cmp(names(folder_of(&b.path)));
            rank.cmp(other).then_with(by_folder)
        });
        met.into_iter().map(|(_, entry)| entry).collect()
    }

    /// The rank of the first place from which the client comes upon the skill in `folder`, if any.
    ///
    /// On the way down from a place it ends at the first skill, and at folders that are not looked into; a skill in such a
    /// folder itself is met.
    fn rank(&self, folder: &str, with_skill: &BTreeSet<&str>) -> Option<usize> {
        if folder == self.start {
            return Some(0);
        }
        let mut first = self.why_not(folder).is_none().then_some(EVERYWHERE);
        let mut above = folder;
        for depth in 1..=GROUP_DEPTH_MAX {
            if above.is_empty() {
                break;
            }
            above = folder_of(above);
            let place = self.first.get(above);
            let rank = place.filter(|it| depth <= it.max_depth).map(|it| it.rank);
            first = first.into_iter().chain(rank).min();
            let is_skipped = SKIPPED_NAMES.contains(&split(above).1);
            if is_skipped || with_skill.contains(above) {
                break;
            }
        }
        first
    }

    /// Why the client does not come upon a skill in `folder`, which lies below the start, when it looks everywhere.
    pub(super) fn why_not(&self, folder: &str) -> Option<Reason> {
        // Hostile paths have very many names, of which no more are looked at than matter.
        let below_start = || names(&folder[self.start.len()..]).take(DEPTH_MAX + 1);
        if let Some(name) = below_start().find(|name| SKIPPED_NAMES.contains(name)) {
            return Some(Reason::SkippedFolder {
                name: name.to_owned(),
            });
        }
        (below_start().count() > DEPTH_MAX).then_some(Reason::TooDeep {
            max_depth: DEPTH_MAX,
        })
    }
}

/// The path of `name` in the folder `start`.
pub(super) fn below(start: &str, name: &str) -> String {
    if start.is_empty() {
        name.to_owned()
    } else {
        format!("{start}/{name}")
    }
}
