//! The ways to install a skill that work from where the site stands.

use crate::catalog::Skill;
use crate::clients::{clawhub_command, is_discoverable};
use crate::render::registry::Registry;
use crate::text::number::file_size;
use crate::url;
use crate::zip::WrittenZip;

/// What the install section of a page shows.
#[derive(Hash)]
pub(super) struct Install {
    pub(super) commands: Vec<Command>,
    pub(super) zip_link: String,
    pub(super) zip_name: String,
    pub(super) zip_size: String,
    pub(super) zip_sha256: String,
}

/// A command to copy.
#[derive(Hash)]
pub(super) struct Command {
    pub(super) label: &'static str,
    pub(super) text: String,
}

impl Install {
    pub(super) fn new(registry: &Registry<'_>, skill: &Skill, zip: &WrittenZip) -> Self {
        let key = &skill.key;
        let slug = &key.slug;
        // An identity has no character that means something to a shell, and a URL is percent-encoded.
        let with_curl = format!(
            "curl -fsSL {} -o {slug}.zip && unzip -q {slug}.zip -d {slug}",
            registry.absolute(&url::zip(key))
        );
        let with_skills = is_discoverable(skill)
            .then(|| format!("npx skills add {}", registry.absolute(&url::skill(key))));
        let with_clawhub = clawhub_command(registry.config, key, registry.has_unique_slug(key));
        let commands = [
            ("With the skills client", with_skills),
            ("With the clawhub client", with_clawhub),
            ("With curl and unzip", Some(with_curl)),
        ];
        let command = |(label, text): (_, Option<String>)| Some(Command { label, text: text? });
        Self {
            commands: commands.into_iter().filter_map(command).collect(),
            zip_link: registry.link(&url::zip(key)),
            zip_name: format!("{slug}.zip"),
            zip_size: file_size(zip.len_bytes),
            zip_sha256: zip.sha256.clone(),
        }
    }
}
