//! Small catalogs for tests of the index.

use super::lexical;
use super::pack;
use super::simplified::Simplified;
use crate::catalog::{Catalog, FrontMatter, Requirements, Skill};
use crate::key::SkillKey;

/// A catalog of `skills`, in the order that a catalog has.
pub(crate) fn catalog(mut skills: Vec<Skill>) -> Catalog {
    skills.sort_by(|a, b| a.key.cmp(&b.key));
    Catalog {
        skills,
        ..Catalog::default()
    }
}

/// A skill with nothing but these.
pub(crate) fn skill(owner: &str, slug: &str, name: &str, description: &str) -> Skill {
    Skill {
        key: SkillKey {
            owner: owner.to_owned(),
            slug: slug.to_owned(),
        },
        folder: format!("content/skills/{owner}/{slug}").into(),
        name: name.to_owned(),
        description: description.to_owned(),
        tags: Vec::new(),
        body: String::new(),
        long_body_at: None,
        links: Vec::new(),
        main_file_idx: 0,
        front_matter: FrontMatter::default(),
        requirements: Requirements::default(),
        files: Vec::new(),
        version: None,
        history: Vec::new(),
        created_at: None,
        updated_at: None,
        is_of_source: false,
        provenance: None,
        license_file: None,
        badges: Vec::new(),
        stats: None,
        is_suspicious: false,
        moderation_note: None,
    }
}

/// The files of the lexical index of `catalog`.
pub(crate) fn packed(catalog: &Catalog) -> Vec<(String, Vec<u8>)> {
    let skills: Vec<&Skill> = catalog.listed().collect();
    let index = lexical::build(catalog, &skills, &Simplified::default()).unwrap();
    pack::pack(catalog, &skills, &index, []).unwrap()
}
