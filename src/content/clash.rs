//! Names that differ only in the case of letters: on many file systems their pages would overwrite each other.

use std::collections::BTreeMap;
use std::path::Path;

use crate::catalog::Skill;
use crate::problem::{Problem, Problems};
use crate::render::published_files;
use crate::render::url::published_path;

/// Reports owners and skills of one owner that cannot stand side by side, and files that have no place on the site.
///
/// Which of two identities is meant nobody can say, so that is an error; a file without a place is a warning, since one
/// author's files must not stop everyone's build.
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
        check_published(&folder.join(owner).join(slug), skill, problems);
    }
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
