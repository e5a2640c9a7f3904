//! The files of a skill: which one is the page, and what is in them.

use std::borrow::Cow;
use std::path::Path;

use super::folder::{self, FoundFile, FoundFiles, SkillFolder};
use super::layout;
use crate::catalog::{BODY_HELD_MAX_BYTES, Skill, SkillFile, SkillFileError, main_file};
use crate::content::folder::Content;
use crate::problem::{Place, Problem, Problems};
use crate::text::{self, Decoded, EncodingFault};

/// The path of the file that the page is made from.
pub(super) fn choose_main(
    found: &FoundFiles,
    folder: &SkillFolder,
    problems: &mut Problems,
) -> Option<String> {
    let main = main_file(&found.files, |file| &file.path);
    if let Some(file) = main.filter(|file| file.path.eq_ignore_ascii_case("SKILL.md")) {
        return Some(file.path.clone());
    }
    let no_skill_md = |message: &str| {
        Problem::warning(&folder.path, "no SKILL.md", message)
            .hint("put the skill's text into a file `SKILL.md`")
    };
    if found.meta.is_none() {
        let files: Vec<&str> = found.files.iter().map(|file| file.path.as_str()).collect();
        problems.push(
            layout::too_deep(folder, &files)
                .unwrap_or_else(|| no_skill_md("the folder has no `SKILL.md` and is left out")),
        );
        return None;
    }
    let path = main.map(|file| file.path.clone());
    problems.push(no_skill_md(&match &path {
        Some(path) => format!("the skill has no `SKILL.md`; its page is made from `{path}`"),
        None => "the skill has no Markdown file and is left out".to_owned(),
    }));
    path
}

/// The files of a skill, and what is in the main one.
pub(super) struct ReadFiles {
    pub(super) files: Vec<SkillFile>,
    pub(super) main_file_idx: usize,
    pub(super) main_bytes: Vec<u8>,
}

/// What reading a skill may take: a file as bytes and as text, in which a byte may have become three, while it grows.
pub(super) fn memory_to_read(found: &FoundFiles) -> usize {
    const TIMES: usize = 8;
    let longest = found.all().map(|file| file.len_bytes).max();
    TIMES * longest.unwrap_or(0) as usize
}

/// Reads the files, each once; what exceeds the limits is left out. `None` when one cannot be read.
pub(super) fn read(
    content: &Content,
    folder: &SkillFolder,
    found: &[FoundFile],
    main_path: &str,
    problems: &mut Problems,
) -> Option<ReadFiles> {
    let mut read = ReadFiles {
        files: Vec::with_capacity(found.len()),
        main_file_idx: 0,
        main_bytes: Vec::new(),
    };
    let mut left_out = None;
    // The main file has its place among them, wherever it comes.
    let mut n_files = 1;
    let mut len_bytes = found.iter().find(|file| file.path == main_path)?.len_bytes;
    for file in found {
        let is_main = file.path == main_path;
        if !is_main {
            if n_files >= content.options.max_files
                || len_bytes + file.len_bytes > content.options.max_skill_bytes
            {
                left_out.get_or_insert(file);
                continue;
            }
            n_files += 1;
            len_bytes += file.len_bytes;
        }
        let bytes = match content.files.read(&file.source) {
            Ok(bytes) => bytes,
            Err(error) => {
                problems.push(folder::unreadable(&folder.path.join(&file.path), &error));
                return None;
            }
        };
        let mut skill_file = SkillFile::on_disk(&file.path, file.source.clone(), &bytes);
        let expected = file.sha256.as_ref();
        if expected.is_some_and(|expected| *expected != skill_file.sha256) {
            let message = "the cache of sources holds other bytes for this file than were fetched";
            let problem = Problem::error(folder.path.join(&file.path), "damaged cache", message);
            problems.push(problem.hint("run `skillpress fetch`"));
            return None;
        }
        skill_file.is_executable |= file.stamp.is_executable;
        if is_main {
            (read.main_file_idx, read.main_bytes) = (read.files.len(), bytes);
        }
        read.files.push(skill_file);
    }
    if let Some(file) = left_out {
        problems.push(folder::too_large(content, &folder.path.join(&file.path)));
    }
    Some(read)
}

/// What a catalog holds of `body`, which `source` ends with: its start, cleaned, and where it begins if that is not all.
pub(super) fn held_body(source: &str, body: &str) -> (String, Option<usize>) {
    let held = text::head(body, BODY_HELD_MAX_BYTES);
    let is_long = held.len() < body.len();
    let held = text::clean_body(held).into_owned();
    (held, is_long.then(|| source.len() - body.len()))
}

/// The whole Markdown after the front matter, cleaned.
///
/// # Errors
/// When the main file is not what it was.
pub fn read_body(skill: &Skill) -> Result<Cow<'_, str>, SkillFileError> {
    let Some(body_at) = skill.long_body_at else {
        return Ok(Cow::Borrowed(&skill.body));
    };
    let file = skill.main_file();
    // What is wrong with the text was told when it was read first.
    let source = text::decode(&file.read()?).text;
    Ok(Cow::Owned(
        text::clean_body(&source[body_at..]).into_owned(),
    ))
}

/// The text of a file; a warning tells when it is not UTF-8.
pub(super) fn decode(bytes: &[u8], path: &Path, problems: &mut Problems) -> Decoded {
    let decoded = text::decode(bytes);
    let warning = match decoded.fault {
        None => return decoded,
        Some(EncodingFault::Utf16) => {
            let message = "the file is UTF-16; the site reads it, but clients do not";
            Problem::warning(path, "UTF-16", message)
        }
        Some(EncodingFault::NotUtf8 { at }) => {
            let message = "the file is not UTF-8; bytes that are not are shown as `�`";
            Problem::warning(path, "not UTF-8", message).at(&decoded.text, Place::Offset(at))
        }
    };
    problems.push(warning.hint(EncodingFault::HINT));
    decoded
}
