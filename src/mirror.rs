//! A whole copy of a published site, byte for byte what its sums say.
//!
//! ```text
//! lists and signature ─► which files differ ─► each is fetched beside the copy, and summed
//!                                              └► all there: put in place ─► what left is removed ─► lists, signature
//! ```
//!
//! Nothing of the copy changes before all that differs is there and right. So a site that lies, and a network that fails,
//! leave the copy as it was. What was fetched before is kept, and a mirror that was stopped anywhere goes on from there.

mod folder;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rayon::prelude::*;
use thiserror::Error;

use crate::input_file;
use crate::minisign::PublicKey;
use crate::site_source::{CopyError, SiteSource};
use crate::summed_site::{Limits, Signer, SummedSite, SumsError};
use crate::sums::Sum;
use crate::verify::is_for_host;
use folder::MirrorFolder;

/// What to copy.
#[derive(Clone, Debug)]
pub struct MirrorOptions {
    /// Who must have signed; without it, whoever signed the copy of before, and at first the key that the site names.
    pub key: Option<PublicKey>,
    /// How much the site may have.
    pub limits: Limits,
    /// Most bytes that are fetched in one go; as many files more as are fetched at once.
    pub max_bytes: u64,
}

/// What became of a copy.
#[derive(Debug)]
pub struct Mirrored {
    /// Who stands behind the sums.
    pub signer: Signer,
    /// Files of the copy, without the lists.
    pub n_files: usize,
    /// Files that were fetched, now or before.
    pub n_changed: usize,
    /// Files that are gone.
    pub n_removed: usize,
    /// Files for the host that it keeps to itself: the copy lacks them.
    pub not_served: Vec<String>,
    /// Where the site says that it stands, if it says so.
    pub base_url: Option<String>,
}

/// Makes `folder` a copy of the site `source`; it is missing, empty, or such a copy. `progress` is called from several
/// threads with how many files are fetched, and how many are to be.
///
/// # Errors
/// A folder that is none of a copy; sums that say nothing; the first file that is not what they say, or cannot be fetched.
pub fn mirror(
    source: &SiteSource,
    folder: &Path,
    options: &MirrorOptions,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Mirrored, MirrorError> {
    let folder = MirrorFolder::open(folder)?;
    let site = read(source, &folder, options)?;
    let differing: Vec<&Sum> = site
        .files
        .par_iter()
        .filter(|sum| !folder.has(sum))
        .collect();
    let (n_fetched, n_bytes) = (AtomicUsize::new(0), AtomicU64::new(0));
    let fetch = |sum: &&Sum| {
        let outcome = fetch(source, &folder, sum, options, &n_bytes)?;
        progress(
            n_fetched.fetch_add(1, Ordering::Relaxed) + 1,
            differing.len(),
        );
        Ok(outcome)
    };
    let outcomes: Result<Vec<Outcome>, MirrorError> =
        source.side_by_side(|| differing.par_iter().with_max_len(1).map(fetch).collect());
    let outcomes = outcomes?;
    let of = |wanted: Outcome| {
        let pairs = differing.iter().zip(&outcomes);
        pairs
            .filter(move |(_, outcome)| **outcome == wanted)
            .map(|(sum, _)| *sum)
    };
    let changed: Vec<&Sum> = of(Outcome::Fetched).collect();
    let not_served: Vec<String> = of(Outcome::NotServed).map(|sum| sum.path.clone()).collect();
    let n_removed = folder.put_in_place(&site, &changed, &not_served)?;
    Ok(Mirrored {
        n_files: site.files.len() - not_served.len(),
        n_changed: changed.len(),
        n_removed,
        base_url: base_url(folder.path()),
        not_served,
        signer: site.signer,
    })
}

/// Why there is no copy, or the copy is the one of before.
#[derive(Debug, Error)]
pub enum MirrorError {
    /// The folder has no parent or no name, such as `/`.
    #[error("`{}` cannot be the folder of a copy", .0.display())]
    NoFolderName(PathBuf),
    /// There is something else in it, or in its place.
    #[error("`{}` was not written by `skillpress mirror`, so it is not replaced", .0.display())]
    SomeoneElses(PathBuf),
    /// There is a link in it.
    #[error("`{}` is a link, and a copy has none", .0.display())]
    Link(PathBuf),
    /// Somebody else is at it.
    #[error("`{}` is being written by another mirror", .0.display())]
    Busy(PathBuf),
    /// The sums say nothing.
    #[error(transparent)]
    Sums(#[from] SumsError),
    /// The copy of before was signed by a key, and what there is now is not.
    #[error("the copy was signed by the key {id}, and the site is not any more: {error}")]
    NotAsBefore {
        /// The number of that key.
        id: String,
        /// What is wrong now.
        #[source]
        error: SumsError,
    },
    /// A file is not what the sums say.
    #[error("`{path}` is not what the sums say")]
    Changed {
        /// Its path.
        path: String,
    },
    /// A file that the sums name is not there.
    #[error("`{path}`, which the sums name, is missing")]
    Missing {
        /// Its path.
        path: String,
    },
    /// A file has more bytes than are taken.
    #[error("`{path}` has more than {max_bytes} bytes")]
    TooLong {
        /// Its path.
        path: String,
        /// What would be taken.
        max_bytes: u64,
    },
    /// All files together have more bytes than are taken.
    #[error("the site has more than {max_bytes} bytes that the copy lacks")]
    TooMuch {
        /// What would be taken.
        max_bytes: u64,
    },
    /// A file cannot be fetched.
    #[error("cannot fetch `{path}`: {error}")]
    Unread {
        /// Its path.
        path: String,
        /// Why.
        #[source]
        error: CopyError,
    },
    /// The copy cannot be written.
    #[error("cannot write the copy: {0}")]
    Io(#[from] std::io::Error),
}

impl MirrorError {
    /// Whether the site is to blame, and not the network or this machine.
    pub fn is_of_site(&self) -> bool {
        match self {
            Self::Sums(error) => error.is_of_site(),
            Self::NotAsBefore { .. }
            | Self::Changed { .. }
            | Self::Missing { .. }
            | Self::TooLong { .. }
            | Self::TooMuch { .. } => true,
            _ => false,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Sums(error) => error.hint(),
            Self::NoFolderName(_) | Self::SomeoneElses(_) => "name a new folder, or an empty one",
            Self::Link(_) => "remove it",
            Self::Busy(_) => "wait until that one is done",
            Self::Changed { .. } | Self::Missing { .. } => {
                "try again in a minute: the site may be replaced at present; if it stays so, do not trust it"
            }
            Self::NotAsBefore { .. } => {
                "ask whoever publishes it; if it has another key now, give that with `--key`"
            }
            Self::TooLong { .. } => "do not trust this site",
            Self::TooMuch { .. } => {
                "allow more with `--max-bytes`, if it is as large as that: what was fetched is kept"
            }
            Self::Unread { .. } => "try again: what was fetched is kept",
            Self::Io(_) => "make room, and try again: what was fetched is kept",
        }
    }
}

/// The site by its sums. Whoever signed the copy of before must have signed this too: a signature that is left out, or
/// another's, is what somebody who took the site over would give.
fn read(
    source: &SiteSource,
    folder: &MirrorFolder,
    options: &MirrorOptions,
) -> Result<SummedSite, MirrorError> {
    if options.key.is_some() {
        return Ok(SummedSite::read(
            source,
            options.key.as_ref(),
            &options.limits,
        )?);
    }
    let before = folder.signed_by();
    let read = SummedSite::read(source, before.as_ref(), &options.limits);
    match (read, before) {
        (Err(error @ (SumsError::NotSigned | SumsError::Signature(_))), Some(before)) => {
            let id = before.id();
            Err(MirrorError::NotAsBefore { id, error })
        }
        (read, _) => {
            let mut site = read?;
            site.signer = site.signer.named_by_site();
            Ok(site)
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Fetched,
    NotServed,
}

fn fetch(
    source: &SiteSource,
    folder: &MirrorFolder,
    sum: &Sum,
    options: &MirrorOptions,
    n_bytes: &AtomicU64,
) -> Result<Outcome, MirrorError> {
    let path = sum.path.clone();
    if folder.is_fetched(sum) {
        return Ok(Outcome::Fetched);
    }
    let MirrorOptions { max_bytes, .. } = *options;
    let left = max_bytes.saturating_sub(n_bytes.load(Ordering::Relaxed));
    let file_max_bytes = options.limits.max_file_bytes.min(left);
    let is_kept_back = source.folder().is_none() && is_for_host(&path);
    match folder.fetch(sum, |target| source.copy(&path, file_max_bytes, target)) {
        Ok(Some(len_bytes)) => {
            n_bytes.fetch_add(len_bytes, Ordering::Relaxed);
            Ok(Outcome::Fetched)
        }
        Ok(None) | Err(CopyError::Gone) if is_kept_back => Ok(Outcome::NotServed),
        Ok(None) => Err(MirrorError::Changed { path }),
        Err(CopyError::Gone) => Err(MirrorError::Missing { path }),
        Err(CopyError::TooLong { max_bytes: file }) if file == left => {
            Err(MirrorError::TooMuch { max_bytes })
        }
        Err(CopyError::TooLong { max_bytes }) => Err(MirrorError::TooLong { path, max_bytes }),
        Err(CopyError::Target(error)) => Err(MirrorError::Io(error)),
        Err(error) => Err(MirrorError::Unread { path, error }),
    }
}

/// Where the site of the copy says that it stands: `robots.txt` names its sitemap.
fn base_url(folder: &Path) -> Option<String> {
    let robots = input_file::read_text(&folder.join("robots.txt")).ok()?;
    let sitemap = robots
        .lines()
        .find_map(|line| line.strip_prefix("Sitemap: "))?;
    sitemap
        .trim()
        .strip_suffix(crate::url::SITEMAP)
        .map(str::to_owned)
}
