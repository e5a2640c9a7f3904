//! Budgets: what the settings allow, held against what was counted.

use std::path::Path;

use super::{Component, Load, Part, Report, SearchCosts};
use crate::config::{Budget, Budgets};
use crate::input_file;
use crate::problem::{Place, Problem, Problems};
use crate::text::number::grouped;

/// One error for each budget that `report` exceeds, at its place in the settings at `config_path`.
pub fn check(report: &Report, budgets: &Budgets, config_path: &Path) -> Problems {
    // Only for the place: without the text the problem names the file.
    let config = input_file::read_text(config_path).unwrap_or_default();
    let config = input_file::without_mark(&config);
    measured(report, budgets)
        .into_iter()
        .filter_map(|measured| {
            let budget = measured.budget.as_ref()?;
            (measured.amount > *budget.get_ref())
                .then(|| measured.problem(budget, config_path, config))
        })
        .collect()
}

/// What a budget limits.
struct Measured<'a> {
    name: &'static str,
    budget: &'a Option<Budget>,
    /// What is counted.
    unit: &'static str,
    amount: u64,
    /// What it consists of, with their amounts.
    parts: Vec<(&'a str, u64)>,
}

fn measured<'a>(report: &'a Report, budgets: &'a Budgets) -> [Measured<'a>; 8] {
    let load = |load: &'a Load| (load.total.bytes, bytes_of(&load.components));
    let search = |costs: &'a SearchCosts| (costs.bytes.median, bytes_of(&costs.components));
    let listing = &report.listing_visit.load;
    let detail = report.detail_visit.as_ref().map(|visit| load(&visit.load));
    let html = listing.components.first().map_or(0, |html| html.cost.bytes);
    let parts = |amount: fn(&Part) -> u64| {
        let parts = report.parts.iter();
        parts
            .map(|part| (part.name.as_str(), amount(part)))
            .collect()
    };
    let (first, next) = (&report.search.first, &report.search.next);
    let site = (report.site.bytes, parts(|part| part.bytes));
    let files = (report.site.files, parts(|part| part.files));
    let detail = detail.unwrap_or_default();
    let bytes = "bytes";
    [
        ("listing_html", &budgets.listing_html, bytes, (html, vec![])),
        (
            "listing_visit",
            &budgets.listing_visit,
            bytes,
            load(listing),
        ),
        ("detail_visit", &budgets.detail_visit, bytes, detail),
        (
            "search_engine",
            &budgets.search_engine,
            bytes,
            load(&report.engine),
        ),
        ("first_search", &budgets.first_search, bytes, search(first)),
        ("next_search", &budgets.next_search, bytes, search(next)),
        ("site", &budgets.site, bytes, site),
        ("files", &budgets.files, "files", files),
    ]
    .map(|(name, budget, unit, (amount, parts))| Measured {
        name,
        budget,
        unit,
        amount,
        parts,
    })
}

fn bytes_of(components: &[Component]) -> Vec<(&str, u64)> {
    components
        .iter()
        .map(|component| (component.name.as_str(), component.cost.bytes))
        .collect()
}

/// How many parts a problem names.
const PARTS_SHOWN: usize = 4;

impl Measured<'_> {
    fn problem(mut self, budget: &Budget, config_path: &Path, config: &str) -> Problem {
        let problem = Problem::error(
            config_path,
            "budget",
            format!(
                "`{}` allows {} {}, but the new site takes {}",
                self.name,
                grouped(*budget.get_ref() as usize),
                self.unit,
                grouped(self.amount as usize)
            ),
        );
        let problem = if config.is_empty() {
            problem
        } else {
            problem.at(config, Place::Offset(budget.span().start))
        };
        self.parts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let largest = self.parts.iter().take(PARTS_SHOWN);
        let largest: Vec<String> = largest
            .map(|(name, bytes)| format!("{name} {}", grouped(*bytes as usize)))
            .collect();
        problem.hint(if largest.is_empty() {
            "make it smaller, or raise the budget".to_owned()
        } else {
            format!(
                "the largest parts are {}; make them smaller, or raise the budget",
                largest.join(" · ")
            )
        })
    }
}
