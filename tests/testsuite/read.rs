//! Files of skills out of their copies and out of zips: what a site holds of each, and `search --read` over hosts of every
//! kind, and over sites that are not as they should be.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::harness::SiteTest;
use crate::plain_server::{Host, Ranges};

/// `ana/pdf-tools` with a file that it links to, and files of several kinds that it does not.
pub(crate) fn site() -> SiteTest {
    let folder = "content/skills/ana/pdf-tools";
    let noise: Vec<u8> = (0..70_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    SiteTest::two_skills()
        .file(&format!("{folder}/scripts/run.sh"), "#!/bin/sh\necho hi\n")
        .file(&format!("{folder}/docs/a b.md"), "Long.\n".repeat(9_000))
        .file(&format!("{folder}/dot.png"), b"\x89PNG\x00\xff")
        .file(&format!("{folder}/noise.dat"), noise)
        .file(&format!("{folder}/empty"), "")
        .build()
}

const RECORD: &str = "public/ana/skills/pdf-tools/skill.json";
const ZIP: &str = "public/ana/skills/pdf-tools/pdf-tools.zip";
/// Where messages say that the zip is, below the site's root.
const ZIP_PATH: &str = "ana/skills/pdf-tools/pdf-tools.zip";

/// What `search --read` prints, byte for byte, or what it complains of.
fn read(test: &SiteTest, site: &str, file: &str) -> Result<Vec<u8>, String> {
    let args = ["search", "--site", site, "--read", file];
    let output = test.command().args(args).output().expect("it runs");
    let stderr = String::from_utf8(output.stderr).expect("text");
    if output.status.success() {
        assert_eq!(stderr, "");
        return Ok(output.stdout);
    }
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(output.stdout, b"", "{file}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    Err(stderr)
}

/// The record of the skill, edited.
fn edit_record(test: &SiteTest, edit: impl FnOnce(&mut Value)) {
    let text = std::fs::read(test.path(RECORD)).expect("a record");
    let mut record: Value = serde_json::from_slice(&text).expect("JSON");
    edit(&mut record);
    test.write(RECORD, record.to_string());
}

/// The entry of a file in a record.
fn entry<'r>(record: &'r mut Value, path: &str) -> &'r mut Value {
    let mut files = record["files"].as_array_mut().expect("files").iter_mut();
    files.find(|file| file["path"] == path).expect(path)
}

#[test]
fn the_record_says_of_each_file_whether_it_runs_and_where_it_is() {
    let test = site();
    let record: Value = serde_json::from_slice(&std::fs::read(test.path(RECORD)).unwrap()).unwrap();
    let zip = std::fs::read(test.path(ZIP)).unwrap();
    let mut archive = ZipArchive::new(Cursor::new(&zip)).unwrap();
    let mut copies = Vec::new();
    for file in record["files"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        let mode = if path == "scripts/run.sh" {
            json!("755")
        } else {
            Value::Null
        };
        assert_eq!(file["mode"], mode, "{path}");
        if file["url"].is_string() {
            assert!(file["zip"].is_null(), "{path}");
            copies.push(path.to_owned());
            continue;
        }
        let zipped = archive.by_name(path).unwrap();
        let place = json!({
            "offset": zipped.data_start().unwrap(),
            "size": zipped.compressed_size(),
            "method": 8,
        });
        assert_eq!(file["zip"], place, "{path}");
    }
    assert_eq!(copies, ["SKILL.md", "notes.md"]);
    let shards = test.site().into_iter();
    let mut shards = shards.filter(|(path, _)| path.starts_with("api/v1/catalog/"));
    assert!(shards.all(|(_, bytes)| !String::from_utf8_lossy(&bytes).contains("\"offset\"")));
}

#[test]
fn every_file_comes_from_every_host_as_it_was_published() {
    let test = site();
    let folder = test.path("content/skills/ana/pdf-tools");
    let hosts = [Ranges::Answered, Ranges::Ignored, Ranges::OfCompressed]
        .map(|ranges| (ranges, Host::start(test.path("public"), ranges)));
    for path in [
        "SKILL.md",
        "notes.md",
        "scripts/run.sh",
        "docs/a b.md",
        "dot.png",
        "noise.dat",
        "empty",
    ] {
        let published = std::fs::read(folder.join(path)).unwrap();
        let name = format!("ana/pdf-tools/{path}");
        assert!(read(&test, "public", &name).unwrap() == published, "{path}");
        for (ranges, host) in &hosts {
            assert!(
                read(&test, &host.url, &name).unwrap() == published,
                "{path}, {ranges:?}"
            );
        }
    }
    let text = std::fs::read(folder.join("SKILL.md")).unwrap();
    assert_eq!(read(&test, "public", "ana/pdf-tools").unwrap(), text);
}

#[test]
fn a_file_without_a_copy_costs_one_range_of_its_packed_bytes() {
    let test = site();
    let mut range = String::new();
    edit_record(&test, |record| {
        let place = &entry(record, "docs/a b.md")["zip"];
        let (offset, size) = (
            place["offset"].as_u64().unwrap(),
            place["size"].as_u64().unwrap(),
        );
        assert!(size < 1_000, "{size} of 54,000 bytes");
        range = format!("{ZIP_PATH} {offset}-{}", offset + size - 1);
    });
    let record = "ana/skills/pdf-tools/skill.json".to_owned();
    for (ranges, path, expected) in [
        (Ranges::Answered, "docs/a b.md", vec![&record, &range]),
        (
            Ranges::Ignored,
            "docs/a b.md",
            vec![&record, &range, &ZIP_PATH.to_owned()],
        ),
        (
            Ranges::Answered,
            "notes.md",
            vec![&record, &"ana/skills/pdf-tools/files/notes.md".to_owned()],
        ),
    ] {
        let host = Host::start(test.path("public"), ranges);
        read(&test, &host.url, &format!("ana/pdf-tools/{path}")).unwrap();
        assert_eq!(host.take_requests().iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_skill_is_read_under_its_former_name() {
    let test = site();
    test.write("content/aliases.toml", "\"old/pdf\" = \"ana/pdf-tools\"\n");
    test.rebuild();
    let host = Host::start(test.path("public"), Ranges::Answered);
    for path in ["notes.md", "scripts/run.sh"] {
        let now = read(&test, &host.url, &format!("ana/pdf-tools/{path}"));
        assert_eq!(read(&test, &host.url, &format!("old/pdf/{path}")), now);
    }
}

#[test]
fn a_site_of_before_with_a_copy_of_each_file_is_read() {
    let test = site();
    edit_record(&test, |record| {
        let file = entry(record, "dot.png");
        file.as_object_mut().unwrap().remove("zip");
        file["url"] = json!("https://skills.example/ana/skills/pdf-tools/files/dot.png");
        let file = entry(record, "empty");
        file.as_object_mut().unwrap().remove("zip");
    });
    test.write(
        "public/ana/skills/pdf-tools/files/dot.png",
        b"\x89PNG\x00\xff",
    );
    assert_eq!(
        read(&test, "public", "ana/pdf-tools/dot.png").unwrap(),
        b"\x89PNG\x00\xff"
    );
    assert_eq!(
        read(&test, "public", "ana/pdf-tools/empty").unwrap_err(),
        format!(
            "error: `empty` is published in the zip alone: https://skills.example/{ZIP_PATH}\n"
        )
    );
}

/// Zips that stand where the published one was, by what is wrong with them.
pub(crate) fn wrong_zips(test: &SiteTest) -> Vec<(&'static str, Vec<u8>)> {
    let zip = std::fs::read(test.path(ZIP)).expect("a zip");
    let mut places = Vec::new();
    edit_record(test, |record| {
        for path in ["scripts/run.sh", "dot.png", "noise.dat"] {
            let place = &entry(record, path)["zip"];
            places.push((
                place["offset"].as_u64().unwrap(),
                place["size"].as_u64().unwrap(),
            ));
        }
    });
    let mut damaged = zip.clone();
    for (offset, size) in places {
        damaged[(offset + size / 2) as usize] ^= 0x10;
    }
    // A new version, in which every file is another one and lies elsewhere.
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut archive = ZipArchive::new(Cursor::new(&zip)).expect("a zip");
    for file_idx in 0..archive.len() {
        let name = archive
            .by_index(file_idx)
            .unwrap()
            .name()
            .unwrap()
            .into_owned();
        writer.start_file(name, options).unwrap();
        writer
            .write_all(
                format!("File {file_idx} of another version.\n")
                    .repeat(5_000)
                    .as_bytes(),
            )
            .unwrap();
    }
    let longer = [&b"PK\x03\x04"[..], &zip].concat();
    vec![
        ("damaged", damaged),
        ("replaced", writer.finish().unwrap().into_inner()),
        ("replaced by a longer one", longer),
        ("cut short", zip[..100].to_vec()),
        ("empty", Vec::new()),
        (
            "a page",
            b"<!doctype html><title>Sign in</title>".repeat(9_000),
        ),
    ]
}

#[test]
fn a_damaged_or_replaced_zip_gives_no_file_and_says_so() {
    let test = site();
    for (what, zip) in wrong_zips(&test) {
        test.write(ZIP, zip);
        let ranges = Host::start(test.path("public"), Ranges::Answered).url;
        let no_ranges = Host::start(test.path("public"), Ranges::Ignored).url;
        for site in ["public", &ranges, &no_ranges] {
            for path in ["scripts/run.sh", "dot.png", "noise.dat"] {
                let root = if site == "public" {
                    "https://skills.example/"
                } else {
                    site
                };
                assert_eq!(
                    read(&test, site, &format!("ana/pdf-tools/{path}")),
                    Err(format!(
                        "error: `{path}` is not the file that the site speaks of: it was damaged, or replaced since; the zip is at {root}{ZIP_PATH}\nhint: try again, since the site may be being replaced\n"
                    )),
                    "{what}, {site}"
                );
            }
            assert!(
                read(&test, site, "ana/pdf-tools/notes.md").is_ok(),
                "it has a copy"
            );
        }
    }
    test.write("public/ana/skills/pdf-tools/files/notes.md", "Other.\n");
    let error = read(&test, "public", "ana/pdf-tools/notes.md").unwrap_err();
    assert!(
        error.starts_with("error: `notes.md` is not the file"),
        "{error}"
    );
    std::fs::remove_file(test.path(ZIP)).unwrap();
    assert_eq!(
        read(&test, "public", "ana/pdf-tools/dot.png").unwrap_err(),
        "error: `dot.png` cannot be read\nhint: try again, then check the site and the network\n"
    );
}

/// An edit of a record.
type Lie = fn(&mut Value);

#[test]
fn a_record_that_lies_gives_an_error_and_never_another_file() {
    let test = site();
    let sound = std::fs::read(test.path(RECORD)).unwrap();
    let replaced = "is not the file that the site speaks of";
    let lies: &[(&str, Lie, &str)] = &[
        (
            "beyond the end",
            |file| file["zip"]["offset"] = json!(1_u64 << 40),
            replaced,
        ),
        (
            "at the end of numbers",
            |file| file["zip"]["offset"] = json!(u64::MAX),
            replaced,
        ),
        (
            "longer than packed",
            |file| file["zip"]["size"] = json!(60_000),
            replaced,
        ),
        (
            "as long as there is",
            |file| file["zip"]["size"] = json!(u64::MAX),
            replaced,
        ),
        (
            "without length",
            |file| file["zip"]["size"] = json!(0),
            replaced,
        ),
        (
            "a little beside",
            |file| {
                file["zip"]["offset"] = json!(file["zip"]["offset"].as_u64().unwrap() + 1);
            },
            replaced,
        ),
        (
            "not packed",
            |file| file["zip"]["method"] = json!(0),
            replaced,
        ),
        (
            "packed by what nobody knows",
            |file| file["zip"]["method"] = json!(93),
            "is packed by method 93 of the zip format, which is not read here",
        ),
        (
            "of another hash",
            |file| file["sha256"] = json!("0".repeat(64)),
            replaced,
        ),
        ("longer", |file| file["size"] = json!(19), replaced),
        ("shorter", |file| file["size"] = json!(17), replaced),
        (
            "longer than memory",
            |file| file["size"] = json!(u64::MAX),
            "files of more than 67108864 are not given here",
        ),
        (
            "of no hash",
            |file| file["sha256"] = json!("x"),
            "has no file `scripts/run.sh`",
        ),
        (
            "in no number",
            |file| file["zip"]["offset"] = json!(-1),
            "what the site says of `ana/pdf-tools` cannot be read",
        ),
    ];
    let host = Host::start(test.path("public"), Ranges::Answered);
    for (what, lie, message) in lies {
        test.write(RECORD, &sound);
        edit_record(&test, |record| lie(entry(record, "scripts/run.sh")));
        for site in ["public", &host.url] {
            let error = read(&test, site, "ana/pdf-tools/scripts/run.sh").unwrap_err();
            assert!(error.contains(message), "{what}: {error}");
        }
    }
    // The place of another file holds that file's bytes, whole and sound.
    test.write(RECORD, &sound);
    edit_record(&test, |record| {
        let other = entry(record, "docs/a b.md").clone();
        let file = entry(record, "scripts/run.sh");
        file["zip"] = other["zip"].clone();
        file["size"] = other["size"].clone();
    });
    let error = read(&test, "public", "ana/pdf-tools/scripts/run.sh").unwrap_err();
    assert!(error.contains(replaced), "{error}");
    for path in [
        "../../../../../../etc/passwd",
        "../bo/cron-explainer/SKILL.md",
        "/etc/passwd",
    ] {
        test.write(RECORD, &sound);
        edit_record(&test, |record| {
            let file = entry(record, "dot.png");
            file["path"] = json!(path);
            file["url"] = json!("https://skills.example/secret");
        });
        let error = read(&test, "public", &format!("ana/pdf-tools/{path}")).unwrap_err();
        assert!(error.contains("has no file"), "{path}: {error}");
    }
}

#[test]
fn a_bomb_in_a_zip_is_not_unpacked() {
    let test = site();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    writer.start_file("dot.png", options).unwrap();
    writer.write_all(&vec![0; 8 << 20]).unwrap();
    let mut archive = writer.finish_into_readable().unwrap();
    let (offset, size) = {
        let file = archive.by_index_raw(0).unwrap();
        (file.data_start().unwrap(), file.compressed_size())
    };
    let zip = archive.into_inner().into_inner();
    edit_record(&test, |record| {
        record["zip"]["size"] = json!(zip.len());
        let file = entry(record, "dot.png");
        file["zip"] = json!({ "offset": offset, "size": size, "method": 8 });
        // As long as lets the packed bytes pass.
        file["size"] = json!(size);
    });
    test.write(ZIP, zip);
    let error = read(&test, "public", "ana/pdf-tools/dot.png").unwrap_err();
    assert!(
        error.starts_with("error: `dot.png` is not the file"),
        "{error}"
    );
}

#[test]
fn a_zip_too_long_to_be_read_whole_is_named_with_the_limit() {
    let test = site();
    edit_record(&test, |record| record["zip"]["size"] = json!(70_000_000));
    let host = Host::start(test.path("public"), Ranges::Ignored);
    let url = &host.url;
    assert_eq!(
        read(&test, url, "ana/pdf-tools/dot.png").unwrap_err(),
        format!(
            "error: `dot.png` is not taken out of the zip: the host answers no ranges, and of 70000000 bytes at most 67108864 are read; the zip is at {url}{ZIP_PATH}\n"
        )
    );
}

#[test]
fn what_is_not_there_is_said_with_what_was_meant() {
    let test = site();
    for (file, message) in [
        (
            "ana/pdf-tool",
            "error: `public` has no skill `ana/pdf-tool`\nhint: did you mean `ana/pdf-tools`?\n",
        ),
        (
            "zed/weather",
            "error: `public` has no skill `zed/weather`\nhint: `skillpress search weather` finds names\n",
        ),
        (
            "ana/pdf-tools/note.md",
            "error: `ana/pdf-tools` has no file `note.md`\nhint: did you mean `notes.md`?\n",
        ),
        (
            "ana/pdf-tools/something/else.txt",
            "error: `ana/pdf-tools` has no file `something/else.txt`\nhint: its files are `SKILL.md`, `docs/a b.md`, `dot.png`, `empty`, `noise.dat` and 2 more\n",
        ),
    ] {
        assert_eq!(read(&test, "public", file).unwrap_err(), message);
    }
    for args in [
        &["--read", "ana"][..],
        &["--read", "../x"],
        &["--read", "ana/pdf-tools", "pdf"],
        &["--read", "ana/pdf-tools", "--json"],
        &["--read", "ana/pdf-tools", "--filter", "owner:ana"],
    ] {
        let ran = test.run(&[&["search"], args].concat());
        assert_eq!(ran.code, 2, "{args:?}");
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn a_suspicious_skill_is_read_with_a_warning() {
    let test = SiteTest::two_skills()
        .file(
            "content/moderation.toml",
            "[[suspicious]]\nskill = \"bo/cron-explainer\"\nnote = \"Odd.\"\n",
        )
        .build();
    let ran = test.run(&["search", "--read", "bo/cron-explainer"]);
    assert!(ran.stdout.starts_with("# Cron explainer"));
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            0,
            "warning: the registry marks `bo/cron-explainer` as suspicious\n"
        )
    );
}
