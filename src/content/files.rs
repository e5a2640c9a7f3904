//! The files of a skill: which one is the page, and what is in them.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::Content;
use super::walk::{self, FoundFile, FoundFiles, SkillFolder};
use crate::catalog::SkillFile;
use crate::hex::hex;
use crate::problem::{Problem, Problems};

/// The path of the file that the page is made from.
pub(super) fn choose_main(
    found: &FoundFiles,
    folder: &SkillFolder,
    problems: &mut Problems,
) -> Option<String> {
    let named = |name: &str| {
        let exact = found.files.iter().find(|file| file.path == name);
        exact.or_else(|| {
            found
                .files
                .iter()
                .find(|file| file.path.eq_ignore_ascii_case(name))
        })
    };
    if let Some(file) = named("SKILL.md") {
        return Some(file.path.clone());
    }
    let is_markdown = |file: &&FoundFile| file.path.to_ascii_lowercase().ends_with(".md");
    let in_folder = |file: &&FoundFile| !file.path.contains('/');
    let substitute = named("skills.md")
        .or_else(|| named("README.md"))
        .or_else(|| {
            let mut markdown = found.files.iter().filter(is_markdown);
            markdown.clone().find(in_folder).or_else(|| markdown.next())
        });
    let no_skill_md = |message: &str| {
        Problem::warning(&folder.path, "no SKILL.md", message)
            .hint("put the skill's text into a file `SKILL.md`")
    };
    if found.meta.is_none() {
        problems.push(no_skill_md("the folder has no `SKILL.md` and is left out"));
        return None;
    }
    let Some(file) = substitute else {
        problems.push(no_skill_md(
            "the skill has no Markdown file and is left out",
        ));
        return None;
    };
    problems.push(no_skill_md(&format!(
        "the skill has no `SKILL.md`; its page is made from `{}`",
        file.path
    )));
    Some(file.path.clone())
}

/// Reads the files, each once; what exceeds the limits is left out. `None` when one cannot be read.
pub(super) fn read(
    content: &Content,
    folder: &SkillFolder,
    found: Vec<FoundFile>,
    main_path: &str,
    problems: &mut Problems,
) -> Option<Vec<SkillFile>> {
    let main_len = found.iter().find(|file| file.path == main_path)?.len_bytes;
    let mut files = Vec::with_capacity(found.len());
    let mut left_out = None;
    let mut n_others = 0_usize;
    let mut len_bytes = main_len;
    for file in found {
        if file.path != main_path {
            let is_too_much = n_others + 1 >= content.options.max_files
                || len_bytes + file.len_bytes > content.options.max_skill_bytes;
            if is_too_much {
                left_out
                    .get_or_insert_with(|| walk::too_large(content, &folder.path.join(&file.path)));
                continue;
            }
            n_others += 1;
            len_bytes += file.len_bytes;
        }
        match content.files.read(&file.source) {
            Ok(bytes) => files.push(SkillFile {
                sha256: hex(&Sha256::digest(&bytes)),
                path: file.path,
                bytes: bytes.into(),
            }),
            Err(error) => {
                problems.push(super::unreadable(&folder.path.join(&file.path), &error));
                return None;
            }
        }
    }
    problems.extend(left_out.into_iter().collect());
    Some(files)
}

/// Text without a byte order mark; bytes that are not UTF-8 become `�`, with a warning.
pub(super) fn decode(bytes: &[u8], path: &Path, problems: &mut Problems) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            problems.push(
                Problem::warning(
                    path,
                    "not UTF-8",
                    "the file is not UTF-8; bytes that are not are shown as `�`",
                )
                .at_offset(&text, error.valid_up_to())
                .hint("save the file as UTF-8"),
            );
            text
        }
    }
}
