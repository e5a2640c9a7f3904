//! Budgets: what the settings allow, held against what was counted.

use std::path::Path;

use super::{Component, Load, Part, Report, SearchCosts};
use crate::config::{Budget, Budgets};
use crate::input_file;
use crate::problem::{Place, Problem, Problems};
use crate::text::number::grouped;

/// One error for each budget that `report` exceeds, at its place in the settings at `config_path`.
pub fn check(report: &Report, budgets: &Budgets, config_path: &Path) -> Problems {
    measured(report, budgets)
        .into_iter()
        .filter_map(|measured| {
            let budget = measured.budget.as_ref()?;
            let is_exceeded = measured.amount > *budget.get_ref();
            is_exceeded.then(|| measured.problem(budget, config_path))
        })
        .collect()
}

/// Places `problem`, whose file is the settings, at their byte `offset`, as far as they can be read.
pub(super) fn at_setting(problem: Problem, offset: usize) -> Problem {
    match input_file::read_text(&problem.path) {
        Ok(config) => problem.at(input_file::without_mark(&config), Place::Offset(offset)),
        Err(_) => problem,
    }
}

/// The largest of `parts`, each a name and an amount, as `zips 2,291 · feeds 300`.
pub(super) fn largest(mut parts: Vec<(&str, u64)>) -> String {
    const PARTS_SHOWN: usize = 4;
    parts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let shown = parts.iter().take(PARTS_SHOWN);
    let shown: Vec<String> = shown
        .map(|(name, amount)| format!("{name} {}", grouped(*amount as usize)))
        .collect();
    shown.join(" · ")
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

impl Measured<'_> {
    fn problem(self, budget: &Budget, config_path: &Path) -> Problem {
        let message = format!(
            "`{}` allows {} {}, but the new site takes {}",
            self.name,
            grouped(*budget.get_ref() as usize),
            self.unit,
            grouped(self.amount as usize)
        );
        let hint = match &*largest(self.parts) {
            "" => "make it smaller, or raise the budget".to_owned(),
            largest => {
                format!("the largest parts are {largest}; make them smaller, or raise the budget")
            }
        };
        let problem = Problem::error(config_path, "budget", message).hint(hint);
        at_setting(problem, budget.span().start)
    }
}
