//! The semantic half of a search, and what the two halves say to each other.
//!
//! In a browser each half is a module of its own, so that words are found before the code that reads vectors is loaded;
//! [`SemanticRequest`] and [`SemanticResult`] then travel as bytes.

use alloc::string::String;
use alloc::vec::Vec;

use super::reading::Reading;
use crate::doc_set::DocSet;
use crate::embedder::Cosine;
use crate::fetcher::{BlockStore, Fetcher};
use crate::format::manifest::Manifest;
use crate::format::vectors::VectorIndex;
use crate::vector::{
    self, Seeds, SemanticResult, VectorHit, VectorNotes, VectorOptions, VectorQuery,
};
use crate::{Answer, DocId, FormatError, Plan, Reader, Request, Writer};

/// The vectors of an open index, and the blocks that searches have read.
#[derive(Clone, Debug)]
pub struct SemanticHalf {
    manifest: Manifest,
    index: VectorIndex,
    store: BlockStore,
}

/// One search under way in the semantic half.
#[derive(Clone, Debug, Default)]
pub struct SemanticSearch {
    pub(super) reading: Reading,
    has_begun: bool,
}

/// What the lexical half requests of the semantic one, anew before every poll, as it learns more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SemanticRequest {
    /// What is searched for.
    pub query: VectorQuery,
    /// How vectors are read.
    pub plan: Plan,
    /// See [`VectorOptions::n_hits`].
    pub n_hits: usize,
    /// See [`VectorOptions::n_candidates`].
    pub n_candidates: usize,
    /// The skills that pass the filters; `None` for all.
    pub(super) allowed: Option<DocSet>,
    /// The best lexical matches, whose cosines are wanted; `None` while they are searched for.
    pub seeds: Option<Vec<DocId>>,
}

/// What the lexical half knows of the semantic one.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SemanticState {
    /// The semantic half takes no part.
    #[default]
    Absent,
    /// It is being searched for.
    Pending,
    /// It cannot be searched: lexical results stand, and are not complete.
    Failed,
    /// What was found.
    Found(SemanticResult),
}

impl SemanticHalf {
    /// Opens the semantic half of an index; `None` when it has none. `has_ranges`: whether the host answers range
    /// requests, as far as is known.
    ///
    /// # Errors
    /// As [`VectorIndex::open`].
    pub fn open(manifest: Manifest, has_ranges: bool) -> Result<Option<Self>, FormatError> {
        Ok(VectorIndex::open(&manifest)?.map(|index| Self {
            manifest,
            index,
            store: BlockStore::new(has_ranges),
        }))
    }

    /// Begins a search. Of what earlier ones read, about `max_bytes` are kept.
    pub fn search(&mut self, max_bytes: usize) -> SemanticSearch {
        self.store.begin_search(max_bytes);
        SemanticSearch::default()
    }

    /// Takes the answers to the requests of the last poll, in order; whether one of them says that a file is gone.
    pub fn take(
        &mut self,
        search: &mut SemanticSearch,
        answers: &mut impl Iterator<Item = Answer>,
    ) -> bool {
        let (manifest, store) = (&self.manifest, &mut self.store);
        search.reading.take(manifest, store, answers)
    }

    /// Searches as far as the blocks at hand reach; `None` while some are missing, or seeds are waited for.
    pub fn poll(
        &mut self,
        search: &mut SemanticSearch,
        request: &SemanticRequest,
    ) -> Option<SemanticResult> {
        let options = VectorOptions {
            plan: request.plan,
            n_hits: request.n_hits,
            n_candidates: request.n_candidates,
        };
        let seeds = match &request.seeds {
            Some(seeds) => Seeds::Known(seeds),
            None => Seeds::Waiting,
        };
        // The first round trip is short: then lexical results do not wait for the codes of all skills.
        let is_early = request.seeds.is_none() && !search.has_begun;
        search.has_begun = true;
        let index = &self.index;
        let run = |fetcher: &mut Fetcher<'_>| {
            if is_early {
                vector::prefetch(&request.query, &options, index, fetcher);
                return None;
            }
            let allowed = request.allowed.as_ref();
            vector::search(&request.query, &options, allowed, seeds, index, fetcher)
        };
        let found = search.reading.run(&self.manifest, &mut self.store, run);
        // Even that no word is known is not final before misspelled ones are corrected.
        found.filter(|_| request.seeds.is_some())
    }
}

impl SemanticSearch {
    /// What to fetch before the next poll, all at once.
    pub fn requests(&self) -> Vec<Request> {
        self.reading.requests()
    }
}

impl SemanticRequest {
    /// As bytes, for another instance of this reader. A search for what is like a skill is one for no words there.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(self.plan as u8);
        writer.varint(self.n_hits as u32);
        writer.varint(self.n_candidates as u32);
        let words: &[String] = match &self.query {
            VectorQuery::Words(words) => words,
            VectorQuery::Like(_) => &[],
        };
        writer.varint(words.len() as u32);
        for word in words {
            writer.str(word);
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
        let mut reader = Reader::new(bytes, "a semantic request");
        let plan = match reader.u8()? {
            0 => Plan::Auto,
            1 => Plan::Flat,
            _ => Plan::Graph,
        };
        let n_hits = reader.varint()? as usize;
        let n_candidates = reader.varint()? as usize;
        let mut words = Vec::new();
        for _ in 0..reader.count(1)? {
            words.push(reader.str()?.into());
        }
        let are_known = reader.u8()? == 1;
        let mut seeds = Vec::new();
        for _ in 0..reader.count(1)? {
            seeds.push(DocId(reader.varint()?));
        }
        Ok(Self {
            query: VectorQuery::Words(words),
            plan,
            n_hits,
            n_candidates,
            allowed: match reader.rest() {
                [] => None,
                rest => Some(DocSet::decode(rest)),
            },
            seeds: are_known.then_some(seeds),
        })
    }
}

impl SemanticResult {
    /// As bytes, for another instance of this reader.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        for note in self.notes.counts() {
            writer.varint(note);
        }
        for hit in &self.hits {
            writer.u32(hit.doc.0);
            writer.u64(hit.cosine.to_fixed() as u64);
        }
        writer.into_bytes()
    }

    /// Reads what [`SemanticResult::encode`] wrote.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut reader = Reader::new(bytes, "a semantic result");
        let mut counts = [0; VectorNotes::N];
        for count in &mut counts {
            *count = reader.varint()?;
        }
        let mut hits = Vec::new();
        while reader.remaining() > 0 {
            hits.push(VectorHit {
                doc: DocId(reader.u32()?),
                cosine: Cosine::from_fixed(reader.u64()? as i64),
            });
        }
        Ok(Self {
            hits,
            notes: VectorNotes::from_counts(counts),
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn what_the_halves_say_comes_back() {
        let words = VectorQuery::Words(vec!["pdf".into(), "議事".into()]);
        let allowed = DocSet::new(70, [DocId(3), DocId(69)].into_iter());
        for (allowed, seeds) in [
            (None, None),
            (Some(allowed.clone()), Some(vec![])),
            (Some(allowed), Some(vec![DocId(5), DocId(600)])),
        ] {
            let request = SemanticRequest {
                query: words.clone(),
                plan: Plan::Graph,
                n_hits: 20,
                n_candidates: 300,
                allowed,
                seeds,
            };
            assert_eq!(SemanticRequest::decode(&request.encode()), Ok(request));
        }
        let result = SemanticResult {
            hits: vec![VectorHit {
                doc: DocId(70_000),
                cosine: Cosine::from_fixed(-12_345_678),
            }],
            notes: VectorNotes {
                n_unread_rows: 1,
                is_router_unread: true,
                n_unread_cells: 2,
                n_unread_codes: 300,
                n_unread_nodes: 4,
                n_unknown_ids: 5,
            },
        };
        assert_eq!(SemanticResult::decode(&result.encode()), Ok(result));
        assert!(
            SemanticRequest::decode(&[0, 1, 9]).is_err()
                && SemanticResult::decode(&[0, 0]).is_err()
        );
    }
}
