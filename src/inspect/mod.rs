//! The state of a search index, for `skillpress inspect`: every block is read and decoded by the reader's own decoders.

mod files;
mod glossary;
mod graph;
mod lexical;
mod text;
mod vectors;

use serde::Serialize;
use sha2::{Digest, Sha256};
use skillpress_search::OpenError;
use skillpress_search::internals::analyzer::ANALYZER_VERSION;
use skillpress_search::internals::format::FORMAT_VERSION;
use skillpress_search::internals::format::head::{LEXICAL_HEAD, LexicalHead};
use skillpress_search::internals::format::manifest::{FileEntry, HASH_LEN, Manifest};
use skillpress_search::internals::format::vectors::VectorIndex;
use skillpress_search::internals::format::vectors::head::VECTORS_HEAD;

use crate::index::whole::{OpenedManifest, open_manifest};
use crate::site_source::SiteSource;
use crate::text::hex;
pub use files::Damage;
use files::IndexFiles;
pub use glossary::Glossary;
pub use graph::Graph;
pub use lexical::{Lexical, Spelling};
pub use text::write_text;
pub use vectors::Vectors;

/// What an index consists of. Its JSON form is stable: keys are added, never renamed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// Version of the format.
    pub format: u32,
    /// Version of the terms.
    pub analyzer: u32,
    /// The first ten hex digits of the manifest's SHA-256: another one for every other index.
    pub build: String,
    /// Whether the host answers range requests.
    pub has_ranges: bool,
    /// Listed skills.
    pub skills: u32,
    /// Kinds of badges that cards can carry.
    pub badges: Vec<String>,
    /// The files that the manifest names.
    pub files: Vec<IndexedFile>,
    /// Terms and postings; `None` when their directory cannot be read.
    pub lexical: Option<Lexical>,
    /// Words for corrections; `None` as above.
    pub spelling: Option<Spelling>,
    /// Words of other languages; `None` for a site whose queries are in English alone.
    pub glossary: Option<Glossary>,
    /// How many cards could be read.
    pub cards: usize,
    /// `None` for a site without vectors, or when their head cannot be read.
    pub vectors: Option<Vectors>,
    /// What is wrong, by part; empty for a sound index.
    pub damages: Vec<Damage>,
}

/// A file of the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndexedFile {
    /// What the manifest calls it.
    pub name: String,
    /// Below `search/`: the whole file, or, where chunks are its only form, the first one; empty where there is none.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// How many chunks it is published in.
    pub chunks: u64,
    /// Length of a chunk; 0 without chunks.
    pub chunk_bytes: u32,
    /// How many hashes name the chunks, where they are its only form; 0 for a file that is published as a whole as well.
    pub shards: usize,
}

/// Reads the whole index of `source`.
///
/// # Errors
/// [`OpenError`] when there is no manifest that can be read. What is wrong with any other file is told in the result.
pub fn inspect(source: &mut SiteSource) -> Result<Inspection, OpenError> {
    let OpenedManifest {
        manifest,
        bytes,
        has_ranges,
    } = open_manifest(source)?;
    let mut files = IndexFiles::new(source, &manifest, has_ranges);

    let head = lexical_head(&manifest, &mut files);
    let (lexical, spelling) = head
        .map(|head| {
            let lexical = lexical::lexical(&mut files, &head, manifest.n_skills);
            (lexical, lexical::spelling(&mut files, &head))
        })
        .unzip();
    let glossary = glossary::glossary(&mut files, &manifest);
    let identities = lexical::identities(&mut files, manifest.n_skills);
    let index = files.noted(VECTORS_HEAD, VectorIndex::open(&manifest));
    let vectors = index
        .flatten()
        .map(|index| vectors::vectors(&mut files, &index, &manifest, &identities));
    let badges = manifest.badges.iter();
    Ok(Inspection {
        format: FORMAT_VERSION,
        analyzer: ANALYZER_VERSION,
        build: hex(&Sha256::digest(&bytes)[..5]),
        has_ranges,
        skills: manifest.n_skills,
        badges: badges.map(|badge| badge.kind.clone()).collect(),
        files: manifest.files.iter().map(IndexedFile::new).collect(),
        lexical,
        spelling,
        glossary,
        cards: identities.iter().flatten().count(),
        vectors,
        damages: files.into_damages(),
    })
}

fn lexical_head(manifest: &Manifest, files: &mut IndexFiles<'_>) -> Option<LexicalHead> {
    let Some(head) = manifest.head(LEXICAL_HEAD) else {
        files.note(LEXICAL_HEAD, "the manifest has no such head".to_owned());
        return None;
    };
    files.noted(LEXICAL_HEAD, LexicalHead::decode(head))
}

impl IndexedFile {
    fn new(entry: &FileEntry) -> Self {
        let chunks = match entry.chunk_len {
            0 => 0,
            _ => entry.n_chunks(),
        };
        Self {
            name: entry.name.clone(),
            path: match entry.whole_path() {
                Some(path) => path,
                None if chunks > 0 => entry.chunk_path(0),
                None => String::new(),
            },
            bytes: entry.len,
            chunks: chunks.into(),
            chunk_bytes: entry.chunk_len,
            shards: entry.hashes.len() / HASH_LEN - usize::from(entry.is_whole),
        }
    }
}
