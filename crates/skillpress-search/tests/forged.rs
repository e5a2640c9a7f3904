//! Searches over blocks that hold anything under checksums that are right: a broken or hostile builder, not a broken
//! line. Nothing panics, every search ends, and no hit is beyond the index.

use proptest::prelude::*;
use skillpress_search::internals::format::block::{self, CHECKSUM_LEN};
use skillpress_search::internals::format::glossary::{
    self, ForeignWord, GLOSSARY_BLOCK_LEN, GLOSSARY_FILE, GLOSSARY_HEAD, GlossaryHead, Meaning,
    REFERENCES_FILE, ReferenceDirectory, WordDirectory,
};
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
    glossary: Option<ForgedGlossary>,
    n_round_trips: usize,
}

impl Forger {
    fn new(n_skills: u32, term_blocks: &[(String, String, u32)], bytes: Vec<u8>) -> Self {
        Self::with_glossary(n_skills, term_blocks, bytes, None)
    }

    fn with_glossary(
        n_skills: u32,
        term_blocks: &[(String, String, u32)],
        bytes: Vec<u8>,
        glossary: Option<ForgedGlossary>,
    ) -> Self {
        let entry = |name: &str| FileEntry {
            name: name.into(),
            len: 1 << 24,
            is_whole: true,
            hashes: vec![0; 5],
            ..FileEntry::default()
        };
        let spelling_blocks = [('c', BLOCK_LEN), ('w', BLOCK_LEN)];
        let mut manifest = Manifest {
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
        if let Some(glossary) = &glossary {
            let names = [GLOSSARY_FILE, REFERENCES_FILE];
            manifest.files.extend(names.map(entry));
            let head = (GLOSSARY_HEAD.into(), glossary.head.clone());
            manifest.heads.push(head);
        }
        Self {
            manifest: manifest.encode().into_bytes(),
            terms: None,
            bytes,
            glossary,
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
        if let Some(glossary) = &self.glossary
            && let Some(file) = glossary.file(name)
        {
            let bytes = file.iter().copied().chain(std::iter::repeat(0));
            let bytes = bytes.skip(range.start as usize);
            return Answer::Bytes(bytes.take(range.len as usize).collect());
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

/// Both files of a glossary, each block under a right checksum.
#[derive(Clone, Debug)]
struct ForgedGlossary {
    head: Vec<u8>,
    references: Vec<u8>,
    glossary: Vec<u8>,
}

impl ForgedGlossary {
    /// What the directories say of `separators`, those of each alphabet, and of blocks of English words with `lens`, over
    /// blocks of `words` and of `english`, which need not be what they say.
    fn new(
        separators: &[Vec<String>; 4],
        lens: &[u32],
        english: &[Vec<String>],
        words: &[ForeignWord],
    ) -> Self {
        let ranges = lens.iter().map(|&len| ByteRange { start: 0, len });
        let directory = ReferenceDirectory {
            blocks: ranges.collect(),
        };
        let mut directories = vec![directory.encode()];
        let mut glossary = Vec::new();
        for (alphabet, separators) in separators.iter().enumerate() {
            let directory = WordDirectory {
                first_block: glossary.len() as u32 / GLOSSARY_BLOCK_LEN,
                separators: separators.clone(),
            };
            directories.push(directory.encode(alphabet));
            let words = words.iter();
            let words = words.filter(|foreign| glossary::alphabet_of(&foreign.word) == alphabet);
            let words: Vec<ForeignWord> = words.cloned().collect();
            let mut rest = &words[..];
            while !rest.is_empty() {
                let (payload, n_words) = glossary::encode_block(rest);
                glossary.extend(block::seal(GLOSSARY_FILE, glossary.len() as u64, &payload));
                rest = &rest[n_words.max(1)..];
            }
        }
        let (head, mut references) = Self::directories(&directories);
        for (block_idx, &len) in lens.iter().enumerate() {
            let words = english.get(block_idx).map_or(&[][..], Vec::as_slice);
            let mut payload = glossary::encode_references(words);
            payload.resize((len as usize).saturating_sub(CHECKSUM_LEN), 0);
            let start = references.len() as u64;
            references.extend(block::seal(REFERENCES_FILE, start, &payload));
        }
        Self {
            head,
            references,
            glossary,
        }
    }

    /// The head, and the beginning of the file of English words.
    fn directories(payloads: &[Vec<u8>]) -> (Vec<u8>, Vec<u8>) {
        let len = |payload: &Vec<u8>| (payload.len() + CHECKSUM_LEN) as u32;
        let mut head = GlossaryHead {
            references_len: len(&payloads[0]),
            ..GlossaryHead::default()
        };
        for (words_len, payload) in head.words_lens.iter_mut().zip(&payloads[1..]) {
            *words_len = len(payload);
        }
        let mut references = Vec::new();
        for payload in payloads {
            let start = references.len() as u64;
            references.extend(block::seal(REFERENCES_FILE, start, payload));
        }
        (head.encode(), references)
    }

    /// Blocks that hold any bytes.
    fn of_bytes(directory: &[u8], blocks: &[Vec<u8>]) -> Self {
        let (head, references) = Self::directories(&vec![directory.to_vec(); 5]);
        let mut glossary = Vec::new();
        for payload in blocks {
            let mut payload = payload.clone();
            payload.resize(GLOSSARY_BLOCK_LEN as usize - CHECKSUM_LEN, 0);
            glossary.extend(block::seal(GLOSSARY_FILE, glossary.len() as u64, &payload));
        }
        Self {
            head,
            references,
            glossary,
        }
    }

    fn file(&self, name: &str) -> Option<&[u8]> {
        match name {
            REFERENCES_FILE => Some(&self.references),
            GLOSSARY_FILE => Some(&self.glossary),
            _ => None,
        }
    }
}

/// A registry of 2000 skills, eight of which hold `weather`, with a glossary.
fn of_weather(glossary: ForgedGlossary, bytes: Vec<u8>) -> Forger {
    let posting = |idx| Posting {
        doc: DocId(idx),
        level: 200,
    };
    let entry = TermEntry {
        term: "weather".into(),
        doc_freq: 8,
        max_impact: u16::MAX,
        postings: TermPostings::Inline((0..8).map(posting).collect()),
    };
    let block = terms::encode(&[entry], 2000);
    let blocks = blocks(&["w"], (block.len() + CHECKSUM_LEN) as u32);
    let mut forger = Forger::with_glossary(2000, &blocks, bytes, Some(glossary));
    forger.terms = Some(block);
    forger
}

fn foreign(word: &str, references: [u16; 2], weights: [u8; 2], translation: u8) -> ForeignWord {
    ForeignWord {
        word: word.into(),
        meaning: Meaning {
            references,
            weights,
            translation,
        },
    }
}

#[test]
fn what_a_forged_glossary_says_is_read() {
    let english = vec![vec!["forecast".to_owned(), "weather".to_owned()]];
    let words = [
        foreign("wetter", [1, 0], [64, 0], 1),
        foreign("天气", [0, 1], [9, 64], 2),
        // Its block is another one: it has other letters.
        foreign("날씨", [1, 1], [64, 0], 1),
    ];
    let glossary = ForgedGlossary::new(&Default::default(), &[40], &english, &words);
    for query in ["wetter", "天气", "날씨", "wetterwetter"] {
        let mut forger = of_weather(glossary.clone(), Vec::new());
        assert_eq!(search(&mut forger, query, 2000), 8, "{query}");
    }
}

/// Words in the order of a glossary, each with any meaning.
fn any_words() -> impl Strategy<Value = Vec<ForeignWord>> {
    let word = "wetter|vorhersage|tter|天气|天|预报|날씨|погода|[a-dw]{1,9}|[天气预报]{1,4}";
    let meaning = (any::<[u16; 2]>(), any::<[u8; 2]>(), 0u8..4);
    let meaning = prop_oneof![
        meaning.clone(),
        meaning.prop_map(|(_, weights, translation)| ([1, 40], weights, translation)),
    ];
    let words = proptest::collection::btree_map(word, meaning, 0..60);
    words.prop_map(|words| {
        let words = words.into_iter();
        let words = words.map(|(word, (references, weights, translation))| {
            foreign(&word, references, weights, translation)
        });
        words.collect()
    })
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
    fn a_search_over_a_glossary_that_contradicts_itself_ends(
        words in any_words(),
        separators in [("[a-dwz]{1,5}"), ("по|[г-д]{1,3}"), ("[天气预]{1,2}"), ("[나-날]{1,2}")]
            .map(|word| proptest::collection::btree_set(word, 0..9)),
        lens in proptest::collection::vec(prop_oneof![9 => 5u32..1025, 1 => any::<u32>().prop_map(|len| len % 5000)], 0..4),
        english in proptest::collection::vec(proptest::collection::vec("[a-z]{0,9}|weather", 0..40), 0..4),
        head in prop_oneof![4 => Just(None), 1 => any::<u32>().prop_map(Some)],
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        query in "(wetter|vorhersage|wettervorhersage|天气预报|[天气预报]{1,30}|날씨|погода|tiempo|weather|[a-dw]{1,9}| ){1,6}",
    ) {
        let separators = separators.map(|words| words.into_iter().collect());
        let mut glossary = ForgedGlossary::new(&separators, &lens, &english, &words);
        if let Some(directory_len) = head {
            let head = GlossaryHead { references_len: directory_len, words_lens: [directory_len; 4] };
            glossary.head = head.encode();
        }
        search(&mut of_weather(glossary, bytes), &query, 2000);
    }

    #[test]
    fn a_search_over_a_glossary_of_any_bytes_ends(
        directory in proptest::collection::vec(any::<u8>(), 0..100),
        blocks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..400), 0..4),
        query in "(wetter|天气预报|날씨|погода|[a-z]{4,20}){1,4}",
    ) {
        let glossary = ForgedGlossary::of_bytes(&directory, &blocks);
        search(&mut of_weather(glossary, Vec::new()), &query, 2000);
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
