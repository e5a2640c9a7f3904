//! Adapts the general word table to a registry, and embeds its skills.
//!
//! One pass in closed form: every word moves toward the skills it occurs in, the rarer the farther, and a word that the
//! general table lacks (a product's name, a pair of Chinese characters) starts from nothing and gets all its meaning
//! from them. With `N` skills of which `df(w)` hold the word `w` with weights `m(w,d)` of at most 2:
//!
//! ```text
//! shift(w) = ln(1 + N / (1 + df(w))) · Σ_d m(w,d) (doc(d) − mean doc) / (1 + Σ_d m(w,d))
//! row'(w)  = row(w) + k · shift(w),   k = 0.25 · median‖row‖ / mean‖shift‖
//! ```
//!
//! A document without any word of the general table says nothing of its words: `doc(d)` is unknown, and they get no row. It
//! has no direction either, whatever its words mean elsewhere: a pair of characters that two texts share says little.
//! Other documents are embedded again with the moved rows. Sums are integers, so no order of summation is hidden in them; `ln`
//! and roots come from one portable implementation.

use std::borrow::Borrow;
use std::collections::HashMap;

use rayon::prelude::*;
use skillpress_search::internals::analyzer::words;
use skillpress_search::internals::embedder::{DIM, Embedding, Row, WordSum};
use skillpress_search::internals::format::vectors::rows::WordRow;

use super::Model;
use crate::catalog::Skill;

/// How many characters of a body are embedded, code blocks and marks not counted.
pub const BODY_MAX_CHARS: usize = 1500;

/// A word table that knows the registry, and the registry's skills as directions.
pub struct Adapted {
    /// Words of the general table and of the documents with their rows, sorted by word.
    pub rows: Vec<WordRow>,
    /// One for each document; `None` where no word says anything.
    pub embeddings: Vec<Option<Embedding>>,
}

/// Adapts `model` to `skills`, in the order of the catalog. Of the general words that no skill holds only those of `core`
/// are kept, or all where there is none. Of a skill its name, its description and the first
/// `BODY_MAX_CHARS` characters of prose of its body are embedded.
pub fn adapt<S: Borrow<Skill>>(model: &Model, skills: &[S], core: Option<&[bool]>) -> Adapted {
    let (vocabulary, documents) = count_words(model, skills);
    let general = embed_all(&documents, &model.rows);
    let centred = centre(&general);
    let occurrences = invert(&documents, vocabulary.len());
    let shifts = Shifts {
        occurrences: &occurrences,
        centred: &centred,
    };
    let strength = strength(&shifts, model.median_norm);
    let zero = Row::quantise(&[0.0; DIM]);
    let rows: Vec<Row> = (0..vocabulary.len())
        .into_par_iter()
        .map(|word_idx| {
            let row = model.rows.get(word_idx).unwrap_or(&zero);
            match shifts.of(word_idx) {
                // Untouched rows keep their bytes: an edit of a skill must not change words that it never used.
                None => *row,
                Some(shift) => {
                    let mut values = row.values();
                    for (value, shift) in values.iter_mut().zip(shift) {
                        *value += strength * shift;
                    }
                    Row::quantise(&values)
                }
            }
        })
        .collect();
    let mut embeddings = embed_all(&documents, &rows);
    for (embedding, general) in embeddings.iter_mut().zip(&general) {
        if general.is_none() {
            *embedding = None;
        }
    }
    let is_core = |word_idx: usize| core.is_none_or(|core| core[word_idx]);
    let is_known = |word_idx: usize| match word_idx < model.rows.len() {
        true => is_core(word_idx) || !occurrences.of(word_idx).is_empty(),
        false => rows[word_idx] != zero,
    };
    let known: Vec<bool> = (0..rows.len()).map(is_known).collect();
    let words = vocabulary.into_iter().zip(rows).enumerate();
    let mut rows: Vec<WordRow> = words
        .filter(|&(word_idx, _)| known[word_idx])
        .map(|(word_idx, (word, row))| WordRow {
            word,
            row,
            n_uses: n_uses(model, word_idx, &occurrences),
        })
        .collect();
    rows.sort_unstable_by(|a, b| a.word.cmp(&b.word));
    Adapted { rows, embeddings }
}

/// An occurrence in a name or a description counts ten tenths, in the body three.
const NAME_TENTHS: u32 = 10;
const BODY_TENTHS: u32 = 3;

/// A word that a document repeats pulls no more than two of its occurrences.
const MAX_TENTHS: u32 = 20;

/// How far the mean word moves, of the median length of the general rows.
const STRENGTH: f64 = 0.25;

/// Words of one document with their weights in tenths, sorted by word.
type Weights = Vec<(u32, u32)>;

/// Numbers the words, those of the model first, and weighs them for each document.
fn count_words<S: Borrow<Skill>>(model: &Model, skills: &[S]) -> (Vec<Box<str>>, Vec<Weights>) {
    let mut vocabulary = model.words.clone();
    let mut new_words: HashMap<Box<str>, u32> = HashMap::new();
    let mut number_of = |word: String| {
        if let Ok(idx) = model.words.binary_search_by(|w| (**w).cmp(&word)) {
            return idx as u32;
        }
        *new_words.entry(word.into()).or_insert_with_key(|word| {
            vocabulary.push(word.clone());
            vocabulary.len() as u32 - 1
        })
    };
    let weights = skills.iter().map(|skill| {
        let skill = skill.borrow();
        let mut weights = Weights::new();
        let body = prose(&skill.body);
        for (text, tenths) in [
            (&skill.name, NAME_TENTHS),
            (&skill.description, NAME_TENTHS),
            (&body, BODY_TENTHS),
        ] {
            weights.extend(words(text).into_iter().map(|w| (number_of(w), tenths)));
        }
        weights.sort_unstable();
        weights.dedup_by(|next, kept| {
            let is_same_word = next.0 == kept.0;
            if is_same_word {
                kept.1 = kept.1.saturating_add(next.1);
            }
            is_same_word
        });
        weights
    });
    let weights = weights.collect();
    (vocabulary, weights)
}

/// The first [`BODY_MAX_CHARS`] characters of a body without fenced code blocks and the marks of Markdown.
fn prose(body: &str) -> String {
    let mut prose = String::new();
    let mut rest = body;
    let mut n_left = BODY_MAX_CHARS;
    while n_left > 0 && !rest.is_empty() {
        let fence = rest.find("```");
        let text = &rest[..fence.unwrap_or(rest.len())];
        for c in text.chars().take(n_left) {
            let is_mark = matches!(c, '#' | '*' | '`' | '|' | '>' | '_');
            prose.push(if is_mark { ' ' } else { c });
            n_left -= 1;
        }
        let code = fence.map_or("", |start| &rest[start + 3..]);
        rest = match code.find("```") {
            Some(end) => &code[end + 3..],
            None => code,
        };
        prose.push(' ');
    }
    prose
}

fn embed_all(documents: &[Weights], rows: &[Row]) -> Vec<Option<Embedding>> {
    let embed = |weights: &Weights| {
        let mut sum = WordSum::default();
        for &(word_idx, tenths) in weights {
            // Words that the table lacks have no row yet.
            if let Some(row) = rows.get(word_idx as usize) {
                sum.add(row, tenths);
            }
        }
        sum.unit()
    };
    documents.par_iter().map(embed).collect()
}

/// Embeddings minus their mean, in units of 2⁻¹⁵; `None` for documents without one.
///
/// The mean is rounded to 2⁻⁴: one edited skill hardly ever moves it, and with it every word of the registry. On 2,291
/// skills an edit changes 17 rows; with a mean rounded to 2⁻⁷ it is 4,600, and nothing is found better.
fn centre(embeddings: &[Option<Embedding>]) -> Vec<Option<[i32; DIM]>> {
    let mut mean = [0i64; DIM];
    for embedding in embeddings.iter().flatten() {
        for (mean, &x) in mean.iter_mut().zip(embedding.components()) {
            *mean += i64::from(x);
        }
    }
    const STEP: i64 = 1 << 11;
    let n = (embeddings.iter().flatten().count() as i64).max(1) * STEP;
    let mean = mean.map(|sum| ((sum + n / 2).div_euclid(n) * STEP) as i32);
    let centred = |embedding: &Embedding| {
        std::array::from_fn(|dim| i32::from(embedding.components()[dim]) - mean[dim])
    };
    let embeddings = embeddings.iter();
    embeddings
        .map(|embedding| embedding.as_ref().map(centred))
        .collect()
}

/// For each word the documents that hold it, with weights in tenths: `occurrences[starts[w]..starts[w + 1]]`.
struct Occurrences {
    starts: Vec<u32>,
    occurrences: Vec<(u32, u32)>,
}

fn invert(documents: &[Weights], n_words: usize) -> Occurrences {
    let mut starts = vec![0u32; n_words + 1];
    for &(word_idx, _) in documents.iter().flatten() {
        starts[word_idx as usize + 1] += 1;
    }
    for idx in 0..n_words {
        starts[idx + 1] += starts[idx];
    }
    let mut next = starts.clone();
    let mut occurrences = vec![(0, 0); starts[n_words] as usize];
    for (document_idx, weights) in documents.iter().enumerate() {
        for &(word_idx, tenths) in weights {
            let slot = &mut next[word_idx as usize];
            occurrences[*slot as usize] = (document_idx as u32, tenths);
            *slot += 1;
        }
    }
    Occurrences {
        starts,
        occurrences,
    }
}

impl Occurrences {
    fn of(&self, word_idx: usize) -> &[(u32, u32)] {
        let range = self.starts[word_idx] as usize..self.starts[word_idx + 1] as usize;
        &self.occurrences[range]
    }
}

/// How often documents use a word, an occurrence in the body counting one and those in name and description what they
/// weigh more; that general texts use it as well counts three.
fn n_uses(model: &Model, word_idx: usize, occurrences: &Occurrences) -> u32 {
    let n_general = if model.is_common(word_idx) { 3 } else { 0 };
    let tenths = occurrences.of(word_idx).iter().map(|&(_, tenths)| tenths);
    tenths.map(|tenths| tenths.min(MAX_TENTHS)).sum::<u32>() / BODY_TENTHS + n_general
}

struct Shifts<'a> {
    occurrences: &'a Occurrences,
    centred: &'a [Option<[i32; DIM]>],
}

impl Shifts<'_> {
    /// Where the documents draw a word; `None` for a word that none of those with an embedding holds.
    fn of(&self, word_idx: usize) -> Option<[f32; DIM]> {
        let occurrences = self.occurrences.of(word_idx);
        let mut sum = [0i64; DIM];
        let mut mass = 0i64;
        for &(document_idx, tenths) in occurrences {
            let Some(document) = &self.centred[document_idx as usize] else {
                continue;
            };
            let tenths = tenths.min(MAX_TENTHS);
            mass += i64::from(tenths);
            for (sum, &x) in sum.iter_mut().zip(document) {
                *sum += i64::from(x * tenths as i32);
            }
        }
        if mass == 0 {
            return None;
        }
        let rarity = rarity(self.centred.len(), occurrences.len());
        let factor = rarity / (f64::from(1 << 15) * (mass + 10) as f64);
        Some(sum.map(|sum| (sum as f64 * factor) as f32))
    }
}

/// `ln(1 + N / (1 + df))`, `N` rounded to an eighth of its power of two: a new skill seldom changes it, and with it all
/// words of the registry.
fn rarity(n_documents: usize, document_freq: usize) -> f64 {
    let step = 1 << (n_documents / 8).max(1).ilog2();
    let n_documents = (n_documents + step / 2) / step * step;
    libm::log(1.0 + n_documents as f64 / (1.0 + document_freq as f64))
}

/// `k`, rounded to a 64th of its power of two, for the same reason.
fn strength(shifts: &Shifts, median_norm: f32) -> f32 {
    let n_words = shifts.occurrences.starts.len() - 1;
    let norms: Vec<Option<f64>> = (0..n_words)
        .into_par_iter()
        .map(|word_idx| {
            let shift = shifts.of(word_idx)?;
            let square = shift.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
            Some(libm::sqrt(square))
        })
        .collect();
    let (mut sum, mut n) = (0.0, 0.0);
    for norm in norms.into_iter().flatten() {
        sum += norm;
        n += 1.0;
    }
    if sum == 0.0 {
        return 0.0;
    }
    let strength = STRENGTH * f64::from(median_norm) * n / sum;
    let unit = libm::exp2(libm::floor(libm::log2(strength)) - 6.0);
    ((strength / unit).round() * unit) as f32
}

#[cfg(test)]
mod tests {
    use skillpress_search::internals::embedder::Cosine;

    use super::*;
    use crate::index::fixture;

    fn model() -> Model {
        let words = ["weather", "forecast", "rain", "pdf", "merge", "the", "bank"];
        Model::built_in().unwrap().only(&words)
    }

    fn document(name: &str, description: &str) -> Skill {
        fixture::skill("ana", "x", name, description)
    }

    fn row<'a>(adapted: &'a Adapted, word: &str) -> Option<&'a Row> {
        adapted
            .rows
            .iter()
            .find(|row| &*row.word == word)
            .map(|row| &row.row)
    }

    fn cosine(adapted: &Adapted, a: &str, b: &str) -> Cosine {
        let unit = |word| {
            let mut sum = WordSum::default();
            sum.add(row(adapted, word).unwrap(), 1);
            sum.unit().unwrap()
        };
        unit(a).cosine(&unit(b))
    }

    fn documents() -> [Skill; 5] {
        [
            document("Skyview", "weather forecast rain"),
            document("Skyview 2", "rain forecast"),
            document("Pagejoin", "merge pdf"),
            document("Pagejoin pro", "pdf merge the"),
            document("天気予報", "weather rain"),
        ]
    }

    #[test]
    fn a_name_that_the_model_lacks_means_what_its_documents_mean() {
        let adapted = adapt(&model(), &documents(), None);
        assert!(cosine(&adapted, "skyview", "weather") > cosine(&adapted, "skyview", "pdf"));
        assert!(cosine(&adapted, "pagejoin", "pdf") > cosine(&adapted, "pagejoin", "weather"));
        assert!(cosine(&adapted, "天気", "rain") > cosine(&adapted, "天気", "merge"));
        assert!(row(&adapted, "unheard").is_none());
    }

    #[test]
    fn a_text_without_known_words_has_no_meaning_and_gives_none() {
        let mut documents = documents().to_vec();
        documents.push(document("погода", "прогноз погоды"));
        documents.push(document("перевод", "перевод текста rain"));
        documents.push(document("словарь", "текста"));
        let adapted = adapt(&model(), &documents, None);
        assert!(row(&adapted, "погода").is_none());
        assert!(adapted.embeddings[5].is_none());
        assert!(
            row(&adapted, "перевод").is_some(),
            "it stands beside a known word"
        );
        assert!(row(&adapted, "текста").is_some());
        assert!(
            adapted.embeddings[7].is_none(),
            "a word that it shares with another text is no known one"
        );
    }

    #[test]
    fn words_that_no_document_uses_keep_their_rows() {
        let adapted = adapt(&model(), &documents(), None);
        assert!(row(&adapted, "bank") == model().row("bank"));
        assert!(row(&adapted, "pdf") != model().row("pdf"));
    }

    #[test]
    fn a_word_is_used_by_the_documents_that_hold_it_and_by_general_texts() {
        // Two occurrences of ten tenths each, in units of three.
        let adapted = adapt(&model(), &documents(), None);
        let n_uses = |word: &str| {
            let row = adapted.rows.iter().find(|row| &*row.word == word);
            row.unwrap().n_uses
        };
        assert_eq!(n_uses("skyview"), 6, "a name");
        assert_eq!(n_uses("pdf"), 6 + 3);
        assert_eq!(n_uses("bank"), 3);
    }

    #[test]
    fn the_order_of_the_documents_does_not_matter() {
        let forwards = adapt(&model(), &documents(), None);
        let mut documents = documents();
        documents.reverse();
        let backwards = adapt(&model(), &documents, None);
        assert!(forwards.rows == backwards.rows);
        assert!(
            forwards
                .embeddings
                .iter()
                .eq(backwards.embeddings.iter().rev())
        );
    }

    #[test]
    fn prose_leaves_out_code_and_marks_and_ends_after_its_limit() {
        assert_eq!(
            prose("# A `b`\n```sh\nrm x\n```\n*c*").trim(),
            "A  b \n \n c"
        );
        assert_eq!(prose("a ```unclosed").trim(), "a  unclosed");
        let long = prose(&"é ".repeat(2_000));
        assert_eq!(long.trim_end().chars().count(), BODY_MAX_CHARS - 1);
        assert_eq!(prose(&"```".repeat(10_001)).trim(), "");
    }
}
