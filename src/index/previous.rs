//! The index that was published before, as far as a build goes on from it: which skill had which number, and why.

use std::collections::HashMap;

use skillpress_search::internals::EmbeddingId;
use skillpress_search::internals::format::block;
use skillpress_search::internals::format::cards::{self, CARDS_FILE};
use skillpress_search::internals::format::vectors::VectorIndex;
use skillpress_search::internals::format::vectors::head::VECTORS_FILE;
use skillpress_search::internals::format::vectors::router::{Router, router_range};
use skillpress_search::{ByteRange, DocId, FormatError};
use thiserror::Error;

use super::memory::part;
use super::vector::{PreviousCells, PreviousIndex};
use super::whole::{OpenedManifest, UnreadFile, open_manifest, read_whole};
use crate::key::SkillKey;
use crate::site_source::{SearchError, SiteSource, SourceError};

impl PreviousIndex {
    /// Reads the index of the site at `place`, a URL or a folder; `None` when it has no vectors.
    ///
    /// A damaged card costs its skill its number. Nothing else may be damaged.
    ///
    /// # Errors
    /// [`PreviousError`].
    pub fn open(place: &str) -> Result<Option<Self>, PreviousError> {
        let mut source = SiteSource::open(place)?;
        let opened_manifest = open_manifest(&mut source);
        let OpenedManifest {
            manifest,
            mut has_ranges,
            ..
        } = opened_manifest.map_err(|error| source.search_error(error))?;
        let Some(index) = VectorIndex::open(&manifest)? else {
            return Ok(None);
        };
        let mut read = |name| read_whole(&mut source, &manifest, name, &mut has_ranges);
        let (vectors, cards) = (read(VECTORS_FILE)?, read(CARDS_FILE)?);
        let router = opened(VECTORS_FILE, &vectors, router_range(&index.head))?;
        let router = Router::decode(&index.head, router)?;
        let mut places = HashMap::new();
        for block_idx in 0..index.ids.n_blocks() {
            let ids = opened(VECTORS_FILE, &vectors, index.ids.range(block_idx))?;
            let ids = index.ids.decode(block_idx, ids)?;
            for (embedding, doc) in index.ids.entries(block_idx).zip(ids) {
                let card = opened(CARDS_FILE, &cards, cards::range(DocId(doc)));
                if let Ok(card) = card.and_then(cards::decode) {
                    places.insert(SkillKey::of_card(&card), EmbeddingId(embedding));
                }
            }
        }
        let cells = PreviousCells {
            head: index.head,
            router,
        };
        Ok(Some(Self { places, cells }))
    }
}

/// The payload of the block at `range` of the file `name`.
fn opened<'f>(name: &str, file: &'f [u8], range: ByteRange) -> Result<&'f [u8], FormatError> {
    block::open(name, range.start, part(file, range).unwrap_or_default())
}

/// Why a build cannot go on from a published index.
#[derive(Debug, Error)]
pub enum PreviousError {
    /// There is no site.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Its index cannot be opened.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// A file of the index cannot be read.
    #[error(transparent)]
    Unread(#[from] UnreadFile),
    /// The index is damaged.
    #[error("the search index is damaged: {0}")]
    Format(#[from] FormatError),
}

impl PreviousError {
    /// Whether there is nothing to go on from yet: no site, none with an index, or one of another format.
    pub fn is_beginning(&self) -> bool {
        matches!(
            self,
            Self::Source(SourceError::NoSite(_))
                | Self::Search(SearchError::Gone { .. } | SearchError::Format { .. })
        )
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::catalog::Catalog;
    use crate::config::Config;
    use crate::index::{SearchIndex, build, fixture};
    use crate::sink::DirSink;

    const WORDS: [&str; 9] = [
        "pdf", "weather", "music", "invoice", "database", "email", "photo", "recipe", "flight",
    ];

    /// A registry of skills about a few things each.
    fn registry(n: usize) -> Catalog {
        let word = |idx: usize| WORDS[idx % WORDS.len()];
        let skill = |idx: usize| {
            let (name, other) = (format!("{} {idx}", word(idx)), word(idx / 7));
            let description = format!(
                "Works with {} and {other} of a {}.",
                word(idx),
                word(idx / 5)
            );
            fixture::skill("ana", &format!("skill-{idx:03}"), &name, &description)
        };
        fixture::catalog((0..n).map(skill).collect())
    }

    fn built(catalog: &Catalog, previous: Option<&PreviousIndex>) -> SearchIndex {
        build(catalog, &Config::default(), None, previous).unwrap()
    }

    fn published(index: &SearchIndex, site: &Path) -> PreviousIndex {
        let sink = DirSink::create(site).unwrap();
        index.write(&sink).unwrap();
        sink.finish().unwrap();
        PreviousIndex::open(site.to_str().unwrap())
            .unwrap()
            .unwrap()
    }

    /// The skills that have another place in `after`.
    fn moved(before: &PreviousIndex, after: &PreviousIndex) -> Vec<String> {
        let places = before.places.iter();
        let moved = places.filter(|(key, place)| after.places.get(key) != Some(place));
        let mut moved: Vec<String> = moved.map(|(key, _)| key.slug.clone()).collect();
        moved.sort_unstable();
        moved
    }

    #[test]
    fn every_vector_is_found_where_it_stands() {
        let temp = tempfile::tempdir().unwrap();
        let index = built(&registry(60), None);
        let previous = published(&index, &temp.path().join("a"));
        let mut places: Vec<u32> = previous.places.values().map(|place| place.0).collect();
        places.sort_unstable();
        assert_eq!(places, (0..60).collect::<Vec<u32>>());
        assert_eq!(previous.cells.head.n_embeddings(), 60);
    }

    #[test]
    fn the_same_skills_after_themselves_give_the_same_bytes() {
        let temp = tempfile::tempdir().unwrap();
        let index = built(&registry(60), None);
        let previous = published(&index, &temp.path().join("a"));
        assert!(built(&registry(60), Some(&previous)).files == index.files);
    }

    #[test]
    fn an_edited_skill_moves_no_other() {
        let temp = tempfile::tempdir().unwrap();
        let mut catalog = registry(60);
        let before = published(&built(&catalog, None), &temp.path().join("a"));
        catalog.skills[20].description.push_str(" Prints receipts.");
        let after = built(&catalog, Some(&before));
        let again = built(&catalog, Some(&before));
        assert!(after.files == again.files, "two builds differ");
        let after = published(&after, &temp.path().join("b"));
        assert_eq!(moved(&before, &after), Vec::<String>::new());
    }

    #[test]
    fn a_new_skill_comes_last_in_its_cell() {
        let temp = tempfile::tempdir().unwrap();
        let before = published(&built(&registry(60), None), &temp.path().join("a"));
        let after = published(&built(&registry(61), Some(&before)), &temp.path().join("b"));
        let place = after.places[&SkillKey::parse("ana/skill-060").unwrap()];
        for (key, old) in &before.places {
            let expected = old.0 + u32::from(old.0 >= place.0);
            assert_eq!(after.places[key].0, expected, "{key}");
        }
    }

    #[test]
    fn a_registry_that_has_become_another_is_numbered_anew() {
        let temp = tempfile::tempdir().unwrap();
        let before = published(&built(&registry(60), None), &temp.path().join("a"));
        for n in [20, 160] {
            let after = built(&registry(n), Some(&before));
            assert!(after.files == built(&registry(n), None).files, "{n} skills");
        }
    }

    #[test]
    fn a_damaged_index_is_an_error_and_a_missing_one_a_beginning() {
        let temp = tempfile::tempdir().unwrap();
        let site = temp.path().join("a");
        let open = |site: &Path| PreviousIndex::open(site.to_str().unwrap());
        assert!(open(&site).unwrap_err().is_beginning());
        published(&built(&registry(60), None), &site);
        let folder = site.join("search/files");
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            if file.to_string_lossy().contains("/vectors-") {
                std::fs::write(file, [0; 4_000]).unwrap();
            }
        }
        assert!(!open(&site).unwrap_err().is_beginning());
    }
}
