//! Where an element may stand, and what HTML needs around it.

use super::TreeBuilder;
use crate::markdown::html_len;
use crate::markdown::tag::{Holds, Tag};
use crate::markdown::tree::{Detail, Node};

impl TreeBuilder<'_, '_> {
    /// Opens and closes elements until `tag` may stand here; `false` when it cannot.
    pub(super) fn make_room(&mut self, tag: Tag) -> bool {
        match tag {
            Tag::A => self.may_open_link() && self.make_room_for_phrasing(),
            Tag::Li => self.return_to(|open| open.holds() == Holds::Items),
            Tag::Tr => self.return_to(|open| open.holds() == Holds::Rows),
            Tag::Td | Tag::Th => {
                if !self.return_to(|open| matches!(open.holds(), Holds::Cells | Holds::Rows)) {
                    return false;
                }
                if self.top_tag() != Some(Tag::Tr) {
                    self.push(Tag::Tr, Detail::None);
                }
                true
            }
            Tag::Thead | Tag::Tbody => self.top_tag() == Some(Tag::Table),
            Tag::Caption | Tag::Summary => self.open.last().is_some_and(|top| {
                let parent = match tag {
                    Tag::Caption => Tag::Table,
                    _ => Tag::Details,
                };
                top.tag == parent && !top.has_content
            }),
            _ if tag.holds() == Holds::PhrasingInPhrasing => self.make_room_for_phrasing(),
            _ => self.make_room_for_block(),
        }
    }

    pub(super) fn make_room_for_phrasing(&mut self) -> bool {
        match self.top_tag().map_or(Holds::Blocks, Tag::holds) {
            Holds::PhrasingInPhrasing | Holds::Phrasing | Holds::Anything => {}
            Holds::Blocks => self.push(Tag::P, Detail::None),
            Holds::Details => {
                self.imply_summary();
                self.push(Tag::P, Detail::None);
            }
            Holds::Items | Holds::Rows | Holds::Cells => self.imply_child(),
        }
        true
    }

    pub(super) fn make_room_for_block(&mut self) -> bool {
        self.close_raw_phrasing();
        match self.top_tag().map_or(Holds::Blocks, Tag::holds) {
            Holds::PhrasingInPhrasing | Holds::Phrasing => return false,
            Holds::Blocks | Holds::Anything => {}
            Holds::Details => self.imply_summary(),
            Holds::Items | Holds::Rows | Holds::Cells => self.imply_child(),
        }
        true
    }

    /// Every `details` starts with a summary, given or implied.
    fn imply_summary(&mut self) {
        if self.open.last().is_some_and(|top| !top.has_content) {
            self.push(Tag::Summary, Detail::None);
            self.charge(html_len::TEXT_MIN_BYTES);
            self.nodes.push(Node::Text("Details".into()));
            self.note_content(true);
            self.close_top();
        }
    }

    /// Opens what a list, table or row must hold before anything else can stand in it.
    fn imply_child(&mut self) {
        match self.top_tag().map(Tag::holds) {
            Some(Holds::Items) => self.push(Tag::Li, Detail::None),
            Some(Holds::Rows) => {
                self.push(Tag::Tr, Detail::None);
                self.push(Tag::Td, Detail::None);
            }
            Some(Holds::Cells) => self.push(Tag::Td, Detail::None),
            _ => {}
        }
    }

    /// Closes elements until one that `accepts` is on top; `false`, with nothing closed, when there is none.
    fn return_to(&mut self, accepts: impl Fn(Tag) -> bool) -> bool {
        if self.top_tag().is_some_and(&accepts) {
            return true;
        }
        match self.last_raw(accepts) {
            Some(idx) => {
                self.close_to(idx + 1);
                true
            }
            None => false,
        }
    }

    /// Index in `open` of the last element of raw HTML that `is_match`.
    pub(super) fn last_raw(&self, is_match: impl Fn(Tag) -> bool) -> Option<usize> {
        let floor = self.floor();
        self.open[floor..]
            .iter()
            .rposition(|open| is_match(open.tag))
            .map(|idx| floor + idx)
    }

    /// Elements of `open` from here on come from raw HTML or are implied.
    pub(super) fn floor(&self) -> usize {
        self.marks.last().map_or(0, |mark| mark.inner_len)
    }

    pub(super) fn top_tag(&self) -> Option<Tag> {
        self.open.last().map(|open| open.tag)
    }

    pub(super) fn top_holds_phrasing(&self) -> bool {
        matches!(
            self.top_tag().map(Tag::holds),
            Some(Holds::PhrasingInPhrasing | Holds::Phrasing)
        )
    }

    pub(super) fn top_takes_text(&self) -> bool {
        self.top_holds_phrasing() || self.top_tag().map(Tag::holds) == Some(Holds::Anything)
    }
}
