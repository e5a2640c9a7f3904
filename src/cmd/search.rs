//! `skillpress search`: the search of the browser, in a terminal, over a folder or a URL.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use serde::Deserialize;
use serde_json::json;
use skillpress_search::format::manifest::Manifest;
use skillpress_search::format::vectors::head::VECTORS_HEAD;
use skillpress_search::vector::VectorNotes;
use skillpress_search::{
    EvidenceKind, Filter, Hit, IdentityMatch, Mode, OpenError, Options, Plan, Results, Searcher,
};

use super::error::CommandError;
use super::queries;
use crate::key::SkillKey;
use crate::source::{SiteSource, is_url};
use crate::terminal::Terminal;
use crate::text::unicode;

/// Options of `search`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["query", "queries", "like"]))]
pub struct SearchArgs {
    /// Words, `"all of these"`, `-not`, and filters such as `owner:ana`, `tag:email`, `badge:official`, `os:linux`
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    query: Option<String>,
    /// Answer every line `{"id", "query"}` of a file with a line `{"id", "results"}`
    #[arg(long, value_name = "FILE.jsonl")]
    queries: Option<PathBuf>,
    /// The skills that are most like this one
    #[arg(long, value_name = "OWNER/SLUG")]
    like: Option<SkillKey>,
    /// A built site: a folder, or the URL where it stands
    #[arg(long, value_name = "DIR|URL", default_value = "public")]
    site: String,
    /// Most results, at most 200
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Search by words, by meaning, or by both
    #[arg(long, value_enum, default_value_t)]
    mode: ModeArg,
    /// How vectors are read: what the index says is cheaper, all codes, or the graph
    #[arg(long, value_enum, default_value_t)]
    plan: PlanArg,
    /// Only skills for which this holds: `owner:`, `tag:`, `badge:` or `os:` and a value; may be repeated
    #[arg(long = "filter", value_name = "K:V", value_parser = parse_filter)]
    filters: Vec<Filter>,
    /// Print one JSON document for programs
    #[arg(long, conflicts_with = "queries")]
    json: bool,
    /// Say what the search cost
    #[arg(long)]
    stats: bool,
    /// Say why each result ranks where it does
    #[arg(long, conflicts_with = "queries")]
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

/// Answers one query, or a file of them.
///
/// # Errors
/// A site without an index, or one that this version cannot read; a file of queries that is not one.
pub fn run(args: &SearchArgs) -> Result<(), CommandError> {
    let mut source = SiteSource::open(&args.site)?;
    let mut searcher = Searcher::open_source(&mut source)
        .map_err(|error| open_error(&args.site, &source, error))?;
    let is_by_meaning = args.like.is_some() || matches!(args.mode, ModeArg::Vector);
    if is_by_meaning && searcher.manifest().head(VECTORS_HEAD).is_none() {
        return Err(CommandError::advised(
            format!(
                "`{}` has no vectors, so it cannot be searched by meaning alone",
                args.site
            ),
            "build it with `mode = \"words\"` below `[embedding]`",
        ));
    }
    let options = args.options();
    let mut search = |query: &str| {
        searcher
            .find(&unicode::nfc(query), &options, &mut source)
            .map_err(|error| open_error(&args.site, &source, error))
    };
    if let Some(file) = &args.queries {
        return answer_file(file, args, search);
    }
    let (query, results) = match (&args.like, &args.query) {
        (Some(skill), _) => {
            let options = args.options();
            (
                skill.to_string(),
                like(skill, &options, &mut searcher, &mut source, args)?,
            )
        }
        (None, query) => {
            let query = query.clone().unwrap_or_default();
            let results = search(&query)?;
            (query, results)
        }
    };
    print_answer(args, &query, &results, searcher.manifest())
        .map_err(|error| CommandError::print("the results", &error))
}

impl SearchArgs {
    fn options(&self) -> Options {
        Options {
            limit: self.limit,
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
            ..Options::default()
        }
    }
}

/// The skills like `skill`, which must be in the index.
fn like(
    skill: &SkillKey,
    options: &Options,
    searcher: &mut Searcher,
    source: &mut SiteSource,
    args: &SearchArgs,
) -> Result<Results, CommandError> {
    let exact = Options {
        is_exact: true,
        ..Options::default()
    };
    let named = searcher
        .find(&skill.to_string(), &exact, source)
        .map_err(|error| open_error(&args.site, source, error))?;
    let Some(hit) = named
        .hits
        .iter()
        .find(|hit| identity(hit) == skill.to_string())
    else {
        let hint = match named.hits.first() {
            Some(hit) => format!("did you mean `{}`?", identity(hit)),
            None => format!("`skillpress search {}` finds names", skill.slug),
        };
        let message = format!("`{}` has no skill `{skill}`", args.site);
        return Err(CommandError::advised(message, hint));
    };
    searcher
        .find_like(hit.skill, options, source)
        .map_err(|error| open_error(&args.site, source, error))
}

fn parse_filter(text: &str) -> Result<Filter, String> {
    Filter::parse(&unicode::nfc(text)).ok_or_else(|| {
        "write it as `owner:ana`, `tag:email`, `badge:official` or `os:linux`".to_owned()
    })
}

/// The error of a site whose index cannot be opened.
pub(super) fn open_error(site: &str, source: &SiteSource, error: OpenError) -> CommandError {
    match (error, source.take_refusal()) {
        (OpenError::Gone, _) => CommandError::advised(
            format!("`{site}` has no search index"),
            "build the site with `skillpress build`",
        ),
        (OpenError::Failed, Some(refusal)) => CommandError::advised(
            format!("the search index of `{site}` is not read: {refusal}"),
            "name the address where the site stands, if you trust it",
        ),
        (OpenError::Failed, None) => CommandError::advised(
            format!("the search index of `{site}` cannot be read"),
            "check the address and the network",
        ),
        (OpenError::Format(error), _) => CommandError::advised(
            format!("the search index of `{site}` cannot be used: {error}"),
            "build the site again, or install a newer skillpress",
        ),
    }
}

/// One query of a file.
#[derive(Deserialize)]
struct QueryLine {
    id: serde_json::Value,
    query: String,
}

fn answer_file(
    file: &std::path::Path,
    args: &SearchArgs,
    mut search: impl FnMut(&str) -> Result<Results, CommandError>,
) -> Result<(), CommandError> {
    let queries: Vec<QueryLine> = queries::read(file)?;
    let mut out = Terminal::stdout();
    for query in queries {
        let results = search(&query.query)?;
        let ids: Vec<String> = results.hits.iter().map(identity).collect();
        let mut answer = json!({ "id": query.id, "results": ids });
        if args.stats {
            answer["stats"] = stats(&results);
        }
        out.json_line(&answer)
            .map_err(|error| CommandError::print("the results", &error))?;
    }
    out.flush()
        .map_err(|error| CommandError::print("the results", &error))
}

fn print_answer(
    args: &SearchArgs,
    query: &str,
    results: &Results,
    manifest: &Manifest,
) -> io::Result<()> {
    let mut out = Terminal::stdout();
    if args.json {
        out.json(&answer_json(args, query, results, manifest))?;
    } else {
        print_text(args, results, &mut out)?;
    }
    out.flush()
}

fn print_text(
    args: &SearchArgs,
    results: &Results,
    out: &mut Terminal<impl Write>,
) -> io::Result<()> {
    if let Some(corrected) = &results.corrected {
        out.line(format_args!("Searched for: {corrected}"))?;
        out.line("")?;
    }
    for (hit_idx, hit) in results.hits.iter().enumerate() {
        let (name, id) = (&hit.card.name, identity(hit));
        out.line(format_args!("{:>2}. {name}  {id}", hit_idx + 1))?;
        if !hit.card.summary.is_empty() {
            out.line(format_args!("    {}", hit.card.summary))?;
        }
        if args.explain {
            out.line(format_args!("    {}", explanation(hit)))?;
        }
    }
    if results.n_found == 0 && results.is_complete {
        out.line("Nothing found. Try fewer or other words.")?;
    } else if args.limit == 0 {
        out.line(format_args!("{} found, none shown.", results.n_found))?;
    }
    if !results.is_complete {
        out.line("Part of the index could not be read, so results may be missing.")?;
    }
    if args.stats {
        let stats = results.stats;
        out.line(format_args!(
            "{} found; {} requests in {} round trips, {} bytes",
            results.n_found, stats.requests, stats.round_trips, stats.bytes
        ))?;
        if results.unread != VectorNotes::default() {
            let unread = unread_text(&results.unread);
            out.line(format_args!("Search by meaning was cut short: {unread}"))?;
        }
    }
    Ok(())
}

fn answer_json(
    args: &SearchArgs,
    query: &str,
    results: &Results,
    manifest: &Manifest,
) -> serde_json::Value {
    let hits: Vec<_> = results
        .hits
        .iter()
        .map(|hit| hit_json(args, hit, manifest))
        .collect();
    json!({
        "query": query,
        "corrected": results.corrected,
        "found": results.n_found,
        "complete": results.is_complete,
        "results": hits,
        "stats": stats(results),
    })
}

fn hit_json(args: &SearchArgs, hit: &Hit, manifest: &Manifest) -> serde_json::Value {
    let mut document = json!({
        "id": identity(hit),
        "name": hit.card.name,
        "summary": hit.card.summary,
        "url": page_url(args, hit),
        "score": hit.score,
        "badges": badge_kinds(hit, manifest),
    });
    if args.explain {
        document["explain"] = json!(explanation(hit));
    }
    document
}

/// The kinds of the badges that a hit has.
fn badge_kinds<'m>(hit: &Hit, manifest: &'m Manifest) -> Vec<&'m str> {
    let badges = manifest.badges.iter().enumerate();
    badges
        .filter(|(badge_idx, _)| hit.card.badges >> badge_idx & 1 == 1)
        .map(|(_, badge)| badge.kind.as_str())
        .collect()
}

fn stats(results: &Results) -> serde_json::Value {
    json!({
        "requests": results.stats.requests,
        "round_trips": results.stats.round_trips,
        "bytes": results.stats.bytes,
        "unread": unread_json(&results.unread),
    })
}

/// How much the semantic half could not read, by kind: the key for programs, and the count.
fn unread(unread: &VectorNotes) -> [(&'static str, u32); 6] {
    [
        ("word_rows", unread.n_unread_rows),
        ("router", u32::from(unread.is_router_unread)),
        ("cells", unread.n_unread_cells),
        ("codes", unread.n_unread_codes),
        ("nodes", unread.n_unread_nodes),
        ("ids", unread.n_unknown_ids),
    ]
}

fn unread_json(notes: &VectorNotes) -> serde_json::Value {
    let counts = unread(notes).map(|(kind, count)| (kind.to_owned(), json!(count)));
    serde_json::Value::Object(counts.into_iter().collect())
}

fn unread_text(notes: &VectorNotes) -> String {
    let counts = unread(notes).into_iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = counts
        .map(|(kind, count)| format!("{count} {} unread", kind.replace('_', " ")))
        .collect();
    parts.join(", ")
}

fn identity(hit: &Hit) -> String {
    format!("{}/{}", hit.card.owner, hit.card.slug)
}

/// Where the skill's page stands: on the web for a URL, below the site's root for a folder.
fn page_url(args: &SearchArgs, hit: &Hit) -> String {
    let path = format!("{}/skills/{}/", hit.card.owner, hit.card.slug);
    if is_url(&args.site) {
        let site = args.site.split(['?', '#']).next().unwrap_or_default();
        format!("{}/{path}", site.trim_end_matches('/'))
    } else {
        format!("/{path}")
    }
}

/// Why a hit ranks where it does, in one line.
fn explanation(hit: &Hit) -> String {
    let identity = match hit.identity {
        IdentityMatch::None => None,
        _ => Some(format!("{:?} is what was typed", hit.identity)),
    };
    let words = hit.reasons.iter().map(|(term, kind, score)| match kind {
        EvidenceKind::Word => format!("`{term}` {score}"),
        kind => format!("`{term}` ({kind:?}) {score}"),
    });
    let cosine = hit
        .cosine
        .map(|cosine| format!("meaning {:.3}", cosine.to_f32()));
    let boost = (hit.boost_milli != 0).then(|| format!("badges {:+}‰", hit.boost_milli));
    let partial = (!hit.is_full).then(|| "not all words".to_owned());
    let parts: Vec<String> = identity
        .into_iter()
        .chain(words)
        .chain(cosine)
        .chain(boost)
        .chain(partial)
        .collect();
    format!("score {}: {}", hit.score, parts.join(", "))
}
