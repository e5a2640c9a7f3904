//! What crosses the borders between the parts of a search, and between any of them and a browser.
//!
//! In a browser each part is a module of its own, so that words are found before the code that reads vectors is loaded.
//! `docs/format.md` has these bytes in "Between the modules"; what pages are told is JSON, written in the modules.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bytes::push_decimal;
use crate::doc_set::DocSet;
use crate::embedder::Cosine;
use crate::{Answer, ByteRange, DocId, FormatError, Reader, Request, Writer};

/// What the lexical half requests of the semantic one, anew before every poll, as it learns more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SemanticRequest {
    /// How vectors are read.
    pub plan: Plan,
    /// How many hits are wanted. The flat plan does not score candidates whose estimate is far below that of so many
    /// others.
    pub n_hits: usize,
    /// How many candidates are scored with their whole code at most, and so how many hits there are (but for lexical
    /// ones); 0 finds nothing.
    pub n_candidates: usize,
    /// What is searched for: the words of a text, as [`crate::analyzer::words`] gives them, and what each counts, in
    /// [`WEIGHT_ONE`]ths.
    pub words: Vec<(String, u8)>,
    /// The best lexical matches, which shall be among the hits if they have a vector: fusion needs their cosines, and in
    /// the graph plan they are good places to go on from. `None` while they are searched for.
    pub seeds: Option<Vec<DocId>>,
    /// The skills that pass the filters; `None` for all.
    pub allowed: Option<DocSet>,
}

/// What the lexical half asks of words that the index may not know, anew before every poll, as it learns more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownRequest {
    /// Whether words of other languages are said in English; misspelled ones are corrected in any case.
    pub is_translated: bool,
    /// The query without filters and exclusions, folded: its runs as [`crate::analyzer::runs`] gives them, with spaces
    /// between.
    pub runs: String,
    /// Its words that rank, folded, with spaces between.
    pub words: String,
    /// Those with letters that English does not use, a bit each.
    pub other_scripts: u32,
    /// Those that some skill holds, as far as that is known.
    pub known: u32,
    /// Those that no skill holds, as far as that is known.
    pub unknown: u32,
    /// Whether all of that is known.
    pub is_settled: bool,
}

/// What words mean that the index may not know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meanings {
    /// The words that another language has, a bit for each word of the query that ranks.
    pub foreign: u32,
    /// Those of them that only hold a sentence together.
    pub ignored: u32,
    /// What they mean, and how they are written otherwise.
    pub words: Vec<MeantWord>,
    /// What misspelled ones may have meant.
    pub corrections: Vec<Correction>,
    /// Whether all was read that says so.
    pub is_complete: bool,
}

/// What a misspelled word may have meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Its position among the words of the query that rank.
    pub word_idx: u32,
    /// The other word, as it would be typed.
    pub surface: String,
}

/// An English word that is a part of what a foreign one means, or a word in simplified characters that was typed in
/// traditional ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeantWord {
    /// In lower case.
    pub word: String,
    /// What its row counts, in [`WEIGHT_ONE`]ths.
    pub weight: u8,
    /// The words of the query that it stands for, a bit each, with [`TRANSLATED`] where it says them in English; 0 where
    /// another word does.
    pub mask: u32,
}

/// The bit beside those of words that says that they are translated.
pub const TRANSLATED: u32 = 1 << 31;

/// The weight of a word that counts once.
pub const WEIGHT_ONE: u8 = 64;

/// How the semantic half reads vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Plan {
    /// What the manifest names as cheaper.
    #[default]
    Auto = 0,
    /// All codes.
    Flat = 1,
    /// Cells and graph.
    Graph = 2,
}

/// What the semantic half says after each poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SemanticStep {
    /// What to fetch before the next poll; nothing while only the lexical half is waited for.
    Fetch(Vec<Request>),
    /// What was found.
    Found(SemanticResult),
}

/// What the semantic half found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SemanticResult {
    /// What could not be read.
    pub notes: VectorNotes,
    /// Best first, equal cosines by `DocId`; each skill once.
    pub hits: Vec<VectorHit>,
}

/// A skill that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VectorHit {
    /// Which skill.
    pub doc: DocId,
    /// How near it is to the query.
    pub cosine: Cosine,
}

/// What could not be read; all 0 in a search over intact files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VectorNotes {
    /// Words of the query whose rows could not be read; the others speak for it.
    pub n_unread_rows: u32,
    /// Whether the centroids could not be read: then nothing is found.
    pub is_router_unread: bool,
    /// Cells whose vectors take no part.
    pub n_unread_cells: u32,
    /// Candidates that are ranked by an estimate, for want of their code.
    pub n_unread_codes: u32,
    /// Blocks of nodes that the search went around.
    pub n_unread_nodes: u32,
    /// Hits that are left out because it is not known whose vectors they are, and skills whose vector is not known.
    pub n_unknown_ids: u32,
}

/// Most candidates of a search by meaning alone.
pub const N_CANDIDATES: usize = 72;

impl SemanticRequest {
    /// A search by meaning alone, for the ten skills nearest to these words.
    pub fn for_words(words: Vec<String>) -> Self {
        Self {
            plan: Plan::Auto,
            n_hits: 10,
            n_candidates: N_CANDIDATES,
            words: words.into_iter().map(|word| (word, WEIGHT_ONE)).collect(),
            seeds: Some(Vec::new()),
            allowed: None,
        }
    }

    /// The request as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(self.plan as u8);
        writer.varint(self.n_hits as u32);
        writer.varint(self.n_candidates as u32);
        writer.varint(self.words.len() as u32);
        for (word, weight) in &self.words {
            writer.str(word);
            writer.u8(*weight);
        }
        writer.u8(self.seeds.is_some().into());
        let seeds = self.seeds.as_deref().unwrap_or_default();
        writer.varint(seeds.len() as u32);
        for seed in seeds {
            writer.varint(seed.0);
        }
        if let Some(allowed) = &self.allowed {
            allowed.encode(&mut writer);
        }
        writer.into_bytes()
    }

    /// Reads what [`SemanticRequest::encode`] wrote.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        Reader::read(bytes, "a semantic request", |reader| {
            let plan = match reader.u8()? {
                0 => Plan::Auto,
                1 => Plan::Flat,
                _ => Plan::Graph,
            };
            let [n_hits, n_candidates] = reader.varints()?;
            let mut words = Vec::new();
            for _ in 0..reader.count(1)? {
                words.push((reader.string()?, reader.u8()?));
            }
            let are_known = reader.u8()? == 1;
            let mut seeds = Vec::new();
            for _ in 0..reader.count(1)? {
                seeds.push(DocId(reader.varint()?));
            }
            Ok(Self {
                plan,
                n_hits: n_hits as usize,
                n_candidates: n_candidates as usize,
                words,
                seeds: are_known.then_some(seeds),
                allowed: match reader.rest() {
                    [] => None,
                    rest => Some(DocSet::decode(rest)),
                },
            })
        })
    }
}

impl UnknownRequest {
    /// The words that rank.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.split_ascii_whitespace()
    }

    /// The request as bytes: five numbers (varint) and two strings.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        for number in [
            self.is_translated.into(),
            self.is_settled.into(),
            self.other_scripts,
            self.known,
            self.unknown,
        ] {
            writer.varint(number);
        }
        writer.str(&self.runs);
        writer.str(&self.words);
        writer.into_bytes()
    }

    /// Reads what [`UnknownRequest::encode`] wrote.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        Reader::read(bytes, "a request for meanings", |reader| {
            let [is_translated, is_settled, other_scripts, known, unknown] = reader.varints()?;
            let (runs, words) = (reader.string()?, reader.string()?);
            reader.finish()?;
            Ok(Self {
                is_translated: is_translated != 0,
                runs,
                words,
                other_scripts,
                known,
                unknown,
                is_settled: is_settled != 0,
            })
        })
    }
}

impl Meanings {
    /// The English words that are searched for, with spaces between; empty where none is.
    pub fn translated_text(&self) -> String {
        let mut text = String::new();
        for word in self.words.iter().filter(|word| word.mask & TRANSLATED != 0) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&word.word);
        }
        text
    }

    /// The meanings as bytes: the masks `foreign` and `ignored` and whether they are complete (varint each), then for each
    /// word its mask (varint), weight and word, and for each correction 2²⁴ more than its position (varint), 0 and word.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.varint(self.foreign);
        writer.varint(self.ignored);
        writer.varint(self.is_complete.into());
        for word in &self.words {
            writer.varint(word.mask);
            writer.u8(word.weight);
            writer.str(&word.word);
        }
        for correction in &self.corrections {
            writer.varint(CORRECTION + correction.word_idx);
            writer.u8(0);
            writer.str(&correction.surface);
        }
        writer.into_bytes()
    }

    /// Reads what [`Meanings::encode`] wrote.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        Reader::read(bytes, "meanings", |reader| {
            let [foreign, ignored, is_complete] = reader.varints()?;
            let mut meanings = Self {
                foreign,
                ignored,
                is_complete: is_complete != 0,
                ..Self::default()
            };
            while reader.remaining() > 0 {
                let (mask, weight, word) = (reader.varint()?, reader.u8()?, reader.string()?);
                if mask & CORRECTION == 0 {
                    let meant = MeantWord { word, weight, mask };
                    meanings.words.push(meant);
                } else {
                    meanings.corrections.push(Correction {
                        word_idx: mask - CORRECTION,
                        surface: word,
                    });
                }
            }
            Ok(meanings)
        })
    }
}

/// Above all masks of the words of a query.
const CORRECTION: u32 = 1 << 24;

impl SemanticStep {
    /// The step as bytes: 0 and the requests, or 1 and the result.
    pub fn encode(&self) -> Vec<u8> {
        let (kind, rest) = match self {
            Self::Fetch(requests) => (0, encode_requests(requests).into_bytes()),
            Self::Found(result) => (1, result.encode()),
        };
        let mut bytes = alloc::vec![kind];
        bytes.extend_from_slice(&rest);
        bytes
    }
}

impl SemanticResult {
    /// The result as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        for count in [
            self.notes.n_unread_rows,
            self.notes.is_router_unread.into(),
            self.notes.n_unread_cells,
            self.notes.n_unread_codes,
            self.notes.n_unread_nodes,
            self.notes.n_unknown_ids,
        ] {
            writer.varint(count);
        }
        for hit in &self.hits {
            writer.u32(hit.doc.0);
            writer.u32(hit.cosine.to_fixed() as u32);
        }
        writer.into_bytes()
    }

    /// Reads what [`SemanticResult::encode`] wrote.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        Reader::read(bytes, "a semantic result", |reader| {
            let [rows, router, cells, codes, nodes, ids] = reader.varints()?;
            let notes = VectorNotes {
                n_unread_rows: rows,
                is_router_unread: router != 0,
                n_unread_cells: cells,
                n_unread_codes: codes,
                n_unread_nodes: nodes,
                n_unknown_ids: ids,
            };
            let mut hits = Vec::new();
            while reader.remaining() > 0 {
                hits.push(VectorHit {
                    doc: DocId(reader.u32()?),
                    cosine: Cosine::from_fixed(i64::from(reader.u32()? as i32)),
                });
            }
            Ok(Self { notes, hits })
        })
    }
}

/// Requests as lines: a path, and start and length if it is not the whole file. No path has spaces.
pub fn encode_requests(requests: &[Request]) -> String {
    let mut lines = String::new();
    for request in requests {
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.push_str(&request.path);
        if let Some(range) = request.range {
            for number in [range.start, range.len.into()] {
                lines.push(' ');
                push_decimal(&mut lines, number);
            }
        }
    }
    lines
}

/// Reads what [`encode_requests`] wrote; `None` for anything else.
pub fn decode_requests(lines: &str) -> Option<Vec<Request>> {
    let request = |line: &str| {
        let mut parts = line.split(' ');
        let path = parts.next()?.into();
        let range = match (parts.next(), parts.next()) {
            (None, _) => None,
            (Some(start), len) => Some(ByteRange {
                start: start.parse().ok()?,
                len: len?.parse().ok()?,
            }),
        };
        Some(Request { path, range })
    };
    lines.lines().map(request).collect()
}

/// The answer of a kind by its number; one with bytes has `len` of them, which are still to be filled in.
pub fn answer_of_kind(kind: u32, len: usize) -> Answer {
    match kind {
        0 => Answer::Bytes(alloc::vec![0; len]),
        1 => Answer::Gone,
        2 => Answer::NoRanges,
        _ => Answer::Failed,
    }
}

/// The number of an answer's kind.
pub fn kind_of_answer(answer: &Answer) -> u32 {
    match answer {
        Answer::Bytes(_) => 0,
        Answer::Gone => 1,
        Answer::NoRanges => 2,
        Answer::Failed => 3,
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn docs() -> impl Strategy<Value = Vec<DocId>> {
        proptest::collection::vec((0u32..200).prop_map(DocId), 0..9)
    }

    proptest! {
        #[test]
        fn requests_to_the_semantic_half_come_back(
            plan in prop_oneof![Just(Plan::Auto), Just(Plan::Flat), Just(Plan::Graph)],
            n_hits in 0usize..1000, n_candidates in 0usize..1000,
            words in proptest::collection::vec(("[a-z議事]{0,6}", any::<u8>()), 0..9),
            seeds in proptest::option::of(docs()), allowed in proptest::option::of(docs()),
        ) {
            let allowed = allowed.map(|docs| DocSet::new(200, docs.into_iter()));
            let request = SemanticRequest { plan, n_hits, n_candidates, words, seeds, allowed };
            prop_assert_eq!(SemanticRequest::decode(&request.encode()), Ok(request));
        }

        #[test]
        fn results_of_the_semantic_half_come_back(
            counts in any::<[u32; 5]>(), is_router_unread in any::<bool>(),
            hits in proptest::collection::vec((any::<u32>(), -(1i64 << 30)..=1 << 30), 0..20),
        ) {
            let [n_unread_rows, n_unread_cells, n_unread_codes, n_unread_nodes, n_unknown_ids] = counts;
            let notes = VectorNotes { n_unread_rows, is_router_unread, n_unread_cells, n_unread_codes, n_unread_nodes, n_unknown_ids };
            let hit = |(doc, cosine)| VectorHit { doc: DocId(doc), cosine: Cosine::from_fixed(cosine) };
            let result = SemanticResult { notes, hits: hits.into_iter().map(hit).collect() };
            let step = SemanticStep::Found(result.clone()).encode();
            prop_assert_eq!(step[0], 1);
            prop_assert_eq!(SemanticResult::decode(&step[1..]), Ok(result));
        }

        #[test]
        fn meanings_come_back(
            foreign in 0..CORRECTION, ignored in 0..CORRECTION, is_complete in any::<bool>(),
            words in proptest::collection::vec(("[a-z一-鿿]{1,9}", 0..=WEIGHT_ONE, 0..CORRECTION, any::<bool>()), 0..9),
            corrections in proptest::collection::vec((0..24u32, "[a-z]{1,9}"), 0..9),
        ) {
            let word = |(word, weight, mask, is_translation)| {
                let mask = mask | if is_translation { TRANSLATED } else { 0 };
                MeantWord { word, weight, mask }
            };
            let correction = |(word_idx, surface)| Correction { word_idx, surface };
            let meanings = Meanings {
                foreign,
                ignored,
                is_complete,
                words: words.into_iter().map(word).collect(),
                corrections: corrections.into_iter().map(correction).collect(),
            };
            prop_assert_eq!(Meanings::decode(&meanings.encode()), Ok(meanings));
        }

        #[test]
        fn requests_to_the_host_come_back(
            requests in proptest::collection::vec(("[a-z/.0-9-]{1,20}", proptest::option::of((any::<u64>(), any::<u32>()))), 0..9),
        ) {
            let request = |(path, range): (String, Option<(u64, u32)>)| {
                Request { path, range: range.map(|(start, len)| ByteRange { start, len }) }
            };
            let requests: Vec<Request> = requests.into_iter().map(request).collect();
            let step = SemanticStep::Fetch(requests.clone()).encode();
            prop_assert_eq!(step[0], 0);
            let lines = core::str::from_utf8(&step[1..]).unwrap();
            prop_assert_eq!(decode_requests(lines), Some(requests));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = SemanticRequest::decode(&bytes);
            let _ = SemanticResult::decode(&bytes);
            let _ = Meanings::decode(&bytes);
        }
    }

    #[test]
    fn answers_have_the_numbers_of_the_specification() {
        let answers = [
            Answer::Bytes(vec![0; 3]),
            Answer::Gone,
            Answer::NoRanges,
            Answer::Failed,
        ];
        for (kind, answer) in (0..).zip(answers) {
            assert_eq!(kind_of_answer(&answer), kind);
            assert_eq!(answer_of_kind(kind, 3), answer);
        }
        assert_eq!(answer_of_kind(9, 3), Answer::Failed);
    }
}
