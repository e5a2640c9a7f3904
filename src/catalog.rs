//! The registry in memory: what the content folder says, parsed and checked, in the order everything is written in.
//!
//! [`crate::content::load`] makes a [`Catalog`]; pages, feeds, the API and the search index are written from it.
//! Lists hold only what may be published: hidden skills never enter a catalog.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::fingerprint::fingerprint;
use crate::key::SkillKey;
use crate::markdown::RelativeLink;

mod file;
mod link;
mod published;
mod related;

pub use file::{SkillFile, SkillFileError};
pub use link::Linked;
pub use published::published_files;
pub use related::{RELATED_MAX, Related};

/// Everything a site is built from.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Sorted by [`SkillKey`]. A `skill_idx` is a position here; the search index has numbers of its own, `SkillId`s.
    pub skills: Vec<Skill>,
    /// Sorted by kind. Every kind that a skill carries is here.
    pub badge_kinds: Vec<BadgeKind>,
    /// Old identity → identity of a published skill; the old ones are nobody's current identity.
    pub aliases: BTreeMap<SkillKey, SkillKey>,
    /// The latest day that the statistics speak of, when there are statistics.
    pub stats_as_of: Option<Timestamp>,
}

impl Catalog {
    /// The skill with this identity, if it is published.
    pub fn skill(&self, key: &SkillKey) -> Option<&Skill> {
        self.skill_idx(key).map(|idx| &self.skills[idx])
    }

    /// The position of the skill with this identity, if it is published.
    pub fn skill_idx(&self, key: &SkillKey) -> Option<usize> {
        self.skills
            .binary_search_by(|skill| skill.key.cmp(key))
            .ok()
    }

    /// The same registry without these skills and the old keys that lead to them.
    pub fn without(&self, keys: &BTreeSet<&SkillKey>) -> Self {
        let mut without = self.clone();
        without.skills.retain(|skill| !keys.contains(&skill.key));
        without.aliases.retain(|_, key| !keys.contains(key));
        without
    }

    /// The definition of a badge kind.
    pub fn badge_kind(&self, kind: &str) -> Option<&BadgeKind> {
        self.badge_kinds
            .iter()
            .find(|badge_kind| badge_kind.kind == kind)
    }

    /// The [`fingerprint`] of a skill with the definitions of the badges that it carries.
    pub fn fingerprint(&self, skill: &Skill) -> u64 {
        let kinds = skill
            .badges
            .iter()
            .map(|award| self.badge_kind(&award.kind));
        fingerprint(&(skill, kinds.collect::<Vec<_>>()))
    }

    /// The skills that listings, search and feeds show: all but the suspicious ones, in the same order.
    pub fn listed(&self) -> impl Iterator<Item = &Skill> {
        self.skills.iter().filter(|skill| !skill.is_suspicious)
    }

    /// The positions of the listed skills, in order.
    pub fn listed_idxs(&self) -> Vec<usize> {
        (0..self.skills.len())
            .filter(|&skill_idx| !self.skills[skill_idx].is_suspicious)
            .collect()
    }

    /// The same with the bytes of all files, for tests whose content folder does not live as long.
    #[cfg(test)]
    pub(crate) fn with_files_in_memory(mut self) -> Self {
        for file in self.skills.iter_mut().flat_map(|skill| &mut skill.files) {
            let is_executable = file.is_executable;
            *file = SkillFile::in_memory(file.path.clone(), &file.read().unwrap());
            file.is_executable = is_executable;
        }
        self
    }

    /// Owners with their listed skills, by name.
    pub fn owners(&self) -> BTreeMap<&str, Vec<&Skill>> {
        let mut owners: BTreeMap<&str, Vec<&Skill>> = BTreeMap::new();
        for skill in self.listed() {
            owners.entry(&skill.key.owner).or_default().push(skill);
        }
        owners
    }

    /// Tags with their listed skills, by name.
    pub fn tags(&self) -> BTreeMap<&str, Vec<&Skill>> {
        let mut tags: BTreeMap<&str, Vec<&Skill>> = BTreeMap::new();
        for skill in self.listed() {
            for tag in &skill.tags {
                tags.entry(tag).or_default().push(skill);
            }
        }
        tags
    }
}

/// One published skill.
#[derive(Clone, Debug, Hash)]
pub struct Skill {
    /// Who and what.
    pub key: SkillKey,
    /// The name people read: display name, else front matter name, else slug. One line, never empty.
    pub name: String,
    /// What it does, one paragraph of plain text; front matter, else the first paragraph of the body. May be empty.
    pub description: String,
    /// Lower-case, `[a-z0-9-]` and letters of other scripts, sorted, no repeats, at most [`TAGS_MAX`].
    pub tags: Vec<String>,
    /// The Markdown after the front matter, at most [`BODY_HELD_MAX_BYTES`] of it; [`crate::content::read_body`] gives
    /// all. Hostile.
    pub body: String,
    /// Where the Markdown begins in the text of the main file, in bytes, when `body` is only the start of it.
    pub long_body_at: Option<usize>,
    /// The relative links and images of the body; lines are those of the file that it came from.
    pub links: Vec<RelativeLink>,
    /// Index in `files` of the file the body came from.
    pub main_file_idx: usize,
    /// What the front matter says beyond name, description and tags.
    pub front_matter: FrontMatter,
    /// What must be there before the skill works.
    pub requirements: Requirements,
    /// All its files, sorted by path; paths are relative, `/`-separated and safe to write below a folder.
    pub files: Vec<SkillFile>,
    /// The current version, when the content names one.
    pub version: Option<Version>,
    /// Older versions, newest first.
    pub history: Vec<Version>,
    /// When it was first published: the oldest date that the content gives.
    pub created_at: Option<Timestamp>,
    /// When it was last published: the newest date that the content gives.
    pub updated_at: Option<Timestamp>,
    /// Awards, sorted by kind; each kind at most once.
    pub badges: Vec<Award>,
    /// Counts, when a statistics file has them.
    pub stats: Option<Stats>,
    /// Published with a warning on its page, but in no listing, feed or search.
    pub is_suspicious: bool,
    /// Why, in the operator's words.
    pub moderation_note: Option<String>,
}

impl Skill {
    /// The award of `kind`, if the skill has it.
    pub fn badge(&self, kind: &str) -> Option<&Award> {
        self.badges.iter().find(|award| award.kind == kind)
    }

    /// The file that the body came from.
    pub fn main_file(&self) -> &SkillFile {
        &self.files[self.main_file_idx]
    }
}

/// Longest part of a body that a catalog holds, in bytes. What is indexed is the start of it; a page reads the file again.
pub const BODY_HELD_MAX_BYTES: usize = 64 * 1024;

/// Most tags of one skill; further ones are dropped with a warning.
pub const TAGS_MAX: usize = 12;

/// Longest name of a skill, in characters.
pub const NAME_MAX_CHARS: usize = 120;

/// Longest description, in characters, as the specification has it.
pub const DESCRIPTION_MAX_CHARS: usize = 1024;

/// Longest version, in characters.
pub const VERSION_MAX_CHARS: usize = 64;

/// Longest of the short texts: licence, author, name of a program, …, in characters.
pub const SHORT_MAX_CHARS: usize = 200;

/// Fields of the front matter that pages show as they are (plain text, hostile).
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub struct FrontMatter {
    /// `name`, when it is a string.
    pub name: Option<String>,
    /// `description`, when it is a string.
    pub description: Option<String>,
    /// `license`.
    pub license: Option<String>,
    /// `compatibility`.
    pub compatibility: Option<String>,
    /// `allowed-tools`, split.
    pub allowed_tools: Vec<String>,
    /// `author`.
    pub author: Option<String>,
    /// `homepage` or `metadata.*.homepage`: an absolute `https:` or `http:` URL in ASCII, anything else is dropped.
    pub homepage: Option<String>,
    /// `metadata.*.emoji`: at most a few characters.
    pub emoji: Option<String>,
    /// `metadata.internal: true`.
    pub is_internal: bool,
    /// Whether strict readers refuse it, so that only what could be saved stands here: it does not open with the first
    /// line, is not closed, is no valid YAML, or spells the names of fields with capitals.
    pub is_broken: bool,
}

/// `metadata.openclaw`, `metadata.clawdbot` or `metadata.clawdis`.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub struct Requirements {
    /// Operating systems it runs on, such as `darwin`, `linux`, `win32`; empty means any.
    pub os: Vec<String>,
    /// Programs that must be installed.
    pub bins: Vec<String>,
    /// Programs of which one must be installed.
    pub any_bins: Vec<String>,
    /// Environment variables that must be set.
    pub env: Vec<String>,
    /// Configuration keys that must be set.
    pub config: Vec<String>,
    /// The variable that holds the main key.
    pub primary_env: Option<String>,
    /// How to install the programs: kind (`brew`, `node`, `go`, `uv`, …) and what to install.
    pub install: Vec<(String, String)>,
}

impl Requirements {
    /// Whether nothing is required.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One released version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// As the author wrote it, such as `1.4.0`. Plain text, hostile.
    pub version: String,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// Link to the commit: an absolute `https:` URL in ASCII, anything else is dropped.
    pub commit_url: Option<String>,
}

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
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
    /// The name in badge files and in class names of the stylesheet.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gray => "gray",
            Self::Amber => "amber",
            Self::Blue => "blue",
            Self::Green => "green",
            Self::Red => "red",
            Self::Violet => "violet",
        }
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

/// Counts of one skill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stats {
    /// How often it was downloaded.
    pub downloads: u64,
    /// How many people starred it.
    pub stars: u64,
    /// How many have it installed.
    pub installs: u64,
}

/// Milliseconds since 1970-01-01T00:00:00Z, from the content and never from a clock.
///
/// Between the years 1970 and 9999; parsers refuse anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds; `None` outside the years 1970 to 9999.
    pub fn from_ms(ms: i64) -> Option<Self> {
        const END_OF_9999_MS: i64 = 253_402_300_799_999;
        (0..=END_OF_9999_MS).contains(&ms).then_some(Self(ms))
    }

    /// From `2026-01-31`, `2026-01-31T10:00:00Z`, the same with an offset, also after a space, or a day in another form
    /// that can be read in one way only, such as `2026/1/31` or `January 31, 2026`; a day means its first instant in UTC.
    ///
    /// `None` for anything else, `01/02/2026` among it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let instant: Option<jiff::Timestamp> = text.parse().ok();
        let instant = instant.or_else(|| jiff::Timestamp::strptime("%F %T %z", text).ok());
        let instant = instant.or_else(|| {
            let date = text.parse().ok().or_else(|| written_date(text))?;
            jiff::tz::TimeZone::UTC
                .to_timestamp(Date::to_datetime(date, jiff::civil::Time::midnight()))
                .ok()
        })?;
        Self::from_ms(instant.as_millisecond())
    }

    /// Milliseconds since 1970.
    pub fn ms(self) -> i64 {
        self.0
    }

    /// The day in UTC, such as `2026-01-31`.
    pub fn date(self) -> String {
        self.rfc3339()[..10].to_owned()
    }

    /// Such as `2026-01-31T10:00:00Z`, to the second.
    pub fn rfc3339(self) -> String {
        let seconds = self.0 / 1000;
        jiff::Timestamp::from_second(seconds)
            .map_or_else(|_| String::new(), |instant| instant.to_string())
    }
}

/// A day that is not written as ISO 8601 has it: the year first, or the month by its English name.
fn written_date(text: &str) -> Option<Date> {
    const FORMS: [&str; 8] = [
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%Y年%m月%d日",
        "%B %d, %Y",
        "%d %B %Y",
        "%b %d, %Y",
        "%d %b %Y",
    ];
    FORMS
        .iter()
        .find_map(|form| Date::strptime(form, text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_may_be_written_otherwise_where_one_day_only_can_be_meant() {
        let day = Timestamp::parse("2026-01-05");
        for text in [
            "2026/01/05",
            "2026/1/5",
            "2026-1-5",
            "2026.01.05",
            "20260105",
            "2026年1月5日",
            "January 5, 2026",
            "january 05, 2026",
            "Jan 5, 2026",
            "5 January 2026",
            "05 Jan 2026",
        ] {
            assert_eq!(Timestamp::parse(text), day, "{text}");
        }
    }

    #[test]
    fn dates_come_in_three_forms() {
        let day = Timestamp::parse("2026-01-31").unwrap();
        assert_eq!(day, Timestamp::parse("2026-01-31T00:00:00Z").unwrap());
        assert_eq!(day, Timestamp::parse("2026-01-31T02:00:00+02:00").unwrap());
        assert_eq!(day, Timestamp::parse("2026-01-31 02:00:00 +0200").unwrap());
        assert_eq!(
            (day.date().as_str(), day.rfc3339().as_str()),
            ("2026-01-31", "2026-01-31T00:00:00Z")
        );
        for bad in [
            "",
            "soon",
            "2026-13-01",
            "1969-12-31",
            "2026-01-31T25:00:00Z",
            "01/02/2026",
            "31/01/2026",
            "31.01.2026",
            "26/01/31",
            "2026/02/30",
            "2026",
            "2026-01",
            "January 2026",
        ] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }
}
