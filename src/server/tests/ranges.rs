//! Parts of files.

use super::harness::{Running, SiteFolder, counting_bytes};

fn thousand_bytes() -> Running {
    SiteFolder::new()
        .file("search/terms.bin", counting_bytes(1000))
        .file("search/empty.bin", "")
        .serve()
}

#[test]
fn a_range_gives_exactly_its_bytes() {
    let server = thousand_bytes();
    for (range, expected) in [
        ("0-0", 0..1),
        ("100-199", 100..200),
        ("990-", 990..1000),
        ("-10", 990..1000),
        ("500-9999", 500..1000),
    ] {
        let reply = server.get_with("/search/terms.bin", &[("Range", &format!("bytes={range}"))]);
        assert_eq!(reply.status, 206, "{range}");
        let content_range = format!("bytes {}-{}/1000", expected.start, expected.end - 1);
        assert_eq!(reply.header("content-range"), Some(content_range.as_str()));
        assert_eq!(reply.body, counting_bytes(1000)[expected]);
        reply.check_length();
    }
}

#[test]
fn a_range_past_the_end_or_garbled_gets_416_and_the_length() {
    let server = thousand_bytes();
    for (target, range, content_range) in [
        ("/search/terms.bin", "bytes=1000-", "bytes */1000"),
        ("/search/terms.bin", "bytes=-0", "bytes */1000"),
        ("/search/terms.bin", "bytes=5-2", "bytes */1000"),
        ("/search/terms.bin", "bytes=a-b", "bytes */1000"),
    ] {
        let reply = server.get_with(target, &[("Range", range)]);
        assert_eq!(
            (reply.status, reply.header("content-range")),
            (416, Some(content_range)),
            "{range}"
        );
        assert!(reply.body.is_empty());
        reply.check_length();
    }
}

#[test]
fn ranges_of_another_kind_give_the_whole_file() {
    let server = thousand_bytes();
    for range in ["lines=0-1", "bytes=0-1,5-6", "bytes=0-1, -1"] {
        let reply = server.get_with("/search/terms.bin", &[("Range", range)]);
        assert_eq!((reply.status, reply.body.len()), (200, 1000), "{range}");
        assert_eq!(reply.header("content-range"), None);
    }
    let empty = server.get_with("/search/empty.bin", &[("Range", "bytes=0-0")]);
    assert_eq!((empty.status, empty.body.len()), (200, 0));
}

#[test]
fn a_range_on_a_condition_gives_the_whole_file() {
    let server = thousand_bytes();
    let reply = server.get("/search/terms.bin");
    let etag = reply.header("etag").unwrap();
    for condition in [etag, "\"other\"", "Sat, 31 Jan 2026 00:00:00 GMT"] {
        let headers = [("Range", "bytes=0-9"), ("If-Range", condition)];
        let reply = server.get_with("/search/terms.bin", &headers);
        assert_eq!((reply.status, reply.body.len()), (200, 1000), "{condition}");
    }
}

#[test]
fn a_part_is_never_compressed() {
    let server = SiteFolder::new()
        .file("data.json", "[1, 2, 3]".repeat(100))
        .serve();
    let packed = [("Accept-Encoding", "br, gzip")];
    assert_eq!(
        server
            .get_with("/data.json", &packed)
            .header("content-encoding"),
        Some("br")
    );
    let part = server.get_with("/data.json", &[packed[0], ("Range", "bytes=0-8")]);
    assert_eq!((part.status, part.header("content-encoding")), (206, None));
    assert_eq!(part.text(), "[1, 2, 3]");
    assert_eq!(
        part.header("etag"),
        server.get("/data.json").header("etag"),
        "the tag is that of the plain file"
    );
}

#[test]
fn head_knows_no_ranges() {
    let server = thousand_bytes();
    let reply = server.request("HEAD", "/search/terms.bin", &[("Range", "bytes=0-9")]);
    assert_eq!(
        (reply.status, reply.header("content-length")),
        (200, Some("1000"))
    );
    assert_eq!(reply.header("accept-ranges"), Some("bytes"));
    assert!(reply.body.is_empty());
}

#[test]
fn parts_of_a_large_file_are_exact_too() {
    let bytes = counting_bytes(5_000_003);
    let server = SiteFolder::new().file("big.bin", &bytes).serve();
    let whole = server.get("/big.bin");
    assert!(whole.body == bytes, "all of it");
    whole.check_length();
    let part = server.get_with("/big.bin", &[("Range", "bytes=65535-4000000")]);
    assert!(part.body == bytes[65_535..=4_000_000]);
    part.check_length();
}

#[test]
fn a_bad_host_answers_a_range_with_the_whole_file() {
    let mut folder = SiteFolder::new().file("search/terms.bin", counting_bytes(1000));
    folder.options.no_range = true;
    let server = folder.serve();
    for range in ["bytes=0-9", "bytes=5000-"] {
        let reply = server.get_with("/search/terms.bin", &[("Range", range)]);
        assert_eq!((reply.status, reply.body.len()), (200, 1000), "{range}");
        assert_eq!(reply.header("accept-ranges"), None);
    }
}
