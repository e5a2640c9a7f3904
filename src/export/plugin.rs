//! What clients install as one: the folder `plugins/<name>` of the repository, for each skill and for each collection.
//!
//! Skills lie in `skills/<name>` below it, and nothing beside them. There Claude Code, Codex and others look for the
//! skills of a plugin, `gh skill` and the `skills` client look for skills of a repository, and what a skill brings stays a
//! file of the skill: a stranger's `hooks/` or `.mcp.json` at the root of a plugin would run. Git keeps the bytes of a skill
//! once, however many collections it is in.
//!
//! No manifest is in it: clients make up what the marketplaces do not say, and the format that several share has no `--` in
//! names, by which an owner and a slug are parted here.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::catalog::{Catalog, Collection, Skill, SkillFile};
use crate::clients;
use crate::config::Config;
use crate::file_name::is_hidden_name;
use crate::key::{install_name, is_discovery_name, package_name};
use crate::marketplace::DESCRIPTION_MAX_CHARS;
use crate::problem::{Problem, Problems};
use crate::text::{hex, is_device_name, shorten};
use crate::url;

/// The folder of all plugins.
pub(super) const PLUGINS: &str = "plugins";

/// A folder that clients install as one.
pub(super) struct Plugin<'a> {
    /// Unique, and the same for ever, since clients know it by this: the package name of a skill, which has `--` in it, or
    /// the name of a collection, which has not.
    pub(super) name: String,
    /// Whether it is a collection.
    pub(super) is_collection: bool,
    /// What people call it.
    pub(super) display_name: &'a str,
    /// One line.
    pub(super) description: String,
    /// Whose it is: the skill's owner, or the registry.
    pub(super) author: &'a str,
    /// Its page, where the site has an address.
    pub(super) homepage: Option<String>,
    /// That of a skill, as its author names it.
    pub(super) license: Option<Cow<'a, str>>,
    pub(super) keywords: &'a [String],
    /// Whether the marketplaces list it: clients install it as it is.
    pub(super) is_installable: bool,
    /// By their folders' names.
    skills: Vec<(String, &'a Skill)>,
}

/// All plugins, by their names.
pub(super) fn plugins<'a>(catalog: &'a Catalog, config: &'a Config) -> Vec<Plugin<'a>> {
    let skills = catalog
        .listed()
        .filter(|skill| refused_file(skill).is_none());
    let skills = skills.map(|skill| Plugin::of_skill(skill, config));
    let collections = catalog.collections.iter();
    let collections = collections.map(|it| Plugin::of_collection(it, catalog, config));
    let mut plugins: Vec<_> = skills.chain(collections).collect();
    plugins.retain(|plugin| !plugin.skills.is_empty());
    plugins.sort_by(|a, b| a.name.cmp(&b.name));
    plugins
}

/// A warning for each skill that is in no plugin.
pub(super) fn left_out(catalog: &Catalog) -> Problems {
    let warning = |skill: &Skill| {
        let path = skill.folder.join(&refused_file(skill)?.path);
        let message = "git does not take this name, so the skill is not exported";
        Some(Problem::warning(path, "not exported", message).hint("rename the file"))
    };
    catalog.listed().filter_map(warning).collect()
}

impl<'a> Plugin<'a> {
    fn of_collection(collection: &'a Collection, catalog: &'a Catalog, config: &'a Config) -> Self {
        let page = || {
            config
                .base_url
                .absolute(&url::collection(&collection.name, 1))
        };
        let skills = collection.members.iter().filter_map(|member| {
            let skill = catalog.skill(&member.key)?;
            let is_taken = refused_file(skill).is_none();
            is_taken.then(|| (member.install_name.clone(), skill))
        });
        Self {
            name: collection.name.clone(),
            is_collection: true,
            display_name: &collection.title,
            description: shorten(&collection.description, DESCRIPTION_MAX_CHARS).into_owned(),
            author: &config.title,
            homepage: config.is_base_url_set.then(page),
            license: None,
            keywords: &[],
            is_installable: true,
            skills: skills.collect(),
        }
    }

    fn of_skill(skill: &'a Skill, config: &Config) -> Self {
        let page = || config.base_url.absolute(&url::skill(&skill.key));
        let description = clients::description(skill, &config.title);
        Self {
            name: package_name(&skill.key),
            is_collection: false,
            display_name: &skill.name,
            description: shorten(&description, DESCRIPTION_MAX_CHARS).into_owned(),
            author: &skill.key.owner,
            homepage: config.is_base_url_set.then(page),
            license: skill.license().map(|name| shorten(name, LICENSE_MAX_CHARS)),
            keywords: &skill.tags,
            is_installable: clients::is_package(skill),
            skills: vec![(folder_name(skill), skill)],
        }
    }

    /// Its folder in the repository.
    pub(super) fn folder(&self) -> String {
        format!("{PLUGINS}/{}", self.name)
    }

    /// Its files by their paths in the repository.
    pub(super) fn files(&self) -> impl Iterator<Item = (String, &'a SkillFile)> {
        let folder = self.folder();
        self.skills.iter().flat_map(move |(name, skill)| {
            let folder = format!("{folder}/skills/{name}");
            let files = skill.files.iter();
            files.map(move |file| (format!("{folder}/{}", file.path), file))
        })
    }

    /// Another for other files, since clients fetch a plugin again when its version is another: the start of a SHA-256.
    pub(super) fn version(&self) -> String {
        let mut hasher = Sha256::new();
        for (path, file) in self.files() {
            hasher.update(format!("{path}\0{}{}\n", file.sha256, file.is_executable));
        }
        hex(&hasher.finalize()[..6])
    }
}

/// What is shown of the name of a licence.
const LICENSE_MAX_CHARS: usize = 100;

/// The folder of a skill is called as the skill is, which the specification asks for, or by its slug.
fn folder_name(skill: &Skill) -> String {
    let is_name = |name: &String| is_discovery_name(name) && !is_device_name(name);
    let own = skill.front_matter.name.clone().filter(is_name);
    let slug = || install_name(&skill.key.slug).filter(is_name);
    own.or_else(slug)
        .unwrap_or_else(|| package_name(&skill.key))
}

/// The first file of the skill that cannot be in a repository.
fn refused_file(skill: &Skill) -> Option<&SkillFile> {
    skill.files.iter().find(|file| is_refused(&file.path))
}

/// Whether git takes a file for one of its own, on some system: then nobody could clone the repository, or others could say
/// how git treats its files.
fn is_refused(path: &str) -> bool {
    path.split('/')
        .any(|name| is_hidden_name(name) || name.eq_ignore_ascii_case("git~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_would_read_is_refused() {
        for path in [".git/config", "a/.gitattributes", "GIT~1", "a/git~1/hooks"] {
            assert!(is_refused(path), "{path}");
        }
        for path in ["SKILL.md", "git/config", "a/git~2", "gitmodules"] {
            assert!(!is_refused(path), "{path}");
        }
    }
}
