//! Whether a copy of a site is what its sums say: in a folder, or as a web server gives it.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::Serialize;
use thiserror::Error;

use crate::minisign::PublicKey;
use crate::site_source::{CopyError, SiteSource};
use crate::summed_site::{Limits, Signer, SummedSite, SumsError, digest_of};
use crate::sums::Sum;
use crate::url;

/// What was found.
#[derive(Debug, Serialize)]
pub struct Verification {
    /// Who stands behind the sums.
    #[serde(flatten)]
    pub signer: Signer,
    /// Files that the sums name, the lists left out.
    pub files: usize,
    /// Of these, how many were read.
    pub checked: usize,
    /// Files of the folder that no list names; of a web server nobody can know them.
    pub added: Vec<String>,
    /// Files that a list names and that are not there.
    pub missing: Vec<String>,
    /// Files with other bytes.
    pub changed: Vec<String>,
    /// Files for the host that it keeps to itself, which is no damage.
    pub not_served: Vec<String>,
}

impl Verification {
    /// Whether the copy is what the sums say.
    pub fn is_whole(&self) -> bool {
        self.added.is_empty() && self.missing.is_empty() && self.changed.is_empty()
    }
}

/// What to check.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// Who must have signed; without it, the key that the site names.
    pub key: Option<PublicKey>,
    /// How many files to read, chosen at random; without it, all.
    pub sample: Option<usize>,
    /// How much the site may have.
    pub limits: Limits,
}

/// Checks the signature of the site `source`, then its files, a few at once. `progress` is called with the number of files to
/// read, and from several threads with how many are read.
///
/// # Errors
/// Sums that say nothing; a file that cannot be read.
pub fn verify(
    source: &SiteSource,
    options: &VerifyOptions,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Verification, VerifyError> {
    let limits = &options.limits;
    let site = SummedSite::read(source, options.key.as_ref(), limits)?;
    let chosen = match options.sample {
        Some(n_files) => sample(&site.files, n_files)?,
        None => site.files.iter().collect(),
    };
    let n_read = AtomicUsize::new(0);
    let check = |sum: &&Sum| {
        let finding = check(source, sum, limits)?;
        progress(n_read.fetch_add(1, Ordering::Relaxed) + 1, chosen.len());
        Ok(finding)
    };
    let findings: Result<Vec<Finding>, VerifyError> =
        source.side_by_side(|| chosen.par_iter().with_max_len(1).map(check).collect());
    let findings = findings?;
    let found = |finding: Finding| -> Vec<String> {
        let pairs = chosen.iter().zip(&findings);
        let pairs = pairs.filter(|(_, found)| **found == finding);
        pairs.map(|(sum, _)| sum.path.clone()).collect()
    };
    Ok(Verification {
        files: site.files.len(),
        checked: chosen.len(),
        added: match source.folder() {
            Some(folder) => site.unnamed_files(folder)?,
            None => Vec::new(),
        },
        missing: found(Finding::Missing),
        changed: found(Finding::Changed),
        not_served: found(Finding::NotServed),
        signer: site.signer,
    })
}

/// Files that tell a host what to do. Many hosts obey them or do not know them, and serve them not at all.
pub fn is_for_host(path: &str) -> bool {
    matches!(path, "_headers" | "_redirects" | url::NO_JEKYLL)
}

/// Why nothing can be said of a site.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// Its sums say nothing.
    #[error(transparent)]
    Sums(#[from] SumsError),
    /// A file cannot be read.
    #[error("cannot read `{path}`: {error}")]
    Unread {
        /// Its path.
        path: String,
        /// Why.
        #[source]
        error: CopyError,
    },
    /// The folder cannot be listed.
    #[error("cannot list the folder: {0}")]
    Unlisted(#[from] walkdir::Error),
    /// The system gives no random numbers to choose files by.
    #[error("this system gives no random numbers to choose files by")]
    NoRandomness,
}

/// What there is to say of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Finding {
    Right,
    Missing,
    Changed,
    NotServed,
}

fn check(source: &SiteSource, sum: &Sum, limits: &Limits) -> Result<Finding, VerifyError> {
    match digest_of(source, &sum.path, limits) {
        Ok(sha256) if sha256 == sum.sha256 => Ok(Finding::Right),
        Ok(_) | Err(CopyError::Gone) if source.folder().is_none() && is_for_host(&sum.path) => {
            Ok(Finding::NotServed)
        }
        Ok(_) | Err(CopyError::TooLong { .. }) => Ok(Finding::Changed),
        Err(CopyError::Gone) => Ok(Finding::Missing),
        Err(error) => Err(VerifyError::Unread {
            path: sum.path.clone(),
            error,
        }),
    }
}

/// `n_files` of the files, or all where there are not so many. Whoever serves the site cannot know which.
fn sample(files: &[Sum], n_files: usize) -> Result<Vec<&Sum>, VerifyError> {
    let mut left: Vec<&Sum> = files.iter().collect();
    let mut chosen = Vec::new();
    while chosen.len() < n_files && !left.is_empty() {
        let number = random().ok_or(VerifyError::NoRandomness)?;
        // A remainder of 64 bits favours no file that anybody could tell.
        chosen.push(left.swap_remove((number % left.len() as u64) as usize));
    }
    chosen.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(chosen)
}

fn random() -> Option<u64> {
    use ring::rand::{SecureRandom, SystemRandom};
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(u64::from_le_bytes(bytes))
}
