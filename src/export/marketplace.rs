//! The two lists of plugins that clients read in a repository.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::plugin::Plugin;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::key::package_name;
use crate::marketplace::{MarketplaceJson, OwnerJson, PluginJson, SourceJson};

/// Where Claude Code looks, and others after it.
pub(super) const CLAUDE: &str = ".claude-plugin/marketplace.json";

/// Where Codex looks first.
pub(super) const CODEX: &str = ".agents/plugins/marketplace.json";

/// The list for Claude Code.
///
/// # Errors
/// None that is known: what serde says.
pub(super) fn claude(
    name: &str,
    plugins: &[Plugin<'_>],
    catalog: &Catalog,
    config: &Config,
) -> serde_json::Result<Vec<u8>> {
    let listed = plugins.iter().filter(|plugin| plugin.is_installable);
    let listed = listed.map(claude_plugin).collect();
    to_json(&MarketplaceJson {
        renames: renames(plugins, catalog),
        ..MarketplaceJson::new(config, name, &config.description, listed)
    })
}

/// The list for Codex.
///
/// # Errors
/// As [`claude`].
pub(super) fn codex(
    name: &str,
    plugins: &[Plugin<'_>],
    config: &Config,
) -> serde_json::Result<Vec<u8>> {
    let listed = plugins.iter().filter(|plugin| plugin.is_installable);
    to_json(&CodexJson {
        name,
        interface: InterfaceJson {
            display_name: &config.title,
        },
        plugins: listed.map(CodexPluginJson::of).collect(),
    })
}

/// Names of before, with those of now. A plugin that became dangerous or was removed has none: it is turned off where it is installed.
fn renames(plugins: &[Plugin<'_>], catalog: &Catalog) -> BTreeMap<String, Option<String>> {
    let listed = plugins.iter().filter(|plugin| plugin.is_installable);
    let listed: BTreeSet<&str> = listed.map(|plugin| &*plugin.name).collect();
    let suspicious = catalog.skills.iter().filter(|skill| skill.is_suspicious);
    let suspicious = suspicious.map(|skill| &skill.key);
    let mut renames: BTreeMap<String, Option<String>> = suspicious
        .chain(&catalog.removed)
        .map(|key| (package_name(key), None))
        .collect();
    for (old, new) in &catalog.aliases {
        let name = package_name(new);
        if listed.contains(&*name) {
            renames.insert(package_name(old), Some(name));
        } else if renames.contains_key(&name) {
            renames.insert(package_name(old), None);
        }
    }
    renames
}

fn claude_plugin<'a>(plugin: &'a Plugin<'_>) -> PluginJson<'a> {
    PluginJson {
        name: plugin.name.clone(),
        display_name: plugin.display_name,
        description: plugin.description.clone(),
        version: Some(plugin.version()),
        author: OwnerJson {
            name: plugin.author,
            url: None,
        },
        homepage: plugin.homepage.clone(),
        license: plugin.license.as_deref().map(Cow::Borrowed),
        keywords: plugin.keywords,
        source: SourceJson::Folder(format!("./{}", plugin.folder())),
    }
}

/// On many lines: a commit then shows what changed.
fn to_json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[derive(Serialize)]
struct CodexJson<'a> {
    name: &'a str,
    interface: InterfaceJson<'a>,
    plugins: Vec<CodexPluginJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InterfaceJson<'a> {
    display_name: &'a str,
}

/// The client makes a manifest of description and version; without any such field it refuses a plugin that has none.
#[derive(Serialize)]
struct CodexPluginJson<'a> {
    name: &'a str,
    description: &'a str,
    version: String,
    source: LocalSourceJson,
    policy: PolicyJson,
}

#[derive(Serialize)]
struct LocalSourceJson {
    source: &'static str,
    path: String,
}

#[derive(Serialize)]
struct PolicyJson {
    installation: &'static str,
    authentication: &'static str,
}

impl<'a> CodexPluginJson<'a> {
    fn of(plugin: &'a Plugin<'_>) -> Self {
        Self {
            name: &plugin.name,
            description: &plugin.description,
            version: plugin.version(),
            source: LocalSourceJson {
                source: "local",
                path: format!("./{}", plugin.folder()),
            },
            policy: PolicyJson {
                installation: "AVAILABLE",
                authentication: "ON_INSTALL",
            },
        }
    }
}
