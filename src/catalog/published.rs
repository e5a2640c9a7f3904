//! Which files of a skill have a copy of their own on the site, and where it stands.
//!
//! Every file is in the zip, where readers take it out by a range. A copy is for what a person opens from the page: the
//! main file, and what it links to or shows as an image. So what a skill adds to a site does not grow with the files that
//! it has.

use std::collections::{BTreeSet, HashSet};

use super::Skill;
use crate::markdown::relative_path;
use crate::url;

/// The site path of the copy of each file of a skill; `None` for one that is in the zip alone.
pub fn published_files(skill: &Skill) -> Vec<Option<String>> {
    let copied = copied_files(skill);
    let has_name = has_own_name(skill);
    let files = skill.files.iter().enumerate();
    files
        .map(|(file_idx, file)| {
            let is_published = has_name[file_idx] && copied.contains(&file_idx);
            is_published.then(|| url::file(&skill.key, &file.path))
        })
        .collect()
}

/// Whether every file of a skill can be published under the path that it has: no host makes more of any than text, data or
/// a picture, no two fall together, and every client asks for each by the same address.
pub fn has_plain_paths(skill: &Skill) -> bool {
    let is_plain = |path: &str| {
        let is_named_so = url::published_path(path) == path;
        let is_hidden = path.split('/').any(|segment| segment.starts_with('.'));
        is_named_so
            && !is_hidden
            && !path.contains("..")
            && !path.contains(['%', '?', '#', ':', '\\'])
    };
    let mut files = skill.files.iter().zip(has_own_name(skill));
    files.all(|(file, has_own_name)| has_own_name && is_plain(&file.path))
}

/// The files that would have a copy, but for another file or folder of the skill that has its name.
pub fn files_without_name(skill: &Skill) -> impl Iterator<Item = usize> {
    let has_name = has_own_name(skill);
    let copied = copied_files(skill).into_iter();
    copied.filter(move |file_idx| !has_name[*file_idx])
}

/// The main file, and the files of the skill that it links to.
fn copied_files(skill: &Skill) -> BTreeSet<usize> {
    let links = skill.links.iter();
    let paths = links.filter_map(|link| relative_path(&link.dest));
    let linked = paths.filter_map(|path| skill.linked_file(&path));
    linked.chain([skill.main_file_idx]).collect()
}

/// Whether the published name of each file is its own: not already another file's (`a.js` and `a.js.txt`) or a folder's.
///
/// All files count, those without a copy too: what stands under a name must not depend on what the text links to.
fn has_own_name(skill: &Skill) -> Vec<bool> {
    let mut folders = HashSet::new();
    for file in &skill.files {
        let path = file.path.to_lowercase();
        for (slash, _) in path.match_indices('/') {
            folders.insert(path[..slash].to_owned());
        }
    }
    let mut taken = HashSet::new();
    let mut is_free = |path: &str| {
        let published = url::published_path(path).to_lowercase();
        !folders.contains(&published) && taken.insert(published)
    };
    let files = skill.files.iter();
    files.map(|file| is_free(&file.path)).collect()
}
