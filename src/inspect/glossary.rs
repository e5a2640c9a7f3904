//! The state of the glossary: words of other languages, and the English ones that they are said in.

use serde::Serialize;
use skillpress_search::ByteRange;
use skillpress_search::internals::format::glossary::{
    self, ForeignWord, GLOSSARY_BLOCK_LEN, GLOSSARY_FILE, GLOSSARY_HEAD, GlossaryHead, N_ALPHABETS,
    REFERENCES_FILE, REFERENCES_PER_BLOCK, ReferenceDirectory, WordDirectory,
};
use skillpress_search::internals::format::manifest::Manifest;

use super::files::{IndexFile, IndexFiles};

/// Words of other languages in English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Glossary {
    /// Blocks of words.
    pub blocks: usize,
    /// Words.
    pub words: usize,
    /// English words that these are said in.
    pub references: usize,
}

/// Reads every word of both files; `None` for a site whose queries are in English alone.
pub(super) fn glossary(files: &mut IndexFiles<'_>, manifest: &Manifest) -> Option<Glossary> {
    let head = manifest.head(GLOSSARY_HEAD)?;
    Some(read(files, head, manifest).unwrap_or_default())
}

/// `None` when the head cannot be read.
fn read(files: &mut IndexFiles<'_>, head: &[u8], manifest: &Manifest) -> Option<Glossary> {
    let head = files.noted(GLOSSARY_HEAD, GlossaryHead::decode(head))?;
    let file = files.read(REFERENCES_FILE)?;
    let references = references(files, &file, &head);
    let directories = directories(files, &file, &head);
    let words = words(files, &directories, manifest);
    let spoken = words
        .iter()
        .filter(|foreign| !glossary::is_traditional(&foreign.word));
    for ForeignWord { word, meaning } in spoken {
        for reference in meaning.references.map(usize::from) {
            // Where a block cannot be read, its words are not missing.
            if references.get(reference).is_none() {
                let n = references.len();
                files.note(
                    GLOSSARY_FILE,
                    format!("`{word}` is said in English word {reference} of {n}"),
                );
            }
        }
    }
    Some(Glossary {
        blocks: n_blocks(&directories),
        words: words.len(),
        references: references.iter().flatten().count(),
    })
}

/// The directories of the words of each alphabet; `None` where there are none, or they cannot be read. Notes those that do
/// not begin where the one before ends.
fn directories(
    files: &mut IndexFiles<'_>,
    file: &IndexFile,
    head: &GlossaryHead,
) -> Vec<Option<WordDirectory>> {
    let mut directories = Vec::new();
    for alphabet in 0..N_ALPHABETS {
        let directory = head.words(alphabet).and_then(|range| {
            files.decoded(file, range, |payload| {
                WordDirectory::decode(payload, alphabet)
            })
        });
        let begin = n_blocks(&directories);
        if let Some(directory) = &directory
            && directory.first_block as usize != begin
        {
            files.note(
                REFERENCES_FILE,
                format!(
                    "alphabet {alphabet} begins with block {} in place of {begin}",
                    directory.first_block
                ),
            );
        }
        directories.push(directory);
    }
    directories
}

fn n_blocks(directories: &[Option<WordDirectory>]) -> usize {
    let directories = directories.iter().flatten();
    directories
        .map(|directory| directory.separators.len() + 1)
        .sum()
}

/// The English words by their positions; `None` where they cannot be read. Notes blocks that lack some.
fn references(
    files: &mut IndexFiles<'_>,
    file: &IndexFile,
    head: &GlossaryHead,
) -> Vec<Option<String>> {
    let decode = |payload| ReferenceDirectory::decode(payload, head);
    let directory = files.decoded(file, head.references(), decode);
    let blocks = directory.unwrap_or_default().blocks;
    let mut references = Vec::new();
    for (block_idx, &range) in blocks.iter().enumerate() {
        let end = references.len() + REFERENCES_PER_BLOCK;
        let words = files.decoded(file, range, glossary::decode_references);
        let is_last = block_idx + 1 == blocks.len();
        let n_words = words.as_ref().map_or(REFERENCES_PER_BLOCK, Vec::len);
        if n_words > REFERENCES_PER_BLOCK || (n_words < REFERENCES_PER_BLOCK && !is_last) {
            files.note(
                REFERENCES_FILE,
                format!("block {block_idx} has {n_words} words of {REFERENCES_PER_BLOCK}"),
            );
        }
        let is_whole = words.is_some() && is_last;
        references.extend(words.unwrap_or_default().into_iter().map(Some));
        if !is_whole {
            references.resize(end, None);
        }
    }
    references
}

/// The words of other languages; notes those that stand where no directory leads.
fn words(
    files: &mut IndexFiles<'_>,
    directories: &[Option<WordDirectory>],
    manifest: &Manifest,
) -> Vec<ForeignWord> {
    let mut words = Vec::new();
    let Some(file) = files.read(GLOSSARY_FILE) else {
        return words;
    };
    let n_blocks = n_blocks(directories) as u64;
    let block_len = u64::from(GLOSSARY_BLOCK_LEN);
    let len = manifest.file(GLOSSARY_FILE).map_or(0, |file| file.len);
    if len != n_blocks * block_len {
        files.note(
            GLOSSARY_FILE,
            format!("the directories have {n_blocks} blocks for {len} bytes"),
        );
    }
    for start in (0..len.min(n_blocks * block_len)).step_by(GLOSSARY_BLOCK_LEN as usize) {
        let range = ByteRange {
            start,
            len: GLOSSARY_BLOCK_LEN,
        };
        let block = files.decoded(&file, range, glossary::decode_block);
        for foreign in block.unwrap_or_default() {
            let directory = &directories[glossary::alphabet_of(&foreign.word)];
            let place = directory
                .as_ref()
                .map(|directory| directory.block_of(&foreign.word));
            if place != Some(range) {
                files.note(
                    GLOSSARY_FILE,
                    format!("no directory leads to `{}`", foreign.word),
                );
            }
            words.push(foreign);
        }
    }
    words
}
