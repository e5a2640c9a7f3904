//! Reads a content folder: skills, badges, collections, statistics, moderation and aliases.
//!
//! ```text
//! skills/<owner>/<slug>/SKILL.md   what strangers write: at worst a skill is left out, with a warning
//! badges/<kind>.toml               what the operator writes: a fault is an error
//! collections/<name>.toml
//! stats.jsonl or stats.csv
//! moderation.toml
//! aliases.toml
//! ```
//!
//! [`load`] reads everything once, stops at nothing and reports all problems together.

use std::collections::BTreeSet;
use std::path::Path;

use crate::catalog::Catalog;
use crate::key::SkillKey;
use crate::problem::Problems;
use crate::sources::LoadedSources;
use folder::Content;
use operator::{Aliases, Moderation, Names, StaticPaths};

mod clash;
mod folder;
mod links;
mod operator;
mod skills;

pub use folder::{Disk, LoadOptions, ReadFile};
pub use operator::{add_award, badge_path, remove_award, static_files};
pub use skills::{SkillCache, read_body};

/// Reads the content folder and the skills of `sources`; the catalog is good to publish if there are no errors among the
/// problems.
///
/// Paths of problems begin with `content` as it is given.
pub fn load(
    content: &Path,
    sources: &LoadedSources,
    options: &LoadOptions,
    files: &dyn ReadFile,
) -> (Catalog, Problems) {
    load_with(Content::new(content, options, files), sources, None)
}

/// The same, but a skill whose files look as they did the last time is taken from `cache`; see [`SkillCache`].
pub fn load_again(
    content: &Path,
    sources: &LoadedSources,
    options: &LoadOptions,
    files: &dyn ReadFile,
    cache: &mut SkillCache,
) -> (Catalog, Problems) {
    let content = Content::new(content, options, files);
    cache.look_at_place(&content);
    load_with(content, sources, Some(cache))
}

/// The skills that the operator hides, so that nobody takes them for lost.
pub fn hidden_skills(content: &Path) -> BTreeSet<SkillKey> {
    let options = LoadOptions::default();
    let content = Content::new(content, &options, &Disk);
    // Which of them there are is no matter here, and loading has told of faults.
    Moderation::read(&content, &[], &mut Problems::new()).hidden
}

fn load_with(
    mut content: Content,
    sources: &LoadedSources,
    cache: Option<&mut SkillCache>,
) -> (Catalog, Problems) {
    let mut problems = Problems::new();
    let Some(folders) = skills::folders(&content, &sources.skills, &mut problems) else {
        return (Catalog::default(), problems);
    };
    let moderation = Moderation::read(&content, &folders, &mut problems);
    content.hidden.clone_from(&moderation.hidden);
    let mut skills = skills::read(
        &content,
        &folders,
        &sources.own_versions,
        cache,
        &mut problems,
    );
    let mut removed = moderation.removed.clone();
    moderation.apply(&mut skills);

    let aliases = Aliases::read(&content, &mut problems);
    let static_paths = StaticPaths::read(&content, &mut problems);
    let old_keys = aliases.targets();
    clash::leave_out(
        &content,
        &old_keys,
        &static_paths,
        &mut skills,
        &mut problems,
    );
    if skills.is_empty() {
        problems.extend(skills::none_published(&content, &folders));
    }
    let names = Names::new(&content, &folders, old_keys);
    let badge_kinds = operator::read_badges(&content, &names, &mut skills, &mut problems);
    let stats_as_of = operator::read_stats(&content, &names, &mut skills, &mut problems);
    let aliases = aliases.check(&content, &names, &skills, &mut problems);
    // What was renamed is not gone.
    removed.retain(|key| !aliases.contains_key(key));
    let mut catalog = Catalog {
        skills,
        badge_kinds,
        aliases,
        removed,
        stats_as_of,
        collections: Vec::new(),
    };
    catalog.collections = operator::read_collections(&content, &names, &catalog, &mut problems);
    links::check(&catalog, &mut problems);
    (catalog, problems)
}

#[cfg(test)]
mod tests;
