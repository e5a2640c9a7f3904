//! Names that differ only in the case of letters: on many file systems their pages would overwrite each other.

use std::collections::BTreeMap;
use std::path::Path;

use crate::catalog::{Skill, SkillFile};
use crate::problem::{Problem, Problems};
use crate::render::published_files;
use crate::render::url::published_path;

/// Reports owners, skills of one owner and files of one skill that cannot stand side by side.
pub(super) fn check(content: &Path, skills: &[Skill], problems: &mut Problems) {
    let folder = content.join("skills");
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut slugs: BTreeMap<(&str, String), &str> = BTreeMap::new();
    for skill in skills {
        let (owner, slug) = (skill.id.owner.as_str(), skill.id.slug.as_str());
        let first_owner = *owners.entry(owner.to_lowercase()).or_insert(owner);
        let is_new_clash = first_owner != owner && !slugs.keys().any(|(seen, _)| *seen == owner);
        if is_new_clash {
            problems.push(clash(&folder.join(owner), "owners", owner, first_owner));
        }
        let first_slug = *slugs.entry((owner, slug.to_lowercase())).or_insert(slug);
        if first_slug != slug {
            problems.push(clash(
                &folder.join(owner).join(slug),
                "skills",
                slug,
                first_slug,
            ));
        }
        let folder = folder.join(owner).join(slug);
        if check_files(&folder, &skill.files, problems) {
            check_published(&folder, skill, problems);
        }
    }
}

/// Whether the files can stand side by side; reports those that cannot.
fn check_files(folder: &Path, files: &[SkillFile], problems: &mut Problems) -> bool {
    let mut is_clean = true;
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    for file in files {
        let first = *taken.entry(file.path.to_lowercase()).or_insert(&file.path);
        if first != file.path {
            problems.push(clash(&folder.join(&file.path), "files", &file.path, first));
        }
    }
    for file in files {
        let folders = file.path.match_indices('/').map(|(at, _)| &file.path[..at]);
        for outer in folders {
            if let Some(first) = taken.get(&outer.to_lowercase()) {
                is_clean = false;
                problems.push(clash(&folder.join(&file.path), "paths", outer, first));
            }
        }
    }
    is_clean
}

/// Names the files that have no place on the site, since another file takes it; the zip has them all.
fn check_published(folder: &Path, skill: &Skill, problems: &mut Problems) {
    for (file, published) in skill.files.iter().zip(published_files(skill)) {
        if published.is_none() {
            let taken = published_path(&file.path);
            problems.push(
                Problem::warning(
                    folder.join(&file.path),
                    "file in the zip only",
                    format!("the site would publish this as `{taken}`, where another file is; only the zip has it"),
                )
                .hint("rename one of the two"),
            );
        }
    }
}

fn clash(path: &Path, what: &str, name: &str, first: &str) -> Problem {
    Problem::error(
        path,
        "name clash",
        format!("the {what} `{name}` and `{first}` differ only in the case of letters; their pages would overwrite each other"),
    )
    .hint("rename or remove one of the two")
}
