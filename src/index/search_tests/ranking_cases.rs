//! Ranking behaviours of a registry's search, as black-box cases: a few skills, a query, and what is to be expected.
//!
//! `tests/data/ranking_cases.json` holds ours; cases of the same shape from the folder of [`eval_folder`] are run too,
//! where there are any. An expectation that does not hold is listed in [`EXCEPTIONS`] with the reason, and must go on
//! not to hold: so the list stays true.

use serde::Deserialize;
use skillpress_search::{Filter, Mode, Options};

use super::corpus::{eval_folder, project_folder};
use super::{award, badge_kind, find, ids};
use crate::catalog::{Catalog, Skill};
use crate::index::fixture::{catalog, packed, skill};

#[test]
fn every_ranking_case_holds() {
    let ours = project_folder().join("tests/data/ranking_cases.json");
    let others = eval_folder().map(|folder| folder.join("ranking_cases.json"));
    let mut n_cases = 0;
    let mut surprises = Vec::new();
    for path in std::iter::once(ours).chain(others) {
        let text = std::fs::read_to_string(path).unwrap();
        let file: CaseFile = serde_json::from_str(&text).unwrap();
        for case in &file.cases {
            surprises.extend(case.surprises());
            n_cases += 1;
        }
    }
    assert_eq!(surprises, [""; 0]);
    assert!(n_cases >= 30);
}

/// Why an expectation does not hold.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reason {
    /// A skill that holds only some of the words ranks below all that hold every word, and is not left out: people
    /// who remember one word wrongly still find what they mean. The expected order is the beginning of the results.
    PartialMatches,
    /// Names are found joined and split, so two words find a name that is written as one.
    JoinedNames,
    /// No word is shared; only the search by meaning can know.
    Meaning,
}

/// Name of the case, the expectation, and why it does not hold in lexical mode.
const EXCEPTIONS: [(&str, &str, Reason); 7] = [
    (
        "Remind Me must match both words, Reminder tool does not",
        "order",
        Reason::PartialMatches,
    ),
    ("every word counts", "order", Reason::PartialMatches),
    (
        "mixed Latin and Chinese query",
        "order",
        Reason::PartialMatches,
    ),
    (
        "katakana word with long-vowel mark stays whole",
        "order",
        Reason::PartialMatches,
    ),
    (
        "punctuation in names is a token boundary",
        "excludes",
        Reason::JoinedNames,
    ),
    (
        "pure semantic neighbour, no shared word (stated in the spec and in unit test of the classifier)",
        "order",
        Reason::Meaning,
    ),
    ("a neighbour by meaning", "order", Reason::Meaning),
];

#[derive(Deserialize)]
struct CaseFile {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(rename = "level")]
    _level: String,
    #[serde(default, rename = "source")]
    _source: String,
    docs: Vec<Doc>,
    query: String,
    #[serde(default)]
    filters: Filters,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Doc {
    /// So many skills, with the number of each in place of `{i}`.
    #[serde(default = "one")]
    repeat: usize,
    slug: String,
    display_name: String,
    summary: String,
    #[serde(default = "default_owner")]
    owner: String,
    #[serde(default)]
    tags: Vec<String>,
    /// Tags that a registry chose.
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    badges: Vec<String>,
    #[serde(default)]
    suspicious: bool,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    pending: bool,
    /// What this project ranks by is none of these.
    #[serde(default, rename = "stats")]
    _stats: serde_json::Value,
    #[serde(default, rename = "semantic")]
    _semantic: f32,
    #[serde(default, rename = "updatedAt")]
    _updated_at: u64,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
struct Filters {
    mode: Option<String>,
    highlighted_only: bool,
    official_only: bool,
    category: Option<String>,
    topic: Option<String>,
    limit: Option<usize>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expect {
    first: Option<String>,
    order: Option<Vec<String>>,
    includes: Vec<String>,
    excludes: Vec<String>,
    empty: bool,
    count: Option<usize>,
}

impl Case {
    /// The expectations that do not hold but should, and those that hold although they are exceptions.
    fn surprises(&self) -> Vec<String> {
        let results = find(&packed(&self.catalog()), &self.query, &self.options());
        let found = ids(&results);
        let name = &self.name;
        let mut surprises = Vec::new();
        for (expectation, holds) in self.expect.outcomes(&found) {
            let reason = EXCEPTIONS
                .iter()
                .find(|(case, excepted, _)| case == name && *excepted == expectation)
                .map(|&(_, _, reason)| reason);
            if holds != reason.is_none() {
                surprises.push(format!(
                    "{name}: `{expectation}` for {found:?} ({reason:?})"
                ));
            }
            let mut order = self.expect.order.iter().flatten().zip(&found);
            if reason == Some(Reason::PartialMatches) && !order.all(|(wanted, got)| is(wanted, got))
            {
                surprises.push(format!("{name}: full matches come first in {found:?}"));
            }
        }
        surprises
    }

    fn catalog(&self) -> Catalog {
        let mut catalog = catalog(self.docs.iter().flat_map(Doc::skills).collect());
        catalog.badge_kinds = vec![
            badge_kind("deprecated", -0.2),
            badge_kind("highlighted", 0.05),
            badge_kind("official", 0.03),
        ];
        catalog
    }

    fn options(&self) -> Options {
        let filters = &self.filters;
        let mut wanted = Vec::new();
        wanted.extend(filters.highlighted_only.then_some(("badge", "highlighted")));
        wanted.extend(filters.official_only.then_some(("badge", "official")));
        wanted.extend(
            filters
                .category
                .as_deref()
                .map(|category| ("tag", category)),
        );
        wanted.extend(filters.topic.as_deref().map(|topic| ("tag", topic)));
        Options {
            mode: Mode::Lexical,
            limit: filters.limit.unwrap_or(200),
            is_exact: filters.mode.as_deref() == Some("exact"),
            filters: wanted
                .into_iter()
                .map(|(kind, value)| Filter::new(kind, value).unwrap())
                .collect(),
            ..Options::default()
        }
    }
}

impl Doc {
    fn skills(&self) -> Vec<Skill> {
        let is_published = !self.deleted && !self.pending;
        (0..self.repeat)
            .filter(|_| is_published)
            .map(|idx| self.skill(idx))
            .collect()
    }

    fn skill(&self, idx: usize) -> Skill {
        let numbered = |text: &str| text.replace("{i}", &idx.to_string());
        let mut skill = skill(
            &self.owner,
            &numbered(&self.slug),
            &numbered(&self.display_name),
            &numbered(&self.summary),
        );
        // As the content loader writes tags.
        let tags = self.tags.iter().chain(&self.categories);
        skill.tags = tags
            .map(|tag| tag.to_lowercase().replace(' ', "-"))
            .collect();
        skill.badges = self.badges.iter().map(|kind| award(kind)).collect();
        skill.is_suspicious = self.suspicious;
        skill
    }
}

impl Expect {
    /// Each expectation and whether it holds for the identities `found`.
    fn outcomes(&self, found: &[String]) -> Vec<(&'static str, bool)> {
        let has = |wanted: &String| found.iter().any(|got| is(wanted, got));
        let mut outcomes = Vec::new();
        if let Some(first) = &self.first {
            outcomes.push(("first", found.first().is_some_and(|got| is(first, got))));
        }
        if let Some(order) = &self.order {
            let is_same = order.len() == found.len()
                && order.iter().zip(found).all(|(wanted, got)| is(wanted, got));
            outcomes.push(("order", is_same));
        }
        if !self.includes.is_empty() {
            outcomes.push(("includes", self.includes.iter().all(has)));
        }
        if !self.excludes.is_empty() {
            outcomes.push(("excludes", !self.excludes.iter().any(has)));
        }
        if self.empty {
            outcomes.push(("empty", found.is_empty()));
        }
        if let Some(count) = self.count {
            outcomes.push(("count", found.len() == count));
        }
        outcomes
    }
}

/// Whether `wanted`, a slug or `owner/slug`, means the skill `got`.
fn is(wanted: &str, got: &str) -> bool {
    wanted == got || got.split_once('/').is_some_and(|(_, slug)| slug == wanted)
}

fn one() -> usize {
    1
}

fn default_owner() -> String {
    "acme".to_owned()
}
