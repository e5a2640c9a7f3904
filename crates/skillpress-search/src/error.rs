//! What can be wrong with the bytes of an index.

use core::fmt;

/// Why bytes could not be decoded. Decoding never panics and never returns a guess.
///
/// `what` was being read, such as `a term block`; an `offset` is how many of its bytes had been read by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum FormatError {
    /// The bytes end before the value does: from `offset` on `got` are there where it needs at least `expected`.
    Truncated {
        what: &'static str,
        offset: u32,
        got: u32,
        expected: u32,
    },
    /// Bytes are left after the value, which ends at `offset`.
    TrailingBytes { what: &'static str, offset: u32 },
    /// All of it has another length than follows from what was read before.
    Length {
        what: &'static str,
        got: u64,
        expected: u64,
    },
    /// It is not there.
    Missing { what: &'static str },
    /// The file does not start with the mark of its kind.
    Magic { what: &'static str },
    /// The format version is not the one that this reader knows.
    Version { got: u32, expected: u32 },
    /// The words of the index are those of another analyzer than this reader's.
    Analyzer { got: u32, expected: u32 },
    /// The checksum in the bytes, `expected`, is not the one that they have.
    Checksum {
        what: &'static str,
        got: u32,
        expected: u32,
    },
    /// A number is above its limit.
    Limit {
        what: &'static str,
        offset: u32,
        got: u32,
        limit: u32,
    },
    /// A value contradicts another one, or is none that can be written.
    Invalid { what: &'static str, offset: u32 },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated {
                what,
                offset,
                got,
                expected,
            } => write!(
                f,
                "{what} ends early: {expected} bytes are needed at byte {offset}, {got} are there"
            ),
            Self::TrailingBytes { what, offset } => {
                write!(f, "{what} has bytes after its end, from byte {offset} on")
            }
            Self::Length {
                what,
                got,
                expected,
            } => write!(f, "{what} has {got} bytes, not {expected}"),
            Self::Missing { what } => write!(f, "{what} is missing"),
            Self::Magic { what } => write!(
                f,
                "{what} does not start with its mark; it is another kind of file"
            ),
            Self::Version { got, expected } => {
                write!(f, "the index is format {got}; this reader knows {expected}")
            }
            Self::Analyzer { got, expected } => write!(
                f,
                "the words of the index are those of analyzer {got}; this reader knows {expected}"
            ),
            Self::Checksum { what, .. } => write!(f, "{what} does not match its checksum"),
            Self::Limit {
                what,
                offset,
                got,
                limit,
            } => write!(
                f,
                "{what} holds {got} before byte {offset}, where {limit} is the limit"
            ),
            Self::Invalid { what, offset } => {
                write!(f, "{what} holds an impossible value before byte {offset}")
            }
        }
    }
}

impl core::error::Error for FormatError {}
