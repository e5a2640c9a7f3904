//! What strangers write: the folders of skills, `skills/<owner>/<slug>/`. At worst a skill is left out, with a warning.

use std::sync::Arc;

use rayon::prelude::*;

use super::folder::Content;
use crate::catalog::Skill;
use crate::problem::Problems;
use crate::sources::OwnVersions;
use cache::Walked;

mod cache;
mod date;
mod files;
mod folder;
mod layout;
mod meta;
mod owners;
mod skill;
mod stamp;
mod version;

pub use cache::SkillCache;
pub use files::read_body;
pub use folder::SkillFolder;
pub use layout::none_published;
pub use owners::folders;

/// Reads the skills in `folders` that are not hidden, in that order; those whose files look as they did the last time are
/// taken from `cache`.
pub(super) fn read(
    content: &Content,
    folders: &[SkillFolder],
    own_versions: &OwnVersions,
    cache: Option<&mut SkillCache>,
    problems: &mut Problems,
) -> Vec<Skill> {
    let walked: Vec<(&SkillFolder, Walked)> = folders
        .par_iter()
        .filter(|folder| !content.hidden.contains(&folder.key))
        .map(|folder| (folder, cache::read(content, folder, cache.as_deref())))
        .collect();
    if let Some(cache) = cache {
        let walked = walked.iter();
        cache.replace(walked.map(|(folder, walked)| (folder.key.clone(), walked.clone())));
    }
    walked
        .into_iter()
        .filter_map(|(folder, walked)| {
            problems.extend(walked.problems());
            let mut skill = Arc::unwrap_or_clone(walked.read).skill?;
            skill.is_of_source = folder.source.is_some();
            // Not read with the files: a commit may leave them as they are.
            let source = folder.source.and_then(|source| source.provenance.clone());
            if let Some(provenance) = source {
                skill.set_provenance(provenance);
            }
            skill.license_file = folder.source.and_then(|source| source.license_file.clone());
            let clashes = match (folder.source, own_versions.get(&folder.key)) {
                (Some(source), _) => {
                    version::add_kept(&mut skill, source.version.as_deref(), &source.versions)
                }
                (None, Some(kept)) => version::add_kept(&mut skill, None, kept),
                (None, None) => Vec::new(),
            };
            problems.extend(clashes.iter().map(|clash| clash.warning(&skill)));
            Some(skill)
        })
        .collect()
}
