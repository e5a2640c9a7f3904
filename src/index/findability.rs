//! The findability proof: every listed skill is found by what it is called, before anything is published.

use rayon::prelude::*;
use skillpress_search::{IdentityMatch, Mode, OpenError, Options, Query, Searcher, SkillId};

use super::memory::MemorySource;
use crate::catalog::{Catalog, Skill, SkillName};

/// Searches the packed `files` for every listed skill by `owner/slug`, slug and name.
///
/// A skill must come first for its `owner/slug`, and among the first ten for its slug and its name. Where more than ten
/// share a slug or a name, only that they are the first ones is proved: strangers must not be able to stop a build.
///
/// # Errors
/// [`OpenError`] when the files are no index at all.
pub fn prove(catalog: &Catalog, files: &[(String, Vec<u8>)]) -> Result<Findability, OpenError> {
    let searcher = Searcher::open_source(&mut MemorySource::new(files))?;
    let skills: Vec<&Skill> = catalog.listed().collect();
    let proofs: Vec<Findability> = skills
        .par_iter()
        .enumerate()
        .map_init(
            || (searcher.clone(), MemorySource::new(files)),
            |(searcher, source), (skill_idx, skill)| {
                prove_skill(SkillId(skill_idx as u32), skill, searcher, source)
            },
        )
        .collect::<Result<_, _>>()?;
    Ok(proofs
        .into_iter()
        .fold(Findability::default(), Findability::merged))
}

/// What the proof showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findability {
    /// How many skills were looked for.
    pub n_skills: usize,
    /// How many searches that took.
    pub n_searches: usize,
    /// What was not found; the build fails unless it is empty.
    pub failures: Vec<NotFound>,
    /// How many times a skill was left out of the first ten by namesakes only.
    pub n_crowded_out: usize,
}

/// A skill that is not found by what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// Which skill.
    pub id: SkillName,
    /// What was searched for.
    pub query: String,
}

impl std::fmt::Display for NotFound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is not found by `{}`", self.id, self.query)
    }
}

impl Findability {
    /// # Errors
    /// A message that names the skills that are not found, when there are any.
    pub fn check(&self) -> Result<(), String> {
        if self.failures.is_empty() {
            return Ok(());
        }
        const SHOWN: usize = 20;
        let mut lines: Vec<String> = self
            .failures
            .iter()
            .take(SHOWN)
            .map(ToString::to_string)
            .collect();
        if self.failures.len() > SHOWN {
            lines.push(format!("and {} more", self.failures.len() - SHOWN));
        }
        Err(format!(
            "search does not find every skill:\n{}",
            lines.join("\n")
        ))
    }

    fn merged(mut self, other: Self) -> Self {
        self.n_skills += other.n_skills;
        self.n_searches += other.n_searches;
        self.failures.extend(other.failures);
        self.n_crowded_out += other.n_crowded_out;
        self
    }
}

fn prove_skill(
    skill_id: SkillId,
    skill: &Skill,
    searcher: &mut Searcher,
    source: &mut MemorySource<'_>,
) -> Result<Findability, OpenError> {
    let mut proof = Findability {
        n_skills: 1,
        ..Findability::default()
    };
    let slug_key = Query::parse(&skill.id.slug).identity;
    let name_key = Query::parse(&skill.name).identity;
    let mut searches = vec![
        (skill.id.to_string(), 1, IdentityMatch::OwnerAndSlug),
        (skill.id.slug.clone(), FIRST_RESULTS, IdentityMatch::Slug),
    ];
    // A name without any letter or digit cannot be searched for; one that is the slug has been.
    if name_key.is_some() && name_key != slug_key {
        searches.push((skill.name.clone(), FIRST_RESULTS, IdentityMatch::Name));
    }
    for (query, limit, identity) in searches {
        let options = Options {
            limit,
            mode: Mode::Lexical,
            has_cards: false,
            ..Options::default()
        };
        let hits = searcher.find(&query, &options, source)?.hits;
        proof.n_searches += 1;
        if hits
            .iter()
            .any(|hit| hit.skill == skill_id && hit.identity >= identity)
        {
            continue;
        }
        let is_crowded_out =
            limit > 1 && hits.len() == limit && hits.iter().all(|hit| hit.identity >= identity);
        if is_crowded_out {
            proof.n_crowded_out += 1;
        } else {
            proof.failures.push(NotFound {
                id: skill.id.clone(),
                query,
            });
        }
    }
    Ok(proof)
}

const FIRST_RESULTS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::fixture::{catalog, packed, skill};

    #[test]
    fn odd_names_and_namesakes_are_found() {
        let mut skills: Vec<Skill> = (0..15)
            .map(|idx| skill(&format!("o{idx}"), "weather", "Weather", ""))
            .collect();
        for (slug, name) in [
            ("a", "-not \"quoted\" owner:nobody tag:none"),
            ("the", "The"),
            ("v2.0_x", "!!!"),
            ("nihongo", "日本語の名前"),
            ("long", &"very long name ".repeat(30)),
            ("cafe", "Café (Beta)"),
            ("and-or", "and/or"),
        ] {
            skills.push(skill("zoe", slug, name, "Does things."));
        }
        let catalog = catalog(skills);
        let proof = prove(&catalog, &packed(&catalog)).unwrap();
        assert_eq!(proof.failures, []);
        assert_eq!((proof.n_skills, proof.n_crowded_out), (22, 5));
    }

    #[test]
    fn a_skill_that_is_missing_from_the_index_is_named() {
        let whole = catalog(vec![
            skill("ana", "pdf", "PDF", ""),
            skill("bo", "weather", "Weather Tool", ""),
        ]);
        let part = catalog(vec![skill("ana", "pdf", "PDF", "")]);
        let proof = prove(&whole, &packed(&part)).unwrap();
        assert_eq!(
            proof.check(),
            Err("search does not find every skill:\n\
                 `bo/weather` is not found by `bo/weather`\n\
                 `bo/weather` is not found by `weather`\n\
                 `bo/weather` is not found by `Weather Tool`"
                .to_owned())
        );
    }
}
