//! The JSON of one skill, in the shapes that the `clawhub` client 0.23.3 checks.
//!
//! What it refuses decides some choices: times are milliseconds as integers (0 when unknown), a list item always has
//! `latestVersion`, `tags` and `stats`, and `license` is `"MIT-0"` or null (the real one is in `declaredLicense`).

mod parts;
mod version;

use serde_json::{Value, json};

use crate::json::without_null;
pub(super) use parts::{Counts, badges, ms, owner, source};
use parts::{metadata, moderation, stats};
pub(super) use version::{
    FileShape, VersionEntry, VersionFiles, current_version, version_items, version_list, versions,
};
use version::{latest_version, tags, version_detail};

use crate::catalog::{Catalog, Skill, SkillFile, SkillFileError, published_files};
use crate::config::Config;
use crate::markdown::readable_start;
use crate::text::decode;
use crate::url;
use crate::zip::WrittenZip;

/// Makes the shapes of one site.
#[derive(Clone, Copy)]
pub(super) struct Shaper<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) config: &'a Config,
    /// Whether the site answers a download. If not, a detail has no `latestVersion`, which makes the client ask
    /// `/install` for the place of the files; the version is in `tags` all the same.
    pub(super) has_downloads: bool,
}

impl<'a> Shaper<'a> {
    /// An item of a list. `counts` says whether downloads, stars and installs are in it.
    pub(super) fn item(&self, skill: &Skill, counts: Counts) -> Value {
        let versions = versions(self.config, skill);
        let item = json!({
            "slug": skill.key.slug,
            "ownerHandle": skill.key.owner,
            "displayName": skill.name,
            "summary": skill.description,
            "topics": skill.tags,
            "tags": tags(&versions),
            "stats": stats(skill, versions.len(), counts),
            "createdAt": ms(skill.created_at),
            "updatedAt": ms(skill.updated_at),
            "latestVersion": latest_version(skill, &versions),
            "metadata": metadata(skill),
            "badges": badges(self.catalog, skill),
            "url": self.page_url(skill),
        });
        without_null(item, &["badges"])
    }

    /// A skill with the whole `SKILL.md`.
    ///
    /// # Errors
    /// When the main file is not what it was.
    pub(super) fn detail(&self, skill: &Skill) -> Result<Value, SkillFileError> {
        let versions = versions(self.config, skill);
        let shape = json!({
            "slug": skill.key.slug,
            "displayName": skill.name,
            "summary": skill.description,
            "description": description(skill)?,
            "topics": skill.tags,
            "tags": tags(&versions),
            "stats": stats(skill, versions.len(), Counts::Shown),
            "createdAt": ms(skill.created_at),
            "updatedAt": ms(skill.updated_at),
            "icon": skill.front_matter.emoji,
            "badges": badges(self.catalog, skill),
            "source": source(skill),
            "url": self.page_url(skill),
        });
        let latest_version = self.has_downloads.then(|| latest_version(skill, &versions));
        Ok(json!({
            "skill": without_null(shape, &["badges", "source"]),
            "latestVersion": latest_version,
            "metadata": metadata(skill),
            "owner": owner(skill),
            "moderation": moderation(skill),
        }))
    }

    /// What stands for a slug that several owners use: no skill, and the choice.
    pub(super) fn ambiguous(&self, skills: &[&Skill]) -> Value {
        let choice = |skill: &&Skill| {
            json!({
                "ownerHandle": skill.key.owner,
                "slug": skill.key.slug,
                "displayName": skill.name,
                "url": self.page_url(skill),
            })
        };
        json!({
            "skill": null,
            "latestVersion": null,
            "metadata": null,
            "owner": null,
            "moderation": null,
            "ambiguous": skills.iter().map(choice).collect::<Vec<_>>(),
        })
    }

    pub(super) fn version(&self, skill: &Skill, entry: &VersionEntry) -> Value {
        let files = match entry.files {
            VersionFiles::Current => Some(self.files(skill)),
            VersionFiles::Kept(files) => {
                let shape = |file| FileShape::new(file, None);
                Some(files.iter().map(shape).collect())
            }
            VersionFiles::Lost => None,
        };
        version_detail(skill, entry, files)
    }

    pub(super) fn files<'s>(&self, skill: &'s Skill) -> Vec<FileShape<'s>> {
        let files = skill.files.iter().zip(published_files(skill));
        files
            .map(|(file, page_path)| {
                let url = page_path.map(|page_path| self.config.base_url.absolute(&page_path));
                FileShape::new(file, url)
            })
            .collect()
    }

    /// The files as the record of a skill has them, where a reader finds what it takes to get each.
    pub(super) fn placed_files<'s>(
        &self,
        skill: &'s Skill,
        zip: &WrittenZip,
    ) -> Vec<FileShape<'s>> {
        let files = self.files(skill).into_iter().zip(&skill.files);
        files
            .zip(&zip.places)
            .map(|((shape, file), place)| shape.placed(file, *place))
            .collect()
    }

    /// The files of an old version, which have no copies, as [`Shaper::placed_files`].
    pub(super) fn kept_files<'s>(
        &self,
        files: &'s [SkillFile],
        zip: &WrittenZip,
    ) -> Vec<FileShape<'s>> {
        let files = files.iter().zip(&zip.places);
        files
            .map(|(file, place)| FileShape::new(file, None).placed(file, *place))
            .collect()
    }

    pub(super) fn page_url(&self, skill: &Skill) -> String {
        self.config.base_url.absolute(&url::skill(&skill.key))
    }
}

/// The text of the main file, as much of it as is read for a page.
fn description(skill: &Skill) -> Result<String, SkillFileError> {
    let bytes = skill.main_file().read()?;
    Ok(readable_start(&decode(&bytes).text).to_owned())
}
