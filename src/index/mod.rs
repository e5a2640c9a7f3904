//! The search index of a catalog: built by tantivy, then packed into the files that the reader fetches.

pub mod findability;
pub mod lexical;
pub mod memory;
pub mod pack;
pub mod vector;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod search_tests;

use std::fmt;
use std::io;

use crate::catalog::Catalog;
use crate::config::Config;
use crate::render::Related;
use crate::sink::Sink;

/// The files of `search/`, and what else came out of indexing.
#[derive(Debug)]
pub struct SearchIndex {
    /// Path below `search/` and content, in the order of writing.
    files: Vec<(String, Vec<u8>)>,
    /// The nearest skills of each.
    pub related: Related,
    /// For a summary.
    pub counts: IndexCounts,
}

/// How large an index is.
#[derive(Clone, Copy, Debug, Default)]
pub struct IndexCounts {
    /// Skills in it, each found by owner/slug, slug and name.
    pub n_skills: usize,
    /// Times that more than ten skills share a slug or name, so that one of them is not among the first ten.
    pub n_crowded_out: usize,
    /// All files together.
    pub n_bytes: usize,
}

impl fmt::Display for IndexCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} skills, all found by their names, {:.1} MB",
            self.n_skills,
            self.n_bytes as f64 / 1e6
        )?;
        match self.n_crowded_out {
            0 => Ok(()),
            n => write!(f, "; {n} share a name with more than ten"),
        }
    }
}

/// Indexes the listed skills, and proves that each is found by what it is called.
///
/// # Errors
/// What tantivy says; the skills that are not found.
pub fn build(catalog: &Catalog, _config: &Config) -> io::Result<SearchIndex> {
    let weights = lexical::FieldWeights::default();
    let lexical = lexical::build(catalog, &weights).map_err(io::Error::other)?;
    let files = pack::pack(catalog, &lexical, &weights, pack::Parts::default())
        .map_err(io::Error::other)?;
    let findability = findability::prove(catalog, &files).map_err(io::Error::other)?;
    findability.check().map_err(io::Error::other)?;
    let counts = IndexCounts {
        n_skills: findability.n_skills,
        n_crowded_out: findability.n_crowded_out,
        n_bytes: files.iter().map(|(_, bytes)| bytes.len()).sum(),
    };
    Ok(SearchIndex {
        files,
        related: Related::default(),
        counts,
    })
}

impl SearchIndex {
    /// Writes the files below `search/`.
    ///
    /// # Errors
    /// What the sink says.
    pub fn write(&self, sink: &dyn Sink) -> io::Result<()> {
        self.files
            .iter()
            .try_for_each(|(path, bytes)| sink.write(&format!("search/{path}"), bytes))
    }
}
