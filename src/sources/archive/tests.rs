use std::io::{Cursor, Write};

use ::zip::ZipWriter;
use ::zip::write::SimpleFileOptions;
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::*;
use crate::sources::test_server::{Protocol, TestServer};
use crate::tree::unlisted::UnlistedReason;

/// Archives in a temporary folder.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&self, bytes: &[u8], limits: ArchiveLimits) -> Result<ArchiveTree, ArchiveError> {
        std::fs::write(self.0.path().join("archive"), bytes).unwrap();
        ArchiveTree::open("archive", self.0.path(), limits)
    }
}

fn open(bytes: &[u8]) -> ArchiveTree {
    Folder::new().open(bytes, ArchiveLimits::default()).unwrap()
}

fn error(bytes: &[u8], limits: ArchiveLimits) -> String {
    Folder::new().open(bytes, limits).unwrap_err().to_string()
}

/// A file of a tar whose name no builder would write.
fn tar_entry(kind: ::tar::EntryType, name: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut header = ::tar::Header::new_gnu();
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_mode(if name.ends_with(b".sh") { 0o755 } else { 0o644 });
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    let padding = vec![0; bytes.len().next_multiple_of(512) - bytes.len()];
    [header.as_bytes().as_slice(), bytes, &padding].concat()
}

fn tar(entries: &[Vec<u8>]) -> Vec<u8> {
    [entries.concat(), vec![0; 1024]].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        let mode = if path.ends_with(".sh") { 0o755 } else { 0o644 };
        let options = SimpleFileOptions::default().unix_permissions(mode);
        writer.start_file(*path, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn file(name: &str, bytes: &[u8]) -> Vec<u8> {
    tar_entry(::tar::EntryType::Regular, name.as_bytes(), bytes)
}

/// Each entry as `path kind`, with the bytes of a file.
fn shown(tree: &ArchiveTree) -> Vec<String> {
    let entries = tree.entries().iter();
    entries
        .map(|entry| match entry.kind {
            EntryKind::File { is_executable, .. } => {
                let bytes = tree.read(entry, 1 << 20).unwrap();
                let text = String::from_utf8(bytes).unwrap();
                let mark = if is_executable { "*" } else { "" };
                format!("{}{mark} {text}", entry.path)
            }
            EntryKind::Link => format!("{} link", entry.path),
            EntryKind::Other => format!("{} other", entry.path),
        })
        .collect()
}

fn unlisted(tree: &ArchiveTree) -> Vec<(&str, UnlistedReason)> {
    let unlisted = tree.unlisted().iter();
    unlisted
        .map(|unlisted| (unlisted.path.as_str(), unlisted.reason))
        .collect()
}

#[test]
fn the_same_files_come_out_of_each_format_without_the_folder_around_them() {
    let files: [(&str, &[u8]); 3] = [
        ("repo-1/skills/b/run.sh", b"run"),
        ("repo-1/skills/a/SKILL.md", b"one"),
        ("repo-1/README.md", b"read"),
    ];
    let entries = files.map(|(path, bytes)| file(path, bytes));
    let tar = tar(&entries);
    for bytes in [zip(&files), gzip(&tar), tar] {
        let tree = open(&bytes);
        assert_eq!(
            shown(&tree),
            [
                "README.md read",
                "skills/a/SKILL.md one",
                "skills/b/run.sh* run"
            ]
        );
        assert_eq!(tree.unlisted(), []);
        let error = tree.read(&tree.entries()[0], 3).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
    let several = [("a/SKILL.md", b"one".as_slice()), ("b/SKILL.md", b"two")];
    assert_eq!(
        shown(&open(&zip(&several))),
        ["a/SKILL.md one", "b/SKILL.md two"]
    );
}

#[test]
fn hostile_names_links_and_devices_of_a_tar_are_told_and_touch_nothing() {
    use ::tar::EntryType;
    let entries = [
        file("x/ok", b"fine"),
        file("./x//ok2", b"fine"),
        file("/etc/passwd", b"evil"),
        file("x/../../evil", b"evil"),
        file("x/ok", b"second"),
        tar_entry(EntryType::Regular, b"x/bad\xff", b"evil"),
        tar_entry(EntryType::Symlink, b"x/link", b""),
        tar_entry(EntryType::Link, b"x/hard", b""),
        tar_entry(EntryType::Char, b"x/device", b""),
        tar_entry(EntryType::Fifo, b"x/pipe", b""),
        tar_entry(EntryType::Directory, b"x/", b""),
    ];
    let folder = Folder::new();
    let tree = folder
        .open(&tar(&entries), ArchiveLimits::default())
        .unwrap();
    assert_eq!(
        shown(&tree),
        [
            "device other",
            "hard link",
            "link link",
            "ok fine",
            "ok2 fine",
            "pipe other"
        ]
    );
    assert_eq!(
        unlisted(&tree),
        [
            ("/etc/passwd", UnlistedReason::Outside),
            ("x/../../evil", UnlistedReason::Outside),
            ("x/ok", UnlistedReason::Duplicate),
            ("x/bad\u{fffd}", UnlistedReason::NotUtf8),
        ]
    );
    let names = std::fs::read_dir(folder.0.path()).unwrap();
    assert_eq!(names.count(), 1, "there is the archive and nothing else");
}

#[test]
fn hostile_zips_are_told() {
    // Names of one length, so that the bytes can be replaced.
    let bytes = zip(&[
        ("x/fine", b"1"),
        ("x/fin2", b"2"),
        ("x/fin3", b"3"),
        ("x/fin4", b"unique"),
    ]);
    let replaced = |bytes: &[u8], from: &[u8], to: &[u8]| -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        while let Some(at) = bytes.windows(from.len()).position(|window| window == from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
        bytes
    };
    let evil = replaced(&bytes, b"x/fin2", b"../bad");
    let evil = replaced(&evil, b"x/fin3", b"/etc/x");
    let tree = open(&evil);
    assert_eq!(shown(&tree), ["fin4 unique", "fine 1"]);
    assert_eq!(
        unlisted(&tree),
        [
            ("../bad", UnlistedReason::Outside),
            ("/etc/x", UnlistedReason::Outside)
        ]
    );
    let twice = replaced(&bytes, b"x/fin2", b"x/fine");
    assert_eq!(
        error(&twice, ArchiveLimits::default()),
        "it has several files of one name"
    );
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Stored);
    writer.start_file("x/a", stored).unwrap();
    writer.write_all(b"unique").unwrap();
    writer.start_file("x/b", stored).unwrap();
    writer.write_all(b"fine").unwrap();
    writer.add_symlink("x/link", "/etc/passwd", stored).unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let tree = open(&replaced(&bytes, b"unique", b"damage"));
    assert_eq!(shown(&tree), ["b fine", "link link"]);
    assert_eq!(unlisted(&tree), [("x/a", UnlistedReason::Packing)]);
}

#[test]
fn bombs_are_stopped_at_their_limit() {
    let limits = ArchiveLimits {
        max_packed_bytes: 100_000,
        max_unpacked_bytes: 3_000_000,
        max_ratio: 20,
        max_file_bytes: 500_000,
        max_entries: 10,
        ..ArchiveLimits::default()
    };
    let zeros = vec![0; 400_000];
    let many: Vec<Vec<u8>> = (0..9).map(|n| file(&format!("{n}"), &zeros)).collect();
    let ratio = "what it holds is more than 20 times as long as the archive";
    assert_eq!(error(&gzip(&tar(&many)), limits), ratio);
    let names: Vec<String> = (0..9).map(|n| n.to_string()).collect();
    let files: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), zeros.as_slice()))
        .collect();
    assert_eq!(error(&zip(&files), limits), ratio);
    let by_size = ArchiveLimits {
        max_ratio: 1_000_000,
        ..limits
    };
    assert_eq!(
        error(&gzip(&tar(&many)), by_size),
        "it holds more than 3 MB"
    );
    assert_eq!(error(&zip(&files), by_size), "it holds more than 3 MB");
    assert_eq!(error(&tar(&many), limits), "it has more than 100 kB");
    let eleven: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    let files: Vec<(&str, &[u8])> = eleven
        .iter()
        .map(|name| (name.as_str(), b"".as_slice()))
        .collect();
    let entries: Vec<Vec<u8>> = eleven.iter().map(|name| file(name, b"")).collect();
    assert_eq!(
        error(&zip(&files), limits),
        "it has more than 10 files and folders"
    );
    assert_eq!(
        error(&tar(&entries), limits),
        "it has more than 10 files and folders"
    );
    // One large file, which is listed and passed over.
    let large = [file("x/large", &vec![0; 600_000]), file("x/small", b"text")];
    for bytes in [
        gzip(&tar(&large)),
        zip(&[("x/large", &vec![0; 600_000]), ("x/small", b"text")]),
    ] {
        let tree = Folder::new().open(&bytes, by_size).unwrap();
        let error = tree.read(&tree.entries()[0], 1 << 30).unwrap_err();
        assert_eq!(error.to_string(), "it has more than 500000 bytes");
        assert_eq!(tree.read(&tree.entries()[1], 10).unwrap(), b"text");
    }
    let name = vec![b'n'; 2_000_000];
    let long = tar_entry(::tar::EntryType::GNULongName, b"././@LongLink", &name);
    let bytes = gzip(&tar(&[long, file("x", b"")]));
    assert_eq!(
        error(&bytes, by_size),
        "it has names or other attributes of more than 1 MB"
    );
}

#[test]
fn what_is_no_archive_or_a_broken_one_is_told() {
    let limits = ArchiveLimits::default();
    assert_eq!(
        error(b"<html>", limits),
        "it is no zip, tar or gzip-compressed tar"
    );
    assert_eq!(
        error(b"", limits),
        "it is no zip, tar or gzip-compressed tar"
    );
    let whole = zip(&[("a", b"1")]);
    assert!(error(&whole[..whole.len() - 30], limits).starts_with("it is damaged: "));
    let whole = tar(&[file("a", &[b'x'; 5000])]);
    assert!(error(&whole[..2000], limits).starts_with("it is damaged: "));
    let packed = gzip(&whole);
    assert!(error(&packed[..packed.len() - 10], limits).starts_with("it is damaged: "));
    let folder = Folder::new();
    let open = |place: &str| ArchiveTree::open(place, folder.0.path(), limits).unwrap_err();
    assert!(matches!(open("missing.zip"), ArchiveError::Io(_)));
    assert_eq!(
        open(".").to_string(),
        "it cannot be read: this is a folder, and only regular files are read"
    );
}

#[test]
fn an_archive_is_downloaded_up_to_its_limit() {
    let folder = Folder::new();
    let bytes = zip(&[("x/SKILL.md", b"one"), ("x/noise", &[1, 2, 3])]);
    std::fs::write(folder.0.path().join("skills.zip"), &bytes).unwrap();
    let server = TestServer::start(folder.0.path(), Protocol::Dumb);
    let open = |path: &str, limits| {
        ArchiveTree::open(&format!("{}{path}", server.url), Path::new("/"), limits)
    };
    let tree = open("skills.zip", ArchiveLimits::default()).unwrap();
    assert_eq!(tree.entries()[0].path, "SKILL.md");
    let small = ArchiveLimits {
        max_packed_bytes: 100,
        ..ArchiveLimits::default()
    };
    let error = open("skills.zip", small).unwrap_err();
    assert_eq!(error.to_string(), "it has more than 100 B");
    let error = open("missing.zip", small).unwrap_err();
    assert_eq!(error.to_string(), "the server answers 404");
    let error = ArchiveTree::open("ftp://u:p@a.example/x.zip", Path::new("/"), small).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`ftp://a.example/x.zip` is no `https:` or `http:` URL"
    );
    let error = ArchiveTree::open("http://127.0.0.1:1/x.zip", Path::new("/"), small).unwrap_err();
    assert!(matches!(error, ArchiveError::Network(_)), "{error}");
}
