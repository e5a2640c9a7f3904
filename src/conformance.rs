//! Which skills are skills to hosts of MCP Skills, the extension `io.modelcontextprotocol/skills`, and why others are not.
//!
//! Such a host finds a skill by the `name` of its front matter, compares every field of that with the file, and accepts
//! only so many files. Here is what the extension asks of a skill, together with the naming rules of Agent Skills that it
//! names. It holds for the content that a site is made of, and for what a site gives.

use serde_json::{Map, Value};
use thiserror::Error;

use crate::catalog::{DESCRIPTION_MAX_CHARS, NAME_MAX_CHARS, Skill};
use crate::front_matter::{self, VerbatimError};
use crate::key::is_discovery_name;
use crate::text::clean_line;

/// The file that a skill is known by, to the letter.
pub const MAIN_FILE: &str = "SKILL.md";
/// Longest main file that is read for a list of skills, in bytes; more than a build reads of a text.
pub const MAIN_MAX_BYTES: u64 = 1 << 20;
/// Most files of a skill that every host accepts.
pub const FILES_MAX: usize = 512;
/// Most bytes of a skill that every host accepts, all files together.
pub const SKILL_MAX_BYTES: u64 = 16 << 20;

/// What a skill is called and says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// `name` of the front matter; good for [`is_discovery_name`].
    pub name: String,
    /// `description` of the front matter.
    pub description: String,
    /// All other fields.
    pub others: Map<String, Value>,
}

/// What a skill of the catalog is to hosts; reads its main file.
///
/// # Errors
/// Why it is none.
pub fn of_skill(skill: &Skill) -> Result<Declared, NotConformant> {
    let main = skill.main_file();
    check_main(&main.path, main.len_bytes as u64)?;
    let bytes = main.read();
    let bytes = bytes.map_err(|_| NotConformant::Unreadable(main.path.clone()))?;
    let declared = declared(&bytes)?;
    let files = skill.files.iter();
    let files = files.map(|file| (&*file.path, file.len_bytes as u64));
    check_files(&skill.key.slug, &declared.name, files)?;
    Ok(declared)
}

/// Looks whether the main file of a skill, `size` bytes at `path`, is one to hosts.
///
/// # Errors
/// Why it is not.
pub fn check_main(path: &str, size: u64) -> Result<(), NotConformant> {
    if path != MAIN_FILE {
        return Err(NotConformant::MainFile(path.to_owned()));
    }
    if size > MAIN_MAX_BYTES {
        return Err(NotConformant::LongMain(size));
    }
    Ok(())
}

/// What a skill is to hosts, from the bytes of its main file.
///
/// # Errors
/// Why it is none, by what it says; [`check_main`] and [`check_files`] look at the rest.
pub fn declared(main: &[u8]) -> Result<Declared, NotConformant> {
    if main.starts_with(b"\xef\xbb\xbf") {
        return Err(NotConformant::Mark);
    }
    let text = std::str::from_utf8(main).map_err(|_| NotConformant::NotText)?;
    if text.contains('\0') {
        return Err(NotConformant::NotText);
    }
    let mut fields = front_matter::verbatim(text)?;
    let name = match fields.shift_remove("name") {
        Some(Value::String(name)) if is_discovery_name(&name) => name,
        Some(Value::String(name)) => return Err(NotConformant::Name(name)),
        Some(_) | None => return Err(NotConformant::NoName),
    };
    let description = match fields.shift_remove("description") {
        Some(Value::String(description)) if !description.trim().is_empty() => description,
        Some(_) | None => return Err(NotConformant::NoDescription),
    };
    let n_chars = description.chars().count();
    if n_chars > DESCRIPTION_MAX_CHARS {
        return Err(NotConformant::LongDescription(n_chars));
    }
    Ok(Declared {
        name,
        description,
        others: fields,
    })
}

/// Looks whether hosts accept the `files` of a skill, paths and sizes in bytes, that is called `name` and stands under
/// `slug`.
///
/// # Errors
/// Why they would not.
pub fn check_files<'a>(
    slug: &str,
    name: &str,
    files: impl Iterator<Item = (&'a str, u64)>,
) -> Result<(), NotConformant> {
    let (mut n_files, mut n_bytes) = (0, 0u64);
    for (path, size) in files {
        n_files += 1;
        n_bytes = n_bytes.saturating_add(size);
        let folder = path.split_once('/').map(|(folder, _)| folder);
        // `skill://owner/slug/name/a` would be the file `a` and the file `name/a`.
        if name != slug && folder == Some(name) {
            return Err(NotConformant::FolderOfName(name.to_owned()));
        }
    }
    if n_files > FILES_MAX {
        return Err(NotConformant::Files(n_files));
    }
    if n_bytes > SKILL_MAX_BYTES {
        return Err(NotConformant::Bytes(n_bytes));
    }
    Ok(())
}

/// Why a skill is none to hosts of MCP Skills.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotConformant {
    /// Another file stands for it.
    #[error("its main file is `{}`, not `{MAIN_FILE}`", clean_line(.0, NAME_MAX_CHARS))]
    MainFile(String),
    /// The main file is too long, in bytes.
    #[error("`{MAIN_FILE}` has {0} bytes; at most {MAIN_MAX_BYTES} are read for a list")]
    LongMain(u64),
    /// The main file has bytes that are no UTF-8, or a NUL.
    #[error("`{MAIN_FILE}` is not text in UTF-8")]
    NotText,
    /// The main file begins with a byte order mark.
    #[error("a byte order mark stands above the front matter")]
    Mark,
    /// Readers do not see one front matter.
    #[error(transparent)]
    FrontMatter(#[from] VerbatimError),
    /// There is no `name` that is text.
    #[error("the front matter has no text in `name`")]
    NoName,
    /// The name is against the rules.
    #[error(
        "`name` is `{}`; it may have 1 to 64 lower-case letters, digits and single `-` between them",
        clean_line(.0, NAME_MAX_CHARS)
    )]
    Name(String),
    /// There is no `description` that is text.
    #[error("the front matter has no text in `description`")]
    NoDescription,
    /// The description is longer than allowed, in characters.
    #[error("`description` has {0} characters; at most {DESCRIPTION_MAX_CHARS} are allowed")]
    LongDescription(usize),
    /// A folder of the skill is called like the skill, which is called otherwise than its own folder.
    #[error(
        "a folder in it is called `{0}`, as `name` is, so its addresses would have two meanings"
    )]
    FolderOfName(String),
    /// It has too many files.
    #[error("it has {0} files; hosts accept at most {FILES_MAX}")]
    Files(usize),
    /// It is too large.
    #[error("it has {0} bytes; hosts accept at most {SKILL_MAX_BYTES}")]
    Bytes(u64),
    /// A file stands nowhere by itself, nor at a place in the zip.
    #[error("`{0}` cannot be read by itself")]
    Unreadable(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_skill_declares_is_all_of_its_front_matter() {
        let main = b"---\nlicense: MIT\nname: pdf-tools\ndescription: Does.\nmetadata:\n  version: 1.10\n---\n# A\n";
        let Declared {
            name,
            description,
            others,
        } = declared(main).unwrap();
        assert_eq!((&*name, &*description), ("pdf-tools", "Does."));
        let others = serde_json::to_string(&others).unwrap();
        assert_eq!(others, r#"{"license":"MIT","metadata":{"version":1.1}}"#);
    }

    #[test]
    fn what_hosts_refuse_is_said() {
        let long = format!("---\nname: a\ndescription: {}\n---\n", "é".repeat(1025));
        for (main, message) in [
            (&b"\xef\xbb\xbf---\nname: a\n---\n"[..], "byte order mark"),
            (b"---\nname: \xff\n---\n", "not text"),
            (b"---\nname: a\ndescription: b\n---\n\0", "not text"),
            (b"# A", "no front matter"),
            (b"---\nname: 1\n---\n", "no text in `name`"),
            (b"---\nname: PDF Tools\n---\n", "`name` is `PDF Tools`"),
            (b"---\nname: a--b\n---\n", "`name` is `a--b`"),
            (b"---\nname: a\ndescription: ' '\n---\n", "`description`"),
            (b"---\nname: a\ndescription: [b]\n---\n", "`description`"),
            (long.as_bytes(), "has 1025 characters"),
        ] {
            let error = declared(main).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn a_main_file_is_called_so_to_the_letter() {
        assert_eq!(check_main("SKILL.md", MAIN_MAX_BYTES), Ok(()));
        let other = NotConformant::MainFile("skill.md".to_owned());
        assert_eq!(check_main("skill.md", 1), Err(other));
        let long = NotConformant::LongMain(MAIN_MAX_BYTES + 1);
        assert_eq!(check_main("SKILL.md", MAIN_MAX_BYTES + 1), Err(long));
    }

    #[test]
    fn files_are_counted_and_a_folder_of_the_name_is_refused() {
        let check = |slug: &str, paths: &[String], size: u64| {
            check_files(slug, "a", paths.iter().map(|path| (&**path, size)))
        };
        let many = |n: usize| (0..n).map(|n| n.to_string()).collect::<Vec<_>>();
        assert_eq!(check("a", &many(FILES_MAX), SKILL_MAX_BYTES / 512), Ok(()));
        assert_eq!(check("a", &many(513), 1), Err(NotConformant::Files(513)));
        let bytes = NotConformant::Bytes(SKILL_MAX_BYTES + 1);
        assert_eq!(check("a", &many(1), SKILL_MAX_BYTES + 1), Err(bytes));
        let endless = check("a", &many(2), u64::MAX).unwrap_err();
        assert_eq!(endless, NotConformant::Bytes(u64::MAX));
        let folder = ["a/x.md".to_owned()];
        assert_eq!(check("a", &folder, 1), Ok(()));
        let error = NotConformant::FolderOfName("a".to_owned());
        assert_eq!(check("b", &folder, 1), Err(error));
        assert_eq!(check("b", &["a".to_owned(), "b/a/x".to_owned()], 1), Ok(()));
    }
}
