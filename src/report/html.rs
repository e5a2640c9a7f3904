//! A report as one page with bars, for a file that is opened from disk.

use std::io::{self, Write};

use askama::Template;

use super::{Component, Quantiles, Report};
use crate::text::number::{counted, file_size, grouped};

/// Writes a page that needs nothing else: no script, no other file, no network.
///
/// # Errors
/// What `out` says.
pub fn write_html(report: &Report, out: &mut impl Write) -> io::Result<()> {
    Page::new(report).write_into(out)
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    skills: String,
    n_queries: usize,
    site_size: String,
    site_files: String,
    costs: Vec<CostBar<'a>>,
    parts: Vec<PartBar<'a>>,
}

/// A visit or a search, as long as its bytes on the scale that all share.
struct CostBar<'a> {
    title: String,
    note: String,
    size: String,
    /// `12 requests in 4 round trips`, and the like.
    requests: String,
    segments: Vec<Segment<'a>>,
}

struct Segment<'a> {
    name: &'a str,
    size: String,
    raw_size: Option<String>,
    requests: u64,
    /// Which of the colours: the same for a name everywhere.
    color: usize,
    /// Of the longest bar, in thousandths.
    per_mille: u64,
}

struct PartBar<'a> {
    name: &'a str,
    size: String,
    files: String,
    per_mille: u64,
}

/// Colours of the page. Names beyond take the first ones again, which only files of pages have, never those of searches.
const N_COLORS: usize = 16;

impl<'a> Page<'a> {
    fn new(report: &'a Report) -> Self {
        let groups = groups(report);
        let sum = |group: &CostGroup| -> u64 {
            let components = group.components.iter();
            components.map(|component| component.cost.bytes).sum()
        };
        let longest = groups.iter().map(sum).max().unwrap_or(0).max(1);
        let mut names: Vec<&str> = Vec::new();
        let components = groups.iter().flat_map(|group| group.components);
        for component in components {
            if !names.contains(&component.name.as_str()) {
                names.push(&component.name);
            }
        }
        let largest_part = report.parts.first().map_or(1, |part| part.bytes.max(1));
        let parts = report.parts.iter().map(|part| PartBar {
            name: &part.name,
            size: size(part.bytes),
            files: grouped(part.files as usize),
            per_mille: part.bytes * 1000 / largest_part,
        });
        Self {
            skills: grouped(report.skills as usize),
            n_queries: report.search.queries,
            site_size: size(report.site.bytes),
            site_files: grouped(report.site.files as usize),
            parts: parts.collect(),
            costs: groups
                .into_iter()
                .map(|group| group.into_bar(&names, longest))
                .collect(),
        }
    }
}

/// What a bar is made from.
struct CostGroup<'a> {
    title: String,
    note: String,
    bytes: u64,
    requests: u64,
    round_trips: u64,
    components: &'a [Component],
}

fn groups(report: &Report) -> Vec<CostGroup<'_>> {
    let mut groups = Vec::new();
    let visits = [
        ("A listing visit", Some(&report.listing_visit)),
        ("A skill's page", report.detail_visit.as_ref()),
    ];
    for (title, visit) in visits {
        groups.extend(visit.map(|visit| CostGroup {
            title: title.to_owned(),
            note: format!(
                "/{}, nothing cached",
                visit.page.trim_end_matches("index.html")
            ),
            bytes: visit.load.total.bytes,
            requests: visit.load.total.requests,
            round_trips: visit.load.round_trips.into(),
            components: &visit.load.components,
        }));
    }
    let searches = [
        ("search", Some(&report.search)),
        ("search by words alone", report.lexical_search.as_ref()),
    ];
    for (kind, searches) in searches {
        let Some(searches) = searches else { continue };
        for (which, costs) in [("first", &searches.first), ("next", &searches.next)] {
            let Quantiles { median, p95 } = costs.bytes;
            groups.push(CostGroup {
                title: format!("The {which} {kind}"),
                note: format!("median; 95 in 100 take at most {}", size(p95)),
                bytes: median,
                requests: costs.requests.median,
                round_trips: costs.round_trips.median,
                components: &costs.components,
            });
        }
    }
    groups
}

impl<'a> CostGroup<'a> {
    fn into_bar(self, names: &[&str], longest: u64) -> CostBar<'a> {
        let segment = |component: &'a Component| {
            let name_idx = names.iter().position(|name| *name == component.name);
            let cost = component.cost;
            Segment {
                name: &component.name,
                size: size(cost.bytes),
                raw_size: (cost.raw_bytes != cost.bytes).then(|| size(cost.raw_bytes)),
                requests: cost.requests,
                color: name_idx.unwrap_or(0) % N_COLORS,
                per_mille: cost.bytes * 1000 / longest,
            }
        };
        CostBar {
            title: self.title,
            note: self.note,
            size: size(self.bytes),
            requests: format!(
                "{} in {}",
                counted(self.requests as usize, "request", "requests"),
                counted(self.round_trips as usize, "round trip", "round trips")
            ),
            segments: self.components.iter().map(segment).collect(),
        }
    }
}

fn size(bytes: u64) -> String {
    file_size(bytes as usize)
}
