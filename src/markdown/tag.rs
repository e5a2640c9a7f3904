//! The elements that rendered Markdown is made of, and what each may hold.

/// An element that may appear in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    A,
    Blockquote,
    Caption,
    Code,
    Details,
    Div,
    /// Level as the author wrote it, 1 to 6.
    Heading(u8),
    Li,
    Ol,
    P,
    /// Emphasis and the like, by its name: one of [`PHRASES`].
    Phrase(&'static str),
    Pre,
    Summary,
    Table,
    Tbody,
    Td,
    Th,
    Thead,
    Tr,
    Ul,
}

/// What an element may hold, reduced to what keeps the output valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Phrasing, and is phrasing itself: `em`, `a`.
    PhrasingInPhrasing,
    /// Phrasing, and is a block itself: `p`, headings.
    Phrasing,
    /// Blocks; loose text gets a paragraph of its own.
    Blocks,
    /// Blocks or loose text: `li`, `td`.
    Anything,
    /// A summary, then blocks.
    Details,
    Items,
    Rows,
    Cells,
}

impl Tag {
    /// The element that a stranger's tag `name` (lower case) stands for; `None` when the tag is to be passed over.
    ///
    /// Table sections are passed over, since rows alone are valid and their order is not ours to check.
    pub(super) fn from_raw(name: &str) -> Option<Self> {
        Some(match name {
            "a" => Self::A,
            "blockquote" => Self::Blockquote,
            "caption" => Self::Caption,
            "code" | "tt" => Self::Code,
            "details" => Self::Details,
            "div" | "center" | "section" | "article" | "figure" | "dl" | "dd" | "main"
            | "header" | "footer" | "aside" | "nav" | "address" => Self::Div,
            "cite" | "dfn" => Self::Phrase("em"),
            "h1" => Self::Heading(1),
            "h2" => Self::Heading(2),
            "h3" => Self::Heading(3),
            "h4" => Self::Heading(4),
            "h5" => Self::Heading(5),
            "h6" => Self::Heading(6),
            "li" => Self::Li,
            "ol" => Self::Ol,
            "p" | "dt" | "figcaption" => Self::P,
            "pre" => Self::Pre,
            "strike" => Self::Phrase("s"),
            "summary" => Self::Summary,
            "table" => Self::Table,
            "td" => Self::Td,
            "th" => Self::Th,
            "tr" => Self::Tr,
            "ul" | "menu" => Self::Ul,
            _ => Self::Phrase(PHRASES.iter().find(|phrase| **phrase == name)?),
        })
    }

    /// The element's name in HTML; levels of headings beyond 6 are 6.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::Blockquote => "blockquote",
            Self::Caption => "caption",
            Self::Code => "code",
            Self::Details => "details",
            Self::Div => "div",
            Self::Heading(0 | 1) => "h1",
            Self::Heading(2) => "h2",
            Self::Heading(3) => "h3",
            Self::Heading(4) => "h4",
            Self::Heading(5) => "h5",
            Self::Heading(_) => "h6",
            Self::Li => "li",
            Self::Ol => "ol",
            Self::P => "p",
            Self::Phrase(name) => name,
            Self::Pre => "pre",
            Self::Summary => "summary",
            Self::Table => "table",
            Self::Tbody => "tbody",
            Self::Td => "td",
            Self::Th => "th",
            Self::Thead => "thead",
            Self::Tr => "tr",
            Self::Ul => "ul",
        }
    }

    pub(super) fn is_heading(self) -> bool {
        matches!(self, Self::Heading(_))
    }

    pub(super) fn holds(self) -> Holds {
        match self {
            // Headings are not allowed in a header cell, so it holds phrasing only.
            Self::P | Self::Heading(_) | Self::Pre | Self::Summary | Self::Caption | Self::Th => {
                Holds::Phrasing
            }
            Self::Blockquote | Self::Div => Holds::Blocks,
            Self::Li | Self::Td => Holds::Anything,
            Self::Details => Holds::Details,
            Self::Ul | Self::Ol => Holds::Items,
            Self::Table | Self::Thead | Self::Tbody => Holds::Rows,
            Self::Tr => Holds::Cells,
            _ => Holds::PhrasingInPhrasing,
        }
    }

    /// Whether the element says something by being there, so that it stays when it is empty.
    pub(super) fn stays_when_empty(self) -> bool {
        matches!(self, Self::Li | Self::Td | Self::Th)
    }
}

/// Elements within a paragraph that differ in nothing but their name.
#[rustfmt::skip]
const PHRASES: [&str; 16] = [
    "b", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "strong", "sub", "sup", "u", "var",
];
