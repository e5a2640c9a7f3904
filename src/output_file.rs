//! The one way to change a text file of the operator: its comments, line ends and byte order mark stay, and a reader never
//! sees half of it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;
use toml_edit::{DocumentMut, TomlError};

use crate::input_file;

/// Applies `edit` to a TOML text.
///
/// # Errors
/// What `edit` says, or what is wrong with the text.
pub fn edit_toml<E: From<Box<TomlError>>>(
    text: &str,
    edit: impl FnOnce(&mut DocumentMut) -> Result<(), E>,
) -> Result<String, E> {
    let unmarked = input_file::without_mark(text);
    let mut document: DocumentMut = unmarked.parse().map_err(Box::new)?;
    edit(&mut document)?;
    let mut edited = document.to_string();
    if text.contains("\r\n") {
        edited = edited.replace('\n', "\r\n");
    }
    if unmarked.len() < text.len() {
        edited.insert(0, '\u{feff}');
    }
    Ok(edited)
}

/// Writes `text` beside the file at `path` and renames it; the file may be missing.
///
/// # Errors
/// What the file system says; then the old file is still there.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    // A link stays a link.
    let target = match path.canonicalize() {
        Ok(target) => target,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let folder = target.parent().filter(|it| !it.as_os_str().is_empty());
    let mut file = temporary_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    if let Ok(metadata) = target.metadata() {
        fs::set_permissions(file.path(), metadata.permissions())?;
    }
    file.persist(target)?;
    Ok(())
}

/// A file in `folder` that is gone unless it gets its name. Others may read it then, as any file; a temporary one would be
/// its owner's alone.
///
/// # Errors
/// What the file system says.
pub fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
