//! `manifest.json`: the one file of an index that changes in place, written last and read first.
//!
//! It names the other files, which are named by their content and never change, and carries what every search needs:
//! the heads. All of that is one block of bytes in a JSON string: the browser's module has no need of a JSON reader.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{FORMAT_VERSION, block};
use crate::analyzer::ANALYZER_VERSION;
use crate::bytes::{Read, push_decimal, push_hex};
use crate::{FormatError, Reader, Writer};

/// Path of the manifest below the folder of the index.
pub const MANIFEST_PATH: &str = "manifest.json";
/// A tiny file whose last byte is asked for when an index is opened, to see whether the host answers ranges.
pub const PROBE_PATH: &str = "probe.bin";
/// What the probe file holds.
pub const PROBE: &[u8] = b"skillpress range probe\n";
/// Most skills of one index.
pub const SKILLS_MAX: u32 = 1 << 22;
/// Most badge kinds that cards can carry.
pub const BADGE_KINDS_MAX: usize = 32;

/// Shortest chunks that a file may be published in, so that no range takes very many.
pub const CHUNK_LEN_MIN: u32 = 1024;

/// What `manifest.json` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// How many skills are listed; every `DocId` is below.
    pub n_skills: u32,
    /// The files, by name; names do not repeat.
    pub files: Vec<FileEntry>,
    /// Bytes by name of the part that they belong to, such as `lexical`; what they hold is that part's business.
    pub heads: Vec<(String, Vec<u8>)>,
    /// The badge kinds, at most 32; a card's badges are positions in this list.
    pub badges: Vec<BadgeEntry>,
}

/// One content-named file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileEntry {
    /// What it is, such as `terms`: lower-case letters.
    pub name: String,
    /// The start of a hash of its content.
    pub hash: [u8; FILE_HASH_LEN],
    /// Length in bytes.
    pub len: u64,
    /// Length of the small files that it is also published in, for hosts that do not answer ranges: see
    /// [`FileEntry::chunk_path`]. 0: it is not; such hosts have the file as a whole.
    pub chunk_len: u32,
}

/// Bytes of a file's hash that name it.
pub const FILE_HASH_LEN: usize = 5;

impl FileEntry {
    /// Path below the folder of the index, such as `files/terms-4f1c9a02d7.bin`.
    pub fn path(&self) -> String {
        let mut path = self.stem();
        path.push_str(".bin");
        path
    }

    /// Path of chunk `chunk_idx`, such as `files/terms-4f1c9a02d7/0.bin`; the file itself when there are no chunks.
    pub fn chunk_path(&self, chunk_idx: u64) -> String {
        if self.chunk_len == 0 {
            return self.path();
        }
        let mut path = self.stem();
        path.push('/');
        push_decimal(&mut path, chunk_idx);
        path.push_str(".bin");
        path
    }

    fn stem(&self) -> String {
        let mut stem = String::from("files/");
        stem.push_str(&self.name);
        stem.push('-');
        for &byte in &self.hash {
            push_hex(&mut stem, byte.into(), 2);
        }
        stem
    }
}

/// A kind of badge, as results show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BadgeEntry {
    /// Such as `highlighted`.
    pub kind: String,
    /// How it looks, which is the site's business: a JSON object with `label` (such as `Featured`), `icon` (one or two
    /// characters, or empty) and `color` (its name in the stylesheet).
    pub appearance: String,
    /// Thousandths of the boost of its definition, −1000 to 1000.
    pub boost_milli: i32,
    /// Whether results show it.
    pub is_shown: bool,
}

impl Manifest {
    /// The file called `name`.
    pub fn file(&self, name: &str) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.name == name)
    }

    /// The head called `name`.
    pub fn head(&self, name: &str) -> Option<&[u8]> {
        self.heads
            .iter()
            .find(|(head, _)| head == name)
            .map(|(_, bytes)| bytes.as_slice())
    }

    /// The text of `manifest.json`.
    pub fn encode(&self) -> String {
        format!(
            "{{\"format\":{FORMAT_VERSION},\"{INDEX_KEY}\":\"{}\"}}\n",
            encode_text(&self.encode_index())
        )
    }

    /// Reads `manifest.json`.
    ///
    /// # Errors
    /// `Version` when its format is another than this reader's; what is wrong with the text, or with the index in it: see
    /// [`Manifest::decode_index`].
    pub fn decode(text: &[u8]) -> Result<Self, FormatError> {
        let json: serde_json::Value =
            serde_json::from_slice(text).map_err(|error| invalid(json_offset(text, &error)))?;
        let missing = |what| FormatError::Missing { what };
        let got = json["format"].as_u64().ok_or(missing("the format"))? as u32;
        if got != FORMAT_VERSION {
            return Err(FormatError::Version {
                got,
                expected: FORMAT_VERSION,
            });
        }
        let index = json[INDEX_KEY].as_str().ok_or(missing("the index"))?;
        Self::decode_index(&decode_text(index)?)
    }

    /// The bytes that `manifest.json` carries as `index`.
    pub fn encode_index(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.varint(FORMAT_VERSION);
        writer.varint(ANALYZER_VERSION);
        writer.varint(self.n_skills);
        writer.varint(self.files.len() as u32);
        for file in &self.files {
            writer.str(&file.name);
            writer.bytes(&file.hash);
            // No file of an index has 4 GiB: that of 4 million skills' graph nodes has 1.7.
            writer.varint(file.len as u32);
            writer.varint(file.chunk_len);
        }
        writer.varint(self.badges.len() as u32);
        for badge in &self.badges {
            writer.str(&badge.kind);
            writer.str(&badge.appearance);
            writer.varint((badge.boost_milli + BOOST_MAX) as u32);
            writer.u8(badge.is_shown.into());
        }
        writer.varint(self.heads.len() as u32);
        for (name, head) in &self.heads {
            writer.str(name);
            writer.varint(head.len() as u32);
            writer.bytes(head);
        }
        block::seal(INDEX_KEY, 0, &writer.into_bytes())
    }

    /// Reads what `manifest.json` carries as `index`.
    ///
    /// # Errors
    /// `Version` or `Analyzer` when they are others than this reader's, `Checksum` when a byte was changed; else what is
    /// wrong with the bytes.
    pub fn decode_index(bytes: &[u8]) -> Result<Self, FormatError> {
        // Another version may seal its index in another way.
        let n_read = Reader::read(bytes, MANIFEST_PATH, read_versions)?;
        let payload = block::open(INDEX_KEY, 0, bytes)?;
        Reader::read(payload, MANIFEST_PATH, |reader| {
            reader.take(n_read)?;
            let n_skills = reader.varint()?;
            let mut manifest = Self {
                n_skills: reader.up_to(SKILLS_MAX, n_skills)?,
                ..Self::default()
            };
            for _ in 0..reader.count(4)? {
                manifest.files.push(file_entry(reader)?);
            }
            let n_badges = reader.count(4)? as u32;
            for _ in 0..reader.up_to(BADGE_KINDS_MAX as u32, n_badges)? {
                manifest.badges.push(badge_entry(reader)?);
            }
            for _ in 0..reader.count(2)? {
                let name = reader.string()?;
                let len = reader.count(1)?;
                manifest.heads.push((name, reader.take(len)?.into()));
            }
            reader.finish()?;
            Ok(manifest)
        })
    }
}

/// Bytes as text: those of printable ASCII as they are but for what JSON or HTML gives a meaning, all others as the
/// character 256 further on.
///
/// So a reader takes each character's code modulo 256. Compressed it is a sixth smaller than Base64, which tears apart what
/// repeats.
fn encode_text(bytes: &[u8]) -> String {
    let character = |&byte: &u8| match byte {
        b' '..=b'~' if !matches!(byte, b'"' | b'&' | b'<' | b'>' | b'\\') => char::from(byte),
        _ => char::from_u32(0x100 + u32::from(byte)).unwrap_or_default(),
    };
    bytes.iter().map(character).collect()
}

fn decode_text(text: &str) -> Result<Vec<u8>, FormatError> {
    let byte = |(at, c): (usize, char)| match c as u32 {
        code @ (0x20..=0x7e | 0x100..=0x1ff) => Ok(code as u8),
        _ => Err(invalid(at)),
    };
    text.char_indices().map(byte).collect()
}

/// What `manifest.json` calls the bytes that this reader reads.
const INDEX_KEY: &str = "index";
/// Greatest boost of a badge, in thousandths.
const BOOST_MAX: i32 = 1000;

/// Checks format and analyzer; gives how many bytes say them.
fn read_versions(reader: &mut Reader<'_>) -> Read<usize> {
    let (got, expected) = (reader.varint()?, FORMAT_VERSION);
    if got != expected {
        return Err(reader.fail(FormatError::Version { got, expected }));
    }
    let (got, expected) = (reader.varint()?, ANALYZER_VERSION);
    if got != expected {
        return Err(reader.fail(FormatError::Analyzer { got, expected }));
    }
    Ok(reader.offset())
}

fn file_entry(reader: &mut Reader<'_>) -> Read<FileEntry> {
    let name: String = reader.string()?;
    let mut hash = [0; FILE_HASH_LEN];
    hash.copy_from_slice(reader.take(FILE_HASH_LEN)?);
    let file = FileEntry {
        name,
        hash,
        len: reader.varint()?.into(),
        chunk_len: reader.varint()?,
    };
    // A name is part of a path, and no path leads out of the folder.
    let is_plain = file.name.bytes().all(|byte| byte.is_ascii_lowercase());
    if !is_plain || file.chunk_len > 0 && file.chunk_len < CHUNK_LEN_MIN {
        return Err(reader.invalid());
    }
    Ok(file)
}

fn badge_entry(reader: &mut Reader<'_>) -> Read<BadgeEntry> {
    let (kind, appearance) = (reader.string()?, reader.string()?);
    let boost = reader.varint()?;
    Ok(BadgeEntry {
        kind,
        appearance,
        boost_milli: reader.up_to(2 * BOOST_MAX as u32, boost)? as i32 - BOOST_MAX,
        is_shown: reader.u8()? == 1,
    })
}

fn invalid(offset: usize) -> FormatError {
    FormatError::Invalid {
        what: MANIFEST_PATH,
        offset: offset as u32,
    }
}

/// Where the text stops being JSON.
fn json_offset(text: &[u8], error: &serde_json::Error) -> usize {
    let lines_before = text.split_inclusive(|&byte| byte == b'\n');
    let lines_before = lines_before.take(error.line().saturating_sub(1));
    lines_before.map(<[u8]>::len).sum::<usize>() + error.column()
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            n_skills: 2,
            files: vec![FileEntry {
                name: "terms".into(),
                hash: [0, 0xc0, 0xff, 0xee, 7],
                len: 5000,
                chunk_len: 4096,
            }],
            heads: vec![("lexical".into(), vec![1, 2, 3, 4])],
            badges: vec![BadgeEntry {
                kind: "official".into(),
                appearance: r#"{"label":"Official <1>"}"#.into(),
                boost_milli: -500,
                is_shown: true,
            }],
        }
    }

    #[test]
    fn a_manifest_comes_back() {
        let text = manifest().encode();
        assert_eq!(Manifest::decode(text.as_bytes()), Ok(manifest()));
    }

    #[test]
    fn all_bytes_stand_in_a_json_string_as_they_are() {
        let bytes: Vec<u8> = (0..=255).collect();
        let text = encode_text(&bytes);
        assert_eq!(decode_text(&text), Ok(bytes));
        let json: serde_json::Value = serde_json::from_str(&format!("\"{text}\"")).unwrap();
        assert_eq!(json.as_str(), Some(text.as_str()));
        assert!(!text.contains(['<', '>', '&']), "it could be read as HTML");
        for odd in ["\u{7f}", "\u{ff}", "\u{200}", "\n"] {
            assert_eq!(decode_text(odd), Err(invalid(0)));
            assert_eq!(decode_text(&format!("aĀ{odd}")), Err(invalid(3)));
        }
    }

    #[test]
    fn chunks_stand_in_a_folder_named_like_their_file() {
        let mut file = manifest().files.remove(0);
        assert_eq!(file.path(), "files/terms-00c0ffee07.bin");
        assert_eq!(file.chunk_path(1), "files/terms-00c0ffee07/1.bin");
        file.chunk_len = 0;
        assert_eq!(file.chunk_path(0), file.path());
    }

    #[test]
    fn a_manifest_with_odd_values_is_refused() {
        let spoil: [fn(&mut Manifest); 6] = [
            |manifest| manifest.n_skills = SKILLS_MAX + 1,
            |manifest| manifest.files[0].name = "../secret".into(),
            |manifest| manifest.files[0].name = "a/b".into(),
            |manifest| manifest.files[0].name = "Terms".into(),
            |manifest| manifest.files[0].chunk_len = 7,
            |manifest| manifest.badges[0].boost_milli = 5000,
        ];
        for spoil in spoil {
            let mut manifest = manifest();
            spoil(&mut manifest);
            let text = manifest.encode();
            let error = Manifest::decode(text.as_bytes()).unwrap_err();
            let is_told = matches!(
                error,
                FormatError::Limit { .. } | FormatError::Invalid { .. }
            );
            assert!(is_told, "{text}: {error}");
        }
        let badges = vec![BadgeEntry::default(); BADGE_KINDS_MAX + 1];
        let manifest = Manifest {
            badges,
            ..manifest()
        };
        let error = Manifest::decode(manifest.encode().as_bytes()).unwrap_err();
        let (got, limit) = (BADGE_KINDS_MAX as u32 + 1, BADGE_KINDS_MAX as u32);
        assert!(
            matches!(error, FormatError::Limit { got: g, limit: l, .. } if (g, l) == (got, limit))
        );
    }

    #[test]
    fn another_version_is_named_whatever_follows() {
        let (got, expected) = (2, 1);
        assert_eq!(
            Manifest::decode_index(&[2]),
            Err(FormatError::Version { got, expected })
        );
        assert_eq!(
            Manifest::decode_index(&[1, 2, 9, 9]),
            Err(FormatError::Analyzer { got, expected })
        );
    }

    #[test]
    fn a_changed_index_is_refused() {
        let index = manifest().encode_index();
        for at in 2..index.len() {
            let mut changed = index.clone();
            changed[at] ^= 0x10;
            let decoded = Manifest::decode_index(&changed);
            let is_told = matches!(decoded, Err(FormatError::Checksum { .. }));
            assert!(is_told, "byte {at}");
        }
        for cut in 0..index.len() {
            assert!(Manifest::decode_index(&index[..cut]).is_err());
        }
        for wrong in ["{}", "{\"index\":7}", "{\"index\":\"AQIDB\"}", "[]"] {
            assert!(Manifest::decode(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}|[\\[\\]{}:,\"0-9a-z\\\\-]{0,80}") {
            let _ = Manifest::decode(text.as_bytes());
            let _ = Manifest::decode_index(text.as_bytes());
        }
    }
}
