//! Which parts of a text are what was searched for, by the analyzer that found it.

use alloc::vec::Vec;

use skillpress_search::Reason;
use skillpress_search::internals::analyzer::{
    fold, is_alphanumeric, is_mark, is_unspaced, stem, words,
};

/// `text` cut into parts that do and do not hold one of the terms, in turn, beginning with one that does not (perhaps an
/// empty one); together they are `text`.
///
/// A word is marked as a whole; of scripts without spaces the matching pairs of characters are.
pub(crate) fn highlighted<'t>(text: &'t str, reasons: &[Reason]) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut is_marked = false;
    for (at, piece, is_word) in pieces(text) {
        let is_match = is_word && is_found(piece, text, at, reasons);
        if is_match != is_marked {
            parts.push(&text[start..at]);
            (start, is_marked) = (at, is_match);
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The runs of letters and digits of `text` and what is between; of scripts without spaces each character is a piece.
fn pieces(text: &str) -> impl Iterator<Item = (usize, &str, bool)> {
    let mut at = 0;
    core::iter::from_fn(move || {
        let rest = &text[at..];
        let first = kind(rest.chars().next()?);
        let len = match first {
            Kind::Unspaced => rest.chars().next()?.len_utf8(),
            first => rest.find(|c| kind(c) != first).unwrap_or(rest.len()),
        };
        let piece = (at, &rest[..len], first != Kind::Other);
        at += len;
        Some(piece)
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Unspaced,
    Other,
}

fn kind(c: char) -> Kind {
    if is_mark(c) {
        Kind::Word
    } else if !is_alphanumeric(c) {
        Kind::Other
    } else if is_unspaced(c) {
        Kind::Unspaced
    } else {
        Kind::Word
    }
}

fn is_found(piece: &str, text: &str, at: usize, reasons: &[Reason]) -> bool {
    let mut terms = reasons.iter().map(|reason| reason.term.as_str());
    if piece.chars().next().is_some_and(is_unspaced) {
        // Terms of such scripts are one or two characters.
        let (before, after) = (&text[..at + piece.len()], &text[at..]);
        return terms.any(|term| before.ends_with(term) || after.starts_with(term));
    }
    let is_term = |word: &str| reasons.iter().any(|reason| reason.term == word);
    words(&fold(piece))
        .iter()
        .any(|word| is_term(word) || is_term(&stem(word)))
}

#[cfg(test)]
mod tests {
    use skillpress_search::EvidenceKind;

    use super::*;

    fn marked(text: &str, terms: &[&str]) -> String {
        let reasons: Vec<_> = terms
            .iter()
            .map(|&term| Reason {
                term: term.into(),
                kind: EvidenceKind::Word,
                score: 1,
            })
            .collect();
        let parts = highlighted(text, &reasons);
        assert_eq!(parts.concat(), text);
        let mut shown = String::new();
        for (part_idx, part) in parts.iter().enumerate() {
            shown += &if part_idx % 2 == 1 {
                format!("[{part}]")
            } else {
                (*part).into()
            };
        }
        shown
    }

    #[test]
    fn words_of_the_same_stem_are_marked_whole() {
        assert_eq!(
            marked("Merging pages: merge-tool, emerge", &["merg", "page"]),
            "[Merging] [pages]: [merge]-tool, emerge"
        );
        assert_eq!(marked("pdf pdf", &["pdf"]), "[pdf] [pdf]");
    }

    #[test]
    fn accents_and_other_scripts_are_marked() {
        assert_eq!(
            marked("Cafe\u{301} Finder", &["cafe"]),
            "[Cafe\u{301}] Finder"
        );
        assert_eq!(marked("مُدِير الكُتُب", &["مدير"]), "[مُدِير] الكُتُب");
        assert_eq!(marked("ｽﾌﾟﾚ 日", &["プレ"]), "[ｽﾌﾟﾚ] 日");
        assert_eq!(marked("AI翻译助手", &["翻译"]), "AI[翻译]助手");
        assert_eq!(marked("деловые письма", &["письма"]), "деловые [письма]");
    }

    #[test]
    fn nothing_to_mark_is_one_part() {
        assert_eq!(highlighted("", &[]), [""]);
        assert_eq!(marked("plain", &["other"]), "plain");
    }
}
