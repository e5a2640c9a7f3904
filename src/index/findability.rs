//! The findability proof: every listed skill is found by what it is called, before anything is published.

use std::collections::HashSet;

use rayon::prelude::*;
use skillpress_search::internals::Query;
use skillpress_search::internals::format::block;
use skillpress_search::internals::format::head::{LEXICAL_HEAD, LexicalHead};
use skillpress_search::internals::format::terms::{self, TERMS_FILE};
use skillpress_search::{
    DocId, FormatError, Hit, IdentityMatch, Mode, OpenError, Options, Searcher,
};
use thiserror::Error;

use super::memory::{MemorySource, part};
use crate::catalog::Skill;
use crate::key::SkillKey;

/// Searches the packed `files` for each of `skills`, in the order of `DocId`s, by `owner/slug`, slug and name.
///
/// A skill must come first for its `owner/slug`, and among the first ten for its slug and its name. Where more than ten
/// share a slug or a name, only that they are the first ones is proved: strangers must not be able to push a skill out.
///
/// Scoring all skills for each skill would take time by the square of their number. But skills that are called what was
/// typed come before all others whatever the scores are, so a search whose words are left out finds the same ones
/// first; only a word that the index lacks could bring in others, by its correction. So words are left out where the
/// index has all of them, and a sample of skills is searched for in full nonetheless.
///
/// # Errors
/// [`OpenError`] when the files are no index at all.
pub fn prove(skills: &[&Skill], files: &[(String, Vec<u8>)]) -> Result<Findability, OpenError> {
    prove_with(skills, files, FULL_PROOFS)
}

fn prove_with(
    skills: &[&Skill],
    files: &[(String, Vec<u8>)],
    n_full: usize,
) -> Result<Findability, OpenError> {
    let searcher =
        Searcher::open_source(&mut MemorySource::new(files))?.with_store_bytes(STORE_MAX_BYTES);
    let words = words(&searcher, files).map_err(OpenError::Format)?;
    let stride = skills.len().div_ceil(n_full).max(1);
    skills
        .par_iter()
        .enumerate()
        .map_init(
            || (searcher.clone(), MemorySource::new(files)),
            |(searcher, source), (skill_idx, skill)| {
                let mut prover = Prover {
                    words: &words,
                    is_full: skill_idx % stride == 0,
                    searcher,
                    source,
                };
                prover.prove(DocId(skill_idx as u32), skill)
            },
        )
        .try_reduce(Findability::default, |a, b| Ok(a.merged(b)))
}

/// What the proof showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findability {
    /// How many skills were looked for.
    pub n_skills: usize,
    /// What was not found; a build leaves these skills out.
    pub failures: Vec<NotFound>,
    /// How many times a skill was left out of the first ten by namesakes only.
    pub n_crowded_out: usize,
}

/// A skill that is not found by what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{key}` is not found by `{query}`")]
pub struct NotFound {
    /// Which skill.
    pub key: SkillKey,
    /// What was searched for.
    pub query: String,
}

impl Findability {
    fn merged(mut self, other: Self) -> Self {
        self.n_skills += other.n_skills;
        self.failures.extend(other.failures);
        self.n_crowded_out += other.n_crowded_out;
        self
    }
}

/// Proves one skill after the other.
struct Prover<'a, 'f> {
    /// Words of the index; searches may go without them.
    words: &'a HashSet<String>,
    /// Whether all searches are made in full too.
    is_full: bool,
    searcher: &'a mut Searcher,
    source: &'a mut MemorySource<'f>,
}

/// What a search shows of a skill.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Found,
    /// More skills than are shown are called the same, and only such are shown.
    CrowdedOut,
    NotFound,
}

impl Prover<'_, '_> {
    fn prove(&mut self, skill_id: DocId, skill: &Skill) -> Result<Findability, OpenError> {
        let mut proof = Findability {
            n_skills: 1,
            ..Findability::default()
        };
        let slug_key = Query::parse(&skill.key.slug).name_key;
        let name_key = Query::parse(&skill.name).name_key;
        let mut searches = vec![
            (skill.key.to_string(), 1, IdentityMatch::OwnerAndSlug),
            (skill.key.slug.clone(), FIRST_RESULTS, IdentityMatch::Slug),
        ];
        // A name that is the slug has been searched for.
        if name_key.is_some() && name_key != slug_key {
            searches.push((skill.name.clone(), FIRST_RESULTS, IdentityMatch::Name));
        }
        for (query, limit, identity) in searches {
            let outcome = |hits: &[Hit]| outcome(hits, limit, skill_id, identity);
            match self.search(&query, limit, outcome)? {
                Outcome::Found => {}
                Outcome::CrowdedOut => proof.n_crowded_out += 1,
                Outcome::NotFound => proof.failures.push(NotFound {
                    key: skill.key.clone(),
                    query,
                }),
            }
        }
        Ok(proof)
    }

    /// The outcome of a search, which is made in full before something is said not to be found.
    fn search(
        &mut self,
        text: &str,
        limit: usize,
        outcome: impl Fn(&[Hit]) -> Outcome,
    ) -> Result<Outcome, OpenError> {
        let options = Options {
            limit,
            mode: Mode::Lexical,
            has_cards: false,
            ..Options::default()
        };
        let query = Query::parse(text);
        let mut terms = query.words.iter().map(|word| &word.term);
        let mut found = Outcome::NotFound;
        if terms.all(|term| self.words.contains(term)) {
            let without_words = Query {
                name_key: query.name_key,
                owner_slug: query.owner_slug,
                ..Query::default()
            };
            let results = self
                .searcher
                .find_parsed(&without_words, &options, self.source)?;
            found = outcome(&results.hits);
            if found != Outcome::NotFound && !self.is_full {
                return Ok(found);
            }
        }
        let results = self.searcher.find(text, &options, self.source)?;
        match outcome(&results.hits) {
            // Whom scores crowd out of many namesakes depends on how each writes the name; how many they are does not.
            Outcome::Found | Outcome::CrowdedOut if found != Outcome::NotFound => Ok(found),
            outcome => Ok(outcome),
        }
    }
}

fn outcome(hits: &[Hit], limit: usize, skill: DocId, identity: IdentityMatch) -> Outcome {
    let is_called = |hit: &Hit| hit.identity >= identity;
    if hits.iter().any(|hit| hit.doc == skill && is_called(hit)) {
        Outcome::Found
    } else if limit > 1 && hits.len() == limit && hits.iter().all(is_called) {
        Outcome::CrowdedOut
    } else {
        Outcome::NotFound
    }
}

/// The terms of the packed index.
fn words(searcher: &Searcher, files: &[(String, Vec<u8>)]) -> Result<HashSet<String>, FormatError> {
    let manifest = searcher.manifest();
    let missing = FormatError::Missing { what: TERMS_FILE };
    let head = LexicalHead::decode(manifest.head(LEXICAL_HEAD).ok_or(missing)?)?;
    let entry = manifest.file(TERMS_FILE).ok_or(missing)?;
    let path = entry.whole_path().ok_or(missing)?;
    let file = files.iter().find(|(found, _)| *found == path);
    let (_, bytes) = file.ok_or(missing)?;
    let mut words = HashSet::new();
    for range in head.term_blocks_of_prefix("") {
        let block = part(bytes, range).ok_or(missing)?;
        let payload = block::open(TERMS_FILE, range.start, block)?;
        let entries = terms::decode(payload, manifest.n_skills)?;
        words.extend(entries.into_iter().map(|entry| entry.term));
    }
    Ok(words)
}

/// About how many skills are searched for in full.
const FULL_PROOFS: usize = 500;
/// All blocks that searches without words read, even of a large registry: skills come in no order of their names.
const STORE_MAX_BYTES: usize = 64 << 20;
const FIRST_RESULTS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::index::fixture::{catalog, packed, skill};

    /// The proof, which must be the same with the fewest full searches and with full searches only.
    fn prove_both_ways(catalog: &Catalog, files: &[(String, Vec<u8>)]) -> Findability {
        let skills: Vec<&Skill> = catalog.listed().collect();
        let proof = prove_with(&skills, files, 1).unwrap();
        assert_eq!(prove_with(&skills, files, usize::MAX), Ok(proof.clone()));
        proof
    }

    #[test]
    fn a_skill_that_is_called_otherwise_in_the_index_is_named() {
        let listed = catalog(vec![
            skill("ana", "merge", "Merge", ""),
            skill("bo", "files", "Split files", ""),
            skill("bo", "split-files", "Files", ""),
            skill("cy", "wether", "Wether", ""),
        ]);
        let indexed = catalog(vec![
            skill("ana", "merge", "Merge", ""),
            skill("bo", "files-split", "Split files", ""),
            skill("bo", "split", "Files of bo", ""),
            skill("cy", "weather", "Weather", ""),
        ]);
        let proof = prove_both_ways(&listed, &packed(&indexed));
        let failures: Vec<String> = proof.failures.iter().map(ToString::to_string).collect();
        assert_eq!(
            failures,
            [
                "`bo/files` is not found by `bo/files`",
                "`bo/files` is not found by `files`",
                "`bo/split-files` is not found by `bo/split-files`",
                "`bo/split-files` is not found by `split-files`",
                "`bo/split-files` is not found by `Files`",
                // Its slug alone is corrected to the other one.
                "`cy/wether` is not found by `cy/wether`",
            ]
        );
    }

    #[test]
    fn odd_names_and_namesakes_are_found() {
        let mut skills: Vec<Skill> = (0..15)
            .map(|idx| skill(&format!("o{idx}"), "weather", "Weather", ""))
            .collect();
        for (slug, name) in [
            ("a", "-not \"quoted\" owner:nobody tag:none"),
            ("the", "The"),
            ("v2.0_x", "!!!"),
            ("crab", "🦀🔥"),
            ("heart", "❤\u{fe0f}"),
            ("cpp", "C++"),
            ("c", "C"),
            ("c-sharp", "C#"),
            ("install", "npx clawhub install x"),
            ("address", "https://x.example/ana/skills/b"),
            ("arabic", "مُدِير الكُتُب"),
            ("narrow", "ｽﾌﾟﾚｯﾄﾞｼｰﾄ"),
            ("nihongo", "日本語の名前"),
            ("long", &"very long name ".repeat(30)),
            ("cafe", "Café (Beta)"),
            ("and-or", "and/or"),
        ] {
            skills.push(skill("zoe", slug, name, "Does things."));
        }
        let catalog = catalog(skills);
        let proof = prove_both_ways(&catalog, &packed(&catalog));
        assert_eq!(proof.failures, []);
        assert_eq!((proof.n_skills, proof.n_crowded_out), (31, 5));
    }

    #[test]
    fn a_skill_that_is_missing_from_the_index_is_named() {
        let whole = catalog(vec![
            skill("ana", "pdf", "PDF", ""),
            skill("bo", "weather", "Weather Tool", ""),
        ]);
        let part = catalog(vec![skill("ana", "pdf", "PDF", "")]);
        let proof = prove_both_ways(&whole, &packed(&part));
        let failures: Vec<String> = proof.failures.iter().map(ToString::to_string).collect();
        assert_eq!(
            failures,
            [
                "`bo/weather` is not found by `bo/weather`",
                "`bo/weather` is not found by `weather`",
                "`bo/weather` is not found by `Weather Tool`",
            ]
        );
    }

    #[test]
    fn names_that_are_alike_are_found_as_they_are_written() {
        let run = "x".repeat(70);
        let mut skills = vec![
            skill("v", "PDF.tools", "One", ""),
            skill("v", "a", "A", ""),
            skill("v", &run, "Run", ""),
            skill("v", &format!("{run}y"), &run, ""),
            skill("v", &format!("a-{run}"), "-", ""),
        ];
        for slug in ["a-", "a--", "a.b", "a-b", "a_b", "pdf-tools", "pdf_tools"] {
            skills.push(skill("v", slug, "Same", ""));
            skills.push(skill("w", slug, "Same", ""));
        }
        let catalog = catalog(skills);
        let proof = prove_both_ways(&catalog, &packed(&catalog));
        assert_eq!(proof.failures, []);
    }

    #[test]
    fn slugs_whose_checksums_collide_are_told_apart() {
        let start = "x".repeat(39);
        let [first, second] = ["fswd4dyg3i", "yc3ktahsjd"].map(|end| format!("{start}{end}"));
        assert_eq!(
            skillpress_search::internals::analyzer::name_key(&first),
            skillpress_search::internals::analyzer::name_key(&second)
        );
        let catalog = catalog(vec![
            skill("v", &first, "First", ""),
            skill("v", &second, "Second", ""),
        ]);
        let proof = prove_both_ways(&catalog, &packed(&catalog));
        assert_eq!(proof.failures, []);
    }
}
