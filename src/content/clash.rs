//! Names that differ only in the case of letters: on many file systems their pages would overwrite each other.

use std::collections::BTreeMap;
use std::path::Path;

use crate::catalog::{Skill, SkillFile};
use crate::problem::{Problem, Problems};
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
        check_files(&folder.join(owner).join(slug), &skill.files, problems);
    }
}

fn check_files(folder: &Path, files: &[SkillFile], problems: &mut Problems) {
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
                problems.push(clash(&folder.join(&file.path), "paths", outer, first));
            }
        }
        if is_shadowed(files, file) {
            problems.push(
                Problem::warning(
                    folder.join(&file.path),
                    "file in the zip only",
                    format!(
                        "the site would publish this as `{}`, which is another file",
                        published_path(&file.path)
                    ),
                )
                .hint("rename one of the two"),
            );
        }
    }
}

/// Whether the name under which `file` would be published belongs to another of `files`, so that only the zip has it.
pub fn is_shadowed(files: &[SkillFile], file: &SkillFile) -> bool {
    let published = published_path(&file.path);
    published != file.path
        && files
            .iter()
            .any(|other| other.path.eq_ignore_ascii_case(&published))
}

fn clash(path: &Path, what: &str, name: &str, first: &str) -> Problem {
    Problem::error(
        path,
        "name clash",
        format!("the {what} `{name}` and `{first}` differ only in the case of letters; their pages would overwrite each other"),
    )
    .hint("rename or remove one of the two")
}
