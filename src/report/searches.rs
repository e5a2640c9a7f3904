//! Searches: each query as the first of a visit, and as the one after another.

use serde::Serialize;
use skillpress_search::internals::format::manifest::{MANIFEST_PATH, PROBE_PATH};
use skillpress_search::{Answer, Mode, Options, Request, Searcher, Source};

use super::engine::reads_vectors;
use super::error::ReportError;
use super::files::Files;
use super::{Component, Cost, Load};

/// What searches cost.
#[derive(Clone, Debug, Serialize)]
pub struct Searches {
    /// How many queries were searched for.
    pub queries: usize,
    /// The first search of a visit: the engine, the index's manifest and probe, and what the query reads.
    pub first: SearchCosts,
    /// The search after it, for another query, with what the first one read at hand.
    pub next: SearchCosts,
}

/// What a kind of search costs, over all queries.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SearchCosts {
    /// Bytes that cross the network.
    pub bytes: Quantiles,
    /// How many requests.
    pub requests: Quantiles,
    /// How many round trips, one after the other. For a first search: those of the engine, one for the manifest, those of
    /// the query; fewer where a browser reads the manifest while the engine is on its way.
    pub round_trips: Quantiles,
    /// Of what a typical search consists: the mean of the fifth of the searches whose bytes are around the median.
    pub components: Vec<Component>,
}

/// Of sorted values, the one in the middle, and the one that 95 in 100 do not exceed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Quantiles {
    /// Half of the values are at most this.
    pub median: u64,
    /// 95 % of the values are at most this.
    pub p95: u64,
}

/// Counts the searches for `queries`. `searcher` has just been opened.
///
/// # Errors
/// When the index cannot be read.
pub(super) fn measure(
    searcher: &Searcher,
    mode: Mode,
    queries: &[String],
    engine: &Load,
    files: &mut Files,
) -> Result<Searches, ReportError> {
    let mut before_first = engine.components.clone();
    before_first.retain(|component| mode != Mode::Lexical || !reads_vectors(component));
    before_first.push(files.component(&format!("search/{MANIFEST_PATH}"))?);
    before_first.push(Component {
        name: PROBE_PATH.to_owned(),
        cost: Cost::of_request(1),
    });
    let mut firsts = Vec::new();
    let mut nexts = Vec::new();
    for (query_idx, query) in queries.iter().enumerate() {
        let mut searcher = searcher.clone();
        let next_query = &queries[(query_idx + 1) % queries.len()];
        firsts.push(count(&mut searcher, mode, query, files)?);
        nexts.push(count(&mut searcher, mode, next_query, files)?);
    }
    Ok(Searches {
        queries: queries.len(),
        first: summarize(&firsts, &before_first, engine.round_trips + 1, searcher),
        next: summarize(&nexts, &[], 0, searcher),
    })
}

/// What one search read.
#[derive(Default)]
struct Counted {
    /// By file, in the order of the manifest.
    files: Vec<Cost>,
    total: Cost,
    round_trips: u32,
}

fn count(
    searcher: &mut Searcher,
    mode: Mode,
    query: &str,
    files: &mut Files,
) -> Result<Counted, ReportError> {
    let files_of_index = searcher.manifest().files.iter();
    // Of a file and of its chunks.
    let starts: Vec<String> = files_of_index
        .map(|file| format!("files/{}-", file.name))
        .collect();
    let mut counted = Counted {
        files: vec![Cost::default(); starts.len()],
        ..Counted::default()
    };
    let options = Options {
        mode,
        ..Options::default()
    };
    let mut counting = |requests: &[Request]| {
        let answers = files.source.fetch(requests);
        counted.round_trips += 1;
        for (request, answer) in requests.iter().zip(&answers) {
            let Answer::Bytes(bytes) = answer else {
                continue;
            };
            let cost = Cost::of_request(bytes.len());
            counted.total += cost;
            let is_of = |start: &String| request.path.starts_with(start);
            if let Some(file_idx) = starts.iter().position(is_of) {
                counted.files[file_idx] += cost;
            }
        }
        answers
    };
    let found = searcher.find(query, &options, &mut counting);
    found.map_err(|error| files.source.search_error(error))?;
    Ok(counted)
}

/// `before` is what every search loads in `trips_before` round trips before it reads the index.
fn summarize(
    counted: &[Counted],
    before: &[Component],
    trips_before: u32,
    searcher: &Searcher,
) -> SearchCosts {
    let mut sorted: Vec<&Counted> = counted.iter().collect();
    sorted.sort_by_key(|counted| counted.total.bytes);
    let middle = &sorted[sorted.len() * 2 / 5..(sorted.len() * 3).div_ceil(5)];
    let files = searcher.manifest().files.iter().enumerate();
    let read = files.map(|(file_idx, file)| Component {
        name: file.name.clone(),
        cost: mean(middle.iter().map(|counted| counted.files[file_idx])),
    });
    let quantiles = |value: fn(&Cost) -> u64| {
        let before: u64 = before.iter().map(|loaded| value(&loaded.cost)).sum();
        Quantiles::of(counted.iter().map(|counted| before + value(&counted.total)))
    };
    let round_trips = counted.iter().map(|counted| counted.round_trips);
    SearchCosts {
        bytes: quantiles(|cost| cost.bytes),
        requests: quantiles(|cost| cost.requests),
        round_trips: Quantiles::of(round_trips.map(|n| u64::from(trips_before + n))),
        components: before
            .iter()
            .cloned()
            .chain(read.filter(|component| component.cost != Cost::default()))
            .collect(),
    }
}

/// Rounded to the nearest; zero of nothing.
fn mean(costs: impl ExactSizeIterator<Item = Cost>) -> Cost {
    let n_costs = (costs.len() as u64).max(1);
    let mut sum = Cost::default();
    costs.for_each(|cost| sum += cost);
    let divided = |value: u64| (value + n_costs / 2) / n_costs;
    Cost {
        bytes: divided(sum.bytes),
        raw_bytes: divided(sum.raw_bytes),
        requests: divided(sum.requests),
    }
}

impl Quantiles {
    /// By nearest rank; zero of nothing.
    fn of(values: impl IntoIterator<Item = u64>) -> Self {
        let mut values: Vec<u64> = values.into_iter().collect();
        values.sort_unstable();
        let rank = |percent: usize| {
            let rank = (values.len() * percent).div_ceil(100);
            values.get(rank.saturating_sub(1)).copied().unwrap_or(0)
        };
        Self {
            median: rank(50),
            p95: rank(95),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        for (values, median, p95) in [
            (vec![], 0, 0),
            (vec![7], 7, 7),
            (vec![4, 1, 3, 2], 2, 4),
            ((1..=100).rev().collect(), 50, 95),
        ] {
            assert_eq!(Quantiles::of(values), Quantiles { median, p95 });
        }
    }
}
