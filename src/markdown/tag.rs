//! The elements that rendered Markdown is made of, and what each may hold.

/// An element that may appear in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    A,
    B,
    Blockquote,
    Caption,
    Code,
    Del,
    Details,
    Div,
    Em,
    /// Level as the author wrote it, 1 to 6.
    Heading(u8),
    I,
    Ins,
    Kbd,
    Li,
    Mark,
    Ol,
    P,
    Pre,
    Q,
    S,
    Samp,
    Small,
    Strong,
    Sub,
    Summary,
    Sup,
    Table,
    Tbody,
    Td,
    Th,
    Thead,
    Tr,
    U,
    Ul,
    Var,
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
            "b" => Self::B,
            "blockquote" => Self::Blockquote,
            "caption" => Self::Caption,
            "code" | "tt" => Self::Code,
            "del" => Self::Del,
            "details" => Self::Details,
            "div" | "center" | "section" | "article" | "figure" | "dl" | "dd" | "main"
            | "header" | "footer" | "aside" | "nav" | "address" => Self::Div,
            "em" | "cite" | "dfn" => Self::Em,
            "h1" => Self::Heading(1),
            "h2" => Self::Heading(2),
            "h3" => Self::Heading(3),
            "h4" => Self::Heading(4),
            "h5" => Self::Heading(5),
            "h6" => Self::Heading(6),
            "i" => Self::I,
            "ins" => Self::Ins,
            "kbd" => Self::Kbd,
            "li" => Self::Li,
            "mark" => Self::Mark,
            "ol" => Self::Ol,
            "p" | "dt" | "figcaption" => Self::P,
            "pre" => Self::Pre,
            "q" => Self::Q,
            "s" | "strike" => Self::S,
            "samp" => Self::Samp,
            "small" => Self::Small,
            "strong" => Self::Strong,
            "sub" => Self::Sub,
            "summary" => Self::Summary,
            "sup" => Self::Sup,
            "table" => Self::Table,
            "td" => Self::Td,
            "th" => Self::Th,
            "tr" => Self::Tr,
            "u" => Self::U,
            "ul" | "menu" => Self::Ul,
            "var" => Self::Var,
            _ => return None,
        })
    }

    /// The element's name in HTML; a heading's is decided by the outline.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::Blockquote => "blockquote",
            Self::Caption => "caption",
            Self::Code => "code",
            Self::Del => "del",
            Self::Details => "details",
            Self::Div => "div",
            Self::Em => "em",
            Self::Heading(level) => heading_name(level),
            Self::I => "i",
            Self::Ins => "ins",
            Self::Kbd => "kbd",
            Self::Li => "li",
            Self::Mark => "mark",
            Self::Ol => "ol",
            Self::P => "p",
            Self::Pre => "pre",
            Self::Q => "q",
            Self::S => "s",
            Self::Samp => "samp",
            Self::Small => "small",
            Self::Strong => "strong",
            Self::Sub => "sub",
            Self::Summary => "summary",
            Self::Sup => "sup",
            Self::Table => "table",
            Self::Tbody => "tbody",
            Self::Td => "td",
            Self::Th => "th",
            Self::Thead => "thead",
            Self::Tr => "tr",
            Self::U => "u",
            Self::Ul => "ul",
            Self::Var => "var",
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

/// The element name of a heading level; levels beyond 6 are 6.
pub(super) fn heading_name(level: u8) -> &'static str {
    match level {
        0 | 1 => "h1",
        2 => "h2",
        3 => "h3",
        4 => "h4",
        5 => "h5",
        _ => "h6",
    }
}
