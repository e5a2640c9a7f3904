//! `[marketplace]`: the lists of skills that Claude Code installs from, and what they are called.

use serde::Deserialize;
use thiserror::Error;

use crate::key::{install_name, is_discovery_name, owner_name};
use crate::url::BaseUrl;

/// `[marketplace]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarketplaceConfig {
    /// What the list of the site is called; the others' names begin with it.
    name: Option<MarketplaceName>,
    /// Which lists there are. Default `["site", "badges", "collections"]`.
    pub lists: Vec<MarketplaceLists>,
}

impl Default for MarketplaceConfig {
    fn default() -> Self {
        Self {
            name: None,
            lists: vec![
                MarketplaceLists::Site,
                MarketplaceLists::Badges,
                MarketplaceLists::Collections,
            ],
        }
    }
}

/// What has a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MarketplaceLists {
    /// The whole site.
    Site,
    /// Each kind of badge.
    Badges,
    /// Each collection, as one plugin.
    Collections,
    /// Each owner.
    Owners,
}

impl MarketplaceConfig {
    /// Whether the operator chose the name.
    pub fn is_named(&self) -> bool {
        self.name.is_some()
    }

    /// The name as it is set, else one made of the site's address, since no two sites have that; `None` when it is one that
    /// Claude Code keeps for others.
    pub fn name(&self, base_url: &BaseUrl) -> Option<String> {
        if let Some(MarketplaceName(name)) = &self.name {
            return Some(name.clone());
        }
        let address = base_url.to_string();
        let (_scheme, place) = address.split_once("://")?;
        let name = owner_name(&install_name(place)?);
        (!is_kept(&name)).then_some(name)
    }

    /// What the list of a part is called, such as `badge-official`; `None` as of [`Self::name`].
    pub fn name_of(&self, base_url: &BaseUrl, part: &str) -> Option<String> {
        let name = format!("{}-{part}", self.name(base_url)?);
        (!is_kept(&name)).then_some(name)
    }
}

/// The name of a marketplace: what [`is_discovery_name`] accepts, at most 32 characters, and not one that Claude Code keeps
/// for its maker or for itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct MarketplaceName(String);

impl TryFrom<String> for MarketplaceName {
    type Error = MarketplaceNameError;

    fn try_from(name: String) -> Result<Self, MarketplaceNameError> {
        if !is_discovery_name(&name) || name.len() > NAME_MAX_LEN {
            Err(MarketplaceNameError::Odd(name))
        } else if is_kept(&name) {
            Err(MarketplaceNameError::Kept(name))
        } else {
            Ok(Self(name))
        }
    }
}

/// Why a marketplace cannot be called so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum MarketplaceNameError {
    /// Clients take other names.
    #[error(
        "`{0}` is no name of a marketplace, which is at most {NAME_MAX_LEN} lower-case letters, digits and single `-`"
    )]
    Odd(String),
    /// Clients refuse it from anybody else.
    #[error("Claude Code keeps the marketplace name `{0}` for others; choose another")]
    Kept(String),
}

/// Longest name, so that `<name>-owner-<owner>` stays below the 128 characters that clients take.
const NAME_MAX_LEN: usize = 32;

/// Whether Claude Code takes `name`, in lower case, only from its maker, or uses it for itself; as of version 2.1.332.
fn is_kept(name: &str) -> bool {
    const ITS_OWN: [&str; 5] = [
        "builtin",
        "claude-plugin-test",
        "inline",
        "skills-dir",
        "synced",
    ];
    const OF_ITS_MAKER: [&str; 19] = [
        "agent-skills",
        "anthropic-agent-skills",
        "anthropic-marketplace",
        "anthropic-plugin-directory",
        "anthropic-plugins",
        "claude-code-marketplace",
        "claude-code-plugins",
        "claude-community",
        "claude-for-financial-services",
        "claude-for-legal",
        "claude-plugin-directory",
        "claude-plugins-community",
        "claude-plugins-official",
        "claude-tag-plugins",
        "financial-services-plugins",
        "first-party-plugins",
        "healthcare",
        "knowledge-work-plugins",
        "life-sciences",
    ];
    let letters = name.replace('-', "");
    let passes_for_it = ["anthropic", "claude"].iter().any(|maker| {
        letters.contains(&format!("official{maker}"))
            || letters.contains(&format!("{maker}official"))
            || ["marketplace", "plugins", "director"]
                .iter()
                .any(|what| letters.starts_with(&format!("{maker}{what}")))
    });
    ITS_OWN.contains(&name) || OF_ITS_MAKER.contains(&name) || passes_for_it
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::Config;

    fn name_in(settings: &str) -> Result<Option<String>, String> {
        let (config, _) = Config::parse(Path::new("skillpress.toml"), settings)
            .map_err(|problems| problems.sorted()[0].to_string())?;
        Ok(config.marketplace.name(&config.base_url))
    }

    #[test]
    fn a_marketplace_is_called_after_the_address_of_its_site() {
        for (base_url, name) in [
            ("https://skills.example/", "skills-example"),
            ("https://acme.github.io/skills/", "acme-github-io-skills"),
            ("https://Skills.example:8443", "skills-example-8443"),
            (
                "https://a-very-long-name-of-a-host.skills.example/",
                "a-very-long-name-of-a-host-skill--1f22b1f58b94d98c",
            ),
        ] {
            let name_of = name_in(&format!("base_url = \"{base_url}\"\n"));
            assert_eq!(name_of, Ok(Some(name.to_owned())));
        }
        let kept = name_in("base_url = \"https://claude.official.example/\"\n");
        assert_eq!(kept, Ok(None));
    }

    #[test]
    fn a_name_that_clients_refuse_is_an_error_with_its_place() {
        let set = |name| name_in(&format!("[marketplace]\nname = \"{name}\"\n"));
        for fine in ["acme", "my-claude-skills"] {
            assert_eq!(set(fine), Ok(Some(fine.to_owned())));
        }
        let long = "a".repeat(33);
        for odd in ["Acme", "a b", "", "a--b", "-a", &long] {
            let error = set(odd).unwrap_err();
            let start = format!(
                "error: skillpress.toml:2:8: `{odd}` is no name of a marketplace, which is at most 32 lower-case letters, digits and single `-`\n"
            );
            assert!(error.starts_with(&start), "{error}");
        }
        for kept in [
            "agent-skills",
            "inline",
            "claude-marketplace",
            "the-official-claude-skills",
        ] {
            let error = set(kept).unwrap_err();
            let start = format!(
                "error: skillpress.toml:2:8: Claude Code keeps the marketplace name `{kept}` for others; choose another\n"
            );
            assert!(error.starts_with(&start), "{error}");
        }
    }
}
