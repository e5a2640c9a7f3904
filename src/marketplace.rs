//! Marketplaces: lists of skills that Claude Code installs from, of the site, of each kind of badge, of each owner, and of
//! each collection.
//!
//! A plugin is the zip that the skill has anyway, at the address that it keeps. The list names neither version nor SHA-256:
//! the client then takes the start of the zip's SHA-256 for the version, and so sees every change, also where it has an
//! older list. With a SHA-256 an older list would be an error until it is fetched again.
//!
//! A collection is one plugin. Its zip has its SHA-256 in its name, so an older list has the bytes that it names or none, and
//! the list says the SHA-256.
//!
//! Only a site at an `https` address has them, since the client takes no zips from others.

mod shapes;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use crate::catalog::{Catalog, Collection, Skill};
use crate::clients::{self, is_plugin, plugin_parts};
use crate::config::{Config, MarketplaceLists};
use crate::json::to_json;
use crate::key::{SkillKey, owner_name, package_name};
use crate::problem::{Problem, Problems};
use crate::sink::Sink;
use crate::text::shorten;
use crate::url;
use crate::zip::WrittenZip;
pub use shapes::{MarketplaceJson, OwnerJson, PluginJson, SourceJson};

/// Writes all lists that are not too long for the client. `collection_zips` are those of the catalog's collections.
///
/// # Errors
/// What the sink says.
pub fn write(
    catalog: &Catalog,
    config: &Config,
    collection_zips: &[WrittenZip],
    sink: &dyn Sink,
) -> io::Result<()> {
    for list in lists(catalog, config) {
        let bytes = list.encode()?;
        if bytes.len() <= LIST_MAX_BYTES {
            sink.write(&list.path, &bytes)?;
        }
    }
    for (collection, zip) in catalog.collections.iter().zip(collection_zips) {
        if let Some(name) = of_collection(config, collection) {
            let path = url::collection_marketplace(&collection.name);
            sink.write(&path, &encode_collection(config, collection, zip, &name)?)?;
        }
    }
    Ok(())
}

/// What the client calls the list of the whole site, where the site has it.
pub fn of_site(catalog: &Catalog, config: &Config) -> Option<String> {
    let list = site_list(catalog, config)?;
    let len_bytes = list.encode().ok()?.len();
    (len_bytes <= LIST_MAX_BYTES).then_some(list.name)
}

/// What the client calls the list of a collection, where it has one.
pub fn of_collection(config: &Config, collection: &Collection) -> Option<String> {
    let name = config.marketplace.name(&config.base_url)?;
    let is_set = config
        .marketplace
        .lists
        .contains(&MarketplaceLists::Collections);
    (is_set && has_lists(config)).then(|| format!("{name}-collection-{}", collection.name))
}

fn encode_collection(
    config: &Config,
    collection: &Collection,
    zip: &WrittenZip,
    name: &str,
) -> io::Result<Vec<u8>> {
    let base_url = &config.base_url;
    let plugin = PluginJson {
        name: collection.name.clone(),
        display_name: &collection.title,
        description: shorten(&collection.description, DESCRIPTION_MAX_CHARS).into_owned(),
        version: None,
        author: OwnerJson::of_registry(config),
        homepage: Some(base_url.absolute(&url::collection(&collection.name, 1))),
        license: None,
        keywords: &[],
        source: SourceJson::Archive {
            source: "archive",
            url: base_url.absolute(&url::collection_zip(&collection.name, &zip.sha256)),
            sha256: Some(zip.sha256.clone()),
        },
    };
    let description = &collection.description;
    to_json(&MarketplaceJson::new(
        config,
        name,
        description,
        vec![plugin],
    ))
}

/// The longest list that the client reads, in bytes; of a longer one it reads nothing.
const LIST_MAX_BYTES: usize = 5 * 1024 * 1024;

/// What is not listed, as warnings. `settings` is the file in which the lists are set.
///
/// A skill that brings parts of a plugin; a list that is too long, which may be fine in parts; all lists, when the site's
/// address gives them a name that the client refuses.
pub fn problems(catalog: &Catalog, config: &Config, settings: &Path) -> Problems {
    let warning = |message| Problem::warning(settings, "marketplace", message);
    if !has_lists(config) {
        return Problems::new();
    }
    if config.marketplace.name(&config.base_url).is_none() {
        let message = format!(
            "there are no marketplaces, since Claude Code keeps the name that `{}` gives them for others",
            config.base_url
        );
        let named = warning(message).hint("set `name` below `[marketplace]`");
        return Problems::from_iter([named]);
    }
    let lists = lists(catalog, config);
    let too_long = lists.iter().filter_map(|list| {
        let n_bytes = list.encode().ok()?.len();
        let message = format!(
            "there is no `{}`: of its {n_bytes} bytes Claude Code reads {LIST_MAX_BYTES} at most",
            list.path
        );
        let hint = "lists of badges are shorter, and `lists = [\"badges\", \"owners\"]` below `[marketplace]` gives each owner one";
        (n_bytes > LIST_MAX_BYTES).then(|| warning(message).hint(hint))
    });
    let not_listed = catalog.listed().filter_map(|skill| {
        let part = plugin_parts(skill).next()?;
        let message = format!(
            "marketplaces do not list it: to Claude Code its `{part}` would be a part of a plugin"
        );
        let hint = "give the file or its folder another name";
        Some(Problem::warning(skill.main_path(), "marketplace", message).hint(hint))
    });
    not_listed.chain(too_long).collect()
}

fn has_lists(config: &Config) -> bool {
    let is_secure = config.base_url.origin().starts_with("https://");
    is_secure && !config.marketplace.lists.is_empty()
}

/// All lists that say something, by their paths. One may have no plugins any more and turn those off that it had.
fn lists<'a>(catalog: &'a Catalog, config: &'a Config) -> Vec<List<'a>> {
    let name = config.marketplace.name(&config.base_url);
    let Some(name) = name.filter(|_| has_lists(config)) else {
        return Vec::new();
    };
    let has = |lists| config.marketplace.lists.contains(&lists);
    let mut all: Vec<List<'a>> = site_list(catalog, config).into_iter().collect();
    if has(MarketplaceLists::Badges) {
        for kind in catalog.shown_badge_kinds() {
            let path = url::badge_marketplace(&kind.kind);
            let name = format!("{name}-badge-{}", kind.kind.to_ascii_lowercase());
            let list = List::new(catalog, config, &path, &name, &kind.description);
            all.push(list.of(|skill| skill.badge(&kind.kind).is_some()));
        }
    }
    if has(MarketplaceLists::Owners) {
        let skills = catalog.skills.iter();
        let owners: BTreeSet<&str> = skills.map(|skill| &*skill.key.owner).collect();
        for owner in owners {
            let path = url::owner_marketplace(owner);
            let name = format!("{name}-owner-{}", owner_name(owner));
            let description = format!("Skills of {owner} from {}.", config.title);
            let list = List::new(catalog, config, &path, &name, &description);
            all.push(list.of(|skill| skill.key.owner == owner));
        }
    }
    all.retain(List::says_something);
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// That of the whole site, if it is wanted and says something.
fn site_list<'a>(catalog: &'a Catalog, config: &'a Config) -> Option<List<'a>> {
    let is_wanted = config.marketplace.lists.contains(&MarketplaceLists::Site);
    let name = config.marketplace.name(&config.base_url)?;
    let new = || {
        List::new(
            catalog,
            config,
            url::MARKETPLACE,
            &name,
            &config.description,
        )
    };
    let list = (is_wanted && has_lists(config)).then(|| new().of(|_| true));
    list.filter(List::says_something)
}

/// One marketplace, while it is put together.
struct List<'a> {
    catalog: &'a Catalog,
    config: &'a Config,
    path: String,
    name: String,
    description: String,
    /// In the order of the catalog.
    skills: Vec<&'a Skill>,
    /// Names of before, with those of now; where there is none, the client turns the plugin off.
    renames: BTreeMap<String, Option<String>>,
}

impl<'a> List<'a> {
    fn new(
        catalog: &'a Catalog,
        config: &'a Config,
        path: &str,
        name: &str,
        description: &str,
    ) -> Self {
        Self {
            catalog,
            config,
            path: path.to_owned(),
            name: name.to_owned(),
            description: description.to_owned(),
            skills: Vec::new(),
            renames: BTreeMap::new(),
        }
    }

    /// The list of those skills that `belongs` tells. What is dangerous by now is turned off where it is installed: skills
    /// under suspicion, and those that would be more than a skill.
    fn of(mut self, belongs: impl Fn(&Skill) -> bool) -> Self {
        let mut names: BTreeMap<&SkillKey, Option<String>> = BTreeMap::new();
        for skill in self.catalog.skills.iter().filter(|skill| belongs(skill)) {
            let name = package_name(&skill.key);
            if skill.is_suspicious || plugin_parts(skill).next().is_some() {
                names.insert(&skill.key, None);
                self.renames.insert(name, None);
            } else if is_plugin(skill) {
                names.insert(&skill.key, Some(name));
                self.skills.push(skill);
            }
        }
        for (old, new) in &self.catalog.aliases {
            if let Some(name) = names.get(new) {
                self.renames.insert(package_name(old), name.clone());
            }
        }
        self
    }

    fn says_something(&self) -> bool {
        !self.skills.is_empty() || !self.renames.is_empty()
    }

    fn encode(&self) -> io::Result<Vec<u8>> {
        let plugins = self.skills.iter().map(|skill| self.plugin(skill)).collect();
        to_json(&MarketplaceJson {
            renames: self.renames.clone(),
            ..MarketplaceJson::new(self.config, &self.name, &self.description, plugins)
        })
    }

    fn plugin(&self, skill: &'a Skill) -> PluginJson<'a> {
        let base_url = &self.config.base_url;
        let description = clients::description(skill, &self.config.title);
        PluginJson {
            name: package_name(&skill.key),
            display_name: &skill.name,
            description: shorten(&description, DESCRIPTION_MAX_CHARS).into_owned(),
            version: None,
            author: OwnerJson {
                name: &skill.key.owner,
                url: None,
            },
            // The zip's address says it; the list of a whole registry changes with each edit, so it is kept short.
            homepage: None,
            license: skill.license().map(Cow::Borrowed),
            keywords: &skill.tags,
            source: SourceJson::Archive {
                source: "archive",
                url: base_url.absolute(&url::zip(&skill.key)),
                sha256: None,
            },
        }
    }
}

/// What a list shows of a description; all of it is in the skill.
pub const DESCRIPTION_MAX_CHARS: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{self, Disk, LoadOptions};
    use crate::sink::MemorySink;
    use crate::sources::LoadedSources;

    #[test]
    fn a_list_that_the_client_would_not_read_is_not_written_and_named_in_a_warning() {
        let content = tempfile::tempdir().unwrap();
        let folder = content.path().join("skills/ana/x0");
        std::fs::create_dir_all(&folder).unwrap();
        let text = "---\nname: x\ndescription: Does it.\n---\n";
        std::fs::write(folder.join("SKILL.md"), text).unwrap();
        let options = LoadOptions::default();
        let (mut catalog, _) =
            content::load(content.path(), &LoadedSources::default(), &options, &Disk);
        let config = Config {
            base_url: "https://skills.example/".parse().unwrap(),
            ..Config::default()
        };
        let written = |catalog: &Catalog| {
            let sink = MemorySink::new();
            write(catalog, &config, &[], &sink).unwrap();
            let list = sink.into_files().remove(url::MARKETPLACE);
            let problems = problems(catalog, &config, Path::new("skillpress.toml"));
            let messages = problems.sorted().into_iter();
            let messages = messages.map(|problem| problem.message.clone());
            (list.map(|list| list.len()), messages.collect::<Vec<_>>())
        };
        let (one, messages) = written(&catalog);
        assert!(messages.is_empty(), "{messages:?}");
        let skill = catalog.skills[0].clone();
        for n in 1..LIST_MAX_BYTES / 150 {
            let mut skill = skill.clone();
            skill.key.slug = format!("x{n}");
            catalog.skills.push(skill);
        }
        let (all, messages) = written(&catalog);
        assert_eq!(all, None);
        let list = &lists(&catalog, &config)[0];
        let n_bytes = list.encode().unwrap().len();
        assert!(n_bytes > LIST_MAX_BYTES);
        assert_eq!(
            messages,
            [format!(
                "there is no `marketplace.json`: of its {n_bytes} bytes Claude Code reads 5242880 at most"
            )]
        );
        // What fits is written, up to the last byte.
        let per_skill = (n_bytes - one.unwrap()) / (catalog.skills.len() - 1);
        catalog.skills.truncate(LIST_MAX_BYTES / per_skill - 10);
        let (most, messages) = written(&catalog);
        assert!(
            most.is_some_and(|len| len <= LIST_MAX_BYTES),
            "{messages:?}"
        );
    }
}
