//! English words that say little about what a skill does.

/// Whether a lower-case word is an English function word. They are indexed, and left out of queries that have others.
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS
        .split_ascii_whitespace()
        .any(|stop_word| stop_word == word)
}

/// Articles, pronouns, prepositions, conjunctions, auxiliary verbs and what apostrophes leave of them. In one text, since
/// a list of texts is three times as long in the browser's module.
const STOP_WORDS: &str = "\
    a about also am an and any are as at be because been being both but by can could d did do \
    does doing don each few for from had has have having he her here him his how i if in into \
    is it its just let ll m may me might more most must my myself of on or our ours re s shall \
    she should so some such t than that the their them then there these they this those to too \
    ve very was we were what when where which while who whom whose why will with would you \
    your yours yourself";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_list_is_found_and_no_other() {
        assert_eq!(STOP_WORDS.split_ascii_whitespace().count(), 106);
        assert!(STOP_WORDS.split_ascii_whitespace().all(is_stop_word));
        assert!(!is_stop_word("weather") && !is_stop_word("") && !is_stop_word("a about"));
    }
}
