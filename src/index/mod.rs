//! The search index of a catalog: built by tantivy, then packed into the files that the reader fetches.

mod error;
pub mod findability;
mod glossary;
pub mod lexical;
pub mod memory;
mod model_file;
pub mod pack;
mod previous;
mod simplified;
pub mod vector;
pub mod whole;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod search_tests;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::io;

use skillpress_search::{DocId, OpenError};

use crate::catalog::{Catalog, RELATED_MAX, Related, Skill};
use crate::config::{Config, EmbeddingMode};
use crate::fingerprint::fingerprint;
use crate::key::SkillKey;
use crate::sink::Sink;
use crate::text::number::{counted, grouped};
pub use error::IndexError;
use findability::{Findability, NotFound};
use glossary::Glossary;
pub use lexical::{Labels, TextField};
use memory::MemorySource;
pub use pack::card_badges;
pub use previous::PreviousError;
pub use vector::PreviousIndex;
use vector::{Embedded, OwnVectors, VectorParts};

/// The files of `search/`, and what else came out of indexing.
#[derive(Debug)]
pub struct SearchIndex {
    /// Path below `search/` and content, in the order of writing.
    files: Vec<(String, Vec<u8>)>,
    /// The nearest skills of each.
    pub related: Related,
    /// For a summary.
    pub counts: IndexCounts,
    /// What search did not find; these skills are not in the index and must not be published.
    pub not_found: Vec<NotFound>,
}

/// How large an index is.
#[derive(Clone, Copy, Debug, Default)]
pub struct IndexCounts {
    /// Skills in it, each found by owner/slug, slug and name.
    pub n_skills: usize,
    /// Times that more than ten skills share a slug or name, so that one of them is not among the first ten.
    pub n_crowded_out: usize,
    /// Skills that are found by meaning.
    pub n_embeddings: usize,
    /// All files together.
    pub n_bytes: usize,
}

impl fmt::Display for IndexCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, all found by their names, {} by meaning, {:.1} MB",
            counted(self.n_skills, "skill", "skills"),
            grouped(self.n_embeddings),
            self.n_bytes as f64 / 1e6
        )?;
        match self.n_crowded_out {
            0 => Ok(()),
            n => write!(f, "; {n} share a name with more than ten"),
        }
    }
}

/// Indexes the listed skills, and proves that each is found by what it is called.
///
/// No skill may stop a build, so one that is not found is left out and the index is built again without it. No name is
/// known that does this.
///
/// `own` are the operator's own vectors, for [`EmbeddingMode::Own`]; skills keep the numbers that they have in `previous`
/// as far as they can.
///
/// # Errors
/// [`IndexError`]; nothing in a skill is known to cause one.
pub fn build(
    catalog: &Catalog,
    config: &Config,
    own: Option<&OwnVectors>,
    previous: Option<&PreviousIndex>,
) -> Result<SearchIndex, IndexError> {
    build_proved(catalog, config, own, previous, findability::prove)
}

/// The same with any proof, which may name skills that it is given only.
fn build_proved(
    catalog: &Catalog,
    config: &Config,
    own: Option<&OwnVectors>,
    previous: Option<&PreviousIndex>,
    prove: impl Fn(&[&Skill], &[(String, Vec<u8>)]) -> Result<Findability, OpenError>,
) -> Result<SearchIndex, IndexError> {
    let mut listed = catalog.listed_idxs();
    let mut own = own.map(Cow::Borrowed);
    let mut not_found = Vec::new();
    loop {
        let mut index = build_unproved(catalog, &listed, config, own.as_deref(), previous)?;
        let proof =
            prove(&at(catalog, &index.order), &index.files).map_err(IndexError::Unsearchable)?;
        if proof.failures.is_empty() {
            index.counts.n_skills = proof.n_skills;
            index.counts.n_crowded_out = proof.n_crowded_out;
            return Ok(SearchIndex {
                related: related(catalog.skills.len(), &index.order, &index.related),
                files: index.files,
                counts: index.counts,
                not_found,
            });
        }
        // At least one skill fewer, so this ends.
        let failed: HashSet<&SkillKey> =
            proof.failures.iter().map(|failure| &failure.key).collect();
        let is_kept = |&idx: &usize| !failed.contains(&catalog.skills[idx].key);
        own = own.map(|own| Cow::Owned(own.only(listed.iter().map(is_kept))));
        listed.retain(is_kept);
        not_found.extend(proof.failures);
    }
}

/// An index before anything is said of it.
struct Unproved {
    files: Vec<(String, Vec<u8>)>,
    /// The place in the catalog of each `DocId`.
    order: Vec<usize>,
    /// By `DocId`.
    related: Vec<Vec<DocId>>,
    counts: IndexCounts,
}

/// Indexes the skills at the places `listed` of the catalog; `own` are vectors of these.
fn build_unproved(
    catalog: &Catalog,
    listed: &[usize],
    config: &Config,
    own: Option<&OwnVectors>,
    previous: Option<&PreviousIndex>,
) -> Result<Unproved, IndexError> {
    let glossary = Glossary::of(&config.search.languages).map_err(IndexError::Model)?;
    let embedded = embed(catalog, listed, config, &glossary, previous)?;
    let order = match &embedded {
        Some(embedded) => embedded.order.iter().map(|&idx| listed[idx]).collect(),
        None => listed.to_vec(),
    };
    let skills = at(catalog, &order);
    let (lexical, meaning) = rayon::join(
        || lexical::build(catalog, &skills, &glossary.simplified()),
        || meaning(&skills, embedded, own),
    );
    let files = pack::pack(
        catalog,
        &skills,
        &lexical?,
        [meaning.parts, glossary.pack()],
    )?;
    let counts = IndexCounts {
        n_embeddings: meaning.n_embeddings,
        n_bytes: files.iter().map(|(_, bytes)| bytes.len()).sum(),
        ..IndexCounts::default()
    };
    Ok(Unproved {
        files,
        order,
        related: meaning.related,
        counts,
    })
}

/// The skills at places of the catalog.
fn at<'a>(catalog: &'a Catalog, idxs: &[usize]) -> Vec<&'a Skill> {
    idxs.iter().map(|&idx| &catalog.skills[idx]).collect()
}

/// The `listed` skills as directions, when the settings want a search by meaning; what foreign words mean must be known.
fn embed(
    catalog: &Catalog,
    listed: &[usize],
    config: &Config,
    glossary: &Glossary,
    previous: Option<&PreviousIndex>,
) -> Result<Option<Embedded>, IndexError> {
    if config.embedding.mode != EmbeddingMode::Words {
        return Ok(None);
    }
    let model = vector::Model::built_in().map_err(IndexError::Model)?;
    let skills = at(catalog, listed);
    Ok(Some(vector::embed(
        &model,
        &skills,
        || glossary.most_used(),
        previous,
    )))
}

/// The semantic half of the index; without it at most related skills, by the operator's `own` vectors: then `skills` are
/// in the order of the catalog, as these are.
fn meaning(skills: &[&Skill], embedded: Option<Embedded>, own: Option<&OwnVectors>) -> VectorParts {
    let names: Vec<&str> = skills.iter().map(|skill| skill.name.as_str()).collect();
    match (embedded, own) {
        (Some(embedded), _) => vector::build(embedded, &names, RELATED_MAX),
        (None, Some(own)) => VectorParts {
            related: vector::related_by_own(own, &names, RELATED_MAX),
            ..VectorParts::default()
        },
        (None, None) => VectorParts::default(),
    }
}

/// Related skills by their places in a catalog of `n_skills` skills; `order` gives those of `DocId`s.
fn related(n_skills: usize, order: &[usize], by_skill: &[Vec<DocId>]) -> Related {
    let mut related = vec![Vec::new(); n_skills];
    for (&skill_idx, others) in order.iter().zip(by_skill) {
        related[skill_idx] = others.iter().map(|other| order[other.idx()]).collect();
    }
    Related::new(related)
}

/// The [`fingerprint`] of all that [`build`] is given: what is said of the listed skills, but not their counts.
pub fn inputs(catalog: &Catalog, config: &Config, own: Option<&OwnVectors>) -> u64 {
    let skills = catalog.listed().map(|skill| {
        let what = (&skill.key, &skill.name, &skill.description, &skill.tags);
        let more = (&skill.body, &skill.front_matter, &skill.requirements);
        let versions = (&skill.version, skill.created_at, skill.updated_at);
        fingerprint(&(what, more, versions, &skill.badges))
    });
    let skills: Vec<u64> = skills.collect();
    let names = (&catalog.badge_kinds, &catalog.aliases);
    let settings = (config.embedding.mode, &config.search.languages);
    fingerprint(&(skills, names, settings, own))
}

impl SearchIndex {
    /// Its files, for searches before they are written.
    pub fn source(&self) -> MemorySource<'_> {
        MemorySource::new(&self.files)
    }

    /// Writes the files below `search/`, the manifest last.
    ///
    /// # Errors
    /// What the sink says.
    pub fn write(&self, sink: &dyn Sink) -> io::Result<()> {
        self.files
            .iter()
            .try_for_each(|(path, bytes)| sink.write(&format!("search/{path}"), bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::fixture::{catalog, skill};

    #[test]
    fn a_skill_that_search_does_not_find_is_left_out_and_the_others_are_proved_again() {
        let catalog = catalog(vec![
            skill("ana", "pdf", "PDF", "Merges files."),
            skill("bo", "odd", "Odd", "Merges files."),
            skill("cy", "odder", "Odder", "Merges files."),
            skill("di", "weather", "Weather", "Says the weather."),
        ]);
        // In each round one more is not found: the last of those whose slug begins so.
        let prove = |skills: &[&Skill], files: &[(String, Vec<u8>)]| {
            let mut proof = findability::prove(skills, files)?;
            let odd = skills
                .iter()
                .filter(|skill| skill.key.slug.starts_with("odd"));
            proof
                .failures
                .extend(odd.max_by_key(|skill| &skill.key).map(|skill| NotFound {
                    key: skill.key.clone(),
                    query: skill.key.to_string(),
                }));
            Ok(proof)
        };
        let index = build_proved(&catalog, &Config::default(), None, None, prove).unwrap();
        let not_found: Vec<String> = index.not_found.iter().map(ToString::to_string).collect();
        assert_eq!(
            not_found,
            [
                "`cy/odder` is not found by `cy/odder`",
                "`bo/odd` is not found by `bo/odd`"
            ]
        );
        assert_eq!(index.counts.n_skills, 2);
        let without = catalog.without(&index.not_found.iter().map(|not| &not.key).collect());
        let expected = build(&without, &Config::default(), None, None).unwrap();
        assert!(index.files == expected.files, "the files differ");
        for skill_idx in [1, 2] {
            assert_eq!(index.related.of(skill_idx), [0; 0]);
        }
    }
}
