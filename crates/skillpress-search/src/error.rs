//! What can be wrong with the bytes of an index.

use core::fmt;

/// Why bytes could not be decoded. Decoding never panics and never returns a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// The bytes end before the value does.
    Truncated {
        /// What was being read.
        what: &'static str,
    },
    /// Bytes are left after the value.
    TrailingBytes {
        /// What was being read.
        what: &'static str,
    },
    /// The file does not start with the mark of its kind.
    Magic {
        /// What was being read.
        what: &'static str,
    },
    /// The format version is not one that this reader knows.
    Version {
        /// What the bytes say.
        got: u32,
        /// What this reader knows.
        expected: u32,
    },
    /// The checksum of a block does not match its bytes.
    Checksum {
        /// What was being read.
        what: &'static str,
    },
    /// A value lies outside its limits, or contradicts another one.
    Invalid {
        /// What was being read.
        what: &'static str,
    },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { what } => write!(f, "{what} ends early"),
            Self::TrailingBytes { what } => write!(f, "{what} has bytes after its end"),
            Self::Magic { what } => write!(
                f,
                "{what} does not start with its mark; it is another kind of file"
            ),
            Self::Version { got, expected } => {
                write!(f, "the index is format {got}; this reader knows {expected}")
            }
            Self::Checksum { what } => write!(f, "{what} does not match its checksum"),
            Self::Invalid { what } => write!(f, "{what} holds a value outside its limits"),
        }
    }
}

impl core::error::Error for FormatError {}
