//! `manifest.json`: the one file of an index that changes in place, written last and read first.
//!
//! It names the other files, which are named by their content and never change, and carries what every search needs:
//! the heads.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::json::{Json, quoted};
use super::{FORMAT_VERSION, base64};
use crate::analyzer::ANALYZER_VERSION;
use crate::bytes::push_decimal;
use crate::{FormatError, crc32};

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
    /// How many skills are listed; every `SkillId` is below.
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
    /// What it is, such as `terms`.
    pub name: String,
    /// Path below the folder of the index, such as `terms-4f1c9a02.bin`.
    pub path: String,
    /// Length in bytes.
    pub len: u64,
    /// Length of the small files that it is also published in, for hosts that do not answer ranges: `terms-4f1c9a02/0.bin`
    /// holds the first `chunk_len` bytes, and so on. 0: it is not; such hosts have the file as a whole.
    pub chunk_len: u32,
}

impl FileEntry {
    /// Path of chunk `chunk_idx`; the file itself when there are no chunks.
    pub fn chunk_path(&self, chunk_idx: u64) -> String {
        match self.path.strip_suffix(".bin") {
            Some(stem) if self.chunk_len > 0 => {
                let mut path = String::from(stem);
                path.push('/');
                push_decimal(&mut path, chunk_idx);
                path.push_str(".bin");
                path
            }
            _ => self.path.clone(),
        }
    }
}

/// A kind of badge, as results show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BadgeEntry {
    /// Such as `highlighted`.
    pub kind: String,
    /// Such as `Featured`.
    pub label: String,
    /// One or two characters, or empty.
    pub icon: String,
    /// Name of its colour in the stylesheet.
    pub color: String,
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
        let files: Vec<String> = self
            .files
            .iter()
            .map(|file| {
                let (path, len, chunk_len) = (quoted(&file.path), file.len, file.chunk_len);
                format!(
                    "{}:{{\"path\":{path},\"len\":{len},\"chunk_len\":{chunk_len}}}",
                    quoted(&file.name)
                )
            })
            .collect();
        let badges: Vec<String> = self
            .badges
            .iter()
            .map(|badge| {
                format!(
                    "{{\"kind\":{},\"label\":{},\"icon\":{},\"color\":{},\"boost\":{},\"shown\":{}}}",
                    quoted(&badge.kind),
                    quoted(&badge.label),
                    quoted(&badge.icon),
                    quoted(&badge.color),
                    badge.boost_milli,
                    badge.is_shown
                )
            })
            .collect();
        let heads: Vec<String> = self
            .heads
            .iter()
            .map(|(name, bytes)| format!("{}:{}", quoted(name), quoted(&base64::encode(bytes))))
            .collect();
        sealed(format!(
            "{{\"format\":{FORMAT_VERSION},\"analyzer\":{ANALYZER_VERSION},\"n_skills\":{},\n\"files\":{{{}}},\n\
             \"badges\":[{}],\n\"heads\":{{{}}},\n",
            self.n_skills,
            files.join(",\n"),
            badges.join(",\n"),
            heads.join(",\n")
        ))
    }

    /// Reads `manifest.json`.
    ///
    /// # Errors
    /// `Version` when format or analyzer are others than this reader's, `Checksum` when a byte was changed; else what is
    /// wrong with the text. Unknown keys are left unread.
    pub fn decode(text: &[u8]) -> Result<Self, FormatError> {
        let json = Json::parse(text)?;
        for (key, expected) in [("format", FORMAT_VERSION), ("analyzer", ANALYZER_VERSION)] {
            let got = number::<u32>(&json, key)?;
            if got != expected {
                return Err(FormatError::Version { got, expected });
            }
        }
        if number::<u32>(&json, CHECKSUM_KEY)? != checksum(text) {
            return Err(FormatError::Checksum {
                what: MANIFEST_PATH,
            });
        }
        let n_skills = number(&json, "n_skills")?;
        if n_skills > SKILLS_MAX {
            return Err(INVALID);
        }
        let files = json.get("files").and_then(Json::as_object).ok_or(INVALID)?;
        let badges = json.get("badges").and_then(Json::as_array).ok_or(INVALID)?;
        let heads = json.get("heads").and_then(Json::as_object).ok_or(INVALID)?;
        if badges.len() > BADGE_KINDS_MAX {
            return Err(INVALID);
        }
        Ok(Self {
            n_skills,
            files: files
                .iter()
                .map(|(name, file)| file_entry(name, file))
                .collect::<Result<_, _>>()?,
            heads: heads
                .iter()
                .map(|(name, head)| {
                    Ok((name.clone(), base64::decode(head.as_str().ok_or(INVALID)?)?))
                })
                .collect::<Result<_, FormatError>>()?,
            badges: badges.iter().map(badge_entry).collect::<Result<_, _>>()?,
        })
    }
}

/// `text`, which ends where the next key begins, with the checksum as that key.
fn sealed(text: String) -> String {
    let crc = crc32(text.as_bytes());
    format!("{text}\"{CHECKSUM_KEY}\":{crc}}}\n")
}

/// CRC-32 of what stands before the checksum's key, of everything when there is none.
fn checksum(text: &[u8]) -> u32 {
    let key = quoted(CHECKSUM_KEY);
    let end = text
        .windows(key.len())
        .rposition(|window| window == key.as_bytes());
    crc32(&text[..end.unwrap_or(text.len())])
}

/// The last key of the manifest.
const CHECKSUM_KEY: &str = "crc32";

fn file_entry(name: &str, json: &Json) -> Result<FileEntry, FormatError> {
    let file = FileEntry {
        name: name.into(),
        path: text(json, "path")?,
        len: number(json, "len")?,
        chunk_len: number(json, "chunk_len")?,
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if file.chunk_len > 0 && file.chunk_len < CHUNK_LEN_MIN {
        return Err(INVALID);
    }
    if file.path.starts_with('/')
        || file.path.as_bytes().windows(2).any(|pair| pair == b"..")
        || !file.path.chars().all(is_plain)
    {
        return Err(INVALID);
    }
    Ok(file)
}

fn badge_entry(json: &Json) -> Result<BadgeEntry, FormatError> {
    let boost_milli = number(json, "boost")?;
    if !(-1000..=1000).contains(&boost_milli) {
        return Err(INVALID);
    }
    Ok(BadgeEntry {
        kind: text(json, "kind")?,
        label: text(json, "label")?,
        icon: text(json, "icon")?,
        color: text(json, "color")?,
        boost_milli,
        is_shown: json.get("shown") == Some(&Json::Bool(true)),
    })
}

fn text(json: &Json, key: &str) -> Result<String, FormatError> {
    Ok(json
        .get(key)
        .and_then(Json::as_str)
        .ok_or(INVALID)?
        .to_string())
}

fn number<T: TryFrom<i64>>(json: &Json, key: &str) -> Result<T, FormatError> {
    let number = json.get(key).and_then(Json::as_number).ok_or(INVALID)?;
    T::try_from(number).map_err(|_| INVALID)
}

const INVALID: FormatError = FormatError::Invalid {
    what: MANIFEST_PATH,
};

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
                path: "terms-00c0ffee.bin".into(),
                len: 5000,
                chunk_len: 4096,
            }],
            heads: vec![("lexical".into(), vec![1, 2, 3, 4])],
            badges: vec![BadgeEntry {
                kind: "official".into(),
                label: "Official <\"1\">".into(),
                boost_milli: -500,
                is_shown: true,
                ..BadgeEntry::default()
            }],
        }
    }

    #[test]
    fn a_manifest_comes_back() {
        let text = manifest().encode();
        assert_eq!(Manifest::decode(text.as_bytes()), Ok(manifest()));
    }

    #[test]
    fn chunks_stand_in_a_folder_named_like_their_file() {
        let mut file = manifest().files.remove(0);
        assert_eq!(file.chunk_path(1), "terms-00c0ffee/1.bin");
        file.chunk_len = 0;
        assert_eq!(file.chunk_path(0), "terms-00c0ffee.bin");
    }

    #[test]
    fn a_manifest_of_another_version_or_with_odd_values_is_refused() {
        let text = manifest().encode();
        for (good, bad) in [
            ("\"format\":1", "\"format\":2"),
            ("\"analyzer\":1", "\"analyzer\":9"),
            ("\"n_skills\":2", "\"n_skills\":99999999"),
            ("\"n_skills\":2", "\"n_skills\":-2"),
            ("terms-00c0ffee.bin", "../secret.bin"),
            ("terms-00c0ffee.bin", "https://x"),
            ("AQIDBA==", "AQIDB"),
            ("-500", "5000"),
            ("\"len\":5000", "\"len\":-1"),
            ("\"chunk_len\":4096", "\"chunk_len\":7"),
        ] {
            let (body, _) = text.rsplit_once("\"crc32\"").unwrap();
            assert!(body.contains(good));
            let changed = sealed(body.replace(good, bad));
            let error = Manifest::decode(changed.as_bytes()).unwrap_err();
            let checksum = FormatError::Checksum {
                what: MANIFEST_PATH,
            };
            assert_ne!(error, checksum, "{bad}");
        }
    }

    #[test]
    fn a_changed_manifest_is_refused() {
        let text = manifest().encode();
        for (good, bad) in [
            ("\"n_skills\":2", "\"n_skills\":3"),
            ("AQIDBA==", "AQIDBB=="),
            ("00c0ffee", "00c0ffef"),
            ("\"len\"", "\"Len\""),
        ] {
            let changed = text.replace(good, bad);
            let expected = FormatError::Checksum {
                what: MANIFEST_PATH,
            };
            assert_eq!(Manifest::decode(changed.as_bytes()), Err(expected), "{bad}");
        }
        let (body, _) = text.rsplit_once(",\n\"crc32\"").unwrap();
        let without = format!("{body}}}");
        assert_eq!(Manifest::decode(without.as_bytes()), Err(INVALID));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}|[\\[\\]{}:,\"0-9a-z\\\\-]{0,80}") {
            let _ = Manifest::decode(text.as_bytes());
            let _ = Json::parse(text.as_bytes());
            let _ = base64::decode(&text);
        }
    }
}
