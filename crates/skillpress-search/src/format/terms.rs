//! Term blocks: sorted terms, front-coded, each with its document frequency, highest impact and posting list.
//!
//! One dictionary serves words, names and filters; a first character that no word has tells them apart, see
//! [`Namespace`].

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::postings::{self, Posting};
use crate::bytes::Read;
use crate::{ByteRange, FormatError, Reader, Writer};

/// What the manifest calls the file of term blocks.
pub const TERMS_FILE: &str = "terms";
/// Lists of at most this many postings stand in the term block itself.
pub const INLINE_POSTINGS_MAX: u32 = 8;
/// Longest term in bytes; that of a filter is the longest.
pub const TERM_MAX_LEN: usize = 1024;
/// Impacts are in units of 1/2048 of a BM25 score.
pub const IMPACT_UNIT: u32 = 2048;

/// What a term is, told by its first character. Words begin with a letter or a digit and have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// `=weather-cli`: skills whose slug (level 255) or name (level 128) has this key.
    Name,
    /// `@ana`: skills of an owner.
    Owner,
    /// `#email`: skills with a tag.
    Tag,
    /// `+official`: skills with a badge.
    Badge,
    /// `:linux`: skills for an operating system.
    Os,
    /// `/ana/pdf_tools`: the skill of exactly this owner and slug, in lower case. Only skills that [`Self::Owner`] and
    /// [`Self::Name`] do not tell from others have one.
    Exact,
}

impl Namespace {
    /// The term of `value`.
    pub fn term(self, value: &str) -> String {
        let mut term = String::with_capacity(value.len() + 1);
        term.push(match self {
            Self::Name => '=',
            Self::Owner => '@',
            Self::Tag => '#',
            Self::Badge => '+',
            Self::Os => ':',
            Self::Exact => '/',
        });
        term.push_str(value);
        term
    }
}

/// Highest level of a posting: of a name posting that comes from a slug of one word, and in lists of other kinds.
pub const SLUG_LEVEL: u8 = 255;
/// Level of a name posting that comes from the name only.
pub const NAME_LEVEL: u8 = 128;

/// The level of a name posting that comes from a slug, and the number of the slug's words: `gpt-41` and `gpt-4.1` have one
/// key, and are told apart by this.
pub const SLUG_WORDS: usize = 256;

/// One term of the dictionary.
#[derive(Clone, PartialEq, Eq)]
pub struct TermEntry {
    /// The term.
    pub term: String,
    /// How many skills hold it; never 0.
    pub doc_freq: u32,
    /// The highest impact, in [`IMPACT_UNIT`]ths.
    pub max_impact: u16,
    /// Its postings.
    pub postings: TermPostings,
}

/// Where a term's postings are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermPostings {
    /// Here.
    Inline(Vec<Posting>),
    /// In this range of the postings file: blocks as [`postings::encode_list`] makes them.
    At(ByteRange),
}

impl fmt::Debug for TermEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} df {} max {} {:?}",
            self.term, self.doc_freq, self.max_impact, self.postings
        )
    }
}

/// The payload of a block of `entries`, which are sorted by term and whose lists in the postings file follow each
/// other without gaps.
///
/// Layout: offset of the first list (varint, the lists' file being below 4 GiB), then per term: one byte with the
/// length shared with the term before (low half) and the length of the rest (high half), where 15 means that a varint
/// of what exceeds 15 follows, shared length first; the rest; document frequency (varint); highest impact (two bytes);
/// then the postings as bits when there are at most [`INLINE_POSTINGS_MAX`], else the length of the list (varint).
pub fn encode(entries: &[TermEntry], n_skills: u32) -> Vec<u8> {
    let first_list = entries.iter().find_map(|entry| match entry.postings {
        TermPostings::At(range) => Some(range.start),
        TermPostings::Inline(_) => None,
    });
    let mut writer = Writer::new();
    writer.varint(first_list.unwrap_or(0) as u32);
    let mut before = "";
    for entry in entries {
        write_front_coded(&mut writer, before, &entry.term);
        writer.varint(entry.doc_freq);
        writer.u16(entry.max_impact);
        match &entry.postings {
            TermPostings::Inline(list) => writer.bytes(&postings::encode(list, n_skills)),
            TermPostings::At(range) => writer.varint(range.len),
        }
        before = &entry.term;
    }
    writer.into_bytes()
}

/// The entries of a block's payload.
///
/// # Errors
/// `Truncated`, or `Invalid` when terms are not UTF-8 or do not ascend, or a number is outside its limits.
pub fn decode(payload: &[u8], n_skills: u32) -> Result<Vec<TermEntry>, FormatError> {
    decode_with_prefix(payload, "", n_skills)
}

/// The entries of a block's payload whose terms begin with `prefix`.
///
/// # Errors
/// As [`decode`], for what stands up to the last of them.
pub fn decode_with_prefix(
    payload: &[u8],
    prefix: &str,
    n_skills: u32,
) -> Result<Vec<TermEntry>, FormatError> {
    Reader::read(payload, WHAT, |reader| {
        // Where the next list in the postings file begins.
        let mut list_start = u64::from(reader.varint()?);
        let mut term = Vec::new();
        let mut entries = Vec::new();
        while reader.remaining() > 0 {
            if !read_front_coded(reader, &mut term)? {
                return Err(reader.invalid());
            }
            let doc_freq = reader.varint()?;
            reader.up_to(n_skills, doc_freq)?;
            if doc_freq == 0 {
                return Err(reader.invalid());
            }
            let max_impact = reader.u16()?;
            let postings = if doc_freq <= INLINE_POSTINGS_MAX {
                let (list, n_bytes) =
                    reader.noted(postings::decode(reader.rest(), doc_freq as usize, n_skills))?;
                reader.take(n_bytes)?;
                TermPostings::Inline(list)
            } else {
                let range = ByteRange {
                    start: list_start,
                    len: reader.varint()?,
                };
                if range.len == 0 {
                    return Err(reader.invalid());
                }
                list_start = range.end();
                TermPostings::At(range)
            };
            if term.starts_with(prefix.as_bytes()) {
                let term = core::str::from_utf8(&term).map_err(|_| reader.invalid())?;
                entries.push(TermEntry {
                    term: term.into(),
                    doc_freq,
                    max_impact,
                    postings,
                });
            } else if term.as_slice() > prefix.as_bytes() {
                break;
            }
        }
        Ok(entries)
    })
}

/// Writes `term` as what differs from `before`.
pub(super) fn write_front_coded(writer: &mut Writer, before: &str, term: &str) {
    let n_shared = before
        .bytes()
        .zip(term.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let n_rest = term.len() - n_shared;
    writer.u8((n_shared.min(15) | n_rest.min(15) << 4) as u8);
    for len in [n_shared, n_rest] {
        if len >= 15 {
            writer.varint(len as u32 - 15);
        }
    }
    writer.bytes(&term.as_bytes()[n_shared..]);
}

/// Reads what [`write_front_coded`] wrote over `term`, which holds the one before; the bytes need not be UTF-8.
/// Whether the new one is above.
pub(super) fn read_front_coded(reader: &mut Reader<'_>, term: &mut Vec<u8>) -> Read<bool> {
    let lens = reader.u8()?;
    let mut n_shared = usize::from(lens & 15);
    if n_shared == 15 {
        n_shared += reader.varint()? as usize;
    }
    let mut n_rest = usize::from(lens >> 4);
    if n_rest == 15 {
        n_rest += reader.varint()? as usize;
    }
    let replaced = term.get(n_shared..).ok_or_else(|| reader.invalid())?;
    let rest = reader.take(n_rest)?;
    // Without a limit a few bytes each could repeat a long term without end.
    if n_shared + n_rest > TERM_MAX_LEN {
        return Err(reader.invalid());
    }
    let is_above = rest > replaced;
    term.truncate(n_shared);
    term.extend_from_slice(rest);
    Ok(is_above)
}

const WHAT: &str = "a term block";

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;
    use crate::DocId;

    /// Entries with inlined lists for short ones, the others following each other in the postings file.
    fn entries(
        terms: &std::collections::BTreeMap<String, (u32, u16)>,
        mut list_start: u64,
    ) -> Vec<TermEntry> {
        terms
            .iter()
            .map(|(term, &(doc_freq, max_impact))| TermEntry {
                term: term.clone(),
                doc_freq,
                max_impact,
                postings: if doc_freq <= INLINE_POSTINGS_MAX {
                    let list = (0..doc_freq).map(|idx| Posting {
                        doc: DocId(idx * 3),
                        level: 9,
                    });
                    TermPostings::Inline(list.collect())
                } else {
                    let range = ByteRange {
                        start: list_start,
                        len: doc_freq * 2,
                    };
                    list_start = range.end();
                    TermPostings::At(range)
                },
            })
            .collect()
    }

    proptest! {
        #[test]
        fn a_block_comes_back(
            terms in proptest::collection::btree_map("[a-c]{1,4}|[a-b]{20,40}|[=#].{1,9}", (1u32..100, any::<u16>()), 0..40),
            list_start in 0u64..1_000_000,
        ) {
            let entries = entries(&terms, list_start);
            let payload = encode(&entries, 100);
            prop_assert_eq!(&decode(&payload, 100).unwrap(), &entries);
            for entry in &entries {
                prop_assert_eq!(&decode_with_prefix(&payload, &entry.term, 100).unwrap()[0], entry);
                let above = alloc::format!("{}a", entry.term);
                let begun = entries.iter().filter(|entry| entry.term.starts_with(&above));
                let begun: Vec<TermEntry> = begun.cloned().collect();
                prop_assert_eq!(decode_with_prefix(&payload, &above, 100).unwrap(), begun);
            }
            let begun: Vec<TermEntry> = entries.into_iter().filter(|entry| entry.term.starts_with("ab")).collect();
            prop_assert_eq!(decode_with_prefix(&payload, "ab", 100).unwrap(), begun);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes, 100);
            let _ = decode_with_prefix(&bytes, "b", 100);
        }
    }

    #[test]
    fn a_term_without_end_is_refused() {
        let long = "a".repeat(TERM_MAX_LEN);
        let terms = [(long.clone(), (1, 1)), (long + "b", (1, 1))].into();
        let entries = entries(&terms, 0);
        assert!(decode(&encode(&entries[..1], 100), 100).is_ok());
        assert!(matches!(
            decode(&encode(&entries, 100), 100),
            Err(FormatError::Invalid { what: WHAT, .. })
        ));
    }

    #[test]
    fn terms_that_do_not_ascend_are_invalid() {
        let terms = [("a".to_string(), (1, 1)), ("b".to_string(), (1, 1))].into();
        let mut entries = entries(&terms, 0);
        entries.reverse();
        assert!(matches!(
            decode(&encode(&entries, 100), 100),
            Err(FormatError::Invalid { what: WHAT, .. })
        ));
    }
}
