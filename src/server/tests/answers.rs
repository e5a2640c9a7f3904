//! Headers, conditions and encodings of answers.

use std::io::Read;
use std::time::{Duration, Instant};

use axum::routing::get;

use super::harness::{Reply, SiteFolder};

fn unpacked(reply: &Reply) -> Vec<u8> {
    let mut bytes = Vec::new();
    match reply.header("content-encoding") {
        Some("br") => brotli::BrotliDecompress(&mut &reply.body[..], &mut bytes).unwrap(),
        Some("gzip") => drop(
            flate2::read::GzDecoder::new(&reply.body[..])
                .read_to_end(&mut bytes)
                .unwrap(),
        ),
        Some(other) => panic!("{other}"),
        None => bytes.clone_from(&reply.body),
    }
    bytes
}

#[test]
fn a_file_has_its_type_its_length_and_a_strong_tag() {
    let server = SiteFolder::new()
        .file("search/search.wasm", b"\0asm")
        .serve();
    let reply = server.get("/search/search.wasm");
    assert_eq!(reply.header("content-type"), Some("application/wasm"));
    reply.check_length();
    let etag = reply.header("etag").unwrap();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    assert_eq!(
        server.get("/").header("content-type"),
        Some("text/html; charset=utf-8")
    );
}

#[test]
fn head_says_the_same_without_the_bytes() {
    let server = SiteFolder::new()
        .file("a.txt", "text")
        .file("a.bin", "packed")
        .serve();
    for target in ["/", "/a.txt", "/a.bin"] {
        for headers in [&[][..], &[("Accept-Encoding", "br")]] {
            let get = server.get_with(target, headers);
            let head = server.request("HEAD", target, headers);
            for name in [
                "content-type",
                "content-length",
                "etag",
                "vary",
                "content-encoding",
                "cache-control",
            ] {
                assert_eq!(get.header(name), head.header(name), "{name} of {target}");
            }
            assert_eq!((head.status, head.body.len()), (200, 0), "{target}");
        }
    }
}

#[test]
fn a_client_that_has_the_file_gets_304_and_no_bytes() {
    let server = SiteFolder::new().file("a.txt", "text").serve();
    let etag = server.get("/a.txt").header("etag").unwrap().to_owned();
    for condition in [
        etag.clone(),
        format!("W/{etag}"),
        format!("\"a\", {etag}"),
        "*".to_owned(),
    ] {
        let reply = server.get_with("/a.txt", &[("If-None-Match", &condition)]);
        assert_eq!(reply.status, 304, "{condition}");
        assert_eq!(reply.header("etag"), Some(etag.as_str()));
        assert_eq!(reply.header("vary"), Some("Accept-Encoding"));
        assert!(reply.body.is_empty());
        assert!(
            reply
                .header("content-length")
                .is_none_or(|length| length != "0"),
            "0 would be a lie"
        );
    }
    for condition in ["\"a\"", &etag[..etag.len() - 1], "garbage"] {
        let reply = server.get_with("/a.txt", &[("If-None-Match", condition)]);
        assert_eq!(reply.status, 200, "{condition}");
    }
    let condition = ("If-None-Match", etag.as_str());
    let part = server.get_with("/a.txt", &[condition, ("Range", "bytes=0-1")]);
    assert_eq!(part.status, 304, "the condition comes before the range");
    let miss = server.get_with("/nothing", &[("If-None-Match", "*")]);
    assert_eq!(miss.status, 404);
}

#[test]
fn a_file_that_is_saved_twice_within_a_second_is_sent_anew() {
    let server = SiteFolder::new()
        .file("a.txt", "same length: 1")
        .file("skills/index.html", "same length: 1")
        .serve();
    let tag = |target: &str| server.get(target).header("etag").map(str::to_owned);
    let before = tag("/a.txt").unwrap();
    assert_eq!(tag("/skills/"), None, "a page cannot be asked for by a tag");
    // Longer than the clock of file systems takes for a step.
    std::thread::sleep(Duration::from_millis(20));
    for (file, target) in [("a.txt", "/a.txt"), ("skills/index.html", "/skills/")] {
        // As a build does: a new file takes the place of the old one.
        server.folder.write("new", "same length: 2");
        std::fs::rename(server.folder.path("new"), server.folder.path(file)).unwrap();
        for condition in [
            ("If-None-Match", before.as_str()),
            ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"),
        ] {
            let reply = server.get_with(target, &[condition]);
            assert_eq!(reply.status, 200, "{target} {condition:?}");
            assert!(reply.text().starts_with("same length: 2"), "{target}");
            assert_eq!(reply.header("last-modified"), None);
        }
    }
}

#[test]
fn text_is_compressed_as_the_client_likes_it() {
    let text = "A file with words, words and words. ".repeat(50);
    let server = SiteFolder::new().file("a.txt", &text).serve();
    let plain_tag = server.get("/a.txt").header("etag").unwrap().to_owned();
    for (accept, expected) in [
        ("gzip, deflate, br", Some("br")),
        ("gzip", Some("gzip")),
        ("gzip;q=1.0, br;q=0.5", Some("gzip")),
        ("", None),
        ("br;q=0", None),
    ] {
        let reply = server.get_with("/a.txt", &[("Accept-Encoding", accept)]);
        assert_eq!(reply.header("content-encoding"), expected, "{accept}");
        assert_eq!(reply.header("vary"), Some("Accept-Encoding"));
        assert_eq!(unpacked(&reply), text.as_bytes());
        let tag = reply.header("etag").unwrap();
        match expected {
            Some(_) => assert_eq!(tag, format!("W/{plain_tag}"), "other bytes, same text"),
            None => assert_eq!(tag, plain_tag),
        }
        let again = [("Accept-Encoding", accept), ("If-None-Match", tag)];
        assert_eq!(server.get_with("/a.txt", &again).status, 304);
    }
}

#[test]
fn pages_are_compressed_too() {
    let server = SiteFolder::new().serve();
    let plain = server.get("/skills/");
    plain.check_length();
    let packed = server.get_with("/skills/", &[("Accept-Encoding", "br")]);
    assert_eq!(packed.header("content-encoding"), Some("br"));
    assert_eq!(unpacked(&packed), plain.body);
}

#[test]
fn packed_files_are_sent_as_they_are() {
    let server = SiteFolder::new()
        .file("a.zip", vec![0; 5000])
        .file("a.bin", vec![0; 5000])
        .serve();
    for target in ["/a.zip", "/a.bin"] {
        let reply = server.get_with(target, &[("Accept-Encoding", "br")]);
        assert_eq!(reply.header("content-encoding"), None, "{target}");
        assert_eq!(reply.header("vary"), None, "{target}");
        reply.check_length();
    }
}

#[test]
fn the_sites_rules_for_headers_are_obeyed() {
    let rules = "/*\n  X-Content-Type-Options: nosniff\n  Content-Security-Policy: default-src 'none'\n\
        /assets/*\n  Cache-Control: public, max-age=31536000, immutable\n\
        /api/*\n  Access-Control-Allow-Origin: *\n\
        /:owner/skills/:slug/files/*\n  Content-Security-Policy: sandbox\n";
    let server = SiteFolder::new()
        .file("_headers", rules)
        .file("assets/style.css", "p{}")
        .file("api/v1/skills.json", "[]")
        .file("ana/skills/x/files/a.txt", "a")
        .serve();
    let style = server.get("/assets/style.css");
    assert_eq!(
        style.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(style.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(server.get("/").header("cache-control"), Some("no-cache"));
    assert_eq!(
        server
            .get("/api/v1/skills.json")
            .header("access-control-allow-origin"),
        Some("*")
    );
    let file = server.get("/ana/skills/x/files/a.txt");
    assert_eq!(
        file.header("content-security-policy"),
        Some("default-src 'none', sandbox")
    );
    for reply in [
        server.get("/nothing"),
        server.get_with("/assets/style.css", &[("Range", "bytes=0-0")]),
    ] {
        assert_eq!(
            reply.header("x-content-type-options"),
            Some("nosniff"),
            "{}",
            reply.status
        );
    }
}

#[test]
fn other_methods_are_refused() {
    let server = SiteFolder::new().serve();
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"] {
        let reply = server.request(method, "/", &[]);
        assert_eq!(
            (reply.status, reply.header("allow")),
            (405, Some("GET,HEAD")),
            "{method}"
        );
    }
}

#[test]
fn dynamic_routes_stand_before_files_and_are_compressed() {
    let routes =
        axum::Router::new().route("/api/v1/search", get(|| async { "found ".repeat(100) }));
    for (base_path, prefix) in [("/", ""), ("/x/", "/x")] {
        let server = SiteFolder::new()
            .below(base_path)
            .routes(routes.clone())
            .file("api/v1/search/index.html", "static")
            .file("api/v1/skills.json", "[]")
            .serve();
        assert!(
            server
                .get(&format!("{prefix}/api/v1/search?q=pdf"))
                .text()
                .starts_with("found found")
        );
        assert_eq!(
            server.get(&format!("{prefix}/api/v1/skills.json")).text(),
            "[]"
        );
        assert_eq!(server.get(&format!("{prefix}/nothing")).status, 404);
        let packed = server.get_with(
            &format!("{prefix}/api/v1/search"),
            &[("Accept-Encoding", "gzip")],
        );
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
    }
}

#[test]
fn a_slow_host_waits_before_each_answer() {
    let mut folder = SiteFolder::new();
    folder.options.delay = Duration::from_millis(150);
    let server = folder.serve();
    let start = Instant::now();
    assert_eq!(server.get("/").status, 200);
    assert!(start.elapsed() >= Duration::from_millis(150));
}

#[test]
fn what_was_sent_is_summed_up() {
    let mut server = SiteFolder::new()
        .file("search/terms.bin", vec![0; 3000])
        .file("assets/a.css", vec![b'a'; 400])
        .serve();
    server.get("/");
    server.get("/assets/a.css");
    server.get_with("/search/terms.bin", &[("Range", "bytes=0-1999")]);
    server.request("HEAD", "/assets/a.css", &[]);
    server.stop();
    let summary = server.tally.summary();
    assert!(
        summary.contains("assets        2 requests        0.4 kB\n"),
        "{summary}"
    );
    assert!(
        summary.contains("search        1 requests        2.0 kB\n"),
        "{summary}"
    );
    assert!(
        summary.contains("1 page loads, 0.5 kB each")
            && summary.contains("1 searches, 2.0 kB each"),
        "{summary}"
    );
}
