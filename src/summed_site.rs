//! A published site by its sums: which files it has, what each of them holds, and who says so.
//!
//! Whoever serves the site may lie. The lists are bounded, no path of them leads out of a folder, no two paths are one on
//! any file system, and what a signature by a known key does not cover is said to be the site's own word.

mod paths;

use std::collections::HashSet;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;
use thiserror::Error;

use crate::input_file::FILE_MAX_BYTES;
use crate::minisign::{PublicKey, SignatureError};
use crate::sink::is_operators_file;
use crate::site_source::{CopyError, SiteSource, Target};
use crate::sums::{self, Digest, ListError, Sum, signed};
use crate::url;

pub use paths::{PathsError, folded};

/// What a site says of its files.
#[derive(Debug)]
pub struct SummedSite {
    /// Its files but the lists and their signature, sorted by path.
    pub files: Vec<Sum>,
    /// The lists with their bytes, the root list last.
    pub lists: Vec<(Sum, Vec<u8>)>,
    /// The file of the signature, where there is one.
    pub signature: Option<Vec<u8>>,
    /// Who says so.
    pub signer: Signer,
}

/// Who stands behind the sums of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "signer", rename_all = "snake_case")]
pub enum Signer {
    /// Nobody: the files belong together, and whoever serves them may have made them.
    Nobody,
    /// The key that the site itself names: whoever serves it may have made both.
    NamedBySite {
        /// The number of the key.
        id: String,
        /// What the signer says.
        comment: String,
    },
    /// The key that was asked for.
    Known {
        /// The number of the key.
        id: String,
        /// What the signer says.
        comment: String,
    },
}

impl Signer {
    /// The same, of a key that nobody asked for.
    pub fn named_by_site(self) -> Self {
        match self {
            Self::Known { id, comment } => Self::NamedBySite { id, comment },
            other => other,
        }
    }
}

/// How much a site may have.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Files.
    pub max_files: usize,
    /// Bytes of one file.
    pub max_file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_files: 1_000_000,
            max_file_bytes: FILE_MAX_BYTES,
        }
    }
}

impl SummedSite {
    /// Reads all lists of the site `source`, and checks the signature: by `key`, or else by the key that the site names.
    ///
    /// # Errors
    /// What is wrong with the lists or the signature, or why they cannot be read.
    pub fn read(
        source: &SiteSource,
        key: Option<&PublicKey>,
        limits: &Limits,
    ) -> Result<Self, SumsError> {
        let root = read(source, url::SUMS)?;
        let signature = if_there(read(source, url::SUMS_SIGNATURE))?;
        let signer = signer(source, key, &root, signature.as_deref())?;
        let top = parse(url::SUMS, &root)?;
        let (mut files, mut lists) = (top, Vec::new());
        if files
            .iter()
            .any(|sum| sum.path.starts_with(url::SUMS_FOLDER))
        {
            lists = read_lists(source, &files)?;
            files = files_of(&lists, limits)?;
        }
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        check_count(&files, limits)?;
        paths::check(&files)?;
        let root_sum = Sum {
            sha256: sums::digest(&root),
            path: url::SUMS.to_owned(),
        };
        lists.push((root_sum, root));
        Ok(Self {
            files,
            lists,
            signature,
            signer,
        })
    }
}

impl SummedSite {
    /// Every path that the site has: its files, the lists, and the signature.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let lists = self.lists.iter().map(|(sum, _)| sum);
        let signature = self.signature.as_ref().map(|_| url::SUMS_SIGNATURE);
        let named = self.files.iter().chain(lists);
        named.map(|sum| sum.path.as_str()).chain(signature)
    }

    /// Files below `folder`, where this site lies, that it does not name, sorted; links are among them.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn unnamed_files(&self, folder: &Path) -> Result<Vec<String>, walkdir::Error> {
        let named: HashSet<&str> = self.paths().collect();
        let mut unnamed = Vec::new();
        for entry in walkdir::WalkDir::new(folder)
            .min_depth(1)
            .sort_by_file_name()
        {
            let entry = entry?;
            let relative = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let names: Vec<_> = relative.iter().map(|name| name.to_string_lossy()).collect();
            let path = names.join("/");
            let is_of_site = named.contains(&*path) || is_operators_file(relative);
            if !entry.file_type().is_dir() && !is_of_site {
                unnamed.push(path);
            }
        }
        Ok(unnamed)
    }
}

/// Why the sums of a site say nothing.
#[derive(Debug, Error)]
pub enum SumsError {
    /// There is no root list.
    #[error("the site has no `{}`", url::SUMS)]
    NoSums,
    /// The root list names a list that is not there.
    #[error("`{path}`, which `{}` names, is missing", url::SUMS)]
    MissingList {
        /// The path of the list.
        path: String,
    },
    /// A list is not what the root list says.
    #[error("`{path}` is not what `{}` says", url::SUMS)]
    ChangedList {
        /// The path of the list.
        path: String,
    },
    /// A list has a line that is none.
    #[error("`{path}`, {error}")]
    List {
        /// The path of the list.
        path: String,
        /// Where, and what.
        #[source]
        error: ListError,
    },
    /// The root list names files and lists at once, or a list names lists.
    #[error("`{path}` does not name `{named}` rightly: either all lines name lists, or none does")]
    Mixed {
        /// The path of the list.
        path: String,
        /// The path that it names.
        named: String,
    },
    /// Paths that cannot be those of one site.
    #[error(transparent)]
    Paths(#[from] PathsError),
    /// There are more files than the limit.
    #[error("the site says that it has more than {max_files} files")]
    TooMany {
        /// The limit.
        max_files: usize,
    },
    /// A key was asked for, and nothing is signed.
    #[error("the site is not signed: it has no `{}`", url::SUMS_SIGNATURE)]
    NotSigned,
    /// The signature does not hold.
    #[error("`{file}` proves nothing: {0}", file = url::SUMS_SIGNATURE)]
    Signature(#[source] SignatureError),
    /// A file cannot be read.
    #[error("cannot read `{path}`: {error}")]
    Unread {
        /// Its path.
        path: String,
        /// Why.
        #[source]
        error: CopyError,
    },
}

impl SumsError {
    /// Whether the site is to blame, and not the network or this machine.
    pub fn is_of_site(&self) -> bool {
        match self {
            Self::Unread { error, .. } => matches!(error, CopyError::TooLong { .. }),
            _ => true,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoSums => "build it again with a newer skillpress, or check the address",
            Self::TooMany { .. } => "allow more with `--max-files`, if it is as large as that",
            Self::MissingList { .. } | Self::ChangedList { .. } => {
                "try again in a minute: the site may be replaced at present"
            }
            Self::NotSigned | Self::Signature(_) => {
                "do not trust this copy of the site; ask whoever publishes it for the key"
            }
            Self::Unread { .. } => "check the address and the network",
            _ => "do not trust this copy of the site",
        }
    }
}

/// Largest list that is read.
const LIST_MAX_BYTES: u64 = 32 << 20;

fn read(source: &SiteSource, path: &str) -> Result<Vec<u8>, SumsError> {
    let mut bytes = Vec::new();
    match source.copy(path, LIST_MAX_BYTES, &mut bytes as &mut dyn Target) {
        Ok(()) => Ok(bytes),
        Err(CopyError::Gone) if path == url::SUMS => Err(SumsError::NoSums),
        Err(CopyError::Gone) => Err(SumsError::MissingList {
            path: path.to_owned(),
        }),
        Err(error) => Err(SumsError::Unread {
            path: path.to_owned(),
            error,
        }),
    }
}

fn if_there(read: Result<Vec<u8>, SumsError>) -> Result<Option<Vec<u8>>, SumsError> {
    match read {
        Err(SumsError::MissingList { .. }) => Ok(None),
        read => read.map(Some),
    }
}

fn signer(
    source: &SiteSource,
    key: Option<&PublicKey>,
    root: &[u8],
    signature: Option<&[u8]>,
) -> Result<Signer, SumsError> {
    let Some(signature) = signature else {
        return match key {
            Some(_) => Err(SumsError::NotSigned),
            None => Ok(Signer::Nobody),
        };
    };
    let verify = |key: &PublicKey| {
        let comment = signed::verify(root, signature, key).map_err(SumsError::Signature)?;
        Ok((key.id(), comment))
    };
    if let Some(key) = key {
        return verify(key).map(|(id, comment)| Signer::Known { id, comment });
    }
    let file = if_there(read(source, url::PUBLIC_KEY))?.unwrap_or_default();
    let named = std::str::from_utf8(&file)
        .ok()
        .and_then(|text| text.parse().ok());
    named.map_or(Ok(Signer::Nobody), |named: PublicKey| {
        verify(&named).map(|(id, comment)| Signer::NamedBySite { id, comment })
    })
}

/// The lists that `top`, the lines of the root list, names, with their bytes.
fn read_lists(source: &SiteSource, top: &[Sum]) -> Result<Vec<(Sum, Vec<u8>)>, SumsError> {
    let read_list = |sum: &Sum| {
        if !sum.path.starts_with(url::SUMS_FOLDER) {
            return Err(mixed(url::SUMS, &sum.path));
        }
        let list = read(source, &sum.path)?;
        if sums::digest(&list) != sum.sha256 {
            let path = sum.path.clone();
            return Err(SumsError::ChangedList { path });
        }
        Ok((sum.clone(), list))
    };
    source.side_by_side(|| top.par_iter().with_max_len(1).map(read_list).collect())
}

fn files_of(lists: &[(Sum, Vec<u8>)], limits: &Limits) -> Result<Vec<Sum>, SumsError> {
    let mut files = Vec::new();
    for (list, bytes) in lists {
        let sums = parse(&list.path, bytes)?;
        if let Some(sum) = sums
            .iter()
            .find(|sum| sum.path.starts_with(url::SUMS_FOLDER))
        {
            return Err(mixed(&list.path, &sum.path));
        }
        files.extend(sums);
        check_count(&files, limits)?;
    }
    Ok(files)
}

fn parse(path: &str, list: &[u8]) -> Result<Vec<Sum>, SumsError> {
    sums::parse(list).map_err(|error| SumsError::List {
        path: path.to_owned(),
        error,
    })
}

fn mixed(path: &str, named: &str) -> SumsError {
    SumsError::Mixed {
        path: path.to_owned(),
        named: named.to_owned(),
    }
}

fn check_count(files: &[Sum], limits: &Limits) -> Result<(), SumsError> {
    let max_files = limits.max_files;
    match files.len() > max_files {
        true => Err(SumsError::TooMany { max_files }),
        false => Ok(()),
    }
}

/// The SHA-256 of a file of `source`, which is read and kept nowhere.
///
/// # Errors
/// As [`SiteSource::copy`].
pub fn digest_of(source: &SiteSource, path: &str, limits: &Limits) -> Result<Digest, CopyError> {
    let mut hasher = sums::Hasher::into(std::io::sink());
    source.copy(path, limits.max_file_bytes, &mut hasher)?;
    Ok(hasher.digest())
}
