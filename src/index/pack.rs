//! Packs the index into the files below `search/`: from tantivy, through its public API, to what the reader fetches.
//!
//! Files are named by their content and never change in place; `manifest.json` names them and comes last. Those of blocks
//! of one length are published in chunks alone, which are named by shard, so that a small edit renames few of them.

mod exact;
mod impacts;
mod spelling;

use std::collections::BTreeMap;
use std::iter;

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use skillpress_search::internals::Query;
use skillpress_search::internals::format::block;
use skillpress_search::internals::format::cards::{self, CARD_LEN, CARDS_FILE, Card};
use skillpress_search::internals::format::head::{BLOCK_MAX_LEN, LEXICAL_HEAD, LexicalHead};
use skillpress_search::internals::format::manifest::{
    BADGE_KINDS_MAX, BadgeEntry, FileEntry, HASH_LEN, MANIFEST_PATH, Manifest, PROBE, PROBE_PATH,
};
use skillpress_search::internals::format::postings::{self, POSTINGS_FILE};
use skillpress_search::internals::format::spelling::SPELLING_FILE;
use skillpress_search::internals::format::terms::{
    self, INLINE_POSTINGS_MAX, Namespace, SLUG_WORDS, TERM_MAX_LEN, TERMS_FILE, TermEntry,
    TermPostings,
};
use skillpress_search::{ByteRange, DocId};

use super::IndexError;
use super::lexical::LexicalIndex;
use crate::catalog::{BadgeKind, Catalog, Skill};
use impacts::WeighedTerm;

/// All files below `search/`, the manifest last: path and content. `skills` are those of `index` in the same order;
/// `others` are the parts beside what words find.
///
/// The same skills give the same bytes.
///
/// # Errors
/// `Tantivy` when its index cannot be read, `TooLarge` and `Format` when something does not fit the format.
pub fn pack(
    catalog: &Catalog,
    skills: &[&Skill],
    index: &LexicalIndex,
    others: impl IntoIterator<Item = IndexPart>,
) -> Result<Vec<(String, Vec<u8>)>, IndexError> {
    let mut part = lexical_part(catalog, skills, index)?;
    for other in others {
        part.files.extend(other.files);
        part.heads.extend(other.heads);
    }

    let mut manifest = Manifest {
        n_skills: skills.len() as u32,
        files: Vec::new(),
        heads: part.heads,
        badges: badge_kinds(catalog).map(badge_entry).collect(),
    };
    let mut files = Vec::new();
    for file in part.files {
        let (entry, published) = file.publish();
        files.extend(published);
        manifest.files.push(entry);
    }
    for (name, bytes) in &index.files {
        files.push((format!("tantivy/{name}"), bytes.clone()));
    }
    files.push((PROBE_PATH.to_owned(), PROBE.to_vec()));
    files.push((MANIFEST_PATH.to_owned(), manifest.encode().into_bytes()));
    Ok(files)
}

/// A part of the index: what words find, or what meaning finds.
#[derive(Clone, Debug, Default)]
pub struct IndexPart {
    /// Files, to be named by their content.
    pub files: Vec<PartFile>,
    /// What the manifest carries, by name.
    pub heads: Vec<(String, Vec<u8>)>,
}

/// A file of a part of the index.
#[derive(Clone, Debug)]
pub struct PartFile {
    /// What it is, such as `terms`; the reader asks for it by this name.
    pub name: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Length of its chunks; 0 for none.
    chunk_len: u32,
    /// Whether it is published as a whole.
    is_whole: bool,
    /// Most shards that chunks are named by; 0 where they are named by the whole.
    shards_max: u32,
    /// How much of each chunk is used, where the rest is zeros that are not published.
    used_lens: Vec<usize>,
}

impl PartFile {
    /// A file that is published as a whole alone: searches on hosts without ranges read all of it, or nothing.
    pub fn whole(name: &'static str, bytes: Vec<u8>) -> Self {
        Self {
            name,
            bytes,
            chunk_len: 0,
            is_whole: true,
            shards_max: 0,
            used_lens: Vec::new(),
        }
    }

    /// A file of blocks of any length, which is published as a whole for hosts that answer ranges, and in chunks for
    /// those that do not; as a whole alone where that would be the only chunk.
    pub fn chunked(name: &'static str, bytes: Vec<u8>) -> Self {
        let chunk_len = chunk_len(bytes.len(), CHUNK_LEN);
        Self {
            chunk_len: if bytes.len() > chunk_len {
                chunk_len as u32
            } else {
                0
            },
            ..Self::whole(name, bytes)
        }
    }

    /// A file of units of one length, no block of which crosses the border of two units: it is published in chunks of
    /// whole units, and in no other form.
    pub fn in_chunks(name: &'static str, bytes: Vec<u8>, unit_len: usize) -> Self {
        let units_len = (CHUNK_LEN / unit_len).max(1) * unit_len;
        Self {
            chunk_len: chunk_len(bytes.len(), units_len) as u32,
            is_whole: false,
            shards_max: SHARDS_MAX,
            ..Self::whole(name, bytes)
        }
    }

    /// The same for a file that no edit of a registry changes: chunks of `chunk_len` bytes, all of one shard.
    pub fn in_lasting_chunks(name: &'static str, bytes: Vec<u8>, chunk_len: usize) -> Self {
        Self {
            shards_max: 1,
            ..Self::in_chunks(name, bytes, chunk_len)
        }
    }

    /// The same, and as a whole: where searches read neighbours on both sides of the border of chunks, one range has both.
    /// As a whole alone where that would be the only chunk.
    pub fn in_chunks_and_whole(name: &'static str, bytes: Vec<u8>, unit_len: usize) -> Self {
        let file = Self::in_chunks(name, bytes, unit_len);
        if file.bytes.len() <= file.chunk_len as usize {
            return Self::whole(name, file.bytes);
        }
        Self {
            is_whole: true,
            ..file
        }
    }

    /// A file of pages, each a chunk of `page_len` bytes of which it may use fewer; it is published in no other form.
    pub fn in_pages(name: &'static str, pages: &[Vec<u8>], page_len: u32) -> Self {
        let mut bytes = Vec::with_capacity(pages.len() * page_len as usize);
        for page in pages {
            bytes.extend_from_slice(page);
            bytes.resize(bytes.len() + page_len as usize - page.len(), 0);
        }
        Self {
            chunk_len: page_len,
            is_whole: false,
            shards_max: SHARDS_MAX,
            used_lens: pages.iter().map(Vec::len).collect(),
            ..Self::whole(name, bytes)
        }
    }

    /// What the manifest says of the file, and the files that are published: path below `search/` and content.
    pub fn publish(self) -> (FileEntry, Vec<(String, Vec<u8>)>) {
        let mut entry = FileEntry {
            name: self.name.to_owned(),
            len: self.bytes.len() as u64,
            chunk_len: self.chunk_len,
            is_whole: self.is_whole,
            shard_chunks: 0,
            hashes: Vec::new(),
        };
        if self.is_whole {
            entry.hashes.extend(file_hash(&self.bytes));
        }
        if self.shards_max > 0 {
            entry.shard_chunks = entry.n_chunks().div_ceil(self.shards_max).max(1);
            let shard_len = entry.shard_chunks as usize * self.chunk_len as usize;
            let shards = self.bytes.chunks(shard_len);
            entry.hashes.extend(shards.flat_map(file_hash));
        }
        let mut files = Vec::new();
        if self.chunk_len > 0 {
            let chunks = self.bytes.chunks(self.chunk_len as usize).zip(0..);
            files.extend(chunks.map(|(chunk, idx)| {
                let used_len = self.used_lens.get(idx as usize).copied();
                let used = &chunk[..used_len.unwrap_or(chunk.len())];
                (entry.chunk_path(idx), used.to_vec())
            }));
        }
        if let Some(path) = entry.whole_path() {
            files.push((path, self.bytes));
        }
        (entry, files)
    }
}

/// Shortest chunks, about.
const CHUNK_LEN: usize = 4096;
/// Cards of a chunk: the ten of a search stand in six or seven chunks, most of which is other skills' cards.
const CHUNK_CARDS: usize = 12;
/// Most chunks of a file.
const CHUNKS_MAX: usize = 1024;
/// Most shards of a file: 240 bytes of hashes, which every first search reads.
const SHARDS_MAX: u32 = 48;

/// Length of the chunks of a file of `len` bytes: `shortest`, doubled until there are at most [`CHUNKS_MAX`].
fn chunk_len(len: usize, shortest: usize) -> usize {
    let mut chunk_len = shortest;
    while len.div_ceil(chunk_len) > CHUNKS_MAX {
        chunk_len *= 2;
    }
    chunk_len
}

fn lexical_part(
    catalog: &Catalog,
    skills: &[&Skill],
    index: &LexicalIndex,
) -> Result<IndexPart, IndexError> {
    let n_skills = skills.len() as u32;
    let mut weighed = impacts::weigh(index)?;
    level_slugs(skills, &mut weighed);
    exact::add(catalog, skills, &mut weighed);
    let spelling = spelling::encode(index, &weighed, n_skills as usize);
    let term_files = encode_terms(&weighed, n_skills)?;
    let term_lens = term_files.blocks.iter().map(|&(_, _, len)| len);
    let spelling_lens = spelling.blocks.iter().map(|&(_, len)| len);
    let longest = term_lens.chain(spelling_lens).max().unwrap_or(0);
    check_len("a block", longest as usize, BLOCK_MAX_LEN as usize)?;
    let head = LexicalHead::encode(&term_files.blocks, &spelling.blocks);
    Ok(IndexPart {
        files: vec![
            PartFile::chunked(TERMS_FILE, term_files.terms),
            PartFile::chunked(POSTINGS_FILE, term_files.postings),
            PartFile::in_chunks(
                CARDS_FILE,
                encode_cards(catalog, skills)?,
                CHUNK_CARDS * CARD_LEN,
            ),
            PartFile::chunked(SPELLING_FILE, spelling.bytes),
        ],
        heads: vec![(LEXICAL_HEAD.to_owned(), head)],
    })
}

/// Says of each slug in the lists of keys how many words are joined there.
fn level_slugs(skills: &[&Skill], weighed: &mut BTreeMap<String, WeighedTerm>) {
    for (skill_idx, skill) in skills.iter().enumerate() {
        let slug = Query::parse(&skill.key.slug);
        let list = slug.name_key.map(|key| Namespace::Name.term(&key));
        let list = list.and_then(|term| weighed.get_mut(&term));
        let postings = list.into_iter().flat_map(|list| &mut list.postings);
        for posting in postings.filter(|posting| posting.doc.idx() == skill_idx) {
            // Beyond so many, a slug is a name among others.
            let n_words = slug.n_name_words.min(127);
            posting.level = (SLUG_WORDS - n_words) as u8;
        }
    }
}

#[derive(Default)]
struct TermFiles {
    terms: Vec<u8>,
    postings: Vec<u8>,
    /// First term, last term and length of each term block.
    blocks: Vec<(String, String, u32)>,
}

fn encode_terms(
    weighed: &BTreeMap<String, WeighedTerm>,
    n_skills: u32,
) -> Result<TermFiles, IndexError> {
    let mut files = TermFiles::default();
    let mut block: Vec<TermEntry> = Vec::new();
    let mut block_len = 0;
    let block_len_min = term_block_len(estimated_len(weighed));
    for (term, weighed) in weighed {
        check_len("a term", term.len(), TERM_MAX_LEN)?;
        let doc_freq = weighed.postings.len() as u32;
        let postings = if doc_freq <= INLINE_POSTINGS_MAX {
            TermPostings::Inline(weighed.postings.clone())
        } else {
            let start = files.postings.len() as u64;
            files
                .postings
                .extend(postings::encode_list(&weighed.postings, n_skills, start));
            let len = (files.postings.len() as u64 - start) as u32;
            check_len("the postings file", files.postings.len(), u32::MAX as usize)?;
            TermPostings::At(ByteRange { start, len })
        };
        let before = block.last().map_or("", |entry| entry.term.as_str());
        block_len += estimated_entry_len(before, term, weighed);
        block.push(TermEntry {
            term: term.clone(),
            doc_freq,
            max_impact: weighed.max_impact,
            postings,
        });
        if block_len >= block_len_min {
            files.close_block(&mut block, n_skills);
            block_len = 0;
        }
    }
    files.close_block(&mut block, n_skills);
    Ok(files)
}

fn check_len(what: &'static str, got: usize, limit: usize) -> Result<(), IndexError> {
    if got > limit {
        return Err(IndexError::TooLarge { what, got, limit });
    }
    Ok(())
}

/// A block of terms is closed when its payload reaches about so many bytes, of `terms_len` in all.
///
/// A first search reads about five bytes of the directory a block, and a block for each of its four words: least together
/// where a block has √(5/4 · `terms_len`) bytes. Later searches read blocks alone, so none gets longer than 1,000.
fn term_block_len(terms_len: usize) -> usize {
    (terms_len * 5 / 4).isqrt().clamp(500, 1000)
}

/// About how many bytes all term blocks take together.
fn estimated_len(weighed: &BTreeMap<String, WeighedTerm>) -> usize {
    let before = iter::once("").chain(weighed.keys().map(String::as_str));
    let entries = before.zip(weighed);
    let lens = entries.map(|(before, (term, weighed))| estimated_entry_len(before, term, weighed));
    lens.sum()
}

/// About how many bytes a term takes after the one `before`.
fn estimated_entry_len(before: &str, term: &str, weighed: &WeighedTerm) -> usize {
    let shared = before.bytes().zip(term.bytes());
    let n_shared = shared.take_while(|(a, b)| a == b).count();
    let inline = match weighed.postings.len() {
        n if n <= INLINE_POSTINGS_MAX as usize => n * 2,
        _ => 0,
    };
    4 + term.len() - n_shared + inline
}

impl TermFiles {
    fn close_block(&mut self, block: &mut Vec<TermEntry>, n_skills: u32) {
        let (Some(first), Some(last)) = (block.first(), block.last()) else {
            return;
        };
        let payload = terms::encode(block, n_skills);
        let sealed = block::seal(TERMS_FILE, self.terms.len() as u64, &payload);
        self.blocks
            .push((first.term.clone(), last.term.clone(), sealed.len() as u32));
        self.terms.extend(sealed);
        block.clear();
    }
}

fn encode_cards(catalog: &Catalog, skills: &[&Skill]) -> Result<Vec<u8>, IndexError> {
    let cards: Vec<Vec<u8>> = skills
        .par_iter()
        .enumerate()
        .map(|(skill_idx, skill)| cards::encode(&card(catalog, skill), DocId(skill_idx as u32)))
        .collect::<Result<_, _>>()
        .map_err(IndexError::Format)?;
    Ok(cards.concat())
}

fn card(catalog: &Catalog, skill: &Skill) -> Card {
    let badges = badge_kinds(catalog)
        .enumerate()
        .filter(|(_, kind)| kind.is_shown && skill.badge(&kind.kind).is_some())
        .fold(0, |badges, (idx, _)| badges | 1 << idx);
    Card {
        owner: skill.key.owner.clone(),
        slug: skill.key.slug.clone(),
        name: skill.name.clone(),
        badges,
        tags: skill.tags.clone(),
        summary: skill
            .description
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// The kinds of the badges that a card shows, in the index of `manifest`.
pub fn card_badges<'m>(card: &Card, manifest: &'m Manifest) -> impl Iterator<Item = &'m str> {
    let badges = card.badges;
    let kinds = manifest.badges.iter().enumerate();
    kinds
        .filter(move |(badge_idx, kind)| kind.is_shown && badges >> badge_idx & 1 == 1)
        .map(|(_, kind)| kind.kind.as_str())
}

/// The badge kinds that cards can carry: a registry has a handful.
fn badge_kinds(catalog: &Catalog) -> impl Iterator<Item = &BadgeKind> {
    catalog.badge_kinds.iter().take(BADGE_KINDS_MAX)
}

fn badge_entry(kind: &BadgeKind) -> BadgeEntry {
    BadgeEntry {
        kind: kind.kind.clone(),
        appearance: serde_json::json!({
            "label": kind.label,
            "icon": kind.icon.as_deref().unwrap_or_default(),
            "color": kind.color.name(),
        })
        .to_string(),
        boost_milli: (kind.boost.clamp(-1.0, 1.0) * 1000.0).round() as i32,
        is_shown: kind.is_shown,
    }
}

/// The first bytes of SHA-256.
fn file_hash(bytes: &[u8]) -> [u8; HASH_LEN] {
    let hash = Sha256::digest(bytes);
    std::array::from_fn(|idx| hash[idx])
}
