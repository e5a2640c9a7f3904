//! English stemming: the Porter2 algorithm as published by the Snowball project ("The English (Porter2) stemming
//! algorithm"), without its rules about apostrophes, which never reach it. Comments name the published steps.

use alloc::string::String;
use alloc::vec::Vec;

/// The stem of a lower-case word. Words that hold anything but ASCII letters come back as they are.
pub fn stem(word: &str) -> String {
    if word.len() <= 2 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.into();
    }
    if let Some(&(_, stem)) = EXCEPTIONS.iter().find(|&&(from, _)| from == word) {
        return stem.into();
    }
    let mut word = Word::new(word);
    word.step_1a();
    if !UNCHANGED_AFTER_STEP_1A.contains(&word.as_str()) {
        word.step_1b();
        word.step_1c();
        word.step_2();
        word.step_3();
        word.step_4();
        word.step_5();
    }
    word.as_str().to_ascii_lowercase()
}

/// A word on its way to its stem. `Y` stands for a `y` that is a consonant.
struct Word {
    letters: Vec<u8>,
    /// Where the part after the first consonant that follows a vowel begins; never above the length at the start.
    r1: usize,
    /// The same within `r1`.
    r2: usize,
}

impl Word {
    fn new(word: &str) -> Self {
        let mut letters: Vec<u8> = word.bytes().collect();
        for idx in 0..letters.len() {
            if letters[idx] == b'y' && (idx == 0 || is_vowel(letters[idx - 1])) {
                letters[idx] = b'Y';
            }
        }
        let r1 = ["gener", "commun", "arsen"]
            .iter()
            .find(|prefix| word.starts_with(*prefix))
            .map_or_else(|| region_after(&letters, 0), |prefix| prefix.len());
        let r2 = region_after(&letters, r1);
        Self { letters, r1, r2 }
    }

    fn step_1a(&mut self) {
        let len = self.letters.len();
        if self.ends_with("sses") {
            self.letters.truncate(len - 2);
        } else if self.ends_with("ied") || self.ends_with("ies") {
            self.letters.truncate(len - if len > 4 { 2 } else { 1 });
        } else if self.ends_with("s")
            && !self.ends_with("us")
            && !self.ends_with("ss")
            && self.has_vowel_before(len - 2)
        {
            self.letters.truncate(len - 1);
        }
    }

    fn step_1b(&mut self) {
        if let Some(suffix) = self.longest_of(&["eedly", "eed"]) {
            if self.is_in(suffix, self.r1) {
                self.replace(suffix, "ee");
            }
            return;
        }
        let Some(suffix) = self.longest_of(&["ingly", "edly", "ing", "ed"]) else {
            return;
        };
        if !self.has_vowel_before(self.letters.len() - suffix.len()) {
            return;
        }
        self.replace(suffix, "");
        let doubles = ["bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"];
        if self.longest_of(&["at", "bl", "iz"]).is_some() {
            self.letters.push(b'e');
        } else if self.longest_of(&doubles).is_some() {
            self.letters.pop();
        } else if self.r1 >= self.letters.len() && self.ends_with_short_syllable(self.letters.len())
        {
            self.letters.push(b'e');
        }
    }

    fn step_1c(&mut self) {
        let len = self.letters.len();
        if len > 2
            && matches!(self.letters[len - 1], b'y' | b'Y')
            && !is_vowel(self.letters[len - 2])
        {
            self.letters[len - 1] = b'i';
        }
    }

    fn step_2(&mut self) {
        let Some(&(suffix, replacement)) = longest(&STEP_2, &self.letters) else {
            return;
        };
        let before = self.letters.len() - suffix.len();
        let is_met = match suffix {
            "ogi" => before > 0 && self.letters[before - 1] == b'l',
            "li" => before > 0 && b"cdeghkmnrt".contains(&self.letters[before - 1]),
            _ => true,
        };
        if is_met && self.is_in(suffix, self.r1) {
            self.replace(suffix, replacement);
        }
    }

    fn step_3(&mut self) {
        let Some(&(suffix, replacement)) = longest(&STEP_3, &self.letters) else {
            return;
        };
        let region = if suffix == "ative" { self.r2 } else { self.r1 };
        if self.is_in(suffix, region) && self.is_in(suffix, self.r1) {
            self.replace(suffix, replacement);
        }
    }

    fn step_4(&mut self) {
        let Some(suffix) = self.longest_of(&STEP_4) else {
            return;
        };
        let before = self.letters.len() - suffix.len();
        let is_met =
            suffix != "ion" || (before > 0 && matches!(self.letters[before - 1], b's' | b't'));
        if is_met && self.is_in(suffix, self.r2) {
            self.replace(suffix, "");
        }
    }

    fn step_5(&mut self) {
        let before = self.letters.len() - 1;
        let is_dropped = match self.letters[before] {
            b'e' => {
                self.is_in("e", self.r2)
                    || (self.is_in("e", self.r1) && !self.ends_with_short_syllable(before))
            }
            b'l' => self.is_in("l", self.r2) && before > 0 && self.letters[before - 1] == b'l',
            _ => false,
        };
        if is_dropped {
            self.letters.pop();
        }
    }

    fn ends_with(&self, suffix: &str) -> bool {
        self.letters.ends_with(suffix.as_bytes())
    }

    /// The first suffix of `suffixes` that the word has; lists are in order of falling length where one ends another.
    fn longest_of(&self, suffixes: &[&'static str]) -> Option<&'static str> {
        suffixes
            .iter()
            .copied()
            .find(|suffix| self.ends_with(suffix))
    }

    fn is_in(&self, suffix: &str, region: usize) -> bool {
        self.letters.len() >= region + suffix.len()
    }

    fn replace(&mut self, suffix: &str, replacement: &str) {
        self.letters.truncate(self.letters.len() - suffix.len());
        self.letters.extend_from_slice(replacement.as_bytes());
    }

    fn has_vowel_before(&self, end: usize) -> bool {
        self.letters[..end].iter().any(|&letter| is_vowel(letter))
    }

    fn ends_with_short_syllable(&self, end: usize) -> bool {
        match self.letters[..end] {
            [first, second] => is_vowel(first) && !is_vowel(second),
            [.., before, vowel, last] => {
                !is_vowel(before)
                    && is_vowel(vowel)
                    && !is_vowel(last)
                    && !matches!(last, b'w' | b'x' | b'Y')
            }
            _ => false,
        }
    }

    fn as_str(&self) -> &str {
        core::str::from_utf8(&self.letters).unwrap_or_default()
    }
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// One past the first consonant that follows a vowel at or after `start`, or the end of the word.
fn region_after(letters: &[u8], start: usize) -> usize {
    (start + 1..letters.len())
        .find(|&idx| !is_vowel(letters[idx]) && is_vowel(letters[idx - 1]))
        .map_or(letters.len(), |idx| idx + 1)
}

fn longest<'a>(rules: &'a [(&str, &str)], letters: &[u8]) -> Option<&'a (&'a str, &'a str)> {
    rules
        .iter()
        .filter(|(suffix, _)| letters.ends_with(suffix.as_bytes()))
        .max_by_key(|(suffix, _)| suffix.len())
}

const EXCEPTIONS: [(&str, &str); 18] = [
    ("skis", "ski"),
    ("skies", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("idly", "idl"),
    ("gently", "gentl"),
    ("ugly", "ugli"),
    ("early", "earli"),
    ("only", "onli"),
    ("singly", "singl"),
    ("sky", "sky"),
    ("news", "news"),
    ("howe", "howe"),
    ("atlas", "atlas"),
    ("cosmos", "cosmos"),
    ("bias", "bias"),
    ("andes", "andes"),
];

const UNCHANGED_AFTER_STEP_1A: [&str; 8] = [
    "inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed",
];

const STEP_2: [(&str, &str); 24] = [
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("abli", "able"),
    ("entli", "ent"),
    ("izer", "ize"),
    ("ization", "ize"),
    ("ational", "ate"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("aliti", "al"),
    ("alli", "al"),
    ("fulness", "ful"),
    ("ousli", "ous"),
    ("ousness", "ous"),
    ("iveness", "ive"),
    ("iviti", "ive"),
    ("biliti", "ble"),
    ("bli", "ble"),
    ("ogi", "og"),
    ("fulli", "ful"),
    ("lessli", "less"),
    ("li", ""),
];

const STEP_3: [(&str, &str); 9] = [
    ("tional", "tion"),
    ("ational", "ate"),
    ("alize", "al"),
    ("icate", "ic"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
    ("ative", ""),
];

const STEP_4: [&str; 18] = [
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous",
    "ive", "ize", "ion", "al", "er", "ic",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::stem;

    /// Words and their stems by the Snowball project's own program.
    const PUBLISHED: &str = include_str!("../../tests/data/english_stems.txt");

    #[test]
    fn stems_are_those_of_the_published_algorithm() {
        let mut n_words = 0;
        for line in PUBLISHED.lines() {
            let (word, expected) = line.split_once(' ').expect("a line is a word and its stem");
            assert_eq!(stem(word), expected, "the stem of {word}");
            n_words += 1;
        }
        assert!(n_words > 2000);
    }

    #[test]
    fn words_of_other_letters_have_no_stem() {
        for word in ["cafés", "v2s", "погода", "翻译", "", "x", "is"] {
            assert_eq!(stem(word), word);
        }
    }

    proptest! {
        #[test]
        fn every_word_has_a_stem(word in "[a-z]{1,12}(ing|ed|s|ly|ness|ational|eed)?") {
            prop_assert!(!stem(&word).is_empty());
        }
    }
}
