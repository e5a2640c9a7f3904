//! The list of all skills that are offered, as far as an answer goes.

use super::cursor::{Cursor, PageCursor};
use super::error::SiteError;
use super::list_page::{Item, ListPage};
use super::site::AgentSite;
use crate::key::SkillKey;

/// Skills that follow each other in the list.
#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) skills: Vec<Listed>,
    /// Where the list goes on, unless this is its end.
    pub(super) next: Option<Cursor>,
}

/// A skill of the list.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) key: SkillKey,
    /// What the list says of it; a list of keys alone says nothing.
    pub(super) item: Option<Item>,
}

/// Most pages of the site's list that are read for one answer, where owners narrow what is offered.
const PAGES_MAX: usize = 8;

impl AgentSite {
    /// At most `max` skills of the list; there may be none although the list goes on.
    pub(super) fn stretch(&mut self, cursor: &Cursor, max: usize) -> Result<Stretch, SiteError> {
        if let Some(keys) = self.offer.keys(&self.site)? {
            let keys: Vec<SkillKey> = keys.iter().cloned().collect();
            return Ok(self.stretch_of(keys, &cursor.page, max));
        }
        let mut cursor = cursor.clone();
        for _ in 0..PAGES_MAX {
            let page = self.list_page(&cursor.page)?;
            let stretch = self.stretch_of_page(page, cursor, max);
            match stretch.next {
                Some(next) if stretch.skills.is_empty() => cursor = next,
                _ => return Ok(stretch),
            }
        }
        Ok(Stretch {
            skills: Vec::new(),
            next: Some(cursor),
        })
    }

    /// Of sorted keys.
    fn stretch_of(&self, keys: Vec<SkillKey>, after: &PageCursor, max: usize) -> Stretch {
        let is_after = |key: &SkillKey| match after {
            PageCursor::After(last) => key > last,
            PageCursor::First | PageCursor::File(_) => true,
        };
        let mut keys = keys.into_iter();
        let mut keys = keys
            .by_ref()
            .filter(|key| is_after(key) && self.offer.has_owner(key));
        let listed = |key| Listed { key, item: None };
        let skills: Vec<Listed> = keys.by_ref().take(max).map(listed).collect();
        let last = skills.last().filter(|_| keys.next().is_some());
        let next = last.map(|last| Cursor::at(PageCursor::After(last.key.clone())));
        Stretch { skills, next }
    }

    /// Of a page of the site's list.
    fn stretch_of_page(&self, page: ListPage, cursor: Cursor, max: usize) -> Stretch {
        let after_page = page.next().filter(|next| *next != cursor.page);
        let (n_before, n_items) = (cursor.n_before, page.items.len());
        let n_seen = n_before.saturating_add(max);
        let next = match n_seen < n_items {
            true => Some(Cursor {
                n_before: n_seen,
                ..cursor
            }),
            false => after_page.map(Cursor::at),
        };
        let items = page.items.into_iter().skip(n_before).take(max);
        let skills = items.filter_map(|item| {
            let key = item.key().filter(|key| self.offer.has_owner(key))?;
            Some(Listed {
                key,
                item: Some(item),
            })
        });
        Stretch {
            skills: skills.collect(),
            next,
        }
    }
}
