//! Badges: their kinds, and which skill has one.

use std::hash::{Hash, Hasher};

use super::timestamp::Timestamp;
use crate::text::is_device_name;

/// A kind of badge, from `content/badges/<kind>.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct BadgeKind {
    /// File stem; letters and digits, a letter first.
    pub kind: String,
    /// The word on the badge.
    pub label: String,
    /// What it means and who gives it.
    pub description: String,
    /// One or two characters shown before the label.
    pub icon: Option<String>,
    /// Hue of the badge.
    pub color: BadgeColor,
    /// Added to the search score, −1 to 1; ranking bounds what it can do.
    pub boost: f32,
    /// Whether pages show it and a badge page exists.
    pub is_shown: bool,
}

/// Whether `kind` can name a kind of badge: ASCII letters and digits, a letter first, at most 40.
pub fn is_badge_kind(kind: &str) -> bool {
    kind.len() <= 40
        && kind.starts_with(|c: char| c.is_ascii_alphabetic())
        && kind.bytes().all(|b| b.is_ascii_alphanumeric())
        && !is_device_name(kind)
}

impl Hash for BadgeKind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            kind,
            label,
            description,
            icon,
            color,
            boost,
            is_shown,
        } = self;
        (kind, label, description, icon, color, is_shown).hash(state);
        boost.to_bits().hash(state);
    }
}

/// The colours a badge may have; each has readable light and dark tones in the stylesheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BadgeColor {
    #[default]
    Gray,
    Amber,
    Blue,
    Green,
    Red,
    Violet,
}

impl BadgeColor {
    /// All colours in their order, with their names in badge files and in class names of the stylesheet.
    pub const ALL: [(Self, &str); 6] = [
        (Self::Gray, "gray"),
        (Self::Amber, "amber"),
        (Self::Blue, "blue"),
        (Self::Green, "green"),
        (Self::Red, "red"),
        (Self::Violet, "violet"),
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// One badge of one skill.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Award {
    /// A kind that the catalog defines.
    pub kind: String,
    /// Who gave it.
    pub by: Option<String>,
    /// When it was given.
    pub at: Option<Timestamp>,
    /// Why.
    pub note: Option<String>,
}
