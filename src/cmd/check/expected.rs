//! `check --queries`: an author's own list of queries as tests.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use skillpress_search::{Options, Results, Searcher, Source};

use crate::cmd::error::CommandError;
use crate::cmd::queries;
use crate::key::SkillKey;
use crate::problem::{Place, Problem, Problems};
use crate::progress::Progress;
use crate::site::Site;
use crate::site_source::SiteSource;
use crate::text::number::counted;
use crate::text::{listed, suggest, unicode};

/// A line of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    query: String,
    /// `owner/slug` of each skill that must fit and be among the first results; none: nothing must fit.
    expect: Vec<String>,
    #[serde(default = "within_default")]
    within: usize,
    /// What `search --queries` names a line by.
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
}

fn within_default() -> usize {
    10
}

/// Most results of a search.
const WITHIN_MAX: usize = 200;
/// Most results that are named where others were expected.
const NAMED_MAX: usize = 3;

/// A problem for each line of `file` that is none, and for each whose query does not find what it expects: in the folder
/// `folder` of a built site, or where there is none, in the index that `site` would have. `site`: the content, if it has no
/// errors; without it nothing is searched.
///
/// # Errors
/// A file or a site that cannot be read.
pub(super) fn check(
    file: &Path,
    folder: Option<&Path>,
    site: Option<&Site>,
    progress: &Progress,
) -> Result<Problems, CommandError> {
    let (lines, mut problems) = queries::read_all::<Expected>(file)?;
    let lines: Vec<Line> = lines
        .into_iter()
        .map(|(number, expected)| Line {
            file,
            folder,
            number,
            expected,
        })
        .collect();
    let Some(site) = site else {
        let message = "the queries were not searched for, since the content has errors";
        problems.push(Problem::note(file, "queries not run", message));
        return Ok(problems);
    };
    for line in &lines {
        problems.extend(line.faults(site));
    }
    if problems.n_errors() > 0 {
        return Ok(problems);
    }
    progress.stage("queries");
    if let Some(folder) = folder {
        let mut source = SiteSource::open_folder(folder)?;
        let searcher = source.open_index()?;
        problems.extend(search(&lines, searcher, &mut source)?);
    } else {
        let what = "index the content";
        let index = site.build_index();
        let index = index.map_err(|error| CommandError::cannot(what, error))?;
        let mut source = index.source();
        let searcher = Searcher::open_source(&mut source);
        let searcher = searcher.map_err(|error| CommandError::cannot(what, error))?;
        problems.extend(search(&lines, searcher, &mut source)?);
    }
    Ok(problems)
}

/// A problem for each line whose query does not find what it expects.
fn search(
    lines: &[Line<'_>],
    mut searcher: Searcher,
    source: &mut impl Source,
) -> Result<Problems, CommandError> {
    let mut problems = Problems::new();
    for line in lines {
        let options = Options {
            limit: line.expected.within,
            near_limit: 0,
            ..Options::default()
        };
        let results = searcher
            .find(&unicode::nfc(&line.expected.query), &options, source)
            .map_err(|error| CommandError::cannot("search", error))?;
        problems.extend(line.failure(&results));
    }
    Ok(problems)
}

/// A line in its place.
struct Line<'f> {
    file: &'f Path,
    /// Of the site that is searched, where it is not the content.
    folder: Option<&'f Path>,
    number: u32,
    expected: Expected,
}

impl Line<'_> {
    /// What is wrong with it, before anything is searched for.
    fn faults(&self, site: &Site) -> Problems {
        let mut problems = Problems::new();
        let Expected {
            query,
            expect,
            within,
            ..
        } = &self.expected;
        if query.trim().is_empty() {
            let problem = self.problem("`query` is empty".to_owned());
            problems.push(problem.hint("write what people type"));
        }
        if !(1..=WITHIN_MAX).contains(within) {
            let problem = self.problem(format!("`within` is {within}"));
            problems.push(problem.hint(format!("write a number from 1 to {WITHIN_MAX}")));
        } else if expect.len() > *within {
            let message = format!(
                "{} cannot be within the first {within}",
                counted(expect.len(), "skill", "skills")
            );
            problems.push(self.problem(message).hint("write a greater `within`"));
        }
        for id in expect {
            let key = SkillKey::parse(id);
            if key.is_none_or(|key| site.catalog.skill(&key).is_none()) {
                let keys: Vec<String> = site
                    .catalog
                    .listed()
                    .map(|skill| skill.key.to_string())
                    .collect();
                let hint = match suggest(id, keys.iter().map(String::as_str)) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "write `owner/slug` of a skill of the content".to_owned(),
                };
                let message = format!("`{id}` is expected, but there is no such skill");
                problems.push(self.problem(message).hint(hint));
            }
        }
        problems
    }

    /// What was found in place of what is expected.
    fn failure(&self, results: &Results) -> Option<Problem> {
        let Expected {
            query,
            expect,
            within,
            ..
        } = &self.expected;
        let found: Vec<String> = results
            .hits
            .iter()
            .map(|hit| SkillKey::of_card(&hit.card).to_string())
            .collect();
        let first = match found.len() {
            0 => "nothing fits".to_owned(),
            _ => format!(
                "first comes {}",
                listed(&found[..found.len().min(NAMED_MAX)], NAMED_MAX)
            ),
        };
        if expect.is_empty() {
            let n_fitting = counted(results.n_found, "skill fits", "skills fit");
            let message = format!(
                "`{query}` is expected to find nothing that fits, and {n_fitting}; {first}"
            );
            let why = found.first();
            return (results.n_found > 0).then(|| self.problem(message).hint(self.why(query, why)));
        }
        let is_found = |id: &String| {
            let id = id.strip_prefix('@').unwrap_or(id);
            found.iter().any(|found| found == id)
        };
        let missing: Vec<&String> = expect.iter().filter(|id| !is_found(id)).collect();
        let why = *missing.first()?;
        let message = format!(
            "`{query}` does not find {} within the first {within}; {first}",
            listed(missing, NAMED_MAX)
        );
        Some(self.problem(message).hint(self.why(query, Some(why))))
    }

    /// Which command says why a skill stands where it does.
    fn why(&self, query: &str, key: Option<&String>) -> String {
        let query = quoted(query).unwrap_or_else(|| "QUERY".to_owned());
        let key = key.map_or("OWNER/SLUG", String::as_str);
        let command = format!("skillpress search {query} --why {key}");
        match self.folder {
            Some(folder) => {
                let folder = quoted(&folder.to_string_lossy()).unwrap_or_else(|| "DIR".to_owned());
                format!("`{command} --site {folder}` says why")
            }
            None => format!("`{command}` says why, once the content is built"),
        }
    }

    fn problem(&self, message: String) -> Problem {
        let problem = Problem::error(self.file, "query", message);
        problem.at("", Place::Line(self.number))
    }
}

/// `text` as an argument of a command; `None` where a shell might take a part of it for anything else.
fn quoted(text: &str) -> Option<String> {
    let is_plain = |c: char| c.is_alphanumeric() || " -_.,:+#/".contains(c);
    text.chars().all(is_plain).then(|| format!("\"{text}\""))
}
