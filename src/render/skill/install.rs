//! The ways to install a skill that work from where the site stands.

use crate::catalog::Skill;
use crate::clients::{clawhub_command, is_discoverable};
use crate::render::registry::Registry;
use crate::text::number::file_size;
use crate::url;
use crate::zip::ZipDigest;

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
    pub(super) fn new(registry: &Registry<'_>, skill: &Skill, zip: &ZipDigest) -> Self {
        let key = &skill.key;
        let mut commands = Vec::new();
        if is_discoverable(skill) {
            commands.push(Command {
                label: "With the skills client",
                text: format!("npx skills add {}", registry.absolute(&url::skill(key))),
            });
        }
        if let Some(text) = clawhub_command(registry.config, key, registry.has_unique_slug(key)) {
            commands.push(Command {
                label: "With the clawhub client",
                text,
            });
        }
        // An identity has no character that means something to a shell, and a URL is percent-encoded.
        let slug = &key.slug;
        commands.push(Command {
            label: "With curl and unzip",
            text: format!(
                "curl -fsSL {} -o {slug}.zip && unzip -q {slug}.zip -d {slug}",
                registry.absolute(&url::zip(key))
            ),
        });
        Self {
            commands,
            zip_link: registry.link(&url::zip(key)),
            zip_name: format!("{slug}.zip"),
            zip_size: file_size(zip.len_bytes),
            zip_sha256: zip.sha256.clone(),
        }
    }
}
