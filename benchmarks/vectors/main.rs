//! Recall and cost of the packed vectors: both plans against the exact order of the same vectors.
//!
//! ```text
//! cargo bench --bench vectors -- CONTENT QUERIES.jsonl [N]
//! ```
//!
//! `CONTENT` holds `skills/`, each line of `QUERIES` a `{"query": "…"}`. With `N` the registry is filled up to `N`
//! skills with sentences of others, remixed from a fixed seed. Prints Markdown tables.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use serde_json::Value;
use skillpress::internals::{
    Adapted, Disk, LoadOptions, LoadedSources, Model, PartFile, Skill, adapt, build_vectors, embed,
    load_content,
};
use skillpress_search::internals::SemanticHalf;
use skillpress_search::internals::analyzer::words;
use skillpress_search::internals::embedder::{Embedding, WordSum};
use skillpress_search::internals::format::manifest::{FileEntry, Manifest};
use skillpress_search::internals::format::messages::{SemanticRequest, VectorNotes};
use skillpress_search::internals::format::vectors::head::VECTORS_FILE;
use skillpress_search::{Answer, Plan, Request};

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` adds an argument of its own.
    let args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let args: Vec<String> = args.collect();
    let [content, queries, rest @ ..] = args.as_slice() else {
        return Err("usage: vectors CONTENT QUERIES.jsonl [N]".into());
    };
    let n_skills = rest.first().map(|n| n.parse()).transpose()?.unwrap_or(0);
    let skills = read_skills(Path::new(content), n_skills);
    let queries = read_queries(queries)?;

    let model = Model::built_in()?;
    let started = Instant::now();
    let embedded = embed(&model, &skills, Vec::new, None);
    println!(
        "adapt, embed and group: {:.2} s",
        started.elapsed().as_secs_f32()
    );
    let order = embedded.order.clone();
    let names: Vec<&str> = order.iter().map(|&idx| &*skills[idx].name).collect();
    let built = build_vectors(embedded, &names, 5);
    println!(
        "with graph, files and related skills: {:.2} s\n",
        started.elapsed().as_secs_f32()
    );

    let adapted = adapt(&model, &skills, None);
    let index = Index::new(built.parts.files, built.parts.heads, skills.len());
    println!("| file | bytes | a skill |\n|---|---|---|");
    for entry in &index.manifest.files {
        let per_skill = entry.len as f64 / skills.len() as f64;
        println!("| {} | {} | {per_skill:.2} |", entry.name, entry.len);
    }
    println!(
        "\n| plan | recall@10 | once, bytes | a search, median and p95 bytes | requests | round trips | time |"
    );
    println!("|---|---|---|---|---|---|---|");
    for plan in [Plan::Flat, Plan::Graph] {
        let mut runs = Vec::new();
        let started = Instant::now();
        for query in &queries {
            runs.push(index.search(query, plan));
        }
        let time = started.elapsed().as_secs_f32() * 1e3 / queries.len() as f32;
        let mut recalls = Vec::new();
        for (query, run) in queries.iter().zip(&runs) {
            recalls.extend(recall(query, run, &adapted, &order));
        }
        let sorted = |of: fn(&Run) -> u64| {
            let mut values: Vec<u64> = runs.iter().map(of).collect();
            values.sort_unstable();
            (values[values.len() / 2], values[values.len() * 95 / 100])
        };
        let (median, p95) = sorted(|run| run.n_bytes - run.n_once);
        println!(
            "| {plan:?} | {:.3} | {} | {median}, {p95} | {} | {} | {time:.1} ms |",
            recalls.iter().sum::<f32>() / recalls.len() as f32,
            sorted(|run| run.n_once).0,
            sorted(|run| run.n_requests).0,
            sorted(|run| run.n_round_trips).0,
        );
    }
    Ok(())
}

/// The listed skills, and as many remixed ones as are missing to `n_skills`.
fn read_skills(content: &Path, n_skills: usize) -> Vec<Skill> {
    let (catalog, _) = load_content(
        content,
        &LoadedSources::default(),
        &LoadOptions::default(),
        &Disk,
    );
    let mut skills: Vec<Skill> = catalog.listed().cloned().collect();
    let sentences: Vec<Vec<String>> = skills.iter().map(sentences).collect();
    let mut state = 1u64;
    let mut random = |n: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % n.max(1)
    };
    for idx in skills.len()..n_skills {
        let donors = [0; 3].map(|_| random(sentences.len()));
        let mut pick = |donor: usize, n: usize| -> Vec<String> {
            let sentences = &sentences[donors[donor]];
            (0..n)
                .map(|_| sentences[random(sentences.len())].clone())
                .collect()
        };
        let description = [pick(0, 2), pick(1, 1)].concat().join(" ");
        let body = [pick(0, 5), pick(1, 2), pick(2, 2)].concat().join("\n");
        let donor = &skills[donors[0]];
        skills.push(Skill {
            name: format!("{} {idx}", donor.name),
            description,
            body,
            ..donor.clone()
        });
    }
    skills
}

fn sentences(skill: &Skill) -> Vec<String> {
    let whole = format!("{}\n{}", skill.description, skill.body);
    let parts = whole.split(['\n', '.', '!', '?']).map(str::trim);
    let mut parts: Vec<String> = parts.filter(|p| p.len() > 15).map(str::to_owned).collect();
    if parts.is_empty() {
        parts.push(skill.name.clone());
    }
    parts
}

fn read_queries(path: &str) -> Result<Vec<Vec<String>>, Box<dyn Error>> {
    let mut queries = Vec::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let line: Value = serde_json::from_str(line)?;
        queries.push(words(
            line["query"].as_str().ok_or("a line without `query`")?,
        ));
    }
    Ok(queries)
}

struct Index {
    manifest: Manifest,
    /// By path.
    published: HashMap<String, Vec<u8>>,
}

#[derive(Default)]
struct Run {
    skills: Vec<usize>,
    n_bytes: u64,
    /// Bytes of what later searches of a session have at hand.
    n_once: u64,
    n_requests: u64,
    n_round_trips: u64,
}

impl Index {
    fn new(parts: Vec<PartFile>, heads: Vec<(String, Vec<u8>)>, n_skills: usize) -> Self {
        let mut manifest = Manifest {
            n_skills: n_skills as u32,
            heads,
            ..Manifest::default()
        };
        let mut published = HashMap::new();
        for part in parts {
            let (entry, files) = part.publish();
            manifest.files.push(entry);
            published.extend(files);
        }
        Self {
            manifest,
            published,
        }
    }

    fn search(&self, query: &[String], plan: Plan) -> Run {
        let mut run = Run::default();
        let vectors = self.manifest.file(VECTORS_FILE);
        let vectors_path = vectors.and_then(FileEntry::whole_path);
        let mut source = |requests: &[Request]| -> Vec<Answer> {
            run.n_round_trips += 1;
            let answers = requests.iter().map(|request| {
                let bytes = &self.published[&request.path];
                let Some(range) = request.range else {
                    return Answer::Failed;
                };
                run.n_requests += 1;
                run.n_bytes += u64::from(range.len);
                // The flat plan reads all of it, the graph plan centroids, which come first.
                let is_kept = Some(&request.path) == vectors_path.as_ref()
                    && (plan == Plan::Flat || range.start == 0);
                run.n_once += if is_kept { u64::from(range.len) } else { 0 };
                Answer::Bytes(bytes[range.start as usize..range.end() as usize].to_vec())
            });
            answers.collect()
        };
        let request = SemanticRequest {
            plan,
            ..SemanticRequest::for_words(query.to_vec())
        };
        let result = SemanticHalf::find(&self.manifest, &request, None, &mut source)
            .expect("the files belong together");
        assert_eq!(result.notes, VectorNotes::default());
        run.skills = result.hits.iter().map(|hit| hit.doc.idx()).collect();
        run
    }
}

/// The share of the ten nearest vectors that is among the first ten; `None` for a query of unknown words.
/// `order` gives the document of each skill.
fn recall(query: &[String], run: &Run, adapted: &Adapted, order: &[usize]) -> Option<f32> {
    let mut sum = WordSum::default();
    for word in query {
        if let Ok(idx) = adapted.rows.binary_search_by(|row| (*row.word).cmp(word)) {
            sum.add(&adapted.rows[idx].row, 1);
        }
    }
    let query: Embedding = sum.unit()?;
    let embeddings = adapted.embeddings.iter().enumerate();
    let mut exact: Vec<_> = embeddings
        .filter_map(|(idx, embedding)| Some((query.cosine(embedding.as_ref()?), idx)))
        .collect();
    exact.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    exact.truncate(10);
    let first = || run.skills.iter().take(10).map(|&skill| order[skill]);
    let is_found = |(_, idx): &&(_, usize)| first().any(|found| found == *idx);
    let n_found = exact.iter().filter(is_found).count();
    Some(n_found as f32 / exact.len() as f32)
}
