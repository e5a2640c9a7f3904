//! What the exports do, without their pointers.

use alloc::vec::Vec;

use skillpress_search::{
    Answer, Filter, Hit, Mode, OpenError, Options, Request, Results, Search, Searcher, Step,
};

use crate::highlight::highlighted;
use crate::json::Json;

/// One open index and its searches.
#[derive(Debug)]
pub struct Door {
    searcher: Option<Searcher>,
    /// By handle.
    searches: Vec<Option<Search>>,
    /// Given since the last step.
    answers: Vec<Answer>,
    /// Query and filters of the next search.
    text: Vec<u8>,
    /// The last message.
    message: Vec<u8>,
}

impl Door {
    /// A door without an index.
    pub const fn new() -> Self {
        Self {
            searcher: None,
            searches: Vec::new(),
            answers: Vec::new(),
            text: Vec::new(),
            message: Vec::new(),
        }
    }

    /// Takes the next answer; gives the place for its bytes.
    ///
    /// `kind`: 0 bytes, 1 gone, 2 the host does not answer ranges, anything else failed. Only the first has a length.
    pub fn answer(&mut self, kind: u32, len: usize) -> &mut [u8] {
        self.answers.push(match kind {
            0 => Answer::Bytes(alloc::vec![0; len]),
            1 => Answer::Gone,
            2 => Answer::NoRanges,
            _ => Answer::Failed,
        });
        match self.answers.last_mut() {
            Some(Answer::Bytes(bytes)) => bytes,
            _ => &mut [],
        }
    }

    /// Opens the index from the answers to `["manifest.json"]` and `["probe.bin",22,1]`; searches of the one before are dropped.
    ///
    /// `{"skills":n,"badges":[{"kind","label","icon","color","shown"},…]}`, the badges in the order of the bits in hits;
    /// or `{"error":e}`, `e` being `gone`, `failed` or `format`.
    pub fn open(&mut self) -> &[u8] {
        self.searches.clear();
        let answers = core::mem::take(&mut self.answers);
        let mut json = Json::new();
        match Searcher::open(&answers) {
            Ok(searcher) => {
                write_manifest(&mut json, &searcher);
                self.searcher = Some(searcher);
            }
            Err(error) => {
                json.open('{').key("error").string(match error {
                    OpenError::Gone => "gone",
                    OpenError::Failed => "failed",
                    OpenError::Format(_) => "format",
                });
                json.close('}');
            }
        }
        self.say(json)
    }

    /// The place for `len` bytes of UTF-8: the query, then filters such as `owner:ana`, each after a line feed.
    pub fn text(&mut self, len: usize) -> &mut [u8] {
        self.text = alloc::vec![0; len];
        &mut self.text
    }

    /// Begins a search for the first `query_len` bytes of the text; gives its handle.
    ///
    /// `mode`: 0 hybrid, 1 lexical, 2 vector. Without an open index the handle leads nowhere.
    pub fn search(&mut self, query_len: usize, limit: usize, mode: u32) -> u32 {
        let text = core::mem::take(&mut self.text);
        let (query, filters) = text.split_at(query_len.min(text.len()));
        let as_str = |bytes| core::str::from_utf8(bytes).unwrap_or_default();
        let options = Options {
            limit,
            mode: match mode {
                0 => Mode::Hybrid,
                1 => Mode::Lexical,
                _ => Mode::Vector,
            },
            filters: as_str(filters)
                .split('\n')
                .filter_map(|filter| filter.split_once(':'))
                .filter_map(|(kind, value)| Filter::new(kind, value))
                .collect(),
            ..Options::default()
        };
        let search = self
            .searcher
            .as_mut()
            .map(|searcher| searcher.search(as_str(query), &options));
        let handle = match self.searches.iter().position(Option::is_none) {
            Some(free) => free,
            None => {
                self.searches.push(None);
                self.searches.len() - 1
            }
        };
        self.searches[handle] = search;
        handle as u32
    }

    /// Feeds a search the answers given since the last step.
    ///
    /// One of `{"fetch":[[path],[path,start,len],…]}` (whole files, or ranges in bytes), `{"show":results}`, `{"done":results}`, `{"stale":true}`,
    /// and `{}` for a handle that leads nowhere. `results`: `{"hits":[…],"found":n,"corrected":text or null,
    /// "complete":bool,"stats":[requests,round trips,bytes]}`. A hit: `{"skill","owner","slug","name","summary","tags",
    /// "badges","score","identity","full","boost","reasons":[[term,kind,score],…]}`, where `badges` has a bit for each,
    /// `identity` is 0 none, 1 name, 2 slug, 3 owner and slug, and `name` and `summary` are cut into parts that do and
    /// do not match, in turn, beginning with one that does not.
    pub fn step(&mut self, handle: u32) -> &[u8] {
        let answers = core::mem::take(&mut self.answers);
        let mut json = Json::new();
        let search = self
            .searches
            .get_mut(handle as usize)
            .and_then(Option::as_mut);
        match (&mut self.searcher, search) {
            (Some(searcher), Some(search)) => {
                write_step(&mut json, &searcher.step(search, answers));
            }
            _ => {
                json.open('{').close('}');
            }
        }
        self.say(json)
    }

    /// Drops a search.
    pub fn close(&mut self, handle: u32) {
        if let Some(search) = self.searches.get_mut(handle as usize) {
            *search = None;
        }
    }

    /// Keeps the message, with its length in front.
    fn say(&mut self, json: Json) -> &[u8] {
        let text = json.into_bytes();
        self.message.clear();
        self.message
            .extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.message.extend_from_slice(&text);
        &self.message
    }
}

impl Default for Door {
    fn default() -> Self {
        Self::new()
    }
}

fn write_manifest(json: &mut Json, searcher: &Searcher) {
    let manifest = searcher.manifest();
    json.open('{');
    json.key("skills").number(manifest.n_skills.into());
    json.key("badges").open('[');
    for badge in &manifest.badges {
        json.open('{');
        json.key("kind").string(&badge.kind);
        json.key("label").string(&badge.label);
        json.key("icon").string(&badge.icon);
        json.key("color").string(&badge.color);
        json.key("shown").bool(badge.is_shown);
        json.close('}');
    }
    json.close(']').close('}');
}

fn write_requests(json: &mut Json, requests: &[Request]) {
    json.open('{').key("fetch").open('[');
    for request in requests {
        json.open('[').string(&request.path);
        if let Some(range) = request.range {
            json.number(range.start as i64).number(range.len.into());
        }
        json.close(']');
    }
    json.close(']').close('}');
}

fn write_step(json: &mut Json, step: &Step) {
    match step {
        Step::Fetch(requests) => write_requests(json, requests),
        Step::Show(results) => {
            json.open('{').key("show");
            write_results(json, results);
            json.close('}');
        }
        Step::Done(results) => {
            json.open('{').key("done");
            write_results(json, results);
            json.close('}');
        }
        Step::Stale => {
            json.open('{').key("stale").bool(true).close('}');
        }
    }
}

fn write_results(json: &mut Json, results: &Results) {
    json.open('{').key("hits").open('[');
    results.hits.iter().for_each(|hit| write_hit(json, hit));
    json.close(']');
    json.key("found").number(results.n_found as i64);
    json.key("corrected");
    match &results.corrected {
        Some(corrected) => json.string(corrected),
        None => json.null(),
    };
    json.key("complete").bool(results.is_complete);
    let stats = results.stats;
    json.key("stats").open('[');
    json.number(stats.requests.into())
        .number(stats.round_trips.into())
        .number(stats.bytes as i64);
    json.close(']').close('}');
}

fn write_hit(json: &mut Json, hit: &Hit) {
    let card = &hit.card;
    json.open('{').key("skill").number(hit.skill.0.into());
    json.key("owner").string(&card.owner);
    json.key("slug").string(&card.slug);
    for (key, text) in [("name", &card.name), ("summary", &card.summary)] {
        json.key(key).open('[');
        for part in highlighted(text, &hit.reasons) {
            json.string(part);
        }
        json.close(']');
    }
    json.key("tags").open('[');
    for tag in &card.tags {
        json.string(tag);
    }
    json.close(']');
    json.key("badges").number(card.badges.into());
    json.key("score").number(hit.score.into());
    json.key("identity").number(hit.identity as i64);
    json.key("full").bool(hit.is_full);
    json.key("boost").number(hit.boost_milli.into());
    json.key("reasons").open('[');
    for (term, kind, score) in &hit.reasons {
        json.open('[').string(term);
        json.number(*kind as i64).number((*score).into()).close(']');
    }
    json.close(']').close('}');
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
    fn a_door_says_why_it_stays_shut() {
        let mut json = Json::new();
        write_requests(&mut json, &Searcher::open_requests());
        assert_eq!(
            json.into_bytes(),
            br#"{"fetch":[["manifest.json"],["probe.bin",22,1]]}"#,
            "assets/search.js asks for these before the module is there"
        );
        let mut door = Door::new();
        door.answer(1, 0);
        assert_eq!(text(door.open()), r#"{"error":"gone"}"#);
        door.answer(0, 2).copy_from_slice(b"{}");
        assert_eq!(text(door.open()), r#"{"error":"format"}"#);
        assert_eq!(text(door.open()), r#"{"error":"failed"}"#);
    }

    #[test]
    fn handles_that_lead_nowhere_do_no_harm() {
        let mut door = Door::new();
        assert_eq!(text(door.step(7)), "{}");
        door.close(7);
        door.text(3).copy_from_slice(b"\xff\xfe\xfd");
        let handle = door.search(99, usize::MAX, 9);
        assert_eq!(text(door.step(handle)), "{}");
    }
}
