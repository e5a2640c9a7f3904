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
use crate::{ByteRange, FormatError, Reader, Request, Writer};

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

/// One file, published under names that say what they hold: as a whole, in chunks, or both.
///
/// Hosts with ranges are asked for ranges of the whole, where it is published, others for chunks. A file whose blocks never
/// cross a chunk's border may be published in chunks only: then ranges are asked of a chunk. Neighbouring chunks may form
/// a shard, whose hash names them all, so a change renames one shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileEntry {
    /// What it is, such as `terms`: lower-case letters.
    pub name: String,
    /// Length in bytes.
    pub len: u64,
    /// Length of a chunk; the last one may be shorter. 0: there are none, hosts without ranges have the file as a whole.
    pub chunk_len: u32,
    /// Whether it is published as a whole.
    pub is_whole: bool,
    /// How many chunks share a hash; 0: they are named by the hash of the whole.
    pub shard_chunks: u32,
    /// The first [`HASH_LEN`] bytes of the SHA-256 of the whole, if that is published, and of each shard.
    pub hashes: Vec<u8>,
}

/// Bytes of a hash that name a shard, or a whole file.
pub const HASH_LEN: usize = 5;

impl FileEntry {
    /// Path of a file that is published as a whole, such as `files/terms-4f1c9a02d7.bin`; `None` for one in chunks only.
    pub fn whole_path(&self) -> Option<String> {
        self.is_whole.then(|| self.path(None))
    }

    /// Path of a chunk, such as `files/rows-4f1c9a02d7/0.bin`; of the whole file where it has none.
    pub fn chunk_path(&self, chunk_idx: u32) -> String {
        self.path((self.chunk_len > 0).then_some(chunk_idx))
    }

    /// What of the file a chunk holds: all of it where it has none.
    #[inline(never)]
    pub fn chunk_range(&self, chunk_idx: u32) -> ByteRange {
        let start = u64::from(chunk_idx) * self.whole_chunk_len();
        let len = self.whole_chunk_len().min(self.len.saturating_sub(start)) as u32;
        ByteRange { start, len }
    }

    /// How many chunks there are, whether or not they are the only form; 1 for a file without chunks.
    pub fn n_chunks(&self) -> u32 {
        self.len.div_ceil(self.whole_chunk_len()) as u32
    }

    /// Which chunk holds the byte at `offset`.
    pub fn chunk_at(&self, offset: u64) -> u32 {
        (offset / self.whole_chunk_len()) as u32
    }

    /// The same where chunks are the only form; `None` for a file that is published as a whole.
    pub fn only_chunk_at(&self, offset: u64) -> Option<u32> {
        (!self.is_whole).then(|| self.chunk_at(offset))
    }

    /// What the host is asked for to have the bytes at `range`, which lie in one chunk where chunks are the only form.
    pub fn request(&self, range: ByteRange) -> Request {
        let chunk_idx = self.only_chunk_at(range.start);
        let start = match chunk_idx {
            None => range.start,
            Some(_) => self.offset_in_chunk(range.start),
        };
        Request {
            path: self.path(chunk_idx),
            range: Some(ByteRange { start, ..range }),
        }
    }

    /// Where in its chunk the byte at `offset` stands.
    pub fn offset_in_chunk(&self, offset: u64) -> u64 {
        offset % self.whole_chunk_len()
    }

    /// Length of all chunks but the last: that of the file when it has none.
    fn whole_chunk_len(&self) -> u64 {
        match self.chunk_len {
            0 => self.len.max(1),
            len => u64::from(len),
        }
    }

    /// How many hashes there are.
    fn n_hashes(&self) -> u32 {
        let n_shards = match self.shard_chunks {
            0 => 0,
            n_chunks => self.n_chunks().div_ceil(n_chunks),
        };
        u32::from(self.is_whole) + n_shards
    }

    // Once in the module, whoever asks: it is long.
    #[inline(never)]
    fn path(&self, chunk_idx: Option<u32>) -> String {
        let mut path = String::from("files/");
        path.push_str(&self.name);
        path.push('-');
        let shard_idx = chunk_idx.and_then(|chunk_idx| chunk_idx.checked_div(self.shard_chunks));
        let hash_idx = shard_idx.map_or(0, |shard_idx| u32::from(self.is_whole) + shard_idx);
        let start = hash_idx as usize * HASH_LEN;
        let hash = self.hashes.get(start..start + HASH_LEN);
        for &byte in hash.unwrap_or_default() {
            push_hex(&mut path, byte.into(), 2);
        }
        if let Some(chunk_idx) = chunk_idx {
            path.push('/');
            push_decimal(&mut path, chunk_idx.into());
        }
        path.push_str(".bin");
        path
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
            // No file of an index has 4 GiB: that of 4 million skills' graph nodes has 1.7.
            writer.varint(file.len as u32);
            writer.varint(file.chunk_len);
            writer.varint(file.shard_chunks << 1 | u32::from(file.is_whole));
            writer.bytes(&file.hashes);
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
    let mut file = FileEntry {
        name: reader.string()?,
        len: reader.varint()?.into(),
        chunk_len: reader.varint()?,
        ..FileEntry::default()
    };
    let forms = reader.varint()?;
    (file.is_whole, file.shard_chunks) = (forms & 1 == 1, forms >> 1);
    // A name is part of a path, and no path leads out of the folder.
    let is_plain = file.name.bytes().all(|byte| byte.is_ascii_lowercase());
    let has_chunks = file.chunk_len >= CHUNK_LEN_MIN;
    let is_odd = !has_chunks && (file.chunk_len > 0 || forms != 1) || forms == 0;
    if !is_plain || is_odd {
        return Err(reader.invalid());
    }
    file.hashes = reader.take(file.n_hashes() as usize * HASH_LEN)?.into();
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
            files: vec![
                FileEntry {
                    name: "terms".into(),
                    len: 5000,
                    chunk_len: 4096,
                    is_whole: true,
                    shard_chunks: 0,
                    hashes: vec![0, 0xc0, 0xff, 0xee, 7],
                },
                FileEntry {
                    name: "rows".into(),
                    len: 5 * 1024 + 1,
                    chunk_len: 1024,
                    is_whole: false,
                    shard_chunks: 4,
                    hashes: [[1; HASH_LEN], [2; HASH_LEN]].concat(),
                },
            ],
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
        let path = file.whole_path().unwrap();
        assert_eq!(path, "files/terms-00c0ffee07.bin");
        assert_eq!(file.chunk_path(1), "files/terms-00c0ffee07/1.bin");
        let (start, len) = (4096, 904);
        assert_eq!(file.chunk_range(1), ByteRange { start, len });
        let range = ByteRange {
            start: 4000,
            len: 200,
        };
        let request = file.request(range);
        assert_eq!((&request.path, request.range), (&path, Some(range)));
        file.chunk_len = 0;
        assert_eq!(file.chunk_path(0), path);
    }

    #[test]
    fn chunks_that_are_the_only_form_are_named_by_their_shard() {
        let file = manifest().files.remove(1);
        assert_eq!(file.whole_path(), None);
        assert_eq!(file.n_chunks(), 6);
        assert_eq!(file.chunk_path(3), "files/rows-0101010101/3.bin");
        assert_eq!(file.chunk_path(5), "files/rows-0202020202/5.bin");
        assert_eq!(
            file.chunk_range(5),
            ByteRange {
                start: 5120,
                len: 1
            }
        );
        let request = file.request(ByteRange {
            start: 4196,
            len: 9,
        });
        assert_eq!(request.path, "files/rows-0202020202/4.bin");
        assert_eq!(request.range, Some(ByteRange { start: 100, len: 9 }));
    }

    #[test]
    fn ranges_are_asked_of_the_whole_though_chunks_are_named_by_their_shard() {
        let mut file = manifest().files.remove(1);
        file.is_whole = true;
        file.hashes.splice(0..0, [9; HASH_LEN]);
        assert_eq!(file.n_hashes(), 3);
        let path = "files/rows-0909090909.bin";
        assert_eq!(file.whole_path().as_deref(), Some(path));
        assert_eq!(file.chunk_path(3), "files/rows-0101010101/3.bin");
        let range = ByteRange {
            start: 1000,
            len: 90,
        };
        let request = file.request(range);
        assert_eq!((request.path.as_str(), request.range), (path, Some(range)));
    }

    #[test]
    fn hashes_are_counted_before_memory_is_asked_for() {
        let mut writer = Writer::new();
        for n in [FORMAT_VERSION, ANALYZER_VERSION, 2, 1] {
            writer.varint(n);
        }
        writer.str("rows");
        for n in [u32::MAX, CHUNK_LEN_MIN, 2] {
            writer.varint(n);
        }
        writer.bytes(&[0; 40]);
        let bytes = block::seal(INDEX_KEY, 0, &writer.into_bytes());
        let is_truncated = |error| matches!(error, FormatError::Truncated { .. });
        assert!(Manifest::decode_index(&bytes).is_err_and(is_truncated));
    }

    #[test]
    fn a_manifest_with_odd_values_is_refused() {
        let spoil: [fn(&mut Manifest); 8] = [
            |manifest| manifest.n_skills = SKILLS_MAX + 1,
            |manifest| manifest.files[0].name = "../secret".into(),
            |manifest| manifest.files[0].name = "a/b".into(),
            |manifest| manifest.files[0].name = "Terms".into(),
            |manifest| manifest.files[0].chunk_len = 7,
            |manifest| manifest.files[1].chunk_len = 7,
            |manifest| manifest.files[1].chunk_len = 0,
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
        let (got, expected) = (1, FORMAT_VERSION);
        assert_eq!(
            Manifest::decode_index(&[1]),
            Err(FormatError::Version { got, expected })
        );
        let (got, expected) = (ANALYZER_VERSION + 1, ANALYZER_VERSION);
        assert_eq!(
            Manifest::decode_index(&[FORMAT_VERSION as u8, got as u8, 9, 9]),
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
