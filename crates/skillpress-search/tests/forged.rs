//! Searches over blocks that hold anything under checksums that are right: a broken or hostile builder, not a broken
//! line. Nothing panics, every search ends, and no hit is beyond the index.

use proptest::prelude::*;
use skillpress_search::internals::format::block::{self, CHECKSUM_LEN};
use skillpress_search::internals::format::head::{LEXICAL_HEAD, LexicalHead};
use skillpress_search::internals::format::manifest::{BadgeEntry, FileEntry, Manifest};
use skillpress_search::internals::format::postings::Posting;
use skillpress_search::internals::format::terms::{self, TermEntry, TermPostings};
use skillpress_search::{Answer, ByteRange, DocId, Options, Request, Searcher};

const BLOCK_LEN: u32 = 64;

/// Answers ranges with sealed blocks of `bytes`, from a place that depends on the range.
struct Forger {
    manifest: Vec<u8>,
    /// The payload of the only term block; `None` for blocks of `bytes`.
    terms: Option<Vec<u8>>,
    bytes: Vec<u8>,
    n_round_trips: usize,
}

impl Forger {
    fn new(n_skills: u32, term_blocks: &[(String, String, u32)], bytes: Vec<u8>) -> Self {
        let entry = |name: &str| FileEntry {
            name: name.into(),
            len: 1 << 24,
            is_whole: true,
            hashes: vec![0; 5],
            ..FileEntry::default()
        };
        let spelling_blocks = [('c', BLOCK_LEN), ('w', BLOCK_LEN)];
        let manifest = Manifest {
            n_skills,
            files: ["terms", "postings", "cards", "spelling"].map(entry).into(),
            heads: vec![(
                LEXICAL_HEAD.into(),
                LexicalHead::encode(term_blocks, &spelling_blocks),
            )],
            badges: vec![BadgeEntry {
                kind: "official".into(),
                boost_milli: 1000,
                ..BadgeEntry::default()
            }],
        };
        Self {
            manifest: manifest.encode().into_bytes(),
            terms: None,
            bytes,
            n_round_trips: 0,
        }
    }

    fn fetch(&mut self, requests: &[Request]) -> Vec<Answer> {
        self.n_round_trips += 1;
        requests
            .iter()
            .map(|request| self.answer(request))
            .collect()
    }

    fn answer(&self, request: &Request) -> Answer {
        let Some(range) = request.range else {
            return Answer::Bytes(self.manifest.clone());
        };
        if (range.len as usize) < CHECKSUM_LEN {
            return Answer::Bytes(vec![b'\n'; range.len as usize]);
        }
        // `files/<name>-<hash>.bin`
        let name = request.path.trim_start_matches("files/");
        let name = name.split('-').next().unwrap();
        if let (Some(payload), "terms") = (&self.terms, name) {
            return Answer::Bytes(block::seal(name, range.start, payload));
        }
        // Term and spelling blocks have one length, so that a request for several can be taken apart.
        let block_len = match name {
            "terms" | "spelling" => BLOCK_LEN,
            _ => range.len,
        };
        let blocks = (0..range.len / block_len).map(|idx| {
            let start = range.start + u64::from(idx * block_len);
            let from = start as usize * 7 % (self.bytes.len() + 1);
            let mut payload = self.bytes[from..].to_vec();
            payload.resize(block_len as usize - CHECKSUM_LEN, 0);
            block::seal(name, start, &payload)
        });
        Answer::Bytes(blocks.collect::<Vec<_>>().concat())
    }
}

/// Searches, and gives how many were found.
fn search(forger: &mut Forger, query: &str, n_skills: u32) -> usize {
    let mut source = |requests: &[Request]| forger.fetch(requests);
    let mut searcher = Searcher::open_source(&mut source).unwrap();
    let results = searcher
        .find(query, &Options::default(), &mut source)
        .unwrap();
    assert!(results.hits.len() <= 10);
    assert!(results.hits.iter().all(|hit| hit.doc.0 < n_skills));
    assert!(forger.n_round_trips < 20);
    results.n_found
}

fn blocks(separators: &[&str], len: u32) -> Vec<(String, String, u32)> {
    separators
        .iter()
        .map(|&first| (first.to_owned(), first.to_owned(), len))
        .collect()
}

proptest! {
    #[test]
    fn a_search_over_any_blocks_ends(
        n_skills in 0u32..3000,
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        query in "(weather|cafe|calendar|[a-z]{1,8}|@ana/cli|owner:ana|badge:official|\"[a-c ]{0,5}\"|-x| ){1,5}",
    ) {
        let blocks = blocks(&["+", "=", "@", "c", "d", "m", "w"], BLOCK_LEN);
        search(&mut Forger::new(n_skills, &blocks, bytes), &query, n_skills);
    }

    #[test]
    fn a_search_over_good_term_blocks_and_any_others_ends(
        doc_freq in prop_oneof![1u32..9, 9u32..2000],
        len in 1u32..100_000,
        start in any::<u32>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let postings = if doc_freq <= terms::INLINE_POSTINGS_MAX {
            let posting = |idx| Posting { doc: DocId(idx), level: 200 };
            TermPostings::Inline((0..doc_freq).map(posting).collect())
        } else {
            TermPostings::At(ByteRange { start: start.into(), len })
        };
        let entry = TermEntry { term: "weather".into(), doc_freq, max_impact: u16::MAX, postings };
        let block = terms::encode(&[entry], 2000);
        let blocks = blocks(&["w"], (block.len() + CHECKSUM_LEN) as u32);
        let mut forger = Forger::new(2000, &blocks, bytes);
        forger.terms = Some(block);
        let n_found = search(&mut forger, "weather", 2000);
        if doc_freq <= terms::INLINE_POSTINGS_MAX {
            prop_assert_eq!(n_found, doc_freq as usize, "what is forged is read");
        }
    }
}
