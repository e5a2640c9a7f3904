//! Numbers with a meaning.

/// A skill among the listed skills of a build: in the order of the vector files, so that similar ones follow each other,
/// then those without a vector by `owner/slug`. Orders postings and cards, and breaks ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocId(pub u32);

impl DocId {
    /// For indexing.
    pub fn idx(self) -> usize {
        self.0 as usize
    }
}

/// A vector's position in the vector files: skills of a cell stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmbeddingId(pub u32);

impl EmbeddingId {
    /// For indexing.
    pub fn idx(self) -> usize {
        self.0 as usize
    }
}
