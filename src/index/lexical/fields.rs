//! The places of a skill where its words stand, and what a word is worth in each.

use skillpress_search::internals::analyzer;

use crate::catalog::Skill;

/// A place of a skill where words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextField {
    /// Its name or its slug.
    Name,
    /// A tag.
    Tag,
    /// Its description.
    Description,
    /// Its owner.
    Owner,
    /// The start of its text.
    Text,
}

/// What a skill says of itself in a few words; all but the start of its text.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    pub owner: &'a str,
    pub slug: &'a str,
    pub name: &'a str,
    pub tags: &'a [String],
    pub description: &'a str,
}

impl TextField {
    /// How often a term counts for each time that it stands there: measured on judged queries (`docs/search-quality.md`);
    /// the text's length is what BM25 normalises by.
    pub const fn weight(self) -> usize {
        match self {
            Self::Name => 6,
            Self::Tag => 4,
            Self::Description => 3,
            Self::Owner | Self::Text => 1,
        }
    }
}

impl<'a> Labels<'a> {
    /// Those of a skill.
    pub fn of(skill: &'a Skill) -> Self {
        Self {
            owner: &skill.key.owner,
            slug: &skill.key.slug,
            name: &skill.name,
            tags: &skill.tags,
            description: &skill.description,
        }
    }

    /// Where a skill that holds one of `terms` has them: in its text when they stand nowhere else.
    pub fn places_of(&self, terms: &[&str]) -> Vec<TextField> {
        let has = |held: &[String]| held.iter().any(|term| terms.contains(&term.as_str()));
        let is_named = |name: &str| {
            let names = analyzer::name_terms(name);
            has(&names.words) || has(&names.forms)
        };
        let mut places = Vec::new();
        if is_named(self.name) || is_named(self.slug) {
            places.push(TextField::Name);
        }
        if self.tags.iter().any(|tag| has(&tag_terms(tag))) {
            places.push(TextField::Tag);
        }
        let folded = analyzer::fold(self.description);
        let symbols = analyzer::symbol_terms(&folded).into_iter();
        let described: Vec<String> = symbols.map(|(_, term)| term).collect();
        if has(&described) || has(&analyzer::text_terms(self.description)) {
            places.push(TextField::Description);
        }
        if has(&analyzer::text_terms(self.owner)) {
            places.push(TextField::Owner);
        }
        if places.is_empty() {
            places.push(TextField::Text);
        }
        places
    }
}

/// The terms of a tag: also those of its words with symbols, as [`analyzer::symbol_terms`] has them.
pub(super) fn tag_terms(tag: &str) -> Vec<String> {
    let mut terms = analyzer::text_terms(tag);
    if let Some(tag) = with_symbols_in_letters(tag) {
        terms.extend(analyzer::text_terms(&tag));
    }
    terms
}

/// A tag that spells symbols out: `cpp` of `c-plus-plus`.
fn with_symbols_in_letters(tag: &str) -> Option<String> {
    let in_letters = tag.replace("-plus-plus", "pp");
    let in_letters = in_letters
        .replace("-plus", "plus")
        .replace("-sharp", "sharp");
    let in_letters = match in_letters.strip_prefix("dot-") {
        Some(rest) => format!("dot{rest}"),
        None => in_letters,
    };
    (in_letters != tag).then_some(in_letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_told_where_it_stands() {
        let labels = Labels {
            owner: "ana",
            slug: "cpp-lint",
            name: "PDFLinter",
            tags: &["c-sharp".to_owned()],
            description: "Lints C++ and reads .NET.",
        };
        for (term, places) in [
            ("lint", &[TextField::Name, TextField::Description][..]),
            ("pdf", &[TextField::Name]),
            ("cpp", &[TextField::Name, TextField::Description]),
            ("csharp", &[TextField::Tag]),
            ("dotnet", &[TextField::Description]),
            ("ana", &[TextField::Owner]),
            ("weather", &[TextField::Text]),
        ] {
            assert_eq!(labels.places_of(&[term]), places, "{term}");
        }
    }
}
