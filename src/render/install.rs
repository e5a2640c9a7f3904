//! The ways to install a skill that work from where the site stands.

use super::number::file_size;
use super::site::Site;
use super::url;
use super::zip::ZipDigest;
use crate::catalog::{Skill, SkillKey};
use crate::config::{Config, Hosting};

/// What the install section of a page shows.
pub(super) struct Install {
    pub(super) commands: Vec<Command>,
    pub(super) zip_link: String,
    pub(super) zip_name: String,
    pub(super) zip_size: String,
    pub(super) zip_sha256: String,
}

/// A command to copy.
pub(super) struct Command {
    pub(super) label: &'static str,
    pub(super) text: String,
}

impl Install {
    pub(super) fn new(site: &Site<'_>, skill: &Skill, zip: &ZipDigest) -> Self {
        let key = &skill.key;
        let mut commands = Vec::new();
        if is_discoverable(skill) {
            commands.push(Command {
                label: "With the skills client",
                text: format!("npx skills add {}", site.absolute(&url::skill(key))),
            });
        }
        if let Some(text) = clawhub_command(site.config, key, site.has_unique_slug(key)) {
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
                site.absolute(&url::zip(key))
            ),
        });
        Self {
            commands,
            zip_link: site.link(&url::zip(key)),
            zip_name: format!("{slug}.zip"),
            zip_size: file_size(zip.len_bytes),
            zip_sha256: zip.sha256.clone(),
        }
    }
}

/// Whether the page shows the command of the `skills` client, which then installs the skill without a question.
pub fn is_discoverable(skill: &Skill) -> bool {
    crate::api::is_installable(skill) && !skill.front_matter.is_internal
}

/// The command of the `clawhub` client, where something answers it.
///
/// With a public repository behind the site, the client asks by slug alone, so a slug that two owners use has none.
pub fn clawhub_command(config: &Config, key: &SkillKey, has_unique_slug: bool) -> Option<String> {
    let is_answered = match config.install.hosting {
        Hosting::Static => false,
        Hosting::Edge => true,
        Hosting::Github => config.install.github_repository.is_some() && has_unique_slug,
    };
    is_answered.then(|| {
        format!(
            "npx clawhub --registry {} install @{key}",
            config.base_url.absolute("").trim_end_matches('/')
        )
    })
}
