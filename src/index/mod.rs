//! The search index of a catalog: built by tantivy, then packed into the files that the reader fetches.

pub mod lexical;
pub mod memory;
pub mod pack;

#[cfg(test)]
pub(crate) mod fixture;

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
    /// Skills in it.
    pub n_skills: usize,
    /// All files together.
    pub n_bytes: usize,
}

impl fmt::Display for IndexCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} skills, {:.1} MB",
            self.n_skills,
            self.n_bytes as f64 / 1e6
        )
    }
}

/// Indexes the listed skills.
///
/// # Errors
/// What tantivy says, or an index that the format cannot hold.
pub fn build(catalog: &Catalog, _config: &Config) -> io::Result<SearchIndex> {
    let weights = lexical::FieldWeights::default();
    let lexical = lexical::build(catalog, &weights).map_err(io::Error::other)?;
    let files = pack::pack(catalog, &lexical, &weights, pack::Parts::default())
        .map_err(|error| io::Error::other(error.to_string()))?;
    let counts = IndexCounts {
        n_skills: catalog.listed().count(),
        n_bytes: files.iter().map(|(_, bytes)| bytes.len()).sum(),
    };
    Ok(SearchIndex {
        files,
        related: Related::default(),
        counts,
    })
}

impl SearchIndex {
    /// Writes the files below `search/`, the manifest last.
    ///
    /// # Errors
    /// What the sink says.
    pub fn write(&self, sink: &dyn Sink) -> io::Result<()> {
        self.files
            .iter()
            .try_for_each(|(path, bytes)| sink.write(&format!("search/{path}"), bytes))
    }
}
