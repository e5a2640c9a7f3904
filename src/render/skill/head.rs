//! What machines read in the head of a skill's page.

use crate::catalog::Skill;
use crate::render::feed;
use crate::render::markup::Markup;
use crate::render::page::{Page, Section};
use crate::render::registry::Registry;
use crate::text::shorten;
use crate::url::{self, web};

/// Longest description in a page's head, in characters.
const META_DESCRIPTION_MAX_CHARS: usize = 200;

pub(super) fn head<'a>(registry: &'a Registry<'a>, skill: &'a Skill) -> Page<'a> {
    let path = url::skill(&skill.key);
    let description = if skill.description.is_empty() {
        format!("An agent skill by @{}.", skill.key.owner).into()
    } else {
        shorten(&skill.description, META_DESCRIPTION_MAX_CHARS)
    };
    let title = format!("{} by @{}", skill.name, skill.key.owner);
    let mut page = Page::new(&registry.site, path, title, description).section(Section::Skills);
    page.is_indexed = !skill.is_suspicious;
    page.feed = feed::of_owner(registry, &skill.key.owner);
    page.json_ld = Some(json_ld(registry, skill));
    page
}

/// The skill as structured data; what is not known is left out.
fn json_ld(registry: &Registry<'_>, skill: &Skill) -> Markup {
    let mut data = serde_json::json!({
        "@context": "https://schema.org",
        "@type": "SoftwareSourceCode",
        "name": skill.name,
        "identifier": skill.key.to_string(),
        "url": registry.absolute(&url::skill(&skill.key)),
        "author": { "@type": "Person", "name": skill.key.owner },
        "archivedAt": registry.absolute(&url::zip(&skill.key)),
    });
    let not_empty = |text: String| Some(text).filter(|text| !text.is_empty());
    let version = skill.version.as_ref();
    let repository = skill.provenance.as_ref();
    let repository = repository.and_then(|provenance| provenance.repository.clone());
    let optional = [
        ("description", not_empty(skill.description.clone())),
        ("version", version.map(|version| version.version.clone())),
        ("license", skill.license().and_then(license_or_link)),
        ("codeRepository", repository),
        ("datePublished", skill.created_at.map(|at| at.rfc3339())),
        ("dateModified", skill.updated_at.map(|at| at.rfc3339())),
        ("keywords", not_empty(skill.tags.join(", "))),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            data[key] = value.into();
        }
    }
    Markup::json(&data)
}

/// A licence for programs, which may follow it as a link: an `https:` URL, or words that are no URL and no path.
fn license_or_link(license: &str) -> Option<String> {
    let is_words = !license.contains([':', '\\']) && !license.contains("//");
    web::link(license, &["https"]).or_else(|| is_words.then(|| license.to_owned()))
}
