//! The operator's own files: what stands in `content/static/` is copied to the root of the site as it is.

use std::io;
use std::path::{Path, PathBuf};

use crate::input_file;
use crate::sink::Sink;
use crate::url::NO_JEKYLL;

/// Copies every file below `folder` (which may be missing) to `sink`; links are left out.
///
/// These files are the operator's, so unlike a skill's they keep active types: a `CNAME`, a verification page, a logo.
///
/// # Errors
/// What the file system or the sink says, such as a file in the place of a page; what is neither file, folder nor link.
pub fn copy(folder: &Path, sink: &dyn Sink) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if !entry.file_type().is_dir() && !entry.path_is_symlink() {
            let path = site_path(entry.path().strip_prefix(folder).unwrap_or(entry.path()))?;
            // Every site has that file; an operator's own says the same.
            if path != NO_JEKYLL {
                sink.write(&path, &read(entry.path())?)?;
            }
        }
    }
    Ok(())
}

/// The paths on the site of the files that [`copy`] would copy, sorted; what cannot be read is left for [`copy`] to tell.
pub fn site_paths(folder: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name();
    let files = entries
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file());
    files
        .filter_map(|entry| site_path(entry.path().strip_prefix(folder).ok()?).ok())
        .collect()
}

/// # Errors
/// The file's path, and what is wrong.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    input_file::read(file, input_file::FILE_MAX_BYTES).map_err(|error| {
        let message = format!("cannot read `{}`: {error}", file.display());
        io::Error::new(error.kind(), message)
    })
}

fn site_path(relative: &Path) -> io::Result<String> {
    let not_utf8 =
        || io::Error::other(format!("the name of `{}` is not UTF-8", relative.display()));
    let names: Option<Vec<&str>> = relative.iter().map(|name| name.to_str()).collect();
    names.map(|names| names.join("/")).ok_or_else(not_utf8)
}

/// The folder of the operator's own files.
pub fn folder(content: &Path) -> PathBuf {
    content.join("static")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::MemorySink;

    #[test]
    fn files_stand_at_the_root_of_the_site() {
        let content = tempfile::tempdir().unwrap();
        let folder = folder(content.path());
        std::fs::create_dir_all(folder.join("about")).unwrap();
        std::fs::write(folder.join("CNAME"), "skills.example\n").unwrap();
        std::fs::write(folder.join("about/index.html"), "<p>About</p>").unwrap();
        std::fs::write(folder.join(".nojekyll"), "").unwrap();
        let sink = MemorySink::new();
        copy(&folder, &sink).unwrap();
        let files = sink.into_files();
        assert_eq!(
            files.keys().collect::<Vec<_>>(),
            ["CNAME", "about/index.html"]
        );
    }

    #[test]
    fn no_folder_is_fine() {
        copy(Path::new("no/such/folder"), &MemorySink::new()).unwrap();
    }
}
