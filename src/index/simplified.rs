//! Traditional Chinese characters as simplified ones.

use std::collections::HashMap;

/// Simplified forms of traditional characters.
#[derive(Default)]
pub(super) struct Simplified(HashMap<char, char>);

impl Simplified {
    /// Each traditional character with its simplified form.
    pub(super) fn of_pairs(pairs: impl Iterator<Item = (char, char)>) -> Self {
        Self(pairs.collect())
    }

    /// `text` in simplified characters; `None` where it has no others.
    pub(super) fn of(&self, text: &str) -> Option<String> {
        let is_traditional = |c: char| !c.is_ascii() && self.0.contains_key(&c);
        let simplified = |c: char| self.0.get(&c).copied().unwrap_or(c);
        let has_traditional = text.chars().any(is_traditional);
        has_traditional.then(|| text.chars().map(simplified).collect())
    }
}
