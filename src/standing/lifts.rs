//! What would lift a skill: words of the query in places where they do not stand yet, each reckoned by the search itself.

use serde::Serialize;
use skillpress_search::internals::{Standing, Supposed, Supposition};

use super::{helps, place_name, spoken};
use crate::index::TextField;

/// Words that would lift a skill, if they stood in a place of it.
#[derive(Debug, Serialize)]
pub(super) struct Lift {
    /// All of these together.
    pub(super) words: Vec<String>,
    /// Where they would stand.
    #[serde(rename = "in")]
    pub(super) place_name: &'static str,
    /// Where the skill would stand then.
    pub(super) place: usize,
    /// Whether it would fit then.
    pub(super) fits: bool,
    /// The probability that it helps then.
    helps: f64,
}

/// Most lifts that are named.
const LIFTS_MAX: usize = 5;

/// What would lift the skill, the highest first; `places`: where it holds each word now.
pub(super) fn lifts(standing: &Standing, places: &[Vec<TextField>]) -> Vec<Lift> {
    let mut lifts = Vec::new();
    let words = 0..standing.words.len();
    let lacking: Vec<usize> = words
        .clone()
        .filter(|idx| places[*idx].is_empty())
        .collect();
    if lacking.len() > 1 {
        lifts.extend(lift(standing, &lacking, TextField::Description));
    }
    for word_idx in words {
        let held = &places[word_idx];
        let lift_in = |place: TextField| match held.contains(&place) {
            true => None,
            false => lift(standing, &[word_idx], place),
        };
        let described = lift_in(TextField::Description);
        // A name is short, so it is named only where it does more.
        let named = lift_in(TextField::Name);
        let named = named.filter(|named| {
            let described = described.as_ref();
            described.is_none_or(|described| named.rank() < described.rank())
        });
        lifts.extend(described);
        lifts.extend(named);
    }
    lifts.sort_by_key(Lift::rank);
    lifts.truncate(LIFTS_MAX);
    lifts
}

/// What these words do in a place, if they lift the skill or make it fit.
fn lift(standing: &Standing, word_idxs: &[usize], place: TextField) -> Option<Lift> {
    let count = place.weight() as u32;
    let word_idxs = word_idxs.iter();
    let suppositions: Vec<Supposition> = word_idxs
        .clone()
        .map(|&word_idx| Supposition { word_idx, count })
        .collect();
    let then = standing.supposing(&suppositions)?;
    is_better(&then, standing).then(|| Lift {
        words: word_idxs
            .map(|word_idx| spoken(&standing.words[*word_idx]).to_owned())
            .collect(),
        place_name: place_name(place),
        place: then.place,
        fits: then.fit.fits,
        helps: helps(then.fit),
    })
}

fn is_better(then: &Supposed, standing: &Standing) -> bool {
    let starts_to_fit = then.fit.fits && !standing.hit.fit.fits;
    starts_to_fit || standing.place.is_none_or(|now| then.place < now)
}

impl Lift {
    /// Those that fit come before others, then the place counts.
    fn rank(&self) -> (bool, usize) {
        (!self.fits, self.place)
    }
}
