//! A registry in a temporary folder, and the site that the command makes of it.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tempfile::TempDir;

/// A registry to be changed, built and looked at.
pub(crate) struct SiteTest {
    folder: TempDir,
    base_url: String,
}

impl SiteTest {
    /// No skills yet; an empty `content/skills/`.
    pub(crate) fn empty() -> Self {
        let test = Self::bare();
        fs::create_dir_all(test.path("content/skills")).expect("a content folder");
        test
    }

    /// A folder with nothing in it.
    pub(crate) fn bare() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let base_url = "https://skills.example/".to_owned();
        Self { folder, base_url }
    }

    /// `ana/pdf-tools` (two files, a version, an official badge) and `bo/cron-explainer` (no front matter).
    pub(crate) fn two_skills() -> Self {
        Self::empty()
            .file(
                "content/skills/ana/pdf-tools/SKILL.md",
                "---\nname: pdf-tools\ndescription: Merges and splits PDF files.\ntags: [pdf]\n---\n# PDF tools\n\nSee [notes](notes.md).\n",
            )
            .file("content/skills/ana/pdf-tools/notes.md", "Notes.\n")
            .file(
                "content/skills/ana/pdf-tools/_meta.json",
                r#"{"owner":"ana","slug":"pdf-tools","displayName":"PDF Tools","latest":{"version":"1.1.0","publishedAt":1769817600000},"history":[{"version":"1.0.0","publishedAt":1767225600000}]}"#,
            )
            .file("content/skills/bo/cron-explainer/SKILL.md", "# Cron explainer\n\nSays in words when a cron line runs.\n")
            .badge("official", "[[award]]\nskill = \"ana/pdf-tools\"\nat = 2026-01-10\n")
    }

    /// The demo registry of this project.
    pub(crate) fn demo() -> Self {
        let test = Self::empty();
        copy_folder(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("content"),
            &test.path("content"),
        );
        test
    }

    /// Writes a file below the registry's folder.
    pub(crate) fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(path, text);
        self
    }

    /// Adds a skill with this `SKILL.md`.
    pub(crate) fn skill(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        self.file(&format!("content/skills/{name}/SKILL.md"), text)
    }

    /// Adds a badge file: a definition, then `awards`.
    pub(crate) fn badge(self, kind: &str, awards: &str) -> Self {
        let text = format!("label = \"{kind}\"\ndescription = \"Means {kind}.\"\n\n{awards}");
        self.file(&format!("content/badges/{kind}.toml"), text)
    }

    /// Builds for another address.
    pub(crate) fn base_url(mut self, url: &str) -> Self {
        self.base_url = url.to_owned();
        self
    }

    /// Writes a file below the registry's folder, in the middle of a test.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// A path below the registry's folder.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Runs the command there.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(
            self.command()
                .args(args)
                .output()
                .expect("the command runs"),
        )
    }

    /// The command, in the registry's folder, to be run by the test.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skillpress"));
        command.current_dir(self.folder.path());
        command
    }

    /// Runs `build`, which must succeed.
    pub(crate) fn build(self) -> Self {
        self.rebuild();
        self
    }

    /// Runs `build` again, which must succeed.
    pub(crate) fn rebuild(&self) -> Ran {
        let ran = self.run(&["build", "--base-url", &self.base_url]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran
    }

    /// The text of a file of the site.
    pub(crate) fn page(&self, path: &str) -> String {
        let file = self.path("public").join(path);
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// Every file of the site with its bytes, by path.
    pub(crate) fn site(&self) -> Vec<(String, Vec<u8>)> {
        files_below(&self.path("public"))
    }
}

/// How a command ended, and what it printed.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Every file below `folder` with its bytes, by path.
pub(crate) fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("a readable folder"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("below the folder");
            (
                path.to_string_lossy().replace('\\', "/"),
                fs::read(entry.path()).expect("a readable file"),
            )
        })
        .collect();
    files.sort();
    files
}

/// Markdown with a link to each file, by which it has a copy on the site.
pub(crate) fn links_to<'p>(paths: impl IntoIterator<Item = &'p str>) -> String {
    let encoded = |path: &str| utf8_percent_encode(path, NON_ALPHANUMERIC).to_string();
    let links = paths
        .into_iter()
        .map(|path| encoded(path).replace("%2F", "/"));
    links.map(|path| format!("- [a file]({path})\n")).collect()
}

/// A zip with these files.
pub(crate) fn zip_of(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in files {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(*path, options).expect("a new file");
        zip.write_all(text.as_bytes()).expect("its bytes");
    }
    zip.finish().expect("a zip").into_inner()
}

/// Copies a folder with everything below it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    for (path, bytes) in files_below(from) {
        let target = to.join(path);
        fs::create_dir_all(target.parent().expect("a file has a folder")).expect("a folder");
        fs::write(target, bytes).expect("a copy");
    }
}
