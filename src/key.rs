//! What a skill is called where machines read it: its key, and the name under which clients install it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use skillpress_search::internals::format::cards::Card;
pub use skillpress_search::internals::format::cards::is_identity_part;

/// The key of a skill: `owner/slug`, compared byte by byte.
///
/// Both parts are names that [`is_identity_part`] accepts, so they stand in URLs and paths as they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SkillKey {
    /// Who publishes it.
    pub owner: String,
    /// Its short name, unique for the owner.
    pub slug: String,
}

impl SkillKey {
    /// Parses `owner/slug` (a leading `@` is allowed); `None` when [`is_identity_part`] refuses a part.
    pub fn parse(text: &str) -> Option<Self> {
        let (owner, slug) = text.strip_prefix('@').unwrap_or(text).split_once('/')?;
        (is_identity_part(owner) && is_identity_part(slug)).then(|| Self {
            owner: owner.to_owned(),
            slug: slug.to_owned(),
        })
    }

    /// Its folder in the content folder `content`: `skills/<owner>/<slug>`.
    pub fn folder_in(&self, content: &Path) -> PathBuf {
        content.join("skills").join(&self.owner).join(&self.slug)
    }

    /// The identity on a card, which was checked when the card was decoded.
    pub fn of_card(card: &Card) -> Self {
        Self {
            owner: card.owner.clone(),
            slug: card.slug.clone(),
        }
    }
}

impl FromStr for SkillKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or("write it as `owner/slug`")
    }
}

impl fmt::Display for SkillKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.slug)
    }
}

/// Longest name that clients install, in characters.
const DISCOVERY_NAME_MAX_CHARS: usize = 64;

/// Whether clients install a skill of this name, and the Agent Skills specification allows it: 1 to 64 of `[a-z0-9-]`,
/// no `-` at an edge or twice in a row.
pub fn is_discovery_name(name: &str) -> bool {
    install_name(name).is_some_and(|installed| installed == name)
}

/// The name under which clients install what is called `text`, such as a slug: lower-case letters, digits and single
/// hyphens, good for [`is_discovery_name`].
///
/// `None` when nothing of the text remains.
pub fn install_name(text: &str) -> Option<String> {
    let mut name = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(DISCOVERY_NAME_MAX_CHARS);
    let name = name.trim_end_matches('-');
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_with_a_letter_or_digit_gives_a_name_that_clients_install() {
        for (slug, name) in [
            ("pdf-tools", "pdf-tools"),
            ("Sum2.Slides", "sum2-slides"),
            ("a--b_c-", "a-b-c"),
        ] {
            assert_eq!(install_name(slug).as_deref(), Some(name));
        }
        assert_eq!(install_name("--"), None);
        let long = install_name(&"ab-".repeat(30)).unwrap();
        assert!(is_discovery_name(&long), "{long}");
    }

    #[test]
    fn a_key_is_two_safe_names() {
        assert_eq!(
            SkillKey::parse("@ana/pdf-tools").unwrap().to_string(),
            "ana/pdf-tools"
        );
        for bad in [
            "ana", "ana/", "/x", "ana/x/y", "../x", "ana/.x", "ana/x.", "a b/c", "ana/é", "",
        ] {
            assert_eq!(SkillKey::parse(bad), None, "{bad}");
        }
    }
}
