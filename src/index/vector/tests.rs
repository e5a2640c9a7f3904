//! Whole vector searches over packed files: what is found, what it costs, and what damaged files can do.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use skillpress_search::internals::embedder::{Cosine, Embedding, WordSum};
use skillpress_search::internals::format::block;

use skillpress_search::internals::DocSet;
use skillpress_search::internals::SemanticHalf;
use skillpress_search::internals::format::manifest::Manifest;
use skillpress_search::internals::format::messages::{
    N_CANDIDATES, SemanticRequest, SemanticResult, VectorNotes,
};
use skillpress_search::internals::format::vectors::VectorIndex;
use skillpress_search::internals::format::vectors::head::{
    StoredPlan, VECTORS_FILE, VECTORS_HEAD, VectorHead,
};
use skillpress_search::internals::format::vectors::router::router_range;
use skillpress_search::internals::format::vectors::rows::{
    BUCKET_BYTES, RARE_ROWS_FILE, ROWS_FILE, RowPlace, RowsLayout, WordHash, WordRow, find_row,
};
use skillpress_search::{Answer, ByteRange, DocId, FormatError, Plan, Request, Source};

use super::{Model, VectorParts, adapt, build, embed};
use crate::catalog::Skill;
use crate::index::fixture;

const THINGS: [&str; 16] = [
    "pdf",
    "spreadsheet",
    "calendar",
    "email",
    "weather",
    "invoice",
    "photo",
    "music",
    "database",
    "container",
    "password",
    "recipe",
    "flight",
    "podcast",
    "translation",
    "payment",
];
const ACTIONS: [&str; 14] = [
    "merge",
    "send",
    "search",
    "backup",
    "convert",
    "monitor",
    "summarize",
    "download",
    "edit",
    "schedule",
    "encrypt",
    "compare",
    "share",
    "clean",
];
const PLACES: [&str; 9] = [
    "laptop", "phone", "cloud", "server", "browser", "terminal", "office", "home", "team",
];
const QUERIES: [&str; 12] = [
    "merge pdf",
    "send email team",
    "weather",
    "backup database server",
    "edit photo phone",
    "compare flight",
    "schedule calendar office",
    "encrypt password",
    "podcast",
    "share recipe home",
    "translation browser",
    "monitor container cloud",
];

/// Texts of a registry: each skill does something to something somewhere, with words of others mixed in.
struct Registry {
    names: Vec<String>,
    descriptions: Vec<String>,
}

impl Registry {
    fn new(n: usize) -> Self {
        let word = |words: &[&'static str], hash: usize| words[hash % words.len()];
        let (mut names, mut descriptions) = (Vec::new(), Vec::new());
        for idx in 0..n {
            let hash =
                |salt: usize| (idx * 1_000_003 + salt * 7_919).wrapping_mul(2_654_435_761) >> 9;
            let (thing, action) = (word(&THINGS, hash(1)), word(&ACTIONS, hash(2)));
            names.push(format!("{thing} {action} zq{idx}"));
            descriptions.push(format!(
                "{action} {thing} {place} {other} {another} {thing}",
                place = word(&PLACES, hash(3)),
                other = word(&THINGS, hash(4)),
                another = word(&ACTIONS, hash(5)),
            ));
        }
        Self {
            names,
            descriptions,
        }
    }

    fn documents(&self) -> Vec<Skill> {
        let texts = self.names.iter().zip(&self.descriptions);
        texts
            .map(|(name, description)| fixture::skill("ana", "x", name, description))
            .collect()
    }
}

/// A model of the words that the texts here use, so that files stay small.
fn model() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| {
        let words = [&THINGS[..], &ACTIONS, &PLACES].concat();
        Model::built_in().unwrap().only(&words)
    })
}

struct Index {
    manifest: Manifest,
    files: Vec<(String, Vec<u8>)>,
    /// The document of each `DocId`.
    order: Vec<usize>,
    rows: Vec<WordRow>,
    /// The embedding of each `DocId`.
    embeddings: Vec<Option<Embedding>>,
    related: Vec<Vec<DocId>>,
}

impl Index {
    fn new(registry: &Registry) -> Self {
        let documents = registry.documents();
        let adapted = adapt(model(), &documents, None);
        let embedded = embed(model(), &documents, Vec::new, None);
        let order = embedded.order.clone();
        let names: Vec<&str> = order.iter().map(|&idx| &*documents[idx].name).collect();
        let VectorParts { parts, related, .. } = build(embedded, &names, 3);
        let mut manifest = Manifest {
            n_skills: documents.len() as u32,
            heads: parts.heads,
            ..Manifest::default()
        };
        let mut files = Vec::new();
        for part in parts.files {
            let (entry, published) = part.publish();
            manifest.files.push(entry);
            files.extend(published);
        }
        Self {
            files,
            manifest,
            embeddings: order.iter().map(|&idx| adapted.embeddings[idx]).collect(),
            rows: adapted.rows,
            order,
            related,
        }
    }

    fn answer(&self, request: &Request) -> Answer {
        let file = self.files.iter().find(|(path, _)| *path == request.path);
        match (file, request.range) {
            (Some((_, bytes)), Some(range)) => {
                let end = (range.end() as usize).min(bytes.len());
                let start = (range.start as usize).min(end);
                Answer::Bytes(bytes[start..end].to_vec())
            }
            (Some((_, bytes)), None) => Answer::Bytes(bytes.clone()),
            (None, _) => Answer::Gone,
        }
    }

    fn search(&self, sought: &Sought, plan: Plan, filter: Option<&[DocId]>) -> SemanticResult {
        let mut n_round_trips = 0;
        let mut source = |requests: &[Request]| -> Vec<Answer> {
            n_round_trips += 1;
            assert!(n_round_trips < 20, "the search goes on for ever");
            requests
                .iter()
                .map(|request| self.answer(request))
                .collect()
        };
        find(&self.manifest, sought, plan, filter, &mut source).unwrap()
    }

    fn embed(&self, query: &str) -> Embedding {
        let mut sum = WordSum::default();
        for word in query.split(' ') {
            let row = self.rows.iter().find(|row| *row.word == *word);
            row.into_iter().for_each(|row| sum.add(&row.row, 1));
        }
        sum.unit().unwrap()
    }

    /// All skills by their exact cosines.
    fn exact(&self, query: &Embedding) -> Vec<(Cosine, DocId)> {
        let embeddings = self.embeddings.iter().zip(0..);
        let mut exact: Vec<(Cosine, DocId)> = embeddings
            .filter_map(|(embedding, id)| Some((query.cosine(embedding.as_ref()?), DocId(id))))
            .collect();
        exact.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        exact
    }
}

/// What is searched for.
#[derive(Clone)]
enum Sought {
    Words(Vec<String>),
    Like(DocId),
}

fn words(query: &str) -> Sought {
    Sought::Words(query.split(' ').map(str::to_owned).collect())
}

fn find(
    manifest: &Manifest,
    sought: &Sought,
    plan: Plan,
    filter: Option<&[DocId]>,
    source: &mut impl Source,
) -> Result<SemanticResult, FormatError> {
    let (words, like) = match sought.clone() {
        Sought::Words(words) => (words, None),
        Sought::Like(doc) => (Vec::new(), Some(doc)),
    };
    let request = SemanticRequest {
        plan,
        allowed: filter.map(|docs| DocSet::new(manifest.n_skills, docs.iter().copied())),
        ..SemanticRequest::for_words(words)
    };
    SemanticHalf::find(manifest, &request, like, source)
}

fn skills(result: &SemanticResult) -> Vec<DocId> {
    result.hits.iter().map(|hit| hit.doc).collect()
}

const PLANS: [Plan; 2] = [Plan::Flat, Plan::Graph];

#[test]
fn both_plans_find_most_of_the_ten_nearest_with_their_cosines() {
    let index = Index::new(&Registry::new(500));
    for plan in PLANS {
        let mut n_found = 0;
        for query in QUERIES {
            let result = index.search(&words(query), plan, None);
            assert_eq!(result.notes, VectorNotes::default());
            let exact = index.exact(&index.embed(query));
            let first: BTreeSet<DocId> = skills(&result).into_iter().take(10).collect();
            n_found += exact[..10]
                .iter()
                .filter(|(_, id)| first.contains(id))
                .count();
            for hit in &result.hits {
                let (cosine, _) = exact.iter().find(|(_, id)| *id == hit.doc).unwrap();
                let error = (hit.cosine.to_f32() - cosine.to_f32()).abs();
                assert!(error < 0.03, "{query}: {error}");
            }
        }
        let recall = n_found as f32 / 10.0 / QUERIES.len() as f32;
        assert!(recall >= 0.9, "{plan:?}: {recall}");
    }
}

/// As for registries above 6,000 skills, for which the pack names the graph: see `pack::tests`.
#[test]
fn a_search_of_the_graph_reads_a_few_bytes_for_each_candidate_and_no_file_whole() {
    let mut index = Index::new(&Registry::new(1500));
    for (name, bytes) in &mut index.manifest.heads {
        if name == VECTORS_HEAD {
            let mut head = VectorHead::decode(bytes).unwrap();
            head.plan = StoredPlan::Graph;
            *bytes = head.encode();
        }
    }
    let layout = VectorIndex::open(&index.manifest).unwrap().unwrap();
    for query in QUERIES {
        let mut log: Vec<Request> = Vec::new();
        let mut source = |requests: &[Request]| -> Vec<Answer> {
            log.extend_from_slice(requests);
            requests.iter().map(|r| index.answer(r)).collect()
        };
        let result = find(
            &index.manifest,
            &words(query),
            Plan::Auto,
            None,
            &mut source,
        );
        assert!(result.unwrap().hits.len() >= N_CANDIDATES);
        let mut n_bytes = 0;
        for request in &log {
            let mut files = index.manifest.files.iter();
            let file = files.find(|file| request.path.contains(&format!("/{}-", file.name)));
            let (file, range) = (file.unwrap(), request.range.expect("a range"));
            if file.name != VECTORS_FILE || range != router_range(&layout.head) {
                assert!(
                    u64::from(range.len) < file.len / 4,
                    "{request:?} of {file:?}"
                );
            }
            n_bytes += range.len as usize;
        }
        assert!(
            n_bytes <= 600 * N_CANDIDATES,
            "{query}: {n_bytes} bytes in {} requests",
            log.len()
        );
    }
}

#[test]
fn a_word_costs_one_request_and_a_rare_one_that_of_its_group() {
    let mut index = Index::new(&Registry::new(300));
    let (mut n_rare, mut n_requests) = (0, 0);
    for row in index.rows.clone() {
        let expected = index.places_told(&row.word);
        let (file_idx, start) = index.stored(ROWS_FILE, expected[0].range.start);
        let is_common = index.is_common(&row.word);
        n_rare += usize::from(!is_common);
        n_requests += expected.len();
        let (result, asked) = search_and_log(&index, &row.word);
        assert_eq!(asked, expected, "{}", row.word);
        assert_eq!(result.notes, VectorNotes::default());

        // A damaged bucket hides its words and those of its group.
        index.files[file_idx].1[start] ^= 1;
        let (damaged, asked) = search_and_log(&index, &row.word);
        assert_eq!(asked, expected[..1], "{}", row.word);
        assert_eq!(damaged.notes.n_unread_rows, 1);
        index.files[file_idx].1[start] ^= 1;
    }
    let n_words = index.rows.len();
    assert!(
        (n_words / 2..n_words * 5 / 6 + 1).contains(&n_rare),
        "{n_rare} of {n_words}"
    );
    assert_eq!(n_requests, n_words + n_rare);
}

#[test]
fn of_a_word_that_no_file_holds_the_bucket_mostly_tells_it() {
    let index = Index::new(&Registry::new(300));
    let mut n_told = 0;
    for word in (0..100).map(|idx| format!("unheard{idx}")) {
        let expected = index.places_told(&word);
        let (result, asked) = search_and_log(&index, &word);
        assert_eq!(asked, expected, "{word}");
        assert_eq!(result, SemanticResult::default());
        n_told += usize::from(expected.len() == 1);
    }
    assert!(n_told > 92, "{n_told}");
}

#[test]
fn a_host_without_ranges_is_asked_for_the_page_of_a_rare_word_and_of_no_other() {
    let index = Index::new(&Registry::new(300));
    let mut n_pages_asked = 0;
    for row in index.rows.iter().step_by(7) {
        let chunk_path = |place: &RowPlace| {
            let entry = index.manifest.file(place.file).unwrap();
            entry.chunk_path(entry.chunk_at(place.range.start))
        };
        let places = index.places_told(&row.word);
        let expected: BTreeSet<String> = places.iter().map(chunk_path).collect();
        n_pages_asked += places.len() - 1;
        let mut asked = BTreeSet::new();
        let mut source = |requests: &[Request]| -> Vec<Answer> {
            let answer = |request: &Request| match request.range {
                Some(_) => Answer::NoRanges,
                None => {
                    let is_row = request.path.contains("rows-");
                    asked.extend(is_row.then(|| request.path.clone()));
                    index.answer(request)
                }
            };
            requests.iter().map(answer).collect()
        };
        let sought = words(&row.word);
        let result = find(&index.manifest, &sought, Plan::Auto, None, &mut source);
        assert_eq!(result.unwrap().notes, VectorNotes::default());
        assert_eq!(asked, expected, "{}", row.word);
    }
    assert!(n_pages_asked > 0);
}

/// Searches for a word, and what was asked for of the rows.
fn search_and_log(index: &Index, word: &str) -> (SemanticResult, Vec<RowPlace>) {
    let mut asked = Vec::new();
    let mut source = |requests: &[Request]| -> Vec<Answer> {
        asked.extend(index.row_places(requests));
        requests.iter().map(|r| index.answer(r)).collect()
    };
    let result = find(&index.manifest, &words(word), Plan::Auto, None, &mut source);
    (result.unwrap(), asked)
}

impl Index {
    fn rows_layout(&self) -> RowsLayout {
        let entry = |name| self.manifest.file(name).unwrap();
        let (rows, rare) = (entry(ROWS_FILE), entry(RARE_ROWS_FILE));
        RowsLayout::from_lens(rows.len, rare.len, rare.chunk_len).unwrap()
    }

    /// The bucket of `word`, and its group where the bucket tells that it may hold the word.
    fn places_told(&self, word: &str) -> Vec<RowPlace> {
        let (layout, word) = (self.rows_layout(), WordHash::of(word));
        let place = layout.bucket(word).expect("a bucket");
        let bucket = self.bucket(place);
        let group = match find_row(bucket, word).unwrap() {
            Some(_) => None,
            None => layout.group(word, bucket),
        };
        [Some(place), group].into_iter().flatten().collect()
    }

    /// Whether the row of `word` stands in its bucket.
    fn is_common(&self, word: &str) -> bool {
        let word = WordHash::of(word);
        let place = self.rows_layout().bucket(word).expect("a bucket");
        find_row(self.bucket(place), word).unwrap().is_some()
    }

    /// The payload of a bucket.
    fn bucket(&self, place: RowPlace) -> &[u8] {
        let (file_idx, start) = self.stored(place.file, place.range.start);
        &self.files[file_idx].1[start..start + BUCKET_BYTES - block::CHECKSUM_LEN]
    }

    /// Which published file holds the byte at `offset` of `file`, and where.
    fn stored(&self, file: &str, offset: u64) -> (usize, usize) {
        let entry = self.manifest.file(file).unwrap();
        let chunk_path = entry.chunk_path(entry.chunk_at(offset));
        let mut files = self.files.iter();
        let file_idx = files.position(|(path, _)| *path == chunk_path).unwrap();
        (file_idx, entry.offset_in_chunk(offset) as usize)
    }

    /// What `requests` ask for of the rows.
    fn row_places(&self, requests: &[Request]) -> Vec<RowPlace> {
        let mut places = Vec::new();
        for file in [ROWS_FILE, RARE_ROWS_FILE] {
            let entry = self.manifest.file(file).unwrap();
            for chunk_idx in 0..entry.n_chunks() {
                let chunk_path = entry.chunk_path(chunk_idx);
                let of_chunk = requests.iter().filter(|r| r.path == chunk_path);
                places.extend(of_chunk.filter_map(|request| request.range).map(|range| {
                    let start = entry.chunk_range(chunk_idx).start + range.start;
                    let range = ByteRange { start, ..range };
                    RowPlace { file, range }
                }));
            }
        }
        places
    }
}

#[test]
fn equal_documents_give_equal_files() {
    let registry = Registry::new(200);
    assert_eq!(Index::new(&registry).files, Index::new(&registry).files);
}

#[test]
fn skills_follow_their_vectors_and_the_id_map_takes_next_to_nothing() {
    let mut registry = Registry::new(500);
    for idx in [0, 77, 300] {
        registry.names[idx] = "??".into();
        registry.descriptions[idx] = "…".into();
    }
    let index = Index::new(&registry);
    let has_vector = index.embeddings.iter().map(Option::is_some);
    assert!(has_vector.eq((0..500).map(|id| id < 497)));
    assert_eq!(index.order[497..], [0, 77, 300], "in the catalog's order");

    let file = index.manifest.file(VECTORS_FILE).unwrap();
    let map = VectorIndex::open(&index.manifest).unwrap().unwrap().ids;
    assert!(map.len_bytes() < 500 / 5, "{}", map.len_bytes());
    let path = file.whole_path().unwrap();
    let (_, bytes) = index.files.iter().find(|(p, _)| *p == path).unwrap();
    let ids = (0..map.n_blocks()).flat_map(|block_idx| {
        let range = map.range(block_idx);
        let block = &bytes[range.start as usize..range.end() as usize];
        let payload = block::open(VECTORS_FILE, range.start, block).unwrap();
        map.decode(block_idx, payload).unwrap()
    });
    assert!(ids.eq(0..497));

    let cosine = |a: usize, b: usize| {
        let (a, b) = (index.embeddings[a].unwrap(), index.embeddings[b].unwrap());
        a.cosine(&b).to_f32()
    };
    let mean = |step: usize| (0..400).map(|id| cosine(id, id + step)).sum::<f32>() / 400.0;
    assert!(mean(1) > mean(90) + 0.2, "{} {}", mean(1), mean(90));
}

#[test]
fn a_filter_applies_before_the_limit() {
    let index = Index::new(&Registry::new(500));
    for n in [0, 1, 30, 400] {
        // The skills that match least.
        let exact = index.exact(&index.embed("merge pdf"));
        let mut allowed: Vec<DocId> = exact.iter().rev().map(|&(_, id)| id).take(n).collect();
        allowed.sort_unstable();
        for plan in PLANS {
            let result = index.search(&words("merge pdf"), plan, Some(&allowed));
            assert!(
                result.hits.len() >= n.min(20),
                "{n} {plan:?}: {}",
                result.hits.len()
            );
            let found = skills(&result);
            assert!(found.iter().all(|id| allowed.binary_search(id).is_ok()));
            assert_eq!(result.notes, VectorNotes::default());
            if n == 30 {
                let of = |skill| exact.iter().find(|(_, id)| *id == skill).unwrap().0;
                let best = exact.iter().find(|(_, id)| allowed.contains(id)).unwrap();
                let loss = best.0.to_f32() - of(found[0]).to_f32();
                assert!(loss < 0.03, "{plan:?}: {loss}");
            }
        }
    }
}

#[test]
fn skills_like_a_skill_are_those_near_its_vector_without_itself() {
    let index = Index::new(&Registry::new(300));
    for plan in PLANS {
        for skill in [DocId(0), DocId(150), DocId(299)] {
            let result = index.search(&Sought::Like(skill), plan, None);
            let embedding = index.embeddings[skill.idx()].unwrap();
            let exact = index.exact(&embedding);
            assert_eq!(exact[0].1, skill);
            let found = skills(&result);
            assert!(!found.contains(&skill));
            let n = exact[1..11]
                .iter()
                .filter(|(_, id)| found[..12].contains(id))
                .count();
            assert!(n >= 9, "{plan:?} {skill:?}: {n}");
        }
        let nobody = index.search(&Sought::Like(DocId(5_000)), plan, None);
        assert_eq!(nobody.hits, []);
    }
}

#[test]
fn a_skill_without_a_known_word_has_no_vector_and_disturbs_nobody() {
    let mut registry = Registry::new(50);
    registry.names[20] = "??".into();
    registry.descriptions[20] = "…".into();
    let index = Index::new(&registry);
    assert_eq!(index.order[49], 20, "it comes last");
    let mute = DocId(49);
    for plan in PLANS {
        let result = index.search(&words("weather"), plan, None);
        assert!(result.hits.len() >= 10);
        assert!(!skills(&result).contains(&mute));
        let only = index.search(&words("weather"), plan, Some(&[mute]));
        assert_eq!((only.hits.len(), only.notes), (0, VectorNotes::default()));
        let like = index.search(&Sought::Like(mute), plan, None);
        assert_eq!(like.hits, []);
    }
}

#[test]
fn a_registry_of_none_or_one_skill_is_searched() {
    for n in [0, 1] {
        let index = Index::new(&Registry::new(n));
        for plan in PLANS {
            for query in ["weather", "wether", ""] {
                let n_expected = if query == "weather" { n } else { 0 };
                assert_eq!(
                    index.search(&words(query), plan, None).hits.len(),
                    n_expected
                );
            }
        }
    }
}

#[test]
fn a_host_without_ranges_is_searched_flat_whatever_the_plan() {
    let index = Index::new(&Registry::new(200));
    let good = index.search(&words("backup database server"), Plan::Flat, None);
    let mut paths = BTreeSet::new();
    let mut source = |requests: &[Request]| -> Vec<Answer> {
        let answers = requests.iter().map(|request| {
            paths.insert(request.path.clone());
            match request.range {
                Some(_) => Answer::NoRanges,
                None => index.answer(request),
            }
        });
        answers.collect()
    };
    let query = words("backup database server");
    let result = find(&index.manifest, &query, Plan::Graph, None, &mut source).unwrap();
    assert_eq!(result, good);
    assert!(!paths.iter().any(|path| path.starts_with("nodes")));
}

#[test]
fn damage_gives_fewer_results_and_a_note_and_never_a_wrong_skill() {
    let mut index = Index::new(&Registry::new(70));
    let queries = ["merge pdf", "weather", "share recipe home"];
    let good: Vec<Vec<SemanticResult>> = PLANS
        .map(|plan| {
            queries
                .map(|query| index.search(&words(query), plan, None))
                .to_vec()
        })
        .to_vec();
    let exact = queries.map(|query| index.exact(&index.embed(query)));
    let mut n_noticed = 0;
    for entry in index.manifest.files.clone() {
        let offsets = (0..entry.len).step_by((entry.len as usize / 70).max(1));
        for (turn, offset) in offsets.enumerate() {
            let (file_idx, offset) = index.stored(&entry.name, offset);
            // What a page does not need is not published.
            let Some(byte) = index.files[file_idx].1.get_mut(offset) else {
                continue;
            };
            *byte ^= 1 << (turn % 8);
            let query_idx = turn % queries.len();
            for (plan, good) in PLANS.iter().zip(&good) {
                let result = index.search(&words(queries[query_idx]), *plan, None);
                let is_noted = result.notes != VectorNotes::default();
                let place = format!("{} byte {offset} {plan:?}", index.files[file_idx].0);
                assert!(
                    is_noted || result == good[query_idx],
                    "{place}: changed without a note"
                );
                n_noticed += usize::from(is_noted);
                // Without all its words a query is another one; else every skill keeps its own cosine.
                for hit in result
                    .hits
                    .iter()
                    .filter(|_| result.notes.n_unread_rows == 0)
                {
                    let (cosine, _) = exact[query_idx]
                        .iter()
                        .find(|(_, id)| *id == hit.doc)
                        .unwrap();
                    let error = (hit.cosine.to_f32() - cosine.to_f32()).abs();
                    let tolerance = if result.notes.n_unread_codes > 0 {
                        0.25
                    } else {
                        0.03
                    };
                    assert!(error < tolerance, "{place}: {error}");
                }
            }
            index.files[file_idx].1[offset] ^= 1 << (turn % 8);
        }
    }
    assert!(n_noticed > 150, "{n_noticed}");
}

#[test]
fn damage_is_noted_under_a_filter_and_for_skills_like_a_skill() {
    let mut index = Index::new(&Registry::new(400));
    let few: Vec<DocId> = (0..40).map(|idx| DocId(idx * 9)).collect();
    let many: Vec<DocId> = (0..390).map(DocId).collect();
    let merge = words("merge pdf");
    let like = Sought::Like(DocId(7));
    let searches = [
        (&merge, Some(&few[..])),
        (&merge, Some(&many[..])),
        (&like, None),
    ];
    let search_all = |index: &Index| {
        let all = PLANS
            .iter()
            .flat_map(|&plan| searches.map(|search| (plan, search)));
        all.map(|(plan, (query, filter))| index.search(query, plan, filter))
            .collect::<Vec<SemanticResult>>()
    };
    let good = search_all(&index);
    let mut n_noticed = 0;
    for file_idx in 0..index.files.len() {
        let len = index.files[file_idx].1.len();
        for offset in (0..len).step_by((len / 25).max(1)) {
            index.files[file_idx].1[offset] ^= 1 << (offset % 8);
            for (got, good) in search_all(&index).iter().zip(&good) {
                let is_noted = got.notes != VectorNotes::default();
                let place = format!("{} byte {offset}", index.files[file_idx].0);
                assert!(is_noted || got == good, "{place}: changed without a note");
                n_noticed += usize::from(is_noted);
            }
            index.files[file_idx].1[offset] ^= 1 << (offset % 8);
        }
    }
    assert!(n_noticed > 100, "{n_noticed}");
}

#[test]
fn files_that_are_cut_or_empty_end_the_search_early_or_leave_it_as_it_was() {
    let mut index = Index::new(&Registry::new(70));
    for file_idx in 0..index.files.len() {
        let whole = index.files[file_idx].1.clone();
        for len in [0, 1, whole.len() / 2, whole.len() - 1] {
            index.files[file_idx].1.truncate(len);
            for plan in PLANS {
                let result = index.search(&words("merge pdf"), plan, None);
                let is_noted = result.notes != VectorNotes::default();
                assert!(
                    is_noted || !result.hits.is_empty(),
                    "{} {len}",
                    index.files[file_idx].0
                );
            }
            index.files[file_idx].1.clone_from(&whole);
        }
    }
}

#[test]
fn files_whose_lengths_contradict_the_head_are_not_read() {
    let index = Index::new(&Registry::new(20));
    for file_idx in 0..index.manifest.files.len() {
        let mut manifest = index.manifest.clone();
        manifest.files[file_idx].len += 1;
        let mut source = |_: &[Request]| -> Vec<Answer> { panic!("read") };
        let result = find(&manifest, &words("pdf"), Plan::Auto, None, &mut source);
        assert!(result.is_err(), "{}", manifest.files[file_idx].name);
    }
}

#[test]
fn related_skills_are_near_and_no_copies() {
    let mut registry = Registry::new(120);
    registry.names[7] = registry.names[3].to_uppercase();
    registry.descriptions[7] = registry.descriptions[3].clone();
    let Index {
        order,
        embeddings,
        related,
        ..
    } = Index::new(&registry);
    let skill = |document| order.iter().position(|&idx| idx == document).unwrap();
    let (one, copy) = (DocId(skill(3) as u32), DocId(skill(7) as u32));
    assert!(related.iter().all(|list| list.len() == 3));
    assert!(!related[one.idx()].contains(&copy) && !related[copy.idx()].contains(&one));
    for list in &related {
        assert!(!(list.contains(&one) && list.contains(&copy)));
    }
    let cosine = |a: usize, b: usize| {
        let (a, b) = (embeddings[a].unwrap(), embeddings[b].unwrap());
        a.cosine(&b).to_f32()
    };
    let mean = |cosines: Vec<f32>| cosines.iter().sum::<f32>() / cosines.len() as f32;
    let near = mean(
        (0..120)
            .map(|idx| cosine(idx, related[idx][0].idx()))
            .collect(),
    );
    let any = mean((0..120).map(|idx| cosine(idx, (idx + 60) % 120)).collect());
    assert!(near > any + 0.2, "{near} {any}");
}
