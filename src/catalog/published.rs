//! Where the files of a skill stand on the site.

use std::collections::HashSet;

use super::Skill;
use crate::url;

/// The site path of each file of a skill.
///
/// `None` for a file whose published name is already another file's (`a.js` and `a.js.txt`) or a folder's; it is in
/// the zip all the same.
pub fn published_files(skill: &Skill) -> Vec<Option<String>> {
    let mut folders = HashSet::new();
    for file in &skill.files {
        let path = file.path.to_lowercase();
        for (slash, _) in path.match_indices('/') {
            folders.insert(path[..slash].to_owned());
        }
    }
    let mut taken = HashSet::new();
    skill
        .files
        .iter()
        .map(|file| {
            let published = url::published_path(&file.path).to_lowercase();
            (!folders.contains(&published) && taken.insert(published))
                .then(|| url::file(&skill.key, &file.path))
        })
        .collect()
}
