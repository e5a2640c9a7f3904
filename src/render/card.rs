//! A skill in a list: everything a visitor needs to choose, with badges and counts baked in.

use std::borrow::Cow;

use super::badge::{Badge, DEPRECATED_KIND};
use super::page::SiteView;
use crate::catalog::{Catalog, Skill};
use crate::text::number::compact;
use crate::text::shorten;
use crate::url;

/// Longest description on a card, in characters.
const DESCRIPTION_MAX_CHARS: usize = 180;

/// One skill in a list.
#[derive(Clone, Hash)]
pub(super) struct Card<'a> {
    pub(super) link: String,
    pub(super) name: &'a str,
    pub(super) owner: &'a str,
    pub(super) owner_link: String,
    pub(super) icon: Icon,
    pub(super) description: Cow<'a, str>,
    pub(super) badges: Vec<Badge<'a>>,
    /// What the date means, and the day.
    pub(super) date: Option<(&'static str, String)>,
    /// Rounded counts, for people.
    pub(super) downloads: Option<String>,
    pub(super) stars: Option<String>,
    pub(super) is_deprecated: bool,
    /// Why it is in the list, in the operator's words.
    pub(super) note: Option<&'a str>,
}

impl<'a> Card<'a> {
    pub(super) fn new(site: &SiteView<'_>, catalog: &'a Catalog, skill: &'a Skill) -> Self {
        let badges = catalog.shown_badges(skill).into_iter();
        Self {
            link: site.link(&url::skill(&skill.key)),
            name: &skill.name,
            owner: &skill.key.owner,
            owner_link: site.link(&url::owner(&skill.key.owner, 1)),
            icon: Icon::new(skill),
            description: shorten(&skill.description, DESCRIPTION_MAX_CHARS),
            badges: badges.map(|(kind, _)| Badge::new(site, kind)).collect(),
            date: skill.updated_at.map(|at| ("Updated", at.date())),
            downloads: skill.stats.map(|stats| compact(stats.downloads)),
            stars: skill.stats.map(|stats| compact(stats.stars)),
            is_deprecated: skill.badge(DEPRECATED_KIND).is_some(),
            note: None,
        }
    }
}

/// The picture of a skill: its emoji, or the first letter of its name, on one of a few tints.
#[derive(Clone, Hash)]
pub(super) struct Icon {
    pub(super) text: String,
    /// Class of the stylesheet, `tint-0` to `tint-5`; the same for the same skill.
    pub(super) tint: u8,
}

const N_TINTS: u32 = 6;

impl Icon {
    pub(super) fn new(skill: &Skill) -> Self {
        let text = match &skill.front_matter.emoji {
            Some(emoji) => emoji.clone(),
            None => monogram(&skill.name),
        };
        Self {
            text,
            tint: tint(&skill.key.to_string()),
        }
    }
}

fn monogram(name: &str) -> String {
    name.chars()
        .find(|c| c.is_alphanumeric())
        .map_or_else(|| "·".to_owned(), |c| c.to_uppercase().collect())
}

/// FNV-1a, 32 bits: spreads similar names over the tints.
fn tint(text: &str) -> u8 {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    ((hash >> 8) % N_TINTS) as u8
}
