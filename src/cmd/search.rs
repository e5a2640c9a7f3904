//! `skillpress search`: the search of the browser, in a terminal, over a folder or a URL; and the files of what it finds.

mod answer;
mod read;
mod why;

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};
use skillpress_search::internals::format::vectors::head::VECTORS_HEAD;
use skillpress_search::{Filter, Mode, Options, Plan, Results, Searcher};

use super::error::CommandError;
use super::queries;
use crate::key::SkillKey;
use crate::published::open_source;
use crate::site_source::{SearchError, SiteSource};
use crate::standing;
use crate::terminal::Terminal;
use crate::text::{suggest, unicode};
use answer::Answer;
use read::FileArg;

/// Options of `search`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["query", "queries", "like", "read"]))]
pub struct SearchArgs {
    /// Words, `"all of these"`, `-not`, and filters such as `owner:ana`, `tag:email`, `badge:official`, `os:linux`
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    query: Option<String>,
    /// Answer every line `{"id", "query"}` of a file with a line `{"id", "results", "found"}`
    #[arg(long, value_name = "FILE.jsonl")]
    queries: Option<PathBuf>,
    /// The skills that are most like this one
    #[arg(long, value_name = "OWNER/SLUG")]
    like: Option<SkillKey>,
    /// Print a file of a skill, its `SKILL.md` when no path is given
    #[arg(
        long,
        value_name = "OWNER/SLUG[/PATH]",
        conflicts_with_all = ["limit", "near_limit", "mode", "plan", "filters", "json", "stats", "explain"]
    )]
    read: Option<FileArg>,
    /// Say where this skill stands for QUERY and why: words it lacks, what is above it and by what, what would lift it
    #[arg(
        long,
        value_name = "OWNER/SLUG",
        requires = "query",
        conflicts_with_all = ["queries", "like", "read", "limit", "near_limit", "stats", "explain"]
    )]
    why: Option<SkillKey>,
    /// A built site: a folder, the URL where it stands, or a bucket such as `s3://BUCKET/PREFIX`
    #[arg(long, value_name = "DIR|URL", default_value = "public")]
    site: String,
    /// Most results, at most 200
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Most of them that do not fit, but are near
    #[arg(long = "near", value_name = "N", default_value_t = 5)]
    near_limit: usize,
    /// Search by words, by meaning, or by both
    #[arg(long, value_enum, default_value_t)]
    mode: ModeArg,
    /// Search for the words as they are typed alone, not for what words of other languages mean, too
    #[arg(long)]
    no_translate: bool,
    /// How vectors are read: what the index says is cheaper, all codes, or the graph
    #[arg(long, value_enum, default_value_t)]
    plan: PlanArg,
    /// Only skills for which this holds: `owner:`, `tag:`, `badge:` or `os:` and a value; may be repeated
    #[arg(long = "filter", value_name = "K:V", value_parser = filter)]
    filters: Vec<Filter>,
    /// Print one JSON document for programs
    #[arg(long, conflicts_with = "queries")]
    json: bool,
    /// Say what the search cost
    #[arg(long)]
    stats: bool,
    /// Say why each result ranks where it does, and how well it fits
    #[arg(long)]
    explain: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ModeArg {
    #[default]
    Hybrid,
    Lexical,
    Vector,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum PlanArg {
    #[default]
    Auto,
    Flat,
    Graph,
}

/// Answers one query, or a file of them, or says why a skill stands where it does, or prints a file of one.
///
/// # Errors
/// A site without an index, or one that this version cannot read; a file of queries that is not one; a file of a skill that
/// the site does not give.
pub fn run(args: &SearchArgs) -> Result<(), CommandError> {
    if let Some(file) = &args.read {
        return read::print(&args.site, file);
    }
    let mut site = OpenSite::open(args)?;
    if let Some(file) = &args.queries {
        return site.answer_file(file);
    }
    if let Some(key) = &args.why {
        return why::print(site, args.query.as_deref().unwrap_or_default(), key);
    }
    let (query, results) = match &args.like {
        Some(key) => (key.to_string(), site.like(key)?),
        None => {
            let query = args.query.clone().unwrap_or_default();
            let results = site.find(&query)?;
            (query, results)
        }
    };
    let (query, results) = (&*query, &results);
    let answer = Answer {
        site: &site,
        query,
        results,
    };
    answer.print().map_err(unprinted)
}

/// A site, and how it is to be searched.
struct OpenSite<'a> {
    args: &'a SearchArgs,
    options: Options,
    source: SiteSource,
    searcher: Searcher,
}

impl<'a> OpenSite<'a> {
    fn open(args: &'a SearchArgs) -> Result<Self, CommandError> {
        let mut source = open_source(&args.site)?;
        let searcher = source.open_index()?;
        let is_by_meaning = args.like.is_some() || matches!(args.mode, ModeArg::Vector);
        if is_by_meaning && searcher.manifest().head(VECTORS_HEAD).is_none() {
            return Err(CommandError::advised(
                format_args!(
                    "`{}` has no vectors, so it cannot be searched by meaning alone",
                    args.site
                ),
                "build it with `mode = \"words\"` below `[embedding]`",
            ));
        }
        Ok(Self {
            args,
            options: args.options(),
            source,
            searcher,
        })
    }

    fn find(&mut self, query: &str) -> Result<Results, SearchError> {
        let query = unicode::nfc(query);
        let found = self.searcher.find(&query, &self.options, &mut self.source);
        found.map_err(|error| self.source.search_error(error))
    }

    /// The skills like `key`, which must be in the index.
    fn like(&mut self, key: &SkillKey) -> Result<Results, CommandError> {
        let Some(doc) = standing::doc_of(key, &mut self.searcher, &mut self.source)? else {
            let nearest = nearest(&mut self.searcher, &mut self.source, key);
            return Err(no_skill(&self.args.site, key, nearest.as_ref()));
        };
        let similar = self
            .searcher
            .find_like(doc, &self.options, &mut self.source);
        Ok(similar.map_err(|error| self.source.search_error(error))?)
    }

    /// Answers every line of a file of queries with a line.
    fn answer_file(&mut self, file: &Path) -> Result<(), CommandError> {
        let queries: Vec<QueryLine> = queries::read(file)?;
        let mut out = Terminal::stdout();
        for query in queries {
            let results = self.find(&query.query)?;
            let hits = results.hits.iter();
            let keys: Vec<String> = hits
                .map(|hit| SkillKey::of_card(&hit.card).to_string())
                .collect();
            let mut answer = json!({ "id": query.id, "results": keys, "found": results.n_found });
            if self.args.explain {
                answer["fit"] = answer::fit(&results);
            }
            if self.args.stats {
                answer["stats"] = answer::stats(&results);
            }
            out.json_line(&answer).map_err(unprinted)?;
        }
        out.flush().map_err(unprinted)
    }
}

/// The skill that was probably meant by a key that no skill has; `None` too when the index cannot be read.
fn nearest(searcher: &mut Searcher, source: &mut SiteSource, key: &SkillKey) -> Option<SkillKey> {
    let by_words = Options {
        mode: Mode::Lexical,
        ..Options::default()
    };
    let key = key.to_string();
    let found = searcher.find(&key, &by_words, source).ok()?;
    let hits = found.hits.iter();
    let keys: Vec<String> = hits
        .map(|hit| SkillKey::of_card(&hit.card).to_string())
        .collect();
    let nearest = suggest(&key, keys.iter().map(String::as_str));
    nearest.and_then(SkillKey::parse)
}

/// `site` has no skill of this name.
fn no_skill(site: &str, key: &SkillKey, nearest: Option<&SkillKey>) -> CommandError {
    let hint = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("`skillpress search {}` finds names", key.slug),
    };
    CommandError::advised(format_args!("`{site}` has no skill `{key}`"), hint)
}

/// One query of a file.
#[derive(Deserialize)]
struct QueryLine {
    id: Value,
    query: String,
}

fn unprinted(error: std::io::Error) -> CommandError {
    CommandError::print("the results", &error)
}

impl SearchArgs {
    fn options(&self) -> Options {
        Options {
            limit: self.limit,
            near_limit: self.near_limit,
            mode: match self.mode {
                ModeArg::Hybrid => Mode::Hybrid,
                ModeArg::Lexical => Mode::Lexical,
                ModeArg::Vector => Mode::Vector,
            },
            plan: match self.plan {
                PlanArg::Auto => Plan::Auto,
                PlanArg::Flat => Plan::Flat,
                PlanArg::Graph => Plan::Graph,
            },
            filters: self.filters.clone(),
            is_translated: !self.no_translate,
            ..Options::default()
        }
    }
}

fn filter(text: &str) -> Result<Filter, &'static str> {
    Filter::parse(&unicode::nfc(text))
        .ok_or("write it as `owner:ana`, `tag:email`, `badge:official` or `os:linux`")
}
