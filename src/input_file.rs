//! The one way to open a file that a person put in its place: it is read when it is a regular file, and up to a limit.
//!
//! A named pipe that nobody writes to would let a build wait for ever, and a device may never end. So a file is opened
//! without waiting, and what was opened, not only what stood at the path before, is looked at.

use std::fs::{File, FileType, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use thiserror::Error;

/// Largest file of the operator that is read, in bytes: settings, badges, statistics, queries, files for the site's root.
pub const FILE_MAX_BYTES: u64 = 256 << 20;

/// Opens the regular file at `path`; links are followed.
///
/// # Errors
/// What the file system says; an [`InputFileError`] as `InvalidInput` when something else stands there.
pub fn open(path: &Path) -> io::Result<File> {
    // A socket cannot be opened, and opening a device may have an effect, so this is asked for before and after.
    check_type(path.metadata()?.file_type())?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = options.open(path)?;
    check_type(file.metadata()?.file_type())?;
    Ok(file)
}

/// Reads the regular file at `path`, of at most `max_bytes`.
///
/// # Errors
/// As [`open`], and an [`InputFileError`] as `FileTooLarge`.
pub fn read(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let len_bytes = file.metadata()?.len().min(max_bytes);
    let mut bytes = Vec::with_capacity(usize::try_from(len_bytes).unwrap_or_default());
    file.take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        let error = InputFileError::TooLarge { max_bytes };
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, error));
    }
    Ok(bytes)
}

/// Reads a UTF-8 text of the operator, with a byte order mark if there is one.
///
/// # Errors
/// As [`read`], and an [`InputFileError`] as `InvalidData`.
pub fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path, FILE_MAX_BYTES)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, InputFileError::NotUtf8 { at })
    })
}

/// `text` without a byte order mark, as parsers want it.
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// What to do about an error of [`read`].
pub fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::InvalidInput => "put a regular file in its place",
        io::ErrorKind::FileTooLarge => "make it smaller",
        io::ErrorKind::InvalidData => "save the file as UTF-8",
        _ => "check its permissions",
    }
}

/// Why a file that the system would read is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InputFileError {
    /// It is no regular file, but this.
    #[error("this is {0}, and only regular files are read")]
    NotRegular(&'static str),
    /// It is longer.
    #[error("it has more than {max_bytes} bytes")]
    TooLarge {
        /// What would be read.
        max_bytes: u64,
    },
    /// It is no text.
    #[error("it is not UTF-8 at byte {at}")]
    NotUtf8 {
        /// The offset in bytes of the first byte that is not.
        at: usize,
    },
}

fn check_type(file_type: FileType) -> io::Result<()> {
    if file_type.is_file() {
        return Ok(());
    }
    let error = InputFileError::NotRegular(name(file_type));
    Err(io::Error::new(io::ErrorKind::InvalidInput, error))
}

fn name(file_type: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if file_type.is_fifo() {
            return "a named pipe (FIFO)";
        }
        if file_type.is_socket() {
            return "a socket";
        }
        if file_type.is_char_device() || file_type.is_block_device() {
            return "a device";
        }
    }
    if file_type.is_dir() {
        "a folder"
    } else {
        "no file"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "\u{feff}12").unwrap();
        assert_eq!(read(&path, 5).unwrap(), "\u{feff}12".as_bytes());
        assert_eq!(without_mark(&read_text(&path).unwrap()), "12");
        let error = read(&path, 4).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(error.to_string(), "it has more than 4 bytes");
        std::fs::write(&path, b"a\xff").unwrap();
        let error = read_text(&path).unwrap_err();
        assert_eq!(error.to_string(), "it is not UTF-8 at byte 1");
        assert_eq!(
            read(&folder.path().join("b"), 4).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_named_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let made = std::process::Command::new("mkfifo")
            .arg(place("pipe"))
            .status();
        assert!(made.unwrap().success());
        std::os::unix::fs::symlink("pipe", place("link")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(place("socket")).unwrap();
        for (path, what) in [
            (place("pipe"), "a named pipe (FIFO)"),
            (place("link"), "a named pipe (FIFO)"),
            (place("socket"), "a socket"),
            ("/dev/zero".into(), "a device"),
            (folder.path().to_owned(), "a folder"),
        ] {
            let error = read(&path, 10).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
            assert_eq!(
                error.to_string(),
                format!("this is {what}, and only regular files are read")
            );
        }
    }
}
