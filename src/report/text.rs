//! A report for a terminal.

use std::io::{self, Write};

use super::{Component, Cost, Part, Report, Searches, Visit};
use crate::terminal::Terminal;
use crate::text::number::grouped;

/// Writes a report as aligned tables.
///
/// # Errors
/// What `out` says.
pub fn write_text(report: &Report, out: &mut Terminal<impl Write>) -> io::Result<()> {
    write_row(
        out,
        "",
        ["bytes", "before brotli", "requests", "round trips"],
    )?;
    write_visit(out, "listing visit", &report.listing_visit)?;
    if let Some(visit) = &report.detail_visit {
        write_visit(out, "skill visit", visit)?;
    }
    write_searches(out, "search", &report.search)?;
    if let Some(searches) = &report.lexical_search {
        write_searches(out, "lexical search", searches)?;
    }
    out.line("")?;
    write_row(out, "", ["bytes", "files", "", ""])?;
    write_part(out, "site on disk", &report.site)?;
    for part in &report.parts {
        write_part(out, &format!("  {}", part.name), part)?;
    }
    Ok(())
}

const NAME_WIDTH: usize = 24;

fn write_row(out: &mut Terminal<impl Write>, name: &str, cells: [&str; 4]) -> io::Result<()> {
    let [a, b, c, d] = cells;
    let line = format!("{name:<NAME_WIDTH$} {a:>12} {b:>14} {c:>10} {d:>12}");
    out.line(line.trim_end())
}

fn write_visit(out: &mut Terminal<impl Write>, name: &str, visit: &Visit) -> io::Result<()> {
    out.line("")?;
    let load = &visit.load;
    write_cost(out, name, load.total, &load.round_trips.to_string())?;
    write_components(out, &load.components)?;
    out.line(format_args!(
        "  of {}",
        visit.page.trim_end_matches("index.html")
    ))
}

fn write_searches(
    out: &mut Terminal<impl Write>,
    name: &str,
    searches: &Searches,
) -> io::Result<()> {
    for (which, costs) in [("first", &searches.first), ("next", &searches.next)] {
        out.line("")?;
        let costs_of = [costs.bytes, costs.requests, costs.round_trips];
        for (title, costs) in [
            (
                &*format!("{which} {name}, median"),
                costs_of.map(|of| of.median),
            ),
            ("  95th percentile", costs_of.map(|of| of.p95)),
        ] {
            let [bytes, requests, round_trips] = costs.map(|cost| grouped(cost as usize));
            write_row(out, title, [&bytes, "", &requests, &round_trips])?;
        }
        write_components(out, &costs.components)?;
    }
    out.line(format_args!("  over {} queries", searches.queries))
}

fn write_components(out: &mut Terminal<impl Write>, components: &[Component]) -> io::Result<()> {
    components.iter().try_for_each(|component| {
        write_cost(out, &format!("  {}", component.name), component.cost, "")
    })
}

fn write_cost(
    out: &mut Terminal<impl Write>,
    name: &str,
    cost: Cost,
    round_trips: &str,
) -> io::Result<()> {
    let [bytes, raw_bytes, requests] =
        [cost.bytes, cost.raw_bytes, cost.requests].map(|value| grouped(value as usize));
    write_row(out, name, [&bytes, &raw_bytes, &requests, round_trips])
}

fn write_part(out: &mut Terminal<impl Write>, name: &str, part: &Part) -> io::Result<()> {
    let [bytes, files] = [part.bytes, part.files].map(|value| grouped(value as usize));
    write_row(out, name, [&bytes, &files, "", ""])
}
