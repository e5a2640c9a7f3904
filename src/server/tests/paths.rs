//! What a URL leads to, and what no URL leads to.

use super::harness::{Reply, SiteFolder};

#[test]
fn a_folder_shows_its_page_and_gets_its_slash() {
    let server = SiteFolder::new().serve();
    assert!(server.get("/").text().contains("Home"));
    assert!(server.get("/skills/").text().contains("Skills"));
    assert!(server.get("/skills/index.html").text().contains("Skills"));
    let reply = server.get("/skills?q=a%20b");
    assert_eq!(
        (reply.status, reply.header("location")),
        (301, Some("/skills/?q=a%20b"))
    );
}

#[test]
fn a_miss_shows_the_sites_own_page_with_status_404() {
    let server = SiteFolder::new().file("empty/x.txt", "x").serve();
    for target in [
        "/nothing",
        "/nothing/",
        "/index.html/",
        "/empty/",
        "/skills/nothing.html",
        "/a%zz",
    ] {
        let reply = server.get(target);
        assert_eq!(reply.status, 404, "{target}");
        assert!(reply.text().contains("Not found"), "{target}");
        assert_eq!(reply.header("etag"), None, "{target}");
    }
    let head = server.request("HEAD", "/nothing", &[]);
    assert_eq!((head.status, head.body.len()), (404, 0));
}

#[test]
fn names_are_percent_decoded_once() {
    let server = SiteFolder::new()
        .file("a b/ü+%.txt", "found")
        .file("%2e", "literal")
        .serve();
    assert_eq!(server.get("/a%20b/%C3%BC+%25.txt").text(), "found");
    assert_eq!(server.get("/%252e").text(), "literal");
}

#[test]
fn no_path_leads_out_of_the_site() {
    let outer = tempfile::tempdir().unwrap();
    std::fs::write(outer.path().join("secret.txt"), "secret").unwrap();
    let outside = outer
        .path()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let server = SiteFolder::new().serve();
    let mut targets = vec![
        "/skills/../index.html".to_owned(),
        "/etc/passwd".to_owned(),
        "//etc/passwd".to_owned(),
    ];
    for up in [
        "..",
        "%2e%2e",
        "%2E.",
        ".%2e",
        "..%2f..",
        "..%5c..",
        "..\\..",
        "%5c..",
        "....//",
        "..;",
        "%c0%ae%c0%ae",
        "..%00",
        "%252e%252e",
        "..%ef%bc%8f",
        "file:%2f%2f",
        "skills%2f..%2f..",
    ] {
        targets.push(format!("/{up}/{outside}/secret.txt"));
        targets.push(format!("/skills/{up}/{up}/{outside}/secret.txt"));
        targets.push(format!("/{up}/{up}/{up}/{up}/{up}/{up}/etc/passwd"));
    }
    targets.push(format!("/%2f{}/secret.txt", outer.path().display()));
    for target in targets {
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let reply = Reply::parse(&server.raw(request));
        assert!(
            matches!(reply.status, 400 | 404),
            "{target}: {}",
            reply.status
        );
        let text = String::from_utf8_lossy(&reply.body);
        assert!(
            !text.contains("secret") && !text.contains("root:"),
            "{target}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_site_leads_nowhere() {
    let outer = tempfile::tempdir().unwrap();
    std::fs::create_dir(outer.path().join("folder")).unwrap();
    for name in ["secret.txt", "folder/index.html"] {
        std::fs::write(outer.path().join(name), "secret").unwrap();
    }
    let folder = SiteFolder::new();
    std::os::unix::fs::symlink(outer.path().join("secret.txt"), folder.path("link.txt")).unwrap();
    std::os::unix::fs::symlink(outer.path().join("folder"), folder.path("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path("dangling")).unwrap();
    std::os::unix::fs::symlink(folder.path("skills"), folder.path("inside")).unwrap();
    let server = folder.serve();
    for target in [
        "/link.txt",
        "/link",
        "/link/",
        "/link/index.html",
        "/dangling",
    ] {
        assert_eq!(server.get(target).status, 404, "{target}");
    }
    assert_eq!(server.get("/inside/").status, 200);
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_opened() {
    let folder = SiteFolder::new();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("socket")).unwrap();
    let server = folder.serve();
    assert_eq!(server.get("/socket").status, 404);
}

#[test]
fn a_path_with_two_slashes_cannot_send_a_visitor_elsewhere() {
    let server = SiteFolder::new()
        .file("evil.example/index.html", "x")
        .serve();
    for target in [
        "//evil.example",
        "/%2fevil.example",
        "/\\evil.example",
        "//evil.example/%2e%2e",
    ] {
        let reply = server.get(target);
        assert_eq!(reply.header("location"), None, "{target}");
    }
    assert_eq!(
        server.get("/evil.example").header("location"),
        Some("/evil.example/")
    );
}

#[test]
fn files_for_the_host_are_not_served_and_well_known_ones_are() {
    let server = SiteFolder::new()
        .file(".skillpress", "marker")
        .file(".gitignore", "*")
        .file("_headers", "/*\n  X-A: b\n")
        .file("_redirects", "/a /b\n")
        .file(".well-known/clawhub.json", "{}")
        .file("ana/skills/x/.well-known/agent-skills/index.json", "{}")
        .file("ana/skills/x/files/.env.example", "A=1")
        .serve();
    for target in [
        "/.skillpress",
        "/.gitignore",
        "/%2egitignore",
        "/_headers",
        "/_redirects",
        "/.git/config",
    ] {
        assert_eq!(server.get(target).status, 404, "{target}");
    }
    for target in [
        "/.well-known/clawhub.json",
        "/ana/skills/x/.well-known/agent-skills/index.json",
        "/ana/skills/x/files/.env.example",
    ] {
        assert_eq!(server.get(target).status, 200, "{target}");
    }
}

#[test]
fn a_site_below_a_path_is_found_there_only() {
    let server = SiteFolder::new()
        .below("/x/y/")
        .file(
            "_redirects",
            "/x/y/old/ /x/y/skills/ 301\n/old/ /skills/ 301\n",
        )
        .serve();
    assert!(server.get("/x/y/").text().contains("Home"));
    assert_eq!(
        server.get("/x/y/skills").header("location"),
        Some("/x/y/skills/")
    );
    assert_eq!(server.get("/x/y").header("location"), Some("/x/y/"));
    for target in ["/", "/skills/", "/old/", "/x/", "/x/yy/", "/x/y/x/y/"] {
        assert_eq!(server.get(target).status, 404, "{target}");
    }
    assert_eq!(
        server.get("/x/y/old/").header("location"),
        Some("/x/y/skills/")
    );
}

#[test]
fn redirects_of_the_site_are_followed() {
    let rules = "/ana/skills/old/ /ana/skills/new/ 301\n/blog/* https://blog.example/:splat 302\n";
    let server = SiteFolder::new()
        .file("_redirects", rules)
        .file("ana/skills/old/index.html", "moved")
        .serve();
    let reply = server.get("/ana/skills/old/?a=b");
    assert_eq!(
        (reply.status, reply.header("location")),
        (301, Some("/ana/skills/new/?a=b"))
    );
    let reply = server.get("/blog/a/b");
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, Some("https://blog.example/a/b"))
    );
}
