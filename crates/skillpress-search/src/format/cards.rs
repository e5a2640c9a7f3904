//! Cards: what a result shows, in slots of 256 bytes, so that a card's place follows from its skill.

use alloc::string::String;
use alloc::vec::Vec;

use super::block::{self, CHECKSUM_LEN};
use crate::bytes::Read;
use crate::{ByteRange, DocId, FormatError, Reader, Writer};

/// What the manifest calls the file of cards.
pub const CARDS_FILE: &str = "cards";
/// Length of a card's block, checksum included.
pub const CARD_LEN: usize = 256;
/// Longest owner and longest slug, in bytes.
pub const IDENTITY_PART_MAX_LEN: usize = 96;

/// Whether `text` can be an owner or a slug: 1 to 96 ASCII letters, digits, `-`, `_` and `.`, a letter or digit first,
/// no `.` last (some file systems drop it), and not `index.html`, which is the file of the folder it would stand in.
///
/// So it stands in URLs, paths and commands as it is, and means nothing to a terminal.
pub fn is_identity_part(text: &str) -> bool {
    text.len() <= IDENTITY_PART_MAX_LEN
        && !text.eq_ignore_ascii_case("index.html")
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !text.ends_with('.')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// What a result shows of a skill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Who publishes it.
    pub owner: String,
    /// Its short name.
    pub slug: String,
    /// Its name, cut to what fits.
    pub name: String,
    /// Positions of its badges in the manifest's list, one bit each.
    pub badges: u32,
    /// Its first tags, as many as fit.
    pub tags: Vec<String>,
    /// The start of its description, cut to what fits.
    pub summary: String,
}

/// Where the card of `skill` stands in the file.
pub fn range(doc: DocId) -> ByteRange {
    ByteRange {
        start: u64::from(doc.0) * CARD_LEN as u64,
        len: CARD_LEN as u32,
    }
}

/// The block of `skill`'s card: owner and slug (strings), badges (varint), name (string), tags (count, strings),
/// summary (string), zeros. Name, tags and summary are cut so that all fits.
///
/// # Errors
/// `Invalid` when owner or slug is none: see [`is_identity_part`].
pub fn encode(card: &Card, doc: DocId) -> Result<Vec<u8>, FormatError> {
    if !is_identity_part(&card.owner) || !is_identity_part(&card.slug) {
        return Err(FormatError::Invalid {
            what: WHAT,
            offset: 0,
        });
    }
    let mut writer = Writer::new();
    writer.str(&card.owner);
    writer.str(&card.slug);
    writer.varint(card.badges);
    // Two bytes at least are kept for the tags' count and the summary's length.
    let room = PAYLOAD_LEN - writer.len() - 2;
    writer.str(cut(&card.name, NAME_MAX_LEN.min(room - 1)).as_str());
    let mut tags: Vec<&str> = Vec::new();
    let mut tags_len = 0;
    for tag in &card.tags {
        tags_len += tag.len() + 1;
        if tags_len > TAGS_MAX_LEN.min(PAYLOAD_LEN - writer.len() - 2) {
            break;
        }
        tags.push(tag);
    }
    writer.varint(tags.len() as u32);
    tags.iter().for_each(|tag| writer.str(tag));
    let room = PAYLOAD_LEN - writer.len();
    let len_bytes = if room > 128 { 2 } else { 1 };
    writer.str(&cut(&card.summary, room - len_bytes));
    let mut payload = writer.into_bytes();
    payload.resize(PAYLOAD_LEN, 0);
    Ok(block::seal(CARDS_FILE, range(doc).start, &payload))
}

/// Reads the payload of a card's block.
///
/// Whoever reads a card makes a link, a path or a line of it, so owner and slug are checked here, for all of them.
///
/// # Errors
/// `Truncated`, or `Invalid`, also when owner or slug is none: see [`is_identity_part`].
pub fn decode(payload: &[u8]) -> Result<Card, FormatError> {
    Reader::read(payload, WHAT, |reader| {
        let mut card = Card {
            owner: identity_part(reader)?,
            slug: identity_part(reader)?,
            badges: reader.varint()?,
            name: reader.string()?,
            ..Card::default()
        };
        for _ in 0..reader.count(1)? {
            card.tags.push(reader.string()?);
        }
        card.summary = reader.string()?;
        if reader.rest().iter().any(|&byte| byte != 0) {
            reader.finish()?;
        }
        Ok(card)
    })
}

fn identity_part(reader: &mut Reader<'_>) -> Read<String> {
    let text = reader.string()?;
    if is_identity_part(&text) {
        return Ok(text);
    }
    Err(reader.invalid())
}

/// `text` in at most `max_len` bytes: as it is, or cut after a whole word where there is one, and ended by `…`.
fn cut(text: &str, max_len: usize) -> String {
    const ELLIPSIS: &str = "…";
    if text.len() <= max_len {
        return text.into();
    }
    let Some(mut end) = max_len.checked_sub(ELLIPSIS.len()) else {
        return String::new();
    };
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let kept = &text[..end];
    let kept = match kept.rfind(char::is_whitespace) {
        Some(space) if space >= end / 2 => &kept[..space],
        _ => kept,
    };
    let mut cut = String::from(kept.trim_end());
    cut.push_str(ELLIPSIS);
    cut
}

const PAYLOAD_LEN: usize = CARD_LEN - CHECKSUM_LEN;
const NAME_MAX_LEN: usize = 64;
const TAGS_MAX_LEN: usize = 48;
const WHAT: &str = "a card";

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn decode(block: &[u8], doc: DocId) -> Card {
        super::decode(block::open(CARDS_FILE, range(doc).start, block).unwrap()).unwrap()
    }

    #[test]
    fn a_long_summary_is_cut_after_a_word() {
        let card = Card {
            owner: "ana".into(),
            slug: "pdf-tools".into(),
            name: "PDF Tools".into(),
            badges: 0b101,
            tags: vec!["pdf".into(), "files".into()],
            summary: "Merges and splits files. ".repeat(20),
        };
        let block = encode(&card, DocId(3)).unwrap();
        assert_eq!(block.len(), CARD_LEN);
        let decoded = decode(&block, DocId(3));
        assert!(decoded.summary.ends_with("…") && decoded.summary.len() > 180);
        assert!(
            card.summary
                .starts_with(decoded.summary.trim_end_matches('…'))
        );
        assert_eq!(
            Card {
                summary: card.summary.clone(),
                ..decoded
            },
            card
        );
        assert!(
            block::open(CARDS_FILE, range(DocId(4)).start, &block).is_err(),
            "another skill's card"
        );
    }

    #[test]
    fn an_owner_or_slug_that_is_none_is_neither_written_nor_read() {
        let long = "o".repeat(IDENTITY_PART_MAX_LEN + 1);
        for part in [
            "",
            "..",
            "a/b",
            "a b",
            "é",
            "index.html",
            "\u{1b}]0;owned\u{7}",
            "ana\u{202e}",
            &long,
        ] {
            for (owner, slug) in [(part, "pdf"), ("ana", part)] {
                let card = Card {
                    owner: owner.into(),
                    slug: slug.into(),
                    ..Card::default()
                };
                let is_invalid = |result: Result<(), FormatError>| {
                    matches!(result, Err(FormatError::Invalid { what: WHAT, .. }))
                };
                assert!(is_invalid(encode(&card, DocId(0)).map(drop)));
                let mut writer = Writer::new();
                writer.str(owner);
                writer.str(slug);
                writer.bytes(&[0; 4]);
                let decoded = super::decode(&writer.into_bytes());
                assert!(is_invalid(decoded.map(drop)), "{owner:?}/{slug:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_card_fits_and_keeps_its_identity(
            owner in "[a-z0-9][A-Za-z0-9._-]{0,94}[a-z]", slug in "[a-z]{1,96}", name in ".{0,200}", badges in any::<u32>(),
            tags in proptest::collection::vec("[a-z日]{1,40}", 0..13), summary in ".{0,300}",
        ) {
            let card = Card { owner, slug, name, badges, tags, summary };
            let decoded = decode(&encode(&card, DocId(7)).unwrap(), DocId(7));
            prop_assert_eq!((decoded.owner, decoded.slug, decoded.badges), (card.owner, card.slug, card.badges));
            prop_assert!(card.tags.starts_with(&decoded.tags));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..260)) {
            let _ = super::decode(&bytes);
        }
    }
}
