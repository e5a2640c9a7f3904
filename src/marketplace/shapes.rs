//! A marketplace as Claude Code reads it, and others after it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::config::Config;

/// A list of plugins.
#[derive(Serialize)]
pub struct MarketplaceJson<'a> {
    /// What users write behind the name of a plugin.
    pub name: &'a str,
    /// Who keeps the list.
    pub owner: OwnerJson<'a>,
    /// Not empty: a strict check of the client asks for one.
    pub description: &'a str,
    /// Names of before, with those of now; where there is none, the client turns the plugin off.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub renames: BTreeMap<String, Option<String>>,
    /// In the order of their names.
    pub plugins: Vec<PluginJson<'a>>,
}

impl<'a> MarketplaceJson<'a> {
    /// A list of the registry; without a `description`, its title stands for it.
    pub fn new(
        config: &'a Config,
        name: &'a str,
        description: &'a str,
        plugins: Vec<PluginJson<'a>>,
    ) -> Self {
        Self {
            name,
            owner: OwnerJson::of_registry(config),
            description: match description.trim() {
                "" => &config.title,
                own => own,
            },
            renames: BTreeMap::new(),
            plugins,
        }
    }
}

/// Whose something is.
#[derive(Serialize)]
pub struct OwnerJson<'a> {
    /// Any text.
    pub name: &'a str,
    /// Where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl<'a> OwnerJson<'a> {
    /// The registry, with its address where it has one.
    pub fn of_registry(config: &'a Config) -> Self {
        Self {
            name: &config.title,
            url: config.is_base_url_set.then(|| config.base_url.to_string()),
        }
    }
}

/// What is installed as one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PluginJson<'a> {
    /// No other's.
    pub name: String,
    /// What people call it.
    pub display_name: &'a str,
    /// Never empty.
    pub description: String,
    /// Another for other files; without it the client makes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whose it is.
    pub author: OwnerJson<'a>,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    /// As its author names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<Cow<'a, str>>,
    /// Its tags.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub keywords: &'a [String],
    /// Where its files are.
    pub source: SourceJson,
}

/// Where the files of a plugin are.
#[derive(Serialize)]
#[serde(untagged)]
pub enum SourceJson {
    /// A zip.
    Archive {
        /// `archive`.
        source: &'static str,
        /// Absolute.
        url: String,
        /// Lower-case hex. With it, an address must never have other bytes.
        #[serde(skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
    },
    /// A folder of the repository that the list is in, such as `./plugins/x`.
    Folder(String),
}
