//! Where a list of skills goes on.

use std::fmt;

use crate::key::SkillKey;

/// Where a page of an answer begins: some skills behind the beginning of a page of the site's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) page: PageCursor,
    /// How many skills of that page come before.
    pub(super) n_before: usize,
}

impl Cursor {
    /// Where all lists begin.
    pub(super) const FIRST: Self = Self::at(PageCursor::First);

    /// At the beginning of a page.
    pub(super) const fn at(page: PageCursor) -> Self {
        Self { page, n_before: 0 }
    }

    /// What [`Cursor`]'s text says; `None` when it is no such text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let Some((page, n_before)) = text.split_once('+') else {
            return PageCursor::parse(text).map(Self::at);
        };
        let page = match page {
            "" => PageCursor::First,
            page => PageCursor::parse(page)?,
        };
        let n_before = number(n_before)?.try_into().ok()?;
        Some(Self { page, n_before })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.n_before {
            0 => self.page.fmt(f),
            n_before => write!(f, "{}+{n_before}", self.page),
        }
    }
}

/// Where a page of the site's list of skills is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PageCursor {
    /// With the newest skill.
    First,
    /// At a file of the list, by its number.
    File(u32),
    /// After a skill, in the list of a server, or in one that is sorted.
    After(SkillKey),
}

impl PageCursor {
    /// What [`PageCursor`]'s text says; `None` when it is no such text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.contains('/') {
            true => SkillKey::parse(text).map(Self::After),
            false => number(text).map(Self::File),
        }
    }

    /// From the address of the next file.
    pub(super) fn of_next(address: &str) -> Option<Self> {
        let file = address.rsplit('/').next()?;
        Self::parse(file.strip_suffix(".json")?)
    }
}

impl fmt::Display for PageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => Ok(()),
            Self::File(number) => write!(f, "{number}"),
            Self::After(name) => write!(f, "{name}"),
        }
    }
}

/// A number of digits alone.
fn number(text: &str) -> Option<u32> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_others_are_none() {
        for text in [
            "1",
            "4294967295",
            "ana/pdf-tools",
            "+50",
            "7+150",
            "ana/pdf-tools+1",
        ] {
            assert_eq!(Cursor::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "-1",
            "1.json",
            "99999999999",
            "../x",
            "a/b/c",
            "x&y/z",
            "+",
            "1+",
            "1++2",
            "1+-2",
            "1+99999999999",
        ] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
        assert_eq!(
            PageCursor::of_next("https://skills.example/api/v1/lists/newest/7.json"),
            Some(PageCursor::File(7))
        );
    }
}
