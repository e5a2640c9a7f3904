//! Cuts the search files of a built site into inputs for the fuzz targets:
//! `cargo run --example write_seeds -- SITE [CORPUS]`.
//!
//! CORPUS is `fuzz/corpus` of this project by default, where `cargo fuzz run` looks; each target has a folder there.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use skillpress_search::ByteRange;
use skillpress_search::internals::format::block::{self, CHECKSUM_LEN};
use skillpress_search::internals::format::cards::{CARD_LEN, CARDS_FILE};
use skillpress_search::internals::format::glossary::{
    GLOSSARY_BLOCK_LEN, GLOSSARY_FILE, GLOSSARY_HEAD, GlossaryHead, N_ALPHABETS, REFERENCES_FILE,
    ReferenceDirectory,
};
use skillpress_search::internals::format::head::{LEXICAL_HEAD, LexicalHead};
use skillpress_search::internals::format::manifest::{MANIFEST_PATH, Manifest};
use skillpress_search::internals::format::postings::{POSTINGS_BLOCK_LEN, POSTINGS_FILE};
use skillpress_search::internals::format::spelling::SPELLING_FILE;
use skillpress_search::internals::format::terms::{self, TERMS_FILE, TermPostings};

/// Most inputs of one kind: enough to begin with.
const SEEDS_MAX: usize = 50;

fn main() -> io::Result<()> {
    let mut args = env::args_os().skip(1).map(PathBuf::from);
    let site = args.next().expect("usage: write_seeds SITE [CORPUS]");
    let corpus = args
        .next()
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"));
    let seeds = Seeds {
        search: site.join("search"),
        corpus,
    };
    seeds.write_all()
}

struct Seeds {
    search: PathBuf,
    corpus: PathBuf,
}

impl Seeds {
    fn write_all(&self) -> io::Result<()> {
        let text = fs::read(self.search.join(MANIFEST_PATH))?;
        let manifest = Manifest::decode(&text).expect("the manifest is that of this version");
        let index = manifest.encode_index();
        let payload = &index[..index.len() - block::CHECKSUM_LEN];
        self.write("decode_manifest", 0, payload)?;
        let bytes = manifest.head(LEXICAL_HEAD).unwrap_or_default();
        self.write("decode_head", 0, bytes)?;
        let head = LexicalHead::decode(bytes).expect("the head is good");

        let blocks: Vec<ByteRange> = head.term_blocks_of_prefix("").take(SEEDS_MAX).collect();
        let mut lists = Vec::new();
        for (idx, payload) in self
            .payloads(&manifest, TERMS_FILE, blocks)?
            .iter()
            .enumerate()
        {
            self.write("decode_terms", idx, payload)?;
            let entries = terms::decode(payload, manifest.n_skills).expect("the block is good");
            lists.extend(
                entries
                    .into_iter()
                    .filter_map(|entry| match entry.postings {
                        TermPostings::At(range) => Some(range),
                        TermPostings::Inline(_) => None,
                    }),
            );
        }
        lists.retain(|range| range.len as usize <= POSTINGS_BLOCK_LEN);
        lists.truncate(SEEDS_MAX);
        for (idx, payload) in self
            .payloads(&manifest, POSTINGS_FILE, lists)?
            .iter()
            .enumerate()
        {
            // The target takes the number of skills first.
            let input = [&manifest.n_skills.to_le_bytes()[..], payload].concat();
            self.write("decode_postings", idx, &input)?;
        }
        let first_letters = ('a'..='z').filter_map(|first| head.spelling_block(first));
        let words = self.payloads(&manifest, SPELLING_FILE, first_letters.collect())?;
        for (idx, payload) in words.iter().enumerate() {
            self.write("decode_spelling", idx, payload)?;
        }
        if let Some(head) = manifest.head(GLOSSARY_HEAD) {
            self.write_glossary(&manifest, head)?;
        }
        let cards = (0..manifest.n_skills.min(SEEDS_MAX as u32)).map(|skill| ByteRange {
            start: u64::from(skill) * CARD_LEN as u64,
            len: CARD_LEN as u32,
        });
        for (idx, payload) in self
            .payloads(&manifest, CARDS_FILE, cards.collect())?
            .iter()
            .enumerate()
        {
            self.write("decode_card", idx, payload)?;
        }
        for (idx, query) in QUERIES.iter().enumerate() {
            self.write("parse_query", idx, query.as_bytes())?;
        }
        for (idx, line) in TYPED.lines().enumerate() {
            self.write("fold_text", idx, line.as_bytes())?;
        }
        Ok(())
    }

    fn write_glossary(&self, manifest: &Manifest, head: &[u8]) -> io::Result<()> {
        let head = GlossaryHead::decode(head).expect("the head is good");
        let mut directories = vec![head.references()];
        directories.extend((0..N_ALPHABETS).filter_map(|alphabet| head.words(alphabet)));
        let mut inputs = self.payloads(manifest, REFERENCES_FILE, directories)?;
        let directory = ReferenceDirectory::decode(&inputs[0], &head).expect("it is good");
        let mut english = directory.blocks;
        english.truncate(SEEDS_MAX);
        inputs.extend(self.payloads(manifest, REFERENCES_FILE, english)?);
        // Of every alphabet: they follow each other.
        let file = manifest.file(GLOSSARY_FILE).expect("beside the head");
        let n_blocks = (file.len / u64::from(GLOSSARY_BLOCK_LEN)) as usize;
        let foreign = (0..n_blocks).step_by(n_blocks.div_ceil(SEEDS_MAX));
        let foreign = foreign.map(|block_idx| ByteRange {
            start: block_idx as u64 * u64::from(GLOSSARY_BLOCK_LEN),
            len: GLOSSARY_BLOCK_LEN,
        });
        inputs.extend(self.payloads(manifest, GLOSSARY_FILE, foreign.collect())?);
        for (idx, payload) in inputs.iter().enumerate() {
            self.write("decode_glossary", idx, payload)?;
        }
        Ok(())
    }

    /// The payloads of blocks of the file that the manifest calls `name`.
    fn payloads(
        &self,
        manifest: &Manifest,
        name: &str,
        ranges: Vec<ByteRange>,
    ) -> io::Result<Vec<Vec<u8>>> {
        let entry = manifest.file(name).expect("the file is named");
        let chunks = (0..entry.n_chunks())
            .map(|chunk_idx| fs::read(self.search.join(entry.chunk_path(chunk_idx))));
        let bytes = chunks.collect::<io::Result<Vec<_>>>()?.concat();
        let payload = |range: &ByteRange| {
            let block = &bytes[range.start as usize..range.end() as usize];
            block::open(name, range.start, block).expect("the block is good");
            block[..block.len() - CHECKSUM_LEN].to_vec()
        };
        Ok(ranges.iter().map(payload).collect())
    }

    fn write(&self, target: &str, idx: usize, input: &[u8]) -> io::Result<()> {
        let folder = self.corpus.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("seed-{idx}")), input)
    }
}

/// How texts of many scripts are written and typed.
const TYPED: &str = include_str!("../../crates/skillpress-search/tests/data/typed.txt");

const QUERIES: [&str; 8] = [
    "how do I merge PDF files",
    "\"all of these\" -not owner:ana tag:\"two words\"",
    "@Ana/PDF-Tools",
    "badge:official os:linux",
    "翻译 データベース 버스",
    "Café ＰＤＦ e\u{301}",
    "-\"quoted -minus",
    "MemoryManager double-word API v2.0",
];
