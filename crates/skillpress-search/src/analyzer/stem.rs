//! English stemming: the Porter2 algorithm as published by the Snowball project ("The English (Porter2) stemming
//! algorithm"), without its rules about apostrophes, which never reach it. Comments name the published steps.

use alloc::string::String;
use alloc::vec::Vec;

/// The stem of a lower-case word. Words that hold anything but ASCII letters come back as they are.
pub fn stem(word: &str) -> String {
    if word.len() <= 2 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.into();
    }
    let mut word = Word::new(word);
    if let Some(rule) = word.whole(&EXCEPTIONS) {
        word.replace(rule);
        return word.into_string();
    }
    word.step_1a();
    if word.whole(&UNCHANGED_AFTER_STEP_1A).is_none() {
        word.step_1b();
        word.step_1c();
        word.step_2();
        word.step_3();
        word.step_4();
        word.step_5();
    }
    word.into_string()
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
        if let Some(rule) = self.longest(&STEP_1B_EED) {
            if self.is_in(rule, self.r1) {
                self.replace(rule);
            }
            return;
        }
        let Some(rule) = self.longest(&STEP_1B) else {
            return;
        };
        if !self.has_vowel_before(self.letters.len() - suffix(rule).len()) {
            return;
        }
        self.replace(rule);
        let is_double = match self.letters[..] {
            [.., a, b] => {
                a == b
                    && matches!(
                        b,
                        b'b' | b'd' | b'f' | b'g' | b'm' | b'n' | b'p' | b'r' | b't'
                    )
            }
            _ => false,
        };
        if self.longest(&STEP_1B_ADDS_E).is_some() {
            self.letters.push(b'e');
        } else if is_double {
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
        let Some(rule) = self.longest(&STEP_2) else {
            return;
        };
        let is_met = match suffix(rule) {
            b"ogi" => self.letter_before(rule) == b'l',
            b"li" => matches!(
                self.letter_before(rule),
                b'c' | b'd' | b'e' | b'g' | b'h' | b'k' | b'm' | b'n' | b'r' | b't'
            ),
            _ => true,
        };
        if is_met && self.is_in(rule, self.r1) {
            self.replace(rule);
        }
    }

    fn step_3(&mut self) {
        let Some(rule) = self.longest(&STEP_3) else {
            return;
        };
        let is_met = suffix(rule) != b"ative" || self.is_in(rule, self.r2);
        if is_met && self.is_in(rule, self.r1) {
            self.replace(rule);
        }
    }

    fn step_4(&mut self) {
        let Some(rule) = self.longest(&STEP_4) else {
            return;
        };
        let is_met = suffix(rule) != b"ion" || matches!(self.letter_before(rule), b's' | b't');
        if is_met && self.is_in(rule, self.r2) {
            self.replace(rule);
        }
    }

    fn step_5(&mut self) {
        let before = self.letters.len() - 1;
        let is_dropped = match self.letters[before] {
            b'e' => {
                before >= self.r2 || (before >= self.r1 && !self.ends_with_short_syllable(before))
            }
            b'l' => before >= self.r2 && before > 0 && self.letters[before - 1] == b'l',
            _ => false,
        };
        if is_dropped {
            self.letters.pop();
        }
    }

    fn ends_with(&self, suffix: &str) -> bool {
        self.letters.ends_with(suffix.as_bytes())
    }

    /// The rule whose suffix is all of the word.
    fn whole(&self, rules: &'static [Rule]) -> Option<&'static Rule> {
        rules.iter().find(|rule| suffix(rule) == self.letters)
    }

    /// The rule with the longest suffix that the word has.
    fn longest(&self, rules: &'static [Rule]) -> Option<&'static Rule> {
        let last = self.letters.last();
        // Few suffixes end with the letter of the word: the others need no comparison of slices.
        rules
            .iter()
            .filter(|rule| suffix(rule).last() == last && self.letters.ends_with(suffix(rule)))
            .max_by_key(|rule| rule[0])
    }

    fn is_in(&self, rule: &Rule, region: usize) -> bool {
        self.letters.len() >= region + suffix(rule).len()
    }

    /// The letter before the suffix; 0 if there is none.
    fn letter_before(&self, rule: &Rule) -> u8 {
        match self.letters[..self.letters.len() - suffix(rule).len()] {
            [.., letter] => letter,
            [] => 0,
        }
    }

    fn replace(&mut self, rule: &Rule) {
        self.letters
            .truncate(self.letters.len() - suffix(rule).len());
        self.letters.extend_from_slice(replacement(rule));
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

    fn into_string(mut self) -> String {
        self.letters.make_ascii_lowercase();
        String::from_utf8(self.letters).unwrap_or_default()
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

/// Length of a suffix, the suffix, what replaces it, filled up with spaces: all in place, since lists of texts take three
/// times the room in the browser's module.
type Rule = [u8; 13];

fn suffix(rule: &Rule) -> &[u8] {
    &rule[1..][..usize::from(rule[0] - b'0')]
}

fn replacement(rule: &Rule) -> &[u8] {
    rule[1 + suffix(rule).len()..].trim_ascii_end()
}

const EXCEPTIONS: [Rule; 18] = [
    *b"4skisski     ",
    *b"5skiessky    ",
    *b"5dyingdie    ",
    *b"5lyinglie    ",
    *b"5tyingtie    ",
    *b"4idlyidl     ",
    *b"6gentlygentl ",
    *b"4uglyugli    ",
    *b"5earlyearli  ",
    *b"4onlyonli    ",
    *b"6singlysingl ",
    *b"3skysky      ",
    *b"4newsnews    ",
    *b"4howehowe    ",
    *b"5atlasatlas  ",
    *b"6cosmoscosmos",
    *b"4biasbias    ",
    *b"5andesandes  ",
];

const UNCHANGED_AFTER_STEP_1A: [Rule; 8] = [
    *b"6inning      ",
    *b"6outing      ",
    *b"7canning     ",
    *b"7herring     ",
    *b"7earring     ",
    *b"7proceed     ",
    *b"6exceed      ",
    *b"7succeed     ",
];

const STEP_1B_EED: [Rule; 2] = [*b"5eedlyee     ", *b"3eedee       "];

const STEP_1B: [Rule; 4] = [
    *b"5ingly       ",
    *b"4edly        ",
    *b"3ing         ",
    *b"2ed          ",
];

const STEP_1B_ADDS_E: [Rule; 3] = [*b"2at          ", *b"2bl          ", *b"2iz          "];

const STEP_2: [Rule; 24] = [
    *b"6tionaltion  ",
    *b"4encience    ",
    *b"4anciance    ",
    *b"4abliable    ",
    *b"5entlient    ",
    *b"4izerize     ",
    *b"7izationize  ",
    *b"7ationalate  ",
    *b"5ationate    ",
    *b"4atorate     ",
    *b"5alismal     ",
    *b"5alitial     ",
    *b"4allial      ",
    *b"7fulnessful  ",
    *b"5ouslious    ",
    *b"7ousnessous  ",
    *b"7ivenessive  ",
    *b"5ivitiive    ",
    *b"6bilitible   ",
    *b"3blible      ",
    *b"3ogiog       ",
    *b"5fulliful    ",
    *b"6lessliless  ",
    *b"2li          ",
];

const STEP_3: [Rule; 9] = [
    *b"6tionaltion  ",
    *b"7ationalate  ",
    *b"5alizeal     ",
    *b"5icateic     ",
    *b"5icitiic     ",
    *b"4icalic      ",
    *b"3ful         ",
    *b"4ness        ",
    *b"5ative       ",
];

const STEP_4: [Rule; 18] = [
    *b"5ement       ",
    *b"4ance        ",
    *b"4ence        ",
    *b"4able        ",
    *b"4ible        ",
    *b"4ment        ",
    *b"3ant         ",
    *b"3ent         ",
    *b"3ism         ",
    *b"3ate         ",
    *b"3iti         ",
    *b"3ous         ",
    *b"3ive         ",
    *b"3ize         ",
    *b"3ion         ",
    *b"2al          ",
    *b"2er          ",
    *b"2ic          ",
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
