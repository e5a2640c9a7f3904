//! A site in a folder.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use skillpress_search::{Answer, ByteRange, Request, Source};

use super::{INDEX_FOLDER, MAX_FILE_BYTES, SourceError};
use crate::input_file;

/// Reads ranges of files below a site's folder.
#[derive(Debug)]
pub struct FileSource {
    /// As it was named.
    pub(super) folder: PathBuf,
}

impl FileSource {
    /// Reads the site in `folder`.
    ///
    /// # Errors
    /// When the folder has no search index.
    pub fn new(folder: &Path) -> Result<Self, SourceError> {
        if folder.join(INDEX_FOLDER).is_dir() {
            return Ok(Self {
                folder: folder.to_owned(),
            });
        }
        Err(SourceError::NoSite(folder.to_owned()))
    }

    /// Reads one whole file of at most `max_bytes`; `path` is relative to the site's root and percent-encoded.
    pub fn read(&self, path: &str, max_bytes: u64) -> Answer {
        let whole = |file: PathBuf| input_file::read(&file, max_bytes);
        answer(self.checked(&decoded(path)).and_then(whole))
    }

    /// Reads the bytes of `range` that exist; `path` as above.
    pub fn read_range(&self, path: &str, range: ByteRange) -> Answer {
        let part = |file: PathBuf| read_range(&file, range);
        answer(self.checked(&decoded(path)).and_then(part))
    }

    fn read_request(&self, request: &Request) -> Answer {
        let path = format!("{INDEX_FOLDER}/{}", request.path);
        answer(self.checked(&path).and_then(|file| match request.range {
            None => input_file::read(&file, MAX_FILE_BYTES),
            Some(range) => read_range(&file, range),
        }))
    }

    /// The file at `path`, which a damaged index may have chosen: it must lie below the folder.
    pub(super) fn checked(&self, path: &str) -> io::Result<PathBuf> {
        let is_below = path
            .split('/')
            .all(|segment| !matches!(segment, "" | "." | ".."))
            && !path.contains(['\\', '\0'])
            // The letter of a drive, or a stream of a file.
            && !(cfg!(windows) && path.contains(':'));
        if is_below {
            Ok(self.folder.join(path))
        } else {
            Err(io::ErrorKind::InvalidInput.into())
        }
    }
}

impl Source for FileSource {
    fn fetch(&mut self, requests: &[Request]) -> Vec<Answer> {
        requests
            .iter()
            .map(|request| self.read_request(request))
            .collect()
    }
}

fn decoded(path: &str) -> String {
    let path = percent_encoding::percent_decode_str(path);
    path.decode_utf8_lossy().into_owned()
}

fn answer(read: io::Result<Vec<u8>>) -> Answer {
    match read {
        Ok(bytes) => Answer::Bytes(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Answer::Gone,
        Err(_) => Answer::Failed,
    }
}

/// The bytes of `range` that exist: fewer when the file ends early, as a server would answer.
fn read_range(file: &Path, range: ByteRange) -> io::Result<Vec<u8>> {
    let mut file = input_file::open(file)?;
    file.seek(SeekFrom::Start(range.start))?;
    let mut bytes = Vec::new();
    file.take(u64::from(range.len)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, range: Option<(u64, u32)>) -> Request {
        Request {
            path: path.to_owned(),
            range: range.map(|(start, len)| ByteRange { start, len }),
        }
    }

    #[test]
    fn ranges_and_whole_files_are_read_below_the_folder_only() {
        let site = tempfile::tempdir().unwrap();
        std::fs::create_dir(site.path().join("search")).unwrap();
        std::fs::write(site.path().join("search/a"), "0123456789").unwrap();
        std::fs::write(site.path().join("secret"), "x").unwrap();
        let mut source = FileSource::new(site.path()).unwrap();
        let answers = source.fetch(&[
            request("a", None),
            request("a", Some((2, 3))),
            request("a", Some((8, 9))),
            request("b", None),
            request("../secret", None),
        ]);
        let bytes = |text: &str| Answer::Bytes(text.as_bytes().to_vec());
        assert_eq!(
            answers,
            [
                bytes("0123456789"),
                bytes("234"),
                bytes("89"),
                Answer::Gone,
                Answer::Failed
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_is_too_long_or_never_ends_is_not_read() {
        let site = tempfile::tempdir().unwrap();
        std::fs::create_dir(site.path().join("search")).unwrap();
        std::fs::write(site.path().join("a"), "0123456789").unwrap();
        let pipe = std::process::Command::new("mkfifo")
            .arg(site.path().join("pipe"))
            .status();
        assert!(pipe.unwrap().success());
        let source = FileSource::new(site.path()).unwrap();
        assert_eq!(source.read("a", 9), Answer::Failed);
        assert_eq!(source.read("a", 10), Answer::Bytes(b"0123456789".to_vec()));
        assert_eq!(source.read("pipe", 10), Answer::Failed);
        assert_eq!(source.read("search", 10), Answer::Failed);
    }

    #[test]
    fn a_folder_without_an_index_is_refused_with_a_hint() {
        let folder = tempfile::tempdir().unwrap();
        let error = FileSource::new(folder.path()).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("is not a built site: it has no folder `search`")
        );
        assert!(error.hint().starts_with("run `skillpress build`"));
    }
}
