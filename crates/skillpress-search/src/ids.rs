//! Numbers with a meaning.

/// A skill among the listed skills of a build, in order of `owner/slug`; orders postings and cards, and breaks ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SkillId(pub u32);

impl SkillId {
    /// For indexing.
    pub fn idx(self) -> usize {
        self.0 as usize
    }
}
