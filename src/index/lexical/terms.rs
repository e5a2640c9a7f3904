//! From a skill to its terms, each as often as the places where it stands are worth.

use std::collections::BTreeMap;

use skillpress_search::internals::analyzer;

use super::fields::{TextField, tag_terms};
use crate::catalog::Skill;
use crate::index::simplified::Simplified;
use crate::markdown;

/// What one skill is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkillTerms {
    /// How often each term counts; sorted, no repeats.
    pub counts: Vec<(String, usize)>,
    /// The words that a typo can be corrected to, not stemmed; sorted, no repeats.
    pub words: Vec<String>,
    /// Those of them that stand in the name or the slug; sorted, no repeats.
    pub name_words: Vec<String>,
}

/// A word of the name or the slug.
const NAME_WEIGHT: usize = TextField::Name.weight();
/// Another form of a name, see [`analyzer::NameTerms::forms`].
const NAME_FORM_WEIGHT: usize = 3;
/// A word of a slug that it had before.
const OLD_NAME_WEIGHT: usize = 3;
/// A word of a tag.
const TAG_WEIGHT: usize = TextField::Tag.weight();
/// A word of the description.
const DESCRIPTION_WEIGHT: usize = TextField::Description.weight();
/// The owner.
const OWNER_WEIGHT: usize = TextField::Owner.weight();
/// A word of the start of the body.
const BODY_WEIGHT: usize = TextField::Text.weight();
/// How many characters of the body's text are indexed.
const BODY_CHARS: usize = 1000;

impl SkillTerms {
    /// Analyses a skill, every text of it once, and slugs that it had before; each term that has another form in
    /// `simplified` characters counts in both.
    pub(in crate::index) fn new(
        skill: &Skill,
        old_slugs: &[&str],
        simplified: &Simplified,
    ) -> Self {
        let mut terms = Self::default();
        terms.add_names(skill);
        for old_slug in old_slugs {
            terms.add_terms(old_slug, OLD_NAME_WEIGHT);
        }
        for tag in &skill.tags {
            for term in tag_terms(tag) {
                terms.add(term, TAG_WEIGHT);
            }
        }
        terms.add_text(&skill.description, DESCRIPTION_WEIGHT);
        terms.add_terms(&skill.key.owner, OWNER_WEIGHT);
        terms.add_text(&indexed_body(skill), BODY_WEIGHT);
        let counted = terms.counts.iter();
        let counted = counted.filter_map(|(term, count)| Some((simplified.of(term)?, *count)));
        let in_simplified: Vec<(String, usize)> = counted.collect();
        terms.counts.extend(in_simplified);
        terms.merge();
        terms
    }

    /// How often `term` counts.
    #[cfg(test)]
    fn count(&self, term: &str) -> usize {
        let found = self
            .counts
            .binary_search_by(|(counted, _)| counted.as_str().cmp(term));
        found.map_or(0, |idx| self.counts[idx].1)
    }

    /// All terms with spaces between, each as often as it counts, in order.
    pub fn weighted_text(&self) -> String {
        let mut text = String::new();
        for (term, count) in &self.counts {
            for _ in 0..*count {
                text.push_str(term);
                text.push(' ');
            }
        }
        text
    }

    /// Name and slug mostly say the same thing, so each term counts where it counts more.
    fn add_names(&mut self, skill: &Skill) {
        let mut merged: BTreeMap<String, usize> = BTreeMap::new();
        for text in [&skill.name, &skill.key.slug] {
            let terms = analyzer::name_terms(text);
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for word in terms.words {
                *counts.entry(word).or_insert(0) += NAME_WEIGHT;
            }
            for form in terms.forms {
                *counts.entry(form).or_insert(0) += NAME_FORM_WEIGHT;
            }
            for (term, count) in counts {
                let merged_count = merged.entry(term).or_insert(0);
                *merged_count = count.max(*merged_count);
            }
            let words = analyzer::words(&analyzer::fold(text)).into_iter();
            self.name_words
                .extend(words.filter(|word| is_spelled(word)));
        }
        self.words.extend_from_slice(&self.name_words);
        merged
            .into_iter()
            .for_each(|(term, count)| self.add(term, count));
    }

    /// Adds the terms of a text and its words.
    fn add_text(&mut self, text: &str, weight: usize) {
        let folded = analyzer::fold(text);
        for (_, term) in analyzer::symbol_terms(&folded) {
            self.add(term, weight);
        }
        for word in analyzer::words(&folded) {
            self.add(analyzer::stem(&word), weight);
            if is_spelled(&word) {
                self.words.push(word);
            }
        }
    }

    /// Adds the terms of a text whose words are not for corrections.
    fn add_terms(&mut self, text: &str, weight: usize) {
        for term in analyzer::text_terms(text) {
            self.add(term, weight);
        }
    }

    fn add(&mut self, term: String, count: usize) {
        if count > 0 {
            self.counts.push((term, count));
        }
    }

    /// Sorts, and adds up what was counted at several places. Cheaper than a map that is always in order.
    fn merge(&mut self) {
        self.counts.sort_unstable();
        self.counts.dedup_by(|term, before| {
            let is_same = term.0 == before.0;
            before.1 += if is_same { term.1 } else { 0 };
            is_same
        });
        for words in [&mut self.words, &mut self.name_words] {
            words.sort_unstable();
            words.dedup();
        }
    }
}

/// The start of the body as plain text, as far as it is indexed: code says how a skill works, not what it is for.
fn indexed_body(skill: &Skill) -> String {
    // So much Markdown is enough for so much text, unless it opens with long code.
    const MARKDOWN_CHARS_PER_CHAR: usize = 4;
    let n_chars_read = MARKDOWN_CHARS_PER_CHAR * BODY_CHARS;
    let end = skill.body.char_indices().nth(n_chars_read);
    let start = &skill.body[..end.map_or(skill.body.len(), |(end, _)| end)];
    markdown::plain_text(start, BODY_CHARS)
}

/// Whether a typo can be corrected to `word`.
fn is_spelled(word: &str) -> bool {
    const CHARS_MIN: usize = 3;
    word.chars().count() >= CHARS_MIN && analyzer::is_spelled(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::fixture::skill;

    #[test]
    fn a_word_of_name_and_slug_counts_once() {
        let terms = SkillTerms::new(
            &skill("ana", "weather-api", "Weather", ""),
            &[],
            &Simplified::default(),
        );
        assert_eq!(terms.count("weather"), NAME_WEIGHT);
        assert_eq!(terms.count("api"), NAME_WEIGHT);
        assert_eq!(terms.count("weatherapi"), NAME_FORM_WEIGHT);
        assert_eq!(terms.count("ana"), OWNER_WEIGHT);
        assert_eq!(terms.name_words, ["api", "weather"]);
    }

    #[test]
    fn what_stands_at_several_places_is_added_up() {
        let mut pdf = skill("ana", "pdf", "PDF", "Reads a PDF.");
        pdf.body = "# PDF\n\nReads **pages**.".into();
        let terms = SkillTerms::new(&pdf, &[], &Simplified::default());
        assert_eq!(
            terms.count("pdf"),
            NAME_WEIGHT + DESCRIPTION_WEIGHT + BODY_WEIGHT
        );
        assert_eq!(terms.words, ["pages", "pdf", "reads"]);
        assert_eq!(
            terms.weighted_text(),
            "a a a ana page pdf pdf pdf pdf pdf pdf pdf pdf pdf pdf read read read read "
        );
    }

    #[test]
    fn symbols_and_old_names_count_where_they_stand() {
        let mut linter = skill("ana", "cpp-lint", "C++ Lint", "For C++ and .NET.");
        linter.tags = vec!["c-sharp".into(), "dot-net".into()];
        let terms = SkillTerms::new(&linter, &["quaybook"], &Simplified::default());
        assert_eq!(terms.count("cpp"), NAME_WEIGHT + DESCRIPTION_WEIGHT);
        assert_eq!(terms.count("csharp"), TAG_WEIGHT);
        assert_eq!(terms.count("dotnet"), DESCRIPTION_WEIGHT + TAG_WEIGHT);
        assert_eq!(terms.count("quaybook"), OLD_NAME_WEIGHT);
    }

    #[test]
    fn only_the_start_of_a_body_is_indexed_and_no_code() {
        let mut long = skill("ana", "long", "Long", "");
        long.body = format!(
            "```\nneedle\n```\n[link](https://thread.example) {} needle",
            "ü ".repeat(1000)
        );
        let terms = SkillTerms::new(&long, &[], &Simplified::default());
        assert_eq!(
            [
                terms.count("link"),
                terms.count("needl"),
                terms.count("thread")
            ],
            [1, 0, 0]
        );
        assert!(terms.count("u") > 400);
    }
}
