//! Why a publication did not come to its end.

use std::io;

use thiserror::Error;

use super::record::RecordError;
use super::root::ROOT_KEY;
use super::store::StoreError;
use crate::summed_site::SumsError;

/// Why a publication did not come to its end. The same command goes on where it stopped.
#[derive(Debug, Error)]
#[allow(missing_docs)]
pub enum PublishError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Another publisher is at work, or was faster.
    #[error("{by} is publishing there{}", since.as_ref().map(|since| format!(", since {since}")).unwrap_or_default())]
    Busy { by: String, since: Option<String> },
    /// The store takes writes that it was told to take on a condition only.
    #[error(
        "{store} ignores conditions (`{condition}`), so two publishers could not be told apart"
    )]
    IgnoresConditions {
        store: String,
        condition: &'static str,
    },
    /// An object at a key that ends in `/` is not kept there.
    #[error("{store} keeps no objects at keys that end in `/`{}", reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    NoIndexKeys {
        store: String,
        reason: Option<String>,
    },
    /// There is an `index.html`, and no publish record.
    #[error("{store} has a site that skillpress did not publish")]
    Unowned { store: String },
    /// A place around it has a publish record.
    #[error("{store} lies in {outer}, where skillpress publishes another site")]
    Nested { store: String, outer: String },
    /// More files would disappear than usually do.
    #[error("{n} of {n_files} files would be deleted, more than {max}")]
    TooManyDeletes {
        n: usize,
        n_files: usize,
        max: usize,
    },
    /// The site was published with keys at addresses of folders, and is to be published without.
    #[error("{n} keys that answer addresses of folders would be deleted")]
    IndexKeysGone { n: usize },
    /// The folder holds no site.
    #[error("`{folder}` is not a site that `skillpress build` wrote")]
    NoSite { folder: String },
    /// Its sums do not say which files it has.
    #[error(transparent)]
    Sums(#[from] SumsError),
    /// Somebody changed a file of the site.
    #[error("`{path}` is not what `SHA256SUMS` of the site says")]
    NotAsBuilt { path: String },
    /// A file of the site cannot be read, or changed meanwhile.
    #[error("cannot read `{path}` of the site: {error}")]
    SiteFile { path: String, error: io::Error },
    #[error("`{path}` of the site changed while it was published")]
    Changed { path: String },
    /// Nothing was published there.
    #[error("nothing was published to {store} by skillpress")]
    Unpublished { store: String },
    /// There is no generation before the present one.
    #[error("{store} keeps no generation before the present one")]
    NothingBefore { store: String },
    /// The first publication began and has not ended.
    #[error("{store} has a first publication that did not come to its end, and nothing before it")]
    OnlyBegun { store: String },
    /// The record of a generation before is missing or damaged.
    #[error("generation {number} cannot be brought back: {error}")]
    LostGeneration { number: u64, error: RecordError },
    /// Bytes that a generation needs are gone.
    #[error("the bytes that `{path}` had are gone from {store}")]
    LostBytes { store: String, path: String },
    /// The site has skills that were taken down.
    #[error("the site has {}, which {} taken down from {store}", quoted(skills), if skills.len() == 1 { "was" } else { "were" })]
    Purged { store: String, skills: Vec<String> },
    /// There is no such skill.
    #[error("{store} holds no skill `{skill}`")]
    NoSkill { store: String, skill: String },
}

impl PublishError {
    /// What to do next, where that is known.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Store(error) => error.hint()?,
            Self::Busy { .. } => {
                "wait until they are done, then look whether yours is still to be published"
            }
            Self::IgnoresConditions { .. } => {
                "publish with `--unconditional` if you make sure that nobody else publishes at the same time"
            }
            Self::NoIndexKeys { .. } => {
                "publish without `--index-keys`, and let what stands before the store answer folders with their `index.html`"
            }
            Self::Unowned { .. } => {
                "name another prefix, or publish with `--take-over`: files of the same names are replaced, and cannot be brought back"
            }
            Self::Nested { .. } => {
                "name a place beside that site: a file of one may replace one of the other; `--take-over` publishes there all the same"
            }
            Self::TooManyDeletes { n, .. } => {
                return Some(format!("if that is meant, say `--max-deletes {n}`"));
            }
            Self::IndexKeysGone { .. } => {
                "publish with `--index-keys`, as before; if folders are answered otherwise by now, say `--no-index-keys`"
            }
            Self::NoSite { .. } => {
                "run `skillpress build`, or name its output folder with `--site DIR`"
            }
            Self::Sums(SumsError::NoSums) => "build it again with this skillpress",
            Self::Sums(error) => error.hint(),
            Self::NotAsBuilt { .. } => {
                "build again; what a build does not write itself it takes from `static/` in the content folder"
            }
            Self::Changed { .. } => "publish again when no build is at work",
            Self::Unpublished { .. } => "look at the address: bucket and prefix",
            Self::LostGeneration {
                error: RecordError::Newer { .. },
                ..
            } => "install a newer skillpress",
            Self::LostBytes { .. } | Self::LostGeneration { .. } => {
                "publish from the content of that time instead"
            }
            Self::Purged { .. } => {
                "name it by a `[[removed]]` in `moderation.toml`, or take it out of the content, and build again; `--allow-purged` publishes it all the same"
            }
            Self::OnlyBegun { .. } => "publish again, which completes it",
            Self::NoSkill { .. } => "name it as its address does, OWNER/SLUG",
            Self::Record(RecordError::Newer { .. }) => "install a newer skillpress",
            Self::Record(RecordError::Damaged { key, .. }) if key == ROOT_KEY => {
                "delete that object, and publish with `--take-over`, then with `--repair`: without it nobody knows what was published"
            }
            Self::Record(_) => {
                "publish with `--repair`, which looks at every file and writes the record anew"
            }
            Self::SiteFile { .. } | Self::NothingBefore { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
