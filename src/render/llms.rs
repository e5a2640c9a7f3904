//! `llms.txt`: the site in Markdown for language models, short enough to read whole.

use std::fmt::Write;
use std::io;

use super::badge::FEATURED_KIND;
use super::registry::Registry;
use super::text::markdown_line;
use crate::sink::Sink;
use crate::text::number::counted;
use crate::text::shorten;
use crate::url::{self, Sort};

/// Most skills in each list, and most tags.
const LIST_MAX: usize = 50;

pub(super) fn write(registry: &Registry<'_>, sink: &dyn Sink) -> io::Result<()> {
    sink.write(url::LLMS, text(registry).as_bytes())
}

fn text(registry: &Registry<'_>) -> String {
    let base = registry.absolute("");
    let mut text = format!(
        "# {}\n\n> {}\n\n{} by {}. A skill is a folder with a `SKILL.md` that tells an agent how to do something.\n\n\
         - Search: `skillpress search \"WORDS\" --site {base} --json`; people use {base}search/?q=WORDS\n\
         - A skill's page: {base}OWNER/skills/SLUG/\n\
         - Its text: {base}OWNER/skills/SLUG/files/SKILL.md; where there is none, its page links to the file\n\
         - All its files: {base}OWNER/skills/SLUG/SLUG.zip\n\
         - Install: `npx skills add {base}OWNER/skills/SLUG/`, or unzip the zip into the folder of your skills\n\
         - All skills as JSON: {base}api/v1/catalog/manifest.json; the API: {base}api/openapi.json\n\
         - All pages: {base}sitemap.xml; updates: {base}feed.xml\n\
         - SHA-256 of every file: {base}SHA256SUMS{}\n",
        markdown_line(registry.site.title),
        markdown_line(registry.site.description),
        counted(registry.listed.len(), "skill", "skills"),
        counted(registry.owners.len(), "owner", "owners"),
        signed_by(registry),
    );
    push_collections(&mut text, registry);
    if let Some(kind) = registry.shown_kind(FEATURED_KIND) {
        let featured = registry.awarded(FEATURED_KIND);
        push_skills(&mut text, registry, &kind.label, &featured);
    }
    let updated = registry.sorted(Sort::Updated);
    push_skills(&mut text, registry, "Recently updated", &updated);
    if !registry.tags.is_empty() {
        text.push_str("\n## Tags\n\n");
    }
    for (tag, n_skills) in registry.tags_by_use().into_iter().take(LIST_MAX) {
        let _ = writeln!(
            text,
            "- [{}]({}): {}",
            markdown_line(tag),
            registry.absolute(&url::tag(tag, 1)),
            counted(n_skills, "skill", "skills"),
        );
    }
    text
}

/// What signs the sums, if anything does.
fn signed_by(registry: &Registry<'_>) -> String {
    let key = registry.config.signing.public_key;
    key.map_or_else(String::new, |key| {
        format!(", signed with minisign by the key `{key}`")
    })
}

/// All collections: the operator wrote each of them.
fn push_collections(text: &mut String, registry: &Registry<'_>) {
    let collections = &registry.catalog.collections;
    if !collections.is_empty() {
        text.push_str("\n## Collections\n\n");
    }
    for collection in collections {
        let _ = writeln!(
            text,
            "- [{}]({}): {}",
            markdown_line(&collection.title),
            registry.absolute(&url::collection(&collection.name, 1)),
            markdown_line(&collection.description),
        );
    }
}

fn push_skills(text: &mut String, registry: &Registry<'_>, title: &str, skill_idxs: &[usize]) {
    if skill_idxs.is_empty() {
        return;
    }
    let _ = write!(text, "\n## {}\n\n", markdown_line(title));
    for skill_idx in skill_idxs.iter().take(LIST_MAX) {
        let skill = &registry.catalog.skills[*skill_idx];
        let _ = write!(
            text,
            "- [{}]({})",
            markdown_line(&skill.key.to_string()),
            registry.absolute(&url::skill(&skill.key)),
        );
        match markdown_line(&shorten(&skill.description, 160)) {
            description if description.is_empty() => text.push('\n'),
            description => {
                let _ = writeln!(text, ": {description}");
            }
        }
    }
}
