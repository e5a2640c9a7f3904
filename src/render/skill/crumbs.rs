//! The way from the listing to a skill, on the pages below that of the skill.

use crate::catalog::Skill;
use crate::render::registry::Registry;
use crate::url;

/// The part of a breadcrumb that says owner and skill.
#[derive(Hash)]
pub(super) struct SkillCrumbs<'a> {
    pub(super) owner: &'a str,
    pub(super) owner_link: Option<String>,
    pub(super) slug: &'a str,
    pub(super) skill_link: String,
}

impl<'a> SkillCrumbs<'a> {
    pub(super) fn new(registry: &Registry<'_>, skill: &'a Skill) -> Self {
        Self {
            owner: &skill.key.owner,
            owner_link: registry.owner_link(&skill.key.owner),
            slug: &skill.key.slug,
            skill_link: registry.link(&url::skill(&skill.key)),
        }
    }
}
