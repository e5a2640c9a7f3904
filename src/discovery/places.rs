//! Where the client looks for skills, in its order; see `discoverSkills` in its source.

use std::collections::BTreeSet;

use super::{Reason, folder_of, is_below, is_within, names};
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
    /// Looked into one after the other, before all others; none twice.
    first: Vec<Place>,
}

/// A folder, and how many levels below it skills are looked for.
#[derive(Debug)]
struct Place {
    folder: String,
    max_depth: usize,
}

impl<'p> Places<'p> {
    /// The places below the folder `start`; `from_manifests` are the folders that plugin manifests name.
    pub(super) fn new(start: &'p str, from_manifests: &[String]) -> Self {
        let deep = SKILL_FOLDERS.iter().chain(&AGENT_FOLDERS);
        let deep = deep.map(|folder| Place {
            folder: below(start, folder),
            max_depth: GROUP_DEPTH_MAX,
        });
        let flat = |folder: &str| Place {
            folder: folder.to_owned(),
            max_depth: 1,
        };
        let mut first = vec![flat(start)];
        first.extend(deep);
        first.extend(from_manifests.iter().map(|folder| flat(folder)));
        let mut seen = BTreeSet::new();
        first.retain(|place| seen.insert(place.folder.clone()));
        Self { start, first }
    }

    /// The indices of those of `skill_mds` that the client comes upon, in its order.
    ///
    /// They are sorted as a walk through the folders meets them, and all of them lie below the start.
    pub(super) fn order(&self, skill_mds: &[&TreeEntry]) -> Vec<usize> {
        let folders: Vec<&str> = skill_mds.iter().map(|it| folder_of(&it.path)).collect();
        let with_skill: BTreeSet<&str> = folders.iter().copied().collect();
        let mut order: Vec<usize> = Vec::new();
        let mut is_met = vec![false; folders.len()];
        let mut meet = |idx: usize| {
            if !std::mem::replace(&mut is_met[idx], true) {
                order.push(idx);
            }
        };
        folders
            .iter()
            .position(|&folder| folder == self.start)
            .into_iter()
            .for_each(&mut meet);
        for place in &self.first {
            let at = folders.partition_point(|it| names(it).lt(names(&place.folder)));
            let inside = folders[at..].iter();
            let n_inside = inside.take_while(|it| is_within(it, &place.folder)).count();
            (at..at + n_inside)
                .filter(|&idx| place.reaches(folders[idx], &with_skill))
                .for_each(&mut meet);
        }
        (0..folders.len())
            .filter(|&idx| self.why_not(folders[idx]).is_none())
            .for_each(&mut meet);
        order
    }

    /// Why the client does not come upon a skill in `folder`, which lies below the start, when it looks everywhere.
    pub(super) fn why_not(&self, folder: &str) -> Option<Reason> {
        let below_start = || names(&folder[self.start.len()..]);
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

impl Place {
    /// Whether looking into this place alone comes upon a skill in `folder`: on the way down it ends at the first skill,
    /// and at folders that are not looked into. A skill in such a folder itself is met.
    fn reaches(&self, folder: &str, with_skill: &BTreeSet<&str>) -> bool {
        if !is_below(folder, &self.folder) {
            return false;
        }
        let depth = names(folder).count() - names(&self.folder).count();
        depth <= self.max_depth
            && std::iter::successors(Some(folder_of(folder)), |above| Some(folder_of(above)))
                .take(depth - 1)
                .all(|above| {
                    let name = names(above).last().unwrap_or_default();
                    !with_skill.contains(above) && !SKIPPED_NAMES.contains(&name)
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
