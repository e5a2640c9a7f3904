//! The state of an index for a terminal.

use std::fmt::Display;
use std::io::{self, Write};

use super::vectors::{Cells, Ids};
use super::{Damage, Glossary, Graph, Inspection, Lexical, Vectors};
use crate::index::vector::SessionBytes;
use crate::terminal::Terminal;
use crate::text::number::grouped;

/// Writes the state as text: a section for every part, what is wrong at its end.
///
/// # Errors
/// What `out` says.
pub fn write_text(inspection: &Inspection, out: &mut Terminal<impl Write>) -> io::Result<()> {
    out.line("manifest")?;
    write_rows(&manifest(inspection), out)?;
    write_files(inspection, out)?;
    if let Some(lexical) = &inspection.lexical {
        write_section("terms", &terms(lexical), out)?;
        write_section("postings", &postings(lexical), out)?;
    }
    if let Some(spelling) = &inspection.spelling {
        let rows = [
            row("blocks", n(spelling.blocks)),
            row("words", n(spelling.words)),
        ];
        write_section("spelling", &rows, out)?;
    }
    match &inspection.glossary {
        Some(glossary) => write_section("glossary", &self::glossary(glossary), out)?,
        None => write_section("no glossary: queries are in English", &[], out)?,
    }
    let (cards, skills) = (n(inspection.cards), n(inspection.skills));
    let cards = row("readable", format!("{cards} of {skills}"));
    write_section("cards", &[cards], out)?;
    match &inspection.vectors {
        Some(vectors) => write_vectors(vectors, inspection.skills, out)?,
        None => write_section("no vectors: search is by words alone", &[], out)?,
    }
    if inspection.damages.is_empty() {
        return Ok(());
    }
    let damages = inspection.damages.iter();
    let damages: Vec<Row> = damages.map(|damage| row(&damage.part, damage)).collect();
    write_section("damaged", &damages, out)
}

impl Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        match self.more {
            0 => Ok(()),
            more => write!(f, "; {more} more"),
        }
    }
}

/// What something is called, and its value.
type Row = (String, String);

fn row(name: &str, value: impl Display) -> Row {
    (name.to_owned(), value.to_string())
}

fn manifest(inspection: &Inspection) -> Vec<Row> {
    let versions = format!("{}, {}", inspection.format, inspection.analyzer);
    let badges = match &*inspection.badges {
        [] => "none".to_owned(),
        badges => badges.join(", "),
    };
    let host = if inspection.has_ranges {
        "answers ranges"
    } else {
        "does not answer ranges"
    };
    vec![
        row("format, analyzer", versions),
        row("build", &inspection.build),
        row("skills", n(inspection.skills)),
        row("badge kinds", badges),
        row("host", host),
    ]
}

fn write_files(inspection: &Inspection, out: &mut Terminal<impl Write>) -> io::Result<()> {
    let title = format!(
        "files {:>20} {:>12} {:>8} {:>7}",
        "bytes", "chunks", "of", "shards"
    );
    write_section(&title, &[], out)?;
    inspection.files.iter().try_for_each(|file| {
        out.line(format_args!(
            "  {:<10} {:>13} {:>12} {:>8} {:>7}  {}",
            file.name,
            n(file.bytes as usize),
            n(file.chunks as usize),
            n(file.chunk_bytes),
            n(file.shards),
            file.path
        ))
    })
}

fn terms(lexical: &Lexical) -> Vec<Row> {
    let terms = &lexical.terms;
    let mut rows = vec![
        row("blocks", n(lexical.term_blocks)),
        row("words", n(terms.words)),
        row("identities", n(terms.identities)),
        row("owners", n(terms.owners)),
        row("tags", n(terms.tags)),
        row("badges", n(terms.badges)),
        row("operating systems", n(terms.os)),
        row("terms a skill", format!("{:.1}", lexical.average_terms)),
    ];
    if let Some((word, doc_freq)) = &lexical.commonest {
        let value = format!("{word}, in {} skills", n(*doc_freq));
        rows.push(row("commonest word", value));
    }
    rows
}

fn postings(lexical: &Lexical) -> [Row; 3] {
    let list_bytes = n(lexical.list_bytes as usize);
    let lists = format!("{}, {list_bytes} bytes", n(lexical.lists));
    [
        row("postings", n(lexical.postings as usize)),
        row("lists in term blocks", n(lexical.inline_lists)),
        row("lists of the file", lists),
    ]
}

fn glossary(glossary: &Glossary) -> [Row; 3] {
    [
        row("blocks", n(glossary.blocks)),
        row("words", n(glossary.words)),
        row("in English words", n(glossary.references)),
    ]
}

fn write_vectors(
    vectors: &Vectors,
    n_skills: u32,
    out: &mut Terminal<impl Write>,
) -> io::Result<()> {
    let n_vectors = n(vectors.vectors);
    let SessionBytes { flat, graph } = vectors.session_bytes;
    let (flat, graph) = (n(flat as usize), n(graph as usize));
    let searches = format!("flat {flat} bytes, graph {graph} bytes");
    let summary = [
        row("vectors", format!("{n_vectors} of {} skills", n(n_skills))),
        row("plan", vectors.plan),
        row("three searches", searches),
    ];
    write_section("vectors", &summary, out)?;
    write_section("cells", &cells(&vectors.cells), out)?;
    write_section("id map", &ids(&vectors.ids), out)?;
    match &vectors.graph {
        Some(graph) => write_section("graph", &self::graph(graph, &n_vectors), out)?,
        None => write_section("no graph", &[], out)?,
    }
    let rows = [
        row("buckets", n(vectors.rows.buckets)),
        row("words", n(vectors.rows.words)),
        row("of these in `rows`", n(vectors.rows.common_words)),
    ];
    write_section("word rows", &rows, out)
}

fn cells(cells: &Cells) -> [Row; 3] {
    let sizes = range(cells.min, n(cells.median), cells.max);
    let count = format!("{}, {} empty", n(cells.cells), n(cells.empty));
    [
        row("cells", count),
        row("vectors a cell", sizes),
        row("factor step", format!("{} / 2^20", cells.factor_step)),
    ]
}

fn ids(ids: &Ids) -> Vec<Row> {
    let mut rows = vec![
        row("blocks", n(ids.blocks)),
        row("bits an entry", ids.bits),
        row("bytes a skill", format!("{:.2}", ids.bytes_per_skill)),
    ];
    rows.extend(ids.first.iter().map(|entry| {
        let id = entry.id.as_deref().unwrap_or("(card unreadable)");
        let name = format!("vector {}", entry.embedding);
        row(&name, format_args!("skill {}  {id}", entry.skill))
    }));
    rows
}

fn graph(graph: &Graph, n_vectors: &str) -> Vec<Row> {
    const BAR_WIDTH: usize = 40;
    let levels = format!("{}; cells take the place of upper ones", graph.levels);
    let degrees = graph.degrees;
    let links = range(degrees.min, format!("{:.1}", degrees.mean), degrees.max);
    let reachable = format!("{} of {n_vectors}", n(graph.reachable));
    let mut rows = vec![
        row("levels", levels),
        row("links a node", links),
        row("room for links", graph.links_max),
        row("reachable", reachable),
    ];
    let most = graph.histogram.iter().copied().max().unwrap_or(0).max(1);
    let counts = graph.histogram.iter().enumerate().skip(degrees.min);
    rows.extend(counts.map(|(degree, &count)| {
        let bar = "#".repeat((count * BAR_WIDTH).div_ceil(most));
        let value = format!("{:>9} {bar}", n(count));
        row(&format!("{degree:>2} links"), value.trim_end())
    }));
    rows
}

/// Least, middle or mean, and most.
fn range(min: usize, middle: String, max: usize) -> String {
    format!("{} to {}, {middle} in the middle", n(min), n(max))
}

fn write_section(title: &str, rows: &[Row], out: &mut Terminal<impl Write>) -> io::Result<()> {
    out.line("")?;
    out.line(title)?;
    write_rows(rows, out)
}

fn write_rows(rows: &[Row], out: &mut Terminal<impl Write>) -> io::Result<()> {
    let mut rows = rows.iter();
    rows.try_for_each(|(name, value)| out.line(format_args!("  {name:<22} {value}")))
}

fn n(count: impl TryInto<usize>) -> String {
    grouped(count.try_into().unwrap_or(usize::MAX))
}
