//! Where the list of resources goes on.

use std::fmt;

use crate::key::SkillKey;

/// Where a page of the list of skills begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// With the newest skill.
    First,
    /// At a file of the list, by its number.
    File(u32),
    /// After a skill, in the list of a server.
    After(SkillKey),
}

impl Cursor {
    /// What [`Cursor`]'s text says; `None` when it is no such text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.contains('/') {
            return SkillKey::parse(text).map(Self::After);
        }
        let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_number)?;
        Some(Self::File(number))
    }

    /// From the address of the next file.
    pub(super) fn of_next(address: &str) -> Option<Self> {
        let file = address.rsplit('/').next()?;
        Self::parse(file.strip_suffix(".json")?)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => Ok(()),
            Self::File(number) => write!(f, "{number}"),
            Self::After(name) => write!(f, "{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_others_are_none() {
        for text in ["1", "4294967295", "ana/pdf-tools"] {
            assert_eq!(Cursor::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "-1",
            "+1",
            "1.json",
            "99999999999",
            "../x",
            "a/b/c",
            "x&y/z",
        ] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
        assert_eq!(
            Cursor::of_next("https://skills.example/api/v1/lists/newest/7.json"),
            Some(Cursor::File(7))
        );
    }
}
