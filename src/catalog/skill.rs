//! A skill as it is published.

use std::path::PathBuf;

use serde::Serialize;

use super::badge::Award;
use super::file::SkillFile;
use super::provenance::{LicenseFile, Provenance};
use super::timestamp::Timestamp;
use crate::key::SkillKey;
use crate::markdown::RelativeLink;

/// One published skill.
#[derive(Clone, Debug, Hash)]
pub struct Skill {
    /// Who and what.
    pub key: SkillKey,
    /// The folder that it was read from, as problems name it; nothing is read by it.
    pub folder: PathBuf,
    /// The name people read: display name, else front matter name, else slug. One line, never empty.
    pub name: String,
    /// What it does, one paragraph of plain text; front matter, else the first paragraph of the body. May be empty.
    pub description: String,
    /// Lower-case, `[a-z0-9-]` and letters of other scripts, sorted, no repeats, at most `TAGS_MAX`.
    pub tags: Vec<String>,
    /// The Markdown after the front matter, at most `BODY_HELD_MAX_BYTES` of it; `content::read_body` gives
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
    /// Older versions, newest first. Those with files are published as [`Skill::releases`].
    pub history: Vec<Version>,
    /// When it was first published: the oldest date that the content gives.
    pub created_at: Option<Timestamp>,
    /// When it was last published: the newest date that the content gives.
    pub updated_at: Option<Timestamp>,
    /// Whether it was read from a source, and not from the content folder.
    pub is_of_source: bool,
    /// Where it came from, when that is a repository; [`Skill::set_provenance`] sets it.
    pub provenance: Option<Provenance>,
    /// The licence file of its source that is nearest to it.
    pub license_file: Option<LicenseFile>,
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

    /// Says where the skill came from. A skill whose content gives no date is as old as the last commit that touched it.
    pub fn set_provenance(&mut self, provenance: Provenance) {
        self.updated_at = self.updated_at.or(provenance.committed_at);
        self.provenance = Some(provenance);
    }

    /// Its licence: what the front matter says, else the SPDX name of the nearest licence file.
    pub fn license(&self) -> Option<&str> {
        let written = self.front_matter.license.as_deref();
        written.or_else(|| self.license_file.as_ref()?.spdx.as_deref())
    }

    /// The file that the body came from.
    pub fn main_file(&self) -> &SkillFile {
        &self.files[self.main_file_idx]
    }

    /// Where the file that the body came from lies, as problems name it.
    pub fn main_path(&self) -> PathBuf {
        self.folder.join(&self.main_file().path)
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Version {
    /// As the author wrote it, such as `1.4.0`. Plain text, hostile.
    pub version: String,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// Link to the commit: an absolute `https:` URL in ASCII, anything else is dropped.
    pub commit_url: Option<String>,
    /// The commit that holds it: lower-case hex.
    pub commit: Option<String>,
    /// The files of an old version, where they are kept, as [`Skill::files`] has them; empty where they are not, and for the
    /// current version, whose files are the skill's.
    pub files: Vec<SkillFile>,
}

/// Counts of one skill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Stats {
    /// How often it was downloaded.
    pub downloads: u64,
    /// How many people starred it.
    pub stars: u64,
    /// How many have it installed.
    pub installs: u64,
}
