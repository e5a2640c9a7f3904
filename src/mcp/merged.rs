//! The results of several searches as those of one.

use skillpress_search::internals::format::cards::Card;
use skillpress_search::{Hit, Options, Results};

/// Leaves those hits whose skill `is_offered`, and counts those of them that fit.
pub(super) fn keep(results: &mut Results, is_offered: impl Fn(&Card) -> bool) {
    results.hits.retain(|hit| is_offered(&hit.card));
    let fitting = results.hits.iter().filter(|hit| hit.fit.fits);
    results.n_found = fitting.count();
}

/// What searches for skills of different owners found together, each in its order: those that fit before those that do not,
/// by how likely they help.
///
/// `options` are those of all the searches but for their filters. There is at least one.
pub(super) fn results(found: Vec<Results>, options: &Options) -> Results {
    let n_found = found.iter().map(|results| results.n_found).sum();
    let is_complete = found.iter().all(|results| results.is_complete);
    let mut found = found.into_iter();
    let first = found.next().unwrap_or_default();
    let mut merged = Results {
        n_found,
        is_complete,
        ..first
    };
    for Results {
        hits,
        words_to_drop,
        ..
    } in found
    {
        merged.hits = in_order(merged.hits, hits);
        let other_words = words_to_drop.into_iter();
        let is_new = |word: &String| !merged.words_to_drop.contains(word);
        let new_words: Vec<String> = other_words.filter(is_new).collect();
        merged.words_to_drop.extend(new_words);
    }
    if n_found > 0 {
        merged.words_to_drop.clear();
    }
    let n_fitting = merged.hits.partition_point(|hit| hit.fit.fits);
    let n_shown = n_fitting.saturating_add(options.near_limit);
    merged.hits.truncate(n_shown.min(options.limit));
    merged
}

fn in_order(ours: Vec<Hit>, theirs: Vec<Hit>) -> Vec<Hit> {
    let (mut ours, mut theirs) = (ours.into_iter().peekable(), theirs.into_iter().peekable());
    let mut hits = Vec::new();
    loop {
        let is_ours = match (ours.peek(), theirs.peek()) {
            (Some(our), Some(their)) => rank(our) >= rank(their),
            (our, _) => our.is_some(),
        };
        let next = match is_ours {
            true => ours.next(),
            false => theirs.next(),
        };
        match next {
            Some(hit) => hits.push(hit),
            None => return hits,
        }
    }
}

fn rank(hit: &Hit) -> (bool, i32) {
    (hit.fit.fits, hit.fit.log_odds_milli())
}
