//! The table of other languages that comes with skillpress.
//!
//! `scripts/model/languages` makes what it holds, `docs/format.md` specifies the file.

use skillpress_search::FormatError;
use skillpress_search::internals::format::glossary::{ForeignWord, MEANING_LEN, Meaning};
use skillpress_search::internals::{Read, Reader};

use crate::config::Language;
use crate::index::model_file::{ModelFile, read_words};

/// Foreign words and the English ones that they are said in.
pub(super) struct Table {
    /// English words, sorted.
    pub(super) references: Vec<String>,
    /// Sorted by word, each with the languages that have it, a [`bit`] each.
    words: Vec<(ForeignWord, u8)>,
}

/// The bit of a language; English has none.
pub(super) fn bit(language: Language) -> u8 {
    match language {
        Language::En => 0,
        Language::Zh => 1,
        Language::Ja => 2,
        Language::Ko => 4,
        Language::De => 8,
        Language::Es => 16,
        Language::Fr => 32,
        Language::Pt => 64,
        Language::Ru => 128,
    }
}

impl Table {
    /// The table that comes with the program.
    ///
    /// # Errors
    /// Those of [`Table::decode`]: the program was built from a damaged file.
    pub(super) fn built_in() -> Result<Self, FormatError> {
        Self::decode(include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/assets/model/languages.skl"
        )))
    }

    /// Decodes a table file.
    ///
    /// # Errors
    /// `Magic`, `Version` and `Checksum` for another file or a damaged one; `Truncated`, `TrailingBytes` or `Invalid`
    /// for contents that contradict each other.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        FILE.decode(bytes, Self::read)
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let (n_references, n_words) = (reader.u32()? as usize, reader.u32()? as usize);
        let references = read_words(reader, n_references)?;
        let words = read_words(reader, n_words)?;
        let masks = reader.take(n_words)?;
        let meanings = reader.take(n_words.saturating_mul(MEANING_LEN))?;
        let words = words.into_iter().zip(meanings.chunks_exact(MEANING_LEN));
        let words = words.map(|(word, meaning)| ForeignWord {
            word: word.into_string(),
            meaning: Meaning::from_bytes(meaning),
        });
        let references = references.into_iter().map(|word| word.into_string());
        Ok(Self {
            references: references.collect(),
            words: words.zip(masks.iter().copied()).collect(),
        })
    }

    /// The words of the languages that `mask` has a bit for, sorted.
    pub(super) fn words_of(self, mask: u8) -> (Vec<String>, Vec<ForeignWord>) {
        let words = self.words.into_iter();
        let words = words.filter(|(_, languages)| languages & mask != 0);
        (self.references, words.map(|(word, _)| word).collect())
    }
}

const FILE: ModelFile = ModelFile {
    what: "the table of languages",
    magic: *b"SKPL",
    version: 1,
};

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use skillpress_search::internals::analyzer::{fold, runs};
    use skillpress_search::internals::format::glossary::{
        REFERENCES_MAX, encode_block, is_traditional, traditional,
    };
    use skillpress_search::internals::{Writer, crc32};

    use super::*;
    use crate::index::vector::Model;

    /// So many of the most frequent English words are English in a query, whatever they mean elsewhere.
    const ENGLISH_WORDS: usize = 15_000;
    /// Words whose row weighs less than this share of the median one say nothing by themselves.
    const LEAST_TRANSLATION: f32 = 0.45;

    impl Table {
        fn encode(&self) -> Vec<u8> {
            let mut writer = Writer::new();
            writer.bytes(&FILE.magic);
            writer.u32(FILE.version);
            writer.u32(self.references.len() as u32);
            writer.u32(self.words.len() as u32);
            write_words(self.references.iter(), &mut writer);
            write_words(self.words.iter().map(|(word, _)| &word.word), &mut writer);
            self.words.iter().for_each(|(_, mask)| writer.u8(*mask));
            for (word, _) in &self.words {
                writer.bytes(&word.meaning.to_bytes());
            }
            let mut bytes = writer.into_bytes();
            bytes.extend(crc32(&bytes).to_le_bytes());
            bytes
        }
    }

    fn write_words<'w>(words: impl Iterator<Item = &'w String>, writer: &mut Writer) {
        let mut before = "";
        for word in words {
            let pairs = before.bytes().zip(word.bytes());
            let n_shared = pairs.take_while(|(a, b)| a == b).count();
            writer.u8(n_shared as u8);
            writer.u8((word.len() - n_shared) as u8);
            writer.bytes(&word.as_bytes()[n_shared..]);
            before = word;
        }
    }

    #[test]
    fn every_word_is_one_that_a_query_can_hold() {
        let table = Table::built_in().unwrap();
        assert!(table.words.len() > 100_000 && table.references.len() <= REFERENCES_MAX);
        for (foreign, mask) in &table.words {
            assert!(*mask != 0, "{}", foreign.word);
            if is_traditional(&foreign.word) {
                assert_eq!(foreign.word.chars().count(), 2);
                assert!(foreign.meaning.simplified().is_some());
                continue;
            }
            assert_eq!(fold(&foreign.word), foreign.word);
            assert_eq!(runs(&foreign.word).len(), 1, "{}", foreign.word);
            assert!(
                foreign
                    .meaning
                    .references
                    .iter()
                    .all(|&idx| usize::from(idx) < table.references.len())
            );
        }
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let table = Table::built_in().unwrap();
        let decoded = Table::decode(&table.encode()).unwrap();
        assert!(decoded.words == table.words && decoded.references == table.references);
        assert!(Table::decode(&table.encode()[..1000]).is_err());
    }

    /// Writes `assets/model/languages.skl` from the folder that `SKILLPRESS_LANGUAGES` names, as
    /// `scripts/model/languages` leaves it; does nothing without one.
    #[test]
    fn the_table_is_written_from_what_the_scripts_make() {
        let Some(folder) = std::env::var_os("SKILLPRESS_LANGUAGES") else {
            return;
        };
        let table = from_folder(Path::new(&folder));
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/model/languages.skl");
        std::fs::write(path, table.encode()).unwrap();
    }

    fn from_folder(folder: &Path) -> Table {
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        let lines = |name: &str| -> Vec<String> { read(name).lines().map(str::to_owned).collect() };
        let names: Vec<(String, String)> = read("names.tsv")
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .filter(|(_, english)| !english.contains(' '))
            .map(|(name, english)| (fold(name), fold(english)))
            .collect();
        let english = lines("refs-en.txt");
        let mut references: Vec<String> = english.clone();
        references.extend(names.iter().map(|(_, english)| english.clone()));
        references.sort();
        references.dedup();
        let place = |word: &str| references.binary_search_by(|r| (**r).cmp(word)).ok();
        let model = Model::built_in().unwrap();
        let norm = |word: &str| {
            let values = model.row(word).map(|row| row.values());
            values.map_or(0.0, |values| {
                values.iter().map(|x| x * x).sum::<f32>().sqrt()
            })
        };
        // The best rank that a word has in a list of a language decides what it means.
        let mut words: BTreeMap<String, (usize, Meaning, u8)> = BTreeMap::new();
        let mut add = |word: &str, rank: usize, meaning: Meaning, mask: u8| {
            let entry = words.entry(fold(word)).or_insert((rank, meaning, 0));
            entry.2 |= mask;
            if rank < entry.0 {
                (entry.0, entry.1) = (rank, meaning);
            }
        };
        for language in Language::FOREIGN {
            let name = language.name();
            let meanings = std::fs::read(folder.join(format!("refs-{name}.bin"))).unwrap();
            for (rank, (word, six)) in lines(&format!("words-{name}.txt"))
                .iter()
                .zip(meanings.chunks_exact(6))
                .enumerate()
            {
                let said: [&str; 2] = [0, 2].map(|at| {
                    let line = u16::from_le_bytes([six[at], six[at + 1]]);
                    english[usize::from(line)].as_str()
                });
                let weights = [six[4], six[5]];
                let counts = |idx: usize| f32::from(weights[idx]) / 64.0 * norm(said[idx]);
                let says = |idx: &usize| counts(*idx) > LEAST_TRANSLATION * model.median_norm;
                let meaning = Meaning {
                    references: said.map(|word| place(word).unwrap() as u16),
                    weights,
                    translation: [0, 1]
                        .iter()
                        .find(|idx| says(idx))
                        .map_or(0, |idx| *idx as u8 + 1),
                };
                add(word, rank, meaning, bit(language));
            }
            // Parts of compounds that English has, too.
            for part in lines(&format!("parts-{name}.txt")) {
                if let Some(place) = place(&part)
                    && part.chars().count() >= 4
                {
                    add(&part, usize::MAX, itself(place), bit(language));
                }
            }
        }
        for (name, english) in &names {
            add(
                name,
                0,
                itself(place(english).unwrap()),
                mask_of_script(name),
            );
        }
        words.retain(|word, (_, meaning, _)| {
            let foreign = ForeignWord {
                word: word.clone(),
                meaning: *meaning,
            };
            runs(word).len() == 1 && runs(word)[0] == *word && encode_block(&[foreign]).1 == 1
        });
        let is_english = model.core(&[], ENGLISH_WORDS);
        for (word, (_, meaning, _)) in &mut words {
            let translation = meaning.translation_place();
            let translation =
                translation.map(|place| &references[usize::from(meaning.references[place])]);
            let is_frequent = model.place(word).is_some_and(|idx| is_english[idx]);
            if is_frequent || translation == Some(word) {
                *meaning = of_english(*meaning);
            }
        }
        // Characters that no word has would say nothing.
        let chinese: BTreeSet<char> = lines("words-zh.txt").concat().chars().collect();
        for pair in lines("traditional.txt") {
            let mut pair = pair.chars();
            let (typed, simplified) = (pair.next().unwrap(), pair.next().unwrap());
            if chinese.contains(&simplified)
                && [typed, simplified].iter().all(|c| c.len_utf8() == 3)
            {
                let word = traditional(&typed.to_string());
                let meaning = Meaning::of_traditional(simplified);
                words.insert(word, (0, meaning, bit(Language::Zh)));
            }
        }
        Table {
            references: references.clone(),
            words: words
                .into_iter()
                .map(|(word, (_, meaning, mask))| (ForeignWord { word, meaning }, mask))
                .collect(),
        }
    }

    /// What a word means that English has, too.
    fn of_english(mut meaning: Meaning) -> Meaning {
        if let Some(place) = meaning.translation_place() {
            meaning.references.rotate_left(place);
            meaning.weights.rotate_left(place);
            meaning.translation = 3;
        }
        meaning
    }

    fn itself(place: usize) -> Meaning {
        Meaning {
            references: [place as u16, 0],
            weights: [64, 0],
            translation: 1,
        }
    }

    /// The languages that write a name so.
    fn mask_of_script(name: &str) -> u8 {
        match name.chars().next_back().unwrap_or_default() {
            '\u{3040}'..='\u{30ff}' => bit(Language::Ja),
            '\u{3400}'..='\u{9fff}' => bit(Language::Zh) | bit(Language::Ja),
            '\u{ac00}'..='\u{d7af}' => bit(Language::Ko),
            _ => bit(Language::Ru),
        }
    }
}
