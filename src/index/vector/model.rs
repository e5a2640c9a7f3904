//! The general word table that comes with skillpress, before a registry adapts it.
//!
//! `scripts/model` makes the file, `docs/format.md` specifies it: words in the order of their UTF-8 bytes, front-coded,
//! then a row for each, then a checksum.

use skillpress_search::FormatError;
use skillpress_search::internals::embedder::{ROW_BYTES, Row};
use skillpress_search::internals::{Read, Reader};

use crate::index::model_file::{ModelFile, read_words};

/// Words and their rows.
pub struct Model {
    /// Sorted by their UTF-8 bytes, no repeats.
    pub(super) words: Vec<Box<str>>,
    /// One for each word.
    pub(super) rows: Vec<Row>,
    /// How frequent each word is in texts about software: 0 for the 256 most frequent words, and so on to 255.
    tiers: Vec<u8>,
    /// The median length of the rows: the measure of how far adaptation may move a word.
    pub(in crate::index) median_norm: f32,
}

impl Model {
    /// The table that comes with the program.
    ///
    /// # Errors
    /// Those of [`Model::decode`]: the program was built from a damaged file.
    pub fn built_in() -> Result<Self, FormatError> {
        Self::decode(include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/assets/model/words.skm"
        )))
    }

    /// Decodes a model file.
    ///
    /// # Errors
    /// `Magic`, `Version` and `Checksum` for another file or a damaged one; `Truncated`, `TrailingBytes` or `Invalid`
    /// for contents that contradict each other.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        FILE.decode(bytes, Self::read)
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let n_words = reader.u32()? as usize;
        let median_norm = f32::from_bits(reader.u32()?);
        let words_len_bytes = reader.u32()? as usize;
        let words = Reader::read(reader.take(words_len_bytes)?, FILE.what, |reader| {
            let words = read_words(reader, n_words)?;
            reader.finish()?;
            Ok(words)
        });
        let words = reader.noted(words)?;
        let rows = reader.take(n_words.saturating_mul(ROW_BYTES))?;
        let rows = rows.chunks_exact(ROW_BYTES).map(Row::from_bytes);
        let rows = reader.noted(rows.collect::<Result<_, _>>())?;
        let tiers = reader.take(n_words)?.to_vec();
        Ok(Self {
            words,
            rows,
            tiers,
            median_norm,
        })
    }

    /// Which words belong to a table of about `n_words`: all of `needed`, which are sorted, and the most frequent others.
    pub fn core(&self, needed: &[String], n_words: usize) -> Vec<bool> {
        let is_needed = |word: &str| needed.binary_search_by(|other| (**other).cmp(word)).is_ok();
        let mut core: Vec<bool> = self.words.iter().map(|word| is_needed(word)).collect();
        let n_others = n_words.saturating_sub(core.iter().filter(|is_core| **is_core).count());
        let mut others: Vec<usize> = (0..core.len()).filter(|idx| !core[*idx]).collect();
        others.sort_by_key(|&idx| self.tiers[idx]);
        for idx in others.into_iter().take(n_others) {
            core[idx] = true;
        }
        core
    }

    /// The row of `word`.
    pub fn row(&self, word: &str) -> Option<&Row> {
        Some(&self.rows[self.place(word)?])
    }

    /// The position of `word` among those of the table.
    pub fn place(&self, word: &str) -> Option<usize> {
        self.words.binary_search_by(|w| (**w).cmp(word)).ok()
    }

    /// Whether a word is one of those that general texts use much; `false` beyond the table.
    ///
    /// Training gave frequent words short rows, and left very short ones to those that it hardly met. Of the words of 130
    /// queries nine in ten are among these 7,600 of 63,000.
    pub fn is_common(&self, word_idx: usize) -> bool {
        self.rows.get(word_idx).is_some_and(|row| {
            let norm_squared: f32 = row.values().iter().map(|x| x * x).sum();
            let most = self.median_norm * self.median_norm;
            (most / 16.0..most).contains(&norm_squared)
        })
    }

    /// Cut down to some words.
    #[cfg(test)]
    pub(super) fn only(self, words: &[&str]) -> Self {
        let kept = self.words.into_iter().zip(self.rows);
        let (words, rows): (Vec<_>, Vec<_>) =
            kept.filter(|(word, _)| words.contains(&&**word)).unzip();
        Self {
            tiers: vec![0; words.len()],
            words,
            rows,
            median_norm: self.median_norm,
        }
    }
}

const FILE: ModelFile = ModelFile {
    what: "the word model",
    magic: *b"SKPM",
    version: 2,
};

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use skillpress_search::internals::embedder::WordSum;

    use super::*;

    #[test]
    fn embeddings_equal_those_of_the_script_that_made_the_model() {
        let model = Model::built_in().unwrap();
        let lines = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/assets/model/test_vectors.jsonl"
        ));
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let mut sum = WordSum::default();
            for (word, known) in line["words"]
                .as_array()
                .unwrap()
                .iter()
                .zip(line["known"].as_array().unwrap())
            {
                let row = model.row(word.as_str().unwrap());
                assert_eq!(row.is_some(), known.as_bool().unwrap(), "{word}");
                row.into_iter().for_each(|row| sum.add(row, 1));
            }
            let expected: Option<Vec<i64>> = line["vector"]
                .as_array()
                .map(|vector| vector.iter().map(|x| x.as_i64().unwrap()).collect());
            let embedding = sum.unit();
            let got = embedding
                .as_ref()
                .map(|e| e.components().iter().map(|&x| i64::from(x)).collect());
            assert_eq!(got, expected, "{}", line["words"]);
        }
        assert!(lines.lines().count() >= 10);
    }

    #[test]
    fn a_damaged_model_is_refused() {
        let bytes = include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/assets/model/words.skm"
        ));
        for offset in (0..bytes.len()).step_by(bytes.len() / 5) {
            let mut damaged = bytes.to_vec();
            damaged[offset] ^= 0x10;
            assert!(Model::decode(&damaged).is_err(), "byte {offset}");
        }
        for len in [0, 3, 7, 8, 100, bytes.len() - 1] {
            assert!(Model::decode(&bytes[..len]).is_err(), "{len} bytes");
        }
    }
}
