//! The state of an index for a terminal.

use std::fmt::Display;
use std::io::{self, Write};

use super::{Damage, Graph, Inspection, Lexical, Spelling, Vectors};
use crate::terminal::Terminal;
use crate::text::number::grouped;

/// Writes the state as text: a section for every part, what is wrong at its end.
///
/// # Errors
/// What `out` says.
pub fn write_text(inspection: &Inspection, out: &mut Terminal<impl Write>) -> io::Result<()> {
    write_manifest(inspection, out)?;
    if let Some(lexical) = &inspection.lexical {
        write_lexical(lexical, out)?;
    }
    if let Some(spelling) = &inspection.spelling {
        write_spelling(spelling, out)?;
    }
    section(out, "cards")?;
    line(
        out,
        "readable",
        format!("{} of {}", n(inspection.cards), n(inspection.skills)),
    )?;
    match &inspection.vectors {
        Some(vectors) => write_vectors(vectors, inspection.skills, out)?,
        None => section(out, "no vectors: search is by words alone")?,
    }
    if !inspection.damages.is_empty() {
        section(out, "damaged")?;
    }
    inspection
        .damages
        .iter()
        .try_for_each(|damage| line(out, &damage.part, damage.to_string()))
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

fn write_manifest(inspection: &Inspection, out: &mut Terminal<impl Write>) -> io::Result<()> {
    out.line("manifest")?;
    line(
        out,
        "format, analyzer",
        format!("{}, {}", inspection.format, inspection.analyzer),
    )?;
    line(out, "build", &inspection.build)?;
    line(out, "skills", n(inspection.skills))?;
    line(out, "badge kinds", list(&inspection.badges))?;
    let host = if inspection.has_ranges {
        "answers ranges"
    } else {
        "does not answer ranges"
    };
    line(out, "host", host)?;
    section(
        out,
        format_args!("files {:>20} {:>12} {:>8}", "bytes", "chunks", "of"),
    )?;
    for file in &inspection.files {
        out.line(format_args!(
            "  {:<10} {:>13} {:>12} {:>8}  {}",
            file.name,
            n(file.bytes as usize),
            n(file.chunks as usize),
            n(file.chunk_bytes),
            file.path
        ))?;
    }
    Ok(())
}

fn write_lexical(lexical: &Lexical, out: &mut Terminal<impl Write>) -> io::Result<()> {
    section(out, "terms")?;
    line(out, "blocks", n(lexical.term_blocks))?;
    let terms = &lexical.terms;
    for (name, count) in [
        ("words", terms.words),
        ("identities", terms.identities),
        ("owners", terms.owners),
        ("tags", terms.tags),
        ("badges", terms.badges),
        ("operating systems", terms.os),
    ] {
        line(out, name, n(count))?;
    }
    line(
        out,
        "terms a skill",
        format!("{:.1}", lexical.average_terms),
    )?;
    if let Some((word, doc_freq)) = &lexical.commonest {
        line(
            out,
            "commonest word",
            format!("{}, in {} skills", word, n(*doc_freq)),
        )?;
    }
    section(out, "postings")?;
    line(out, "postings", n(lexical.postings as usize))?;
    line(out, "lists in term blocks", n(lexical.inline_lists))?;
    let lists = format!(
        "{}, {} bytes",
        n(lexical.lists),
        n(lexical.list_bytes as usize)
    );
    line(out, "lists of the file", lists)
}

fn write_spelling(spelling: &Spelling, out: &mut Terminal<impl Write>) -> io::Result<()> {
    section(out, "spelling")?;
    line(out, "blocks", n(spelling.blocks))?;
    line(out, "words", n(spelling.words))
}

fn write_vectors(
    vectors: &Vectors,
    n_skills: u32,
    out: &mut Terminal<impl Write>,
) -> io::Result<()> {
    section(out, "vectors")?;
    line(
        out,
        "vectors",
        format!("{} of {} skills", n(vectors.vectors), n(n_skills)),
    )?;
    line(out, "plan", vectors.plan)?;
    let bytes = vectors.session_bytes;
    line(
        out,
        "three searches",
        format!(
            "flat {} bytes, graph {} bytes",
            n(bytes.flat as usize),
            n(bytes.graph as usize)
        ),
    )?;

    let cells = &vectors.cells;
    section(out, "cells")?;
    line(
        out,
        "cells",
        format!("{}, {} empty", n(cells.cells), n(cells.empty)),
    )?;
    line(
        out,
        "vectors a cell",
        range(cells.min, n(cells.median), cells.max),
    )?;
    line(out, "factor step", format!("{} / 2^20", cells.factor_step))?;

    let ids = &vectors.ids;
    section(out, "id map")?;
    line(out, "blocks", n(ids.blocks))?;
    line(out, "bits an entry", ids.bits)?;
    line(out, "bytes a skill", format!("{:.2}", ids.bytes_per_skill))?;
    for entry in &ids.first {
        let id = entry.id.as_deref().unwrap_or("(card unreadable)");
        line(
            out,
            &format!("vector {}", entry.embedding),
            format!("skill {}  {}", entry.skill, id),
        )?;
    }

    match &vectors.graph {
        Some(graph) => write_graph(graph, vectors.vectors, out)?,
        None => section(out, "no graph")?,
    }
    section(out, "word rows")?;
    line(out, "buckets", n(vectors.rows.buckets))?;
    line(out, "words", n(vectors.rows.words))
}

fn write_graph(graph: &Graph, n_vectors: u32, out: &mut Terminal<impl Write>) -> io::Result<()> {
    const BAR_WIDTH: usize = 40;
    section(out, "graph")?;
    line(
        out,
        "levels",
        format!("{}; cells take the place of upper ones", graph.levels),
    )?;
    let degrees = graph.degrees;
    line(
        out,
        "links a node",
        range(degrees.min, format!("{:.1}", degrees.mean), degrees.max),
    )?;
    line(out, "room for links", graph.links_max)?;
    line(
        out,
        "reachable",
        format!("{} of {}", n(graph.reachable), n(n_vectors)),
    )?;
    let most = graph.histogram.iter().copied().max().unwrap_or(0).max(1);
    for (degree, &count) in graph.histogram.iter().enumerate().skip(degrees.min) {
        let bar = "#".repeat((count * BAR_WIDTH).div_ceil(most));
        let text = format!("{:>9} {bar}", n(count));
        line(out, &format!("{degree:>2} links"), text.trim_end())?;
    }
    Ok(())
}

/// Least, middle or mean, and most.
fn range(min: usize, middle: String, max: usize) -> String {
    format!("{} to {}, {middle} in the middle", n(min), n(max))
}

fn list(values: &[String]) -> String {
    match values {
        [] => "none".to_owned(),
        values => values.join(", "),
    }
}

fn section(out: &mut Terminal<impl Write>, title: impl Display) -> io::Result<()> {
    out.line("")?;
    out.line(title)
}

fn line(out: &mut Terminal<impl Write>, name: &str, value: impl Display) -> io::Result<()> {
    out.line(format_args!("  {name:<22} {value}"))
}

fn n(count: impl TryInto<usize>) -> String {
    grouped(count.try_into().unwrap_or(usize::MAX))
}
