//! What the exports of `search.wasm` do, without their pointers.

use skillpress_search::internals::format::manifest::Manifest;
use skillpress_search::internals::format::messages::{Meanings, SemanticResult, encode_requests};
use skillpress_search::internals::format::vectors::head::VECTORS_HEAD;
use skillpress_search::internals::{LexicalHalf, LexicalSearch, Query, SemanticState};
use skillpress_search::{Filter, Hit, Mode, Options, Reason, Results, STORE_MAX_BYTES};

use crate::highlight::highlighted;
use crate::host::{Handles, Host};
use crate::json::Json;

/// The lexical half of one open index, and its searches.
#[derive(Debug)]
pub struct LexicalBindings {
    host: Host,
    half: Option<LexicalHalf>,
    has_vectors: bool,
    searches: Handles<LexicalSearch>,
}

impl LexicalBindings {
    /// A bindings without an index.
    pub const fn new() -> Self {
        Self {
            host: Host::new(),
            half: None,
            has_vectors: false,
            searches: Handles::new(),
        }
    }

    /// Takes the next answer; gives the place for its bytes.
    ///
    /// `kind`: 0 bytes, 1 gone, 2 the host does not answer ranges, anything else failed. Only the first has a length.
    pub fn answer(&mut self, kind: u32, len: usize) -> &mut [u8] {
        self.host.answer(kind, len)
    }

    /// The place for `len` bytes, which the next call that needs a text takes.
    pub fn text(&mut self, len: usize) -> &mut [u8] {
        self.host.text(len)
    }

    /// Opens the index, once, whose manifest says `text`; `has_ranges`: 0 if the host is known not to answer
    /// ranges.
    ///
    /// Says what the index says of itself, see `docs/format.md`; nothing when it cannot be read.
    pub fn open(&mut self, has_ranges: u32) -> &[u8] {
        let text = core::mem::take(&mut self.host.text);
        let mut json = Json::default();
        if self.half.is_none()
            && let Ok(manifest) = Manifest::decode_index(&text)
        {
            self.has_vectors = manifest.head(VECTORS_HEAD).is_some();
            write_manifest(&mut json, &manifest, self.has_vectors);
            // None was there, so nothing is to be dropped; the compiler does not see that.
            core::mem::forget(core::mem::replace(
                &mut self.half,
                LexicalHalf::open(manifest, has_ranges != 0).ok(),
            ));
        }
        if self.half.is_none() {
            json = Json::default();
        }
        self.host.say(json.into_text().as_bytes())
    }

    /// Begins a search for the first `query_len` bytes of the text, which then has filters such as `owner:ana`, each
    /// after a line feed; gives its handle.
    ///
    /// `mode`: 0 hybrid, 1 lexical, 2 vector; 4 more where nothing shall be translated. Without an open index the handle
    /// leads nowhere.
    pub fn search(&mut self, query_len: usize, limit: usize, mode: u32) -> u32 {
        let text = core::mem::take(&mut self.host.text);
        let Some(half) = &mut self.half else {
            return u32::MAX;
        };
        let (query, filters) = text.split_at(query_len.min(text.len()));
        let as_str = |bytes| core::str::from_utf8(bytes).unwrap_or_default();
        let is_translated = mode & 4 == 0;
        let mode = match mode & 3 {
            0 => Mode::Hybrid,
            1 => Mode::Lexical,
            _ => Mode::Vector,
        };
        let mut options = Options {
            limit,
            mode,
            is_translated,
            ..Options::default()
        };
        for filter in as_str(filters).split(['\n']) {
            options.filters.extend(Filter::parse(filter));
        }
        let semantic = if self.has_vectors && mode != Mode::Lexical {
            SemanticState::Pending
        } else {
            SemanticState::Absent
        };
        let query = Query::parse(as_str(query));
        self.searches
            .add(half.search(query, options, semantic, true, STORE_MAX_BYTES))
    }

    /// Feeds a search the answers given since the last step.
    ///
    /// Says what to fetch before the next step, and the results once the words' lists are there, see `docs/format.md`.
    /// They are final when there are no requests, and [`LexicalBindings::semantic_request`] and
    /// [`LexicalBindings::unknown_request`] are empty. A handle that leads
    /// nowhere gives nothing.
    pub fn step(&mut self, handle: u32) -> &[u8] {
        let answers = core::mem::take(&mut self.host.answers);
        let mut json = Json::default();
        if let (Some(half), Some(search)) = (&mut self.half, self.searches.get(handle)) {
            if !answers.is_empty() {
                half.take(search, &mut answers.into_iter());
            }
            let results = half.poll(search);
            json.open('{');
            json.name("requests");
            json.string(&encode_requests(&half.requests(search)));
            if let Some(results) = results {
                json.name("results");
                write_results(&mut json, &results);
            }
            json.close('}');
        }
        self.host.say(json.into_text().as_bytes())
    }

    /// The request to the semantic half, as of the last step; nothing if it takes no part, or has answered.
    pub fn semantic_request(&mut self, handle: u32) -> &[u8] {
        let search = self.searches.get(handle);
        let request = search.and_then(|search| Some(search.semantic_request()?.encode()));
        self.host.say(&request.unwrap_or_default())
    }

    /// Takes the text as the result of the semantic half, and steps on; an empty one says that it cannot be searched.
    pub fn semantic_result(&mut self, handle: u32) -> &[u8] {
        let text = core::mem::take(&mut self.host.text);
        if let Some(search) = self.searches.get(handle) {
            search.semantic = match SemanticResult::decode(&text) {
                Ok(result) => SemanticState::Found(result),
                Err(_) => SemanticState::Failed,
            };
        }
        self.step(handle)
    }

    /// The request to `unknown.wasm`, as of the last step; nothing if there are no such words.
    pub fn unknown_request(&mut self, handle: u32) -> &[u8] {
        let search = self.searches.get(handle);
        let request = search.and_then(|search| Some(search.unknown_request()?.encode()));
        self.host.say(&request.unwrap_or_default())
    }

    /// Takes the text as what these words mean, and steps on; an empty one says that it cannot be known.
    pub fn meanings(&mut self, handle: u32) -> &[u8] {
        let text = core::mem::take(&mut self.host.text);
        if let Some(search) = self.searches.get(handle) {
            search.resolve(Meanings::decode(&text).unwrap_or_default());
        }
        self.step(handle)
    }

    /// Drops a search.
    pub fn close(&mut self, handle: u32) {
        self.searches.remove(handle);
    }
}

impl Default for LexicalBindings {
    fn default() -> Self {
        Self::new()
    }
}

fn write_manifest(json: &mut Json, manifest: &Manifest, has_vectors: bool) {
    json.open('{');
    json.name("skills");
    json.number(manifest.n_skills as i32);
    json.name("hasVectors");
    json.bool(has_vectors);
    json.name("badges");
    json.open('[');
    for badge in &manifest.badges {
        json.open('{');
        json.name("kind");
        json.string(&badge.kind);
        json.name("appearance");
        json.json(&badge.appearance);
        json.name("shown");
        json.bool(badge.is_shown);
        json.close('}');
    }
    json.close(']');
    json.close('}');
}

fn write_results(json: &mut Json, results: &Results) {
    json.open('{');
    json.name("hits");
    json.open('[');
    for hit in &results.hits {
        write_hit(json, hit);
    }
    json.close(']');
    json.name("found");
    json.number(results.n_found as i32);
    json.name("wordsToDrop");
    json.strings(results.words_to_drop.iter().map(|word| word.as_str()));
    json.name("corrected");
    match &results.corrected {
        Some(query) => json.string(query),
        None => json.json("null"),
    }
    json.name("complete");
    json.bool(results.is_complete);
    json.close('}');
}

fn write_hit(json: &mut Json, hit: &Hit) {
    let card = &hit.card;
    json.open('{');
    for (name, text) in &[("owner", &card.owner), ("slug", &card.slug)] {
        json.name(name);
        json.string(text);
    }
    for (name, text) in &[("nameParts", &card.name), ("summaryParts", &card.summary)] {
        json.name(name);
        json.strings(highlighted(text, &hit.reasons).into_iter());
    }
    json.name("tags");
    json.strings(card.tags.iter().map(|tag| tag.as_str()));
    for &(name, number) in &[
        ("badges", card.badges as i32),
        ("score", hit.score as i32),
        ("skill", hit.doc.0 as i32),
        ("identity", hit.identity as i32),
        ("boost", hit.boost_milli),
        ("logOdds", hit.fit.log_odds_milli()),
    ] {
        json.name(name);
        json.number(number);
    }
    json.name("fits");
    json.bool(hit.fit.fits);
    json.name("full");
    json.bool(hit.is_full);
    json.name("reasons");
    json.open('[');
    for Reason { term, kind, score } in &hit.reasons {
        json.open('[');
        json.string(term);
        json.number(*kind as i32);
        json.number(*score as i32);
        json.close(']');
    }
    json.close(']');
    json.close('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(message: &[u8]) -> &str {
        let (len, text) = message.split_at(4);
        assert_eq!(
            u32::from_le_bytes(len.try_into().unwrap()),
            text.len() as u32
        );
        core::str::from_utf8(text).unwrap()
    }

    #[test]
    fn nothing_is_opened_that_is_no_index() {
        let mut bindings = LexicalBindings::new();
        assert_eq!(text(bindings.open(1)), "");
        bindings.text(3).copy_from_slice(b"\x01\x01\x00");
        assert_eq!(text(bindings.open(1)), "");
    }

    #[test]
    fn handles_that_lead_nowhere_do_no_harm() {
        let mut bindings = LexicalBindings::new();
        assert_eq!(text(bindings.step(7)), "");
        assert_eq!(text(bindings.semantic_request(7)), "");
        bindings.semantic_result(7);
        bindings.close(7);
        bindings.text(3).copy_from_slice(b"\xff\xfe\xfd");
        let handle = bindings.search(99, usize::MAX, 9);
        assert_eq!(text(bindings.step(handle)), "");
    }
}
