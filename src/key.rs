//! What a skill is called where machines read it: its key, and the name under which clients install it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sha2::{Digest, Sha256};
use skillpress_search::internals::format::cards::Card;
pub use skillpress_search::internals::format::cards::is_identity_part;

use crate::text::hex;

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

/// The name under which marketplaces and package registries list a skill: `owner--slug`, at most 108 of `[a-z0-9-]`.
///
/// No two skills have the same, and it depends on the key alone: a name that went from one skill to another would bring a
/// stranger's files to whoever has the first installed. `--` parts them since no valid name has it. What is no valid name is
/// made one, which several may share, so 64 bits of the key's SHA-256 follow.
pub fn package_name(key: &SkillKey) -> String {
    let SkillKey { owner, slug } = key;
    let fits = owner.len() + slug.len() <= OWNER_SHOWN_MAX_LEN + SLUG_SHOWN_MAX_LEN;
    if fits && is_discovery_name(owner) && is_discovery_name(slug) {
        return format!("{owner}--{slug}");
    }
    let owner = shown(owner, OWNER_SHOWN_MAX_LEN);
    let slug = shown(slug, SLUG_SHOWN_MAX_LEN);
    format!("{owner}--{slug}--{}", digest_of(&key.to_string()))
}

/// The same of an owner alone.
pub fn owner_name(owner: &str) -> String {
    if owner.len() <= OWNER_SHOWN_MAX_LEN && is_discovery_name(owner) {
        return owner.to_owned();
    }
    let shown = shown(owner, OWNER_SHOWN_MAX_LEN);
    format!("{shown}--{}", digest_of(owner))
}

/// What a package name shows of an owner and of a slug that it does not have as they are.
const OWNER_SHOWN_MAX_LEN: usize = 32;
const SLUG_SHOWN_MAX_LEN: usize = 56;

fn shown(part: &str, max_len: usize) -> String {
    let mut name = install_name(part).unwrap_or_default();
    name.truncate(max_len);
    name.trim_end_matches('-').to_owned()
}

fn digest_of(text: &str) -> String {
    hex(&Sha256::digest(text)[..8])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_package_is_called_by_owner_and_slug() {
        let name = |key| package_name(&SkillKey::parse(key).unwrap());
        assert_eq!(name("ana/pdf-tools"), "ana--pdf-tools");
        assert_eq!(name("a-b/c"), "a-b--c");
        assert_eq!(name("a/b-c"), "a--b-c");
        assert_eq!(name("Ana/form.php"), "ana--form-php--26cb9c2dd19d38b7");
        assert_eq!(owner_name("ana"), "ana");
        assert_eq!(owner_name("a_b"), "a-b--648fa9b31bc7ff7e");
    }

    proptest! {
        #[test]
        fn no_two_skills_have_one_package_name(
            one in "[aA][-_.a]{0,3}b/[aA][-_.a]{0,3}b",
            other in "[aA][-_.a]{0,3}b/[aA][-_.a]{0,3}b",
            long in "[a-z]{60,96}/[a-z0-9]{60,96}",
        ) {
            let [one, other, long] = [one, other, long].map(|key| SkillKey::parse(&key).unwrap());
            prop_assert_eq!(package_name(&one) == package_name(&other), one == other);
            for key in [one, long] {
                let name = package_name(&key);
                prop_assert!(name.len() <= 108);
                let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                prop_assert!(name.bytes().all(is_plain) && !name.starts_with('-') && !name.ends_with('-'), "{}", name);
            }
        }
    }

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
