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

/// Writes all lists that the client reads. `collection_zips` are those of the catalog's collections.
///
/// # Errors
/// What the sink says.
pub fn write(
    catalog: &Catalog,
    config: &Config,
    collection_zips: &[WrittenZip],
    sink: &dyn Sink,
) -> io::Result<()> {
    for (path, bytes) in Lists::of(catalog, config)?.written() {
        sink.write(path, bytes)?;
    }
    for (collection, zip) in catalog.collections.iter().zip(collection_zips) {
        if let Some(name) = of_collection(config, collection) {
            let path = url::collection_marketplace(&collection.name);
            sink.write(&path, &encode_collection(config, collection, zip, &name)?)?;
        }
    }
    Ok(())
}

/// Where the client installs skills from.
#[derive(Clone, Debug, Default)]
pub struct SkillLists {
    /// What it calls the list of the site, where it reads that.
    site: Option<String>,
    /// Those of owners: what it calls each, by its owner.
    owners: BTreeMap<String, String>,
}

impl SkillLists {
    /// Those of a site.
    pub fn of(catalog: &Catalog, config: &Config) -> Self {
        let Ok(lists) = Lists::of(catalog, config) else {
            return Self::default();
        };
        let site = lists.site.filter(|site| site.is_read());
        let owners = lists.owners.into_iter().filter(|(_, list)| list.is_read());
        Self {
            site: site.map(|site| site.name),
            owners: owners.map(|(owner, list)| (owner, list.name)).collect(),
        }
    }

    /// The path and the name of a list that has the skill, that of the site before that of its owner.
    pub fn list_of(&self, skill: &Skill) -> Option<(String, &str)> {
        let owner = &skill.key.owner;
        let of_owner = || Some((url::owner_marketplace(owner), &**self.owners.get(owner)?));
        let of_site = self.site.as_deref();
        let of_site = of_site.map(|name| (url::MARKETPLACE.to_owned(), name));
        of_site.or_else(of_owner).filter(|_| is_plugin(skill))
    }
}

/// What the client calls the list of a collection, where it has one.
pub fn of_collection(config: &Config, collection: &Collection) -> Option<String> {
    let lists = &config.marketplace.lists;
    let is_wanted = has_lists(config) && lists.contains(&MarketplaceLists::Collections);
    let part = collection_part(collection);
    let name = || config.marketplace.name_of(&config.base_url, &part);
    is_wanted.then(name).flatten()
}

fn collection_part(collection: &Collection) -> String {
    format!("collection-{}", collection.name)
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
/// A skill that brings parts of a plugin; a list that is too long, which may be fine in parts; a list, or all, whose name
/// the client refuses.
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
    let Ok(lists) = Lists::of(catalog, config) else {
        return Problems::new();
    };
    let too_long = lists.all().filter(|list| !list.is_read()).map(|list| {
        let message = format!(
            "there is no `{}`: of its {} bytes Claude Code reads {LIST_MAX_BYTES} at most",
            list.path,
            list.bytes.len()
        );
        let hint = match list.path == url::MARKETPLACE {
            true => "owners have lists instead, which the pages of their skills name",
            false => "a registry of its own has room for it",
        };
        warning(message).hint(hint)
    });
    let refused = lists.refused.iter().map(|part| {
        let message = format!(
            "there is no marketplace of `{part}`, since Claude Code keeps the name that it would have for others"
        );
        warning(message).hint("under another name it would have one")
    });
    let not_listed = catalog.listed().filter_map(|skill| {
        let part = plugin_parts(skill).next()?;
        let message = format!(
            "marketplaces do not list it: to Claude Code its `{part}` would be a part of a plugin"
        );
        let hint = "give the file or its folder another name";
        Some(Problem::warning(skill.main_path(), "marketplace", message).hint(hint))
    });
    not_listed.chain(too_long).chain(refused).collect()
}

fn has_lists(config: &Config) -> bool {
    let is_secure = config.base_url.origin().starts_with("https://");
    is_secure && !config.marketplace.lists.is_empty()
}

/// All lists but those of collections, which hold one plugin each.
#[derive(Default)]
struct Lists {
    site: Option<EncodedList>,
    badges: Vec<EncodedList>,
    /// By the owner.
    owners: BTreeMap<String, EncodedList>,
    /// Parts whose lists would have a name that the client keeps for others: `badge-x`, `owner-y`, `collection-z`.
    refused: Vec<String>,
}

/// A list as it is written.
struct EncodedList {
    path: String,
    name: String,
    bytes: Vec<u8>,
}

impl EncodedList {
    fn is_read(&self) -> bool {
        self.bytes.len() <= LIST_MAX_BYTES
    }
}

impl Lists {
    /// The lists that settings ask for, as far as they say something: one may have no plugins any more and turn those off
    /// that it had. Where that of the site is too long for the client, each owner has one.
    fn of(catalog: &Catalog, config: &Config) -> io::Result<Self> {
        let mut lists = Self::default();
        let name = config.marketplace.name(&config.base_url);
        let Some(name) = name.filter(|_| has_lists(config)) else {
            return Ok(lists);
        };
        let has = |kind| config.marketplace.lists.contains(&kind);
        let new = |path: &str, name: &str, description: &str| {
            List::new(catalog, config, path, name, description)
        };
        if has(MarketplaceLists::Site) {
            let list = new(url::MARKETPLACE, &name, &config.description);
            lists.site = list.removing(|_| true).of(|_| true).encoded()?;
        }
        if has(MarketplaceLists::Badges) {
            for kind in catalog.shown_badge_kinds() {
                let part = format!("badge-{}", kind.kind.to_ascii_lowercase());
                let Some(name) = lists.name_of(config, part) else {
                    continue;
                };
                let path = url::badge_marketplace(&kind.kind);
                let list = new(&path, &name, &kind.description);
                // Nobody knows which badges the removed ones had.
                let list = list.removing(|_| true);
                let list = list.of(|skill| skill.badge(&kind.kind).is_some());
                lists.badges.extend(list.encoded()?);
            }
        }
        let is_too_long = lists.site.as_ref().is_some_and(|site| !site.is_read());
        if has(MarketplaceLists::Owners) || is_too_long {
            let owners = catalog.skills.iter().map(|skill| &*skill.key.owner);
            for owner in owners.collect::<BTreeSet<&str>>() {
                let part = format!("owner-{}", owner_name(owner));
                let Some(name) = lists.name_of(config, part) else {
                    continue;
                };
                let description = format!("Skills of {owner} from {}.", config.title);
                let list = new(&url::owner_marketplace(owner), &name, &description);
                let list = list.removing(|key| key.owner == owner);
                let list = list.of(|skill| skill.key.owner == owner).encoded()?;
                lists
                    .owners
                    .extend(list.map(|list| (owner.to_owned(), list)));
            }
        }
        if has(MarketplaceLists::Collections) {
            for collection in &catalog.collections {
                lists.name_of(config, collection_part(collection));
            }
        }
        Ok(lists)
    }

    /// What the list of a part is called; notes it where the client refuses that.
    fn name_of(&mut self, config: &Config, part: String) -> Option<String> {
        let name = config.marketplace.name_of(&config.base_url, &part);
        if name.is_none() {
            self.refused.push(part);
        }
        name
    }

    fn all(&self) -> impl Iterator<Item = &EncodedList> {
        let site = self.site.iter();
        site.chain(&self.badges).chain(self.owners.values())
    }

    /// Path and bytes of those that the client reads.
    fn written(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let read = self.all().filter(|list| list.is_read());
        read.map(|list| (&*list.path, &*list.bytes))
    }
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

    /// The same with the removed skills that `belongs` tells: they are turned off where they are installed.
    fn removing(mut self, belongs: impl Fn(&SkillKey) -> bool) -> Self {
        let removed = self.catalog.removed.iter().filter(|key| belongs(key));
        self.renames
            .extend(removed.map(|key| (package_name(key), None)));
        self
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

    /// The list as it is written; `None` where it says nothing.
    fn encoded(self) -> io::Result<Option<EncodedList>> {
        if !self.says_something() {
            return Ok(None);
        }
        let plugins = self.skills.iter().map(|skill| self.plugin(skill)).collect();
        let bytes = to_json(&MarketplaceJson {
            renames: self.renames.clone(),
            ..MarketplaceJson::new(self.config, &self.name, &self.description, plugins)
        })?;
        Ok(Some(EncodedList {
            path: self.path,
            name: self.name,
            bytes,
        }))
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
        let lists = Lists::of(&catalog, &config).unwrap();
        let n_bytes = lists.site.unwrap().bytes.len();
        assert!(n_bytes > LIST_MAX_BYTES);
        let too_long = |path: &str, n_bytes: usize| {
            format!(
                "there is no `{path}`: of its {n_bytes} bytes Claude Code reads 5242880 at most"
            )
        };
        let of_owner = lists.owners["ana"].bytes.len();
        assert_eq!(
            messages,
            [
                too_long("ana/marketplace.json", of_owner),
                too_long("marketplace.json", n_bytes)
            ]
        );
        // Pages name lists of owners then, as far as these are read.
        let at = |catalog: &Catalog, skill: usize| {
            let lists = SkillLists::of(catalog, &config);
            let list = lists.list_of(&catalog.skills[skill]);
            list.map(|(path, name)| (path, name.to_owned()))
        };
        assert_eq!(at(&catalog, 0), None);
        let mut of_two = catalog.clone();
        let half = of_two.skills.len() / 2;
        for skill in &mut of_two.skills[half..] {
            skill.key.owner = "bo".to_owned();
        }
        for (skill, owner) in [(0, "ana"), (half, "bo")] {
            let path = format!("{owner}/marketplace.json");
            let name = format!("skills-example-owner-{owner}");
            assert_eq!(at(&of_two, skill), Some((path, name)));
        }
        assert_eq!(written(&of_two).1.len(), 1);
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
