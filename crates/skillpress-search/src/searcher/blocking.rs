//! Searching over a host that answers at once: a folder, a blocking client, memory.

use alloc::vec::Vec;

use super::{OpenError, Results, Search, Searcher, Step};
use crate::options::Options;
#[cfg(feature = "internals")]
use crate::query::Query;
use crate::{DocId, Source};

impl Searcher {
    /// Opens the index of `source`.
    ///
    /// # Errors
    /// As [`Searcher::open`].
    pub fn open_source(source: &mut impl Source) -> Result<Self, OpenError> {
        Self::open(&source.fetch(&Self::open_requests()))
    }

    /// The final results of a search. When the index turns out to have been replaced, it is opened again, once.
    ///
    /// # Errors
    /// As [`Searcher::open`], when the index had to be opened again.
    pub fn find(
        &mut self,
        query: &str,
        options: &Options,
        source: &mut impl Source,
    ) -> Result<Results, OpenError> {
        let begin = |searcher: &mut Self| searcher.search(query, options);
        Ok(self.finish(source, begin)?.1)
    }

    /// As [`Searcher::find`], for a query that was parsed before, and perhaps changed.
    ///
    /// # Errors
    /// As [`Searcher::open`], when the index had to be opened again.
    #[cfg(feature = "internals")]
    pub fn find_parsed(
        &mut self,
        query: &Query,
        options: &Options,
        source: &mut impl Source,
    ) -> Result<Results, OpenError> {
        let begin = |searcher: &mut Self| searcher.begin(query.clone(), None, options.clone());
        Ok(self.finish(source, begin)?.1)
    }

    /// The skills most like `skill`, as [`Searcher::search_like`].
    ///
    /// # Errors
    /// As [`Searcher::open`], when the index had to be opened again.
    pub fn find_like(
        &mut self,
        doc: DocId,
        options: &Options,
        source: &mut impl Source,
    ) -> Result<Results, OpenError> {
        let begin = |searcher: &mut Self| searcher.search_like(doc, options);
        Ok(self.finish(source, begin)?.1)
    }

    /// Runs a search to its end.
    pub(super) fn finish(
        &mut self,
        source: &mut impl Source,
        begin: impl Fn(&mut Self) -> Search,
    ) -> Result<(Search, Results), OpenError> {
        let mut was_stale = false;
        let mut search = begin(self);
        let mut answers = Vec::new();
        loop {
            match self.step(&mut search, core::mem::take(&mut answers)) {
                Step::Fetch(requests) => answers = source.fetch(&requests),
                Step::Show(_) => {}
                Step::Done(results) => return Ok((search, results)),
                Step::Stale if was_stale => {}
                Step::Stale => {
                    was_stale = true;
                    let max_bytes = self.max_store_bytes;
                    *self = Self::open_source(source)?.with_store_bytes(max_bytes);
                    search = begin(self);
                }
            }
        }
    }
}
