//! Splits text into lower-case words: the step that the lexical index and the embedder share.

use alloc::string::String;
use alloc::vec::Vec;

use super::letters::is_alphanumeric;

/// Longest word in bytes of UTF-8; longer runs (keys, encoded blobs) are left out.
pub const WORD_MAX_BYTES: usize = 64;

/// The words of `text` in order, lower-cased.
///
/// A word is a maximal run of letters and digits (Unicode). Where a run passes between a script without spaces (Han,
/// Hiragana, Katakana, Hangul, Thai, Lao, Burmese, Khmer) and any other, it is cut; the parts without spaces give their
/// overlapping pairs of characters, a single character stays as it is. Runs longer than [`WORD_MAX_BYTES`] are left out,
/// pairs never are.
pub fn words(text: &str) -> Vec<String> {
    words_up_to(WORD_MAX_BYTES, text)
}

/// The same, but runs of up to `max_bytes` are words.
pub(super) fn words_up_to(max_bytes: usize, text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for_each_run(text, |run, is_unspaced| {
        end_run(run, is_unspaced, max_bytes, &mut words);
    });
    words
}

/// The runs of `text` that its words come from, lower-cased: those of scripts without spaces whole.
pub fn runs(text: &str) -> Vec<String> {
    let mut runs = Vec::new();
    for_each_run(text, |run, _| {
        if !run.is_empty() {
            runs.push(run.clone());
            run.clear();
        }
    });
    runs
}

/// Gives each run, and whether its script has no spaces; what takes it empties it. Some may be empty.
fn for_each_run(text: &str, mut end: impl FnMut(&mut String, bool)) {
    let mut run = String::new();
    let mut run_is_unspaced = false;
    let mut take = |c: char| {
        let is_unspaced = is_unspaced(c);
        if !is_alphanumeric(c) || (is_unspaced != run_is_unspaced && !run.is_empty()) {
            end(&mut run, run_is_unspaced);
        }
        if is_alphanumeric(c) {
            run_is_unspaced = is_unspaced;
            run.push(c);
        }
    };
    for c in text.chars() {
        // Most text is ASCII, and needs no tables.
        if c.is_ascii() {
            take(c.to_ascii_lowercase());
        } else {
            c.to_lowercase().for_each(&mut take);
        }
    }
    end(&mut run, run_is_unspaced);
}

/// The first `n` characters of `text`, or all of it.
pub fn first_chars(text: &str, n: usize) -> &str {
    let len = text.chars().take(n).map(char::len_utf8).sum();
    &text[..len]
}

/// `text` in lower case, character by character, so that a capital's small letter never depends on its neighbours.
pub fn lower_case(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    for c in text.chars() {
        lower.extend(c.to_lowercase());
    }
    lower
}

fn end_run(run: &mut String, is_unspaced: bool, max_bytes: usize, words: &mut Vec<String>) {
    if is_unspaced {
        let mut before = None;
        for c in run.chars() {
            if let Some(before) = before {
                words.push([before, c].iter().collect());
            }
            before = Some(c);
        }
        if before.is_some_and(|c| c.len_utf8() == run.len()) {
            words.push(run.clone());
        }
    } else if !run.is_empty() && run.len() <= max_bytes {
        words.push(run.clone());
    }
    run.clear();
}

/// Whether a typo in `word` can be told: it is all letters, of a script with spaces.
pub fn is_spelled(word: &str) -> bool {
    word.chars().all(|c| !c.is_ascii_digit() && !is_unspaced(c))
}

/// Whether `c` belongs to a script that is written without spaces between words.
pub fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        assert_eq!(
            words("How do I merge PDF-files, v2?"),
            ["how", "do", "i", "merge", "pdf", "files", "v2"]
        );
        assert_eq!(words("Погода café"), ["погода", "café"]);
        assert_eq!(words("__ -- \u{0} "), [""; 0]);
    }

    #[test]
    fn scripts_without_spaces_give_pairs() {
        assert_eq!(words("AI翻译助手"), ["ai", "翻译", "译助", "助手"]);
        assert_eq!(
            words("データベース"),
            ["デー", "ータ", "タベ", "ベー", "ース"]
        );
        assert_eq!(words("날씨 日"), ["날씨", "日"]);
        assert_eq!(words("ตลาดนัด"), ["ตล", "ลา", "าด", "ดน", "นั", "ัด"]);
    }

    #[test]
    fn endless_runs_are_left_out() {
        assert_eq!(words(&"x".repeat(100_000)), [""; 0]);
        assert_eq!(words(&"漢".repeat(1000)).len(), 999);
    }
}
