//! `skillpress serve`: the preview of a registry that is being edited.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::harness::{SiteTest, zip_of};

/// How long a build may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running preview; killed when dropped.
struct Preview {
    child: Child,
    /// `127.0.0.1:PORT`
    addr: String,
    /// The path of the site.
    base_path: String,
}

impl Preview {
    /// Starts `serve` on a free port and waits for the line that says where it is.
    fn start(test: &SiteTest, args: &[&str]) -> Self {
        let temp = test.path("temp");
        std::fs::create_dir_all(&temp).expect("a folder");
        let mut child = test
            .command()
            .args(["serve", "--addr", "127.0.0.1:0"])
            .args(args)
            .env("TMPDIR", &temp)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command runs");
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("a pipe");
        BufReader::with_capacity(1, stdout)
            .read_line(&mut line)
            .expect("a line");
        let url = line
            .trim()
            .strip_prefix("serving http://")
            .unwrap_or_else(|| panic!("{line:?}"));
        let (addr, path) = url.split_once('/').expect("a path");
        let (addr, base_path) = (addr.to_owned(), format!("/{path}"));
        Self {
            child,
            addr,
            base_path,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.addr).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// Status line, headers and body of an answer.
    fn get(&self, target: &str, headers: &str) -> String {
        let mut stream = self.connect();
        write!(
            stream,
            "GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n",
            self.addr
        )
        .expect("the server reads");
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).expect("the server answers");
        String::from_utf8_lossy(&reply).into_owned()
    }

    /// Asks again until the answer holds `text`.
    fn get_until(&self, target: &str, text: &str) -> String {
        let start = Instant::now();
        loop {
            let reply = self.get(target, "");
            if reply.contains(text) {
                return reply;
            }
            assert!(start.elapsed() < PATIENCE, "`{text}` never came: {reply}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Reads events until one holds `text`.
    fn event_with(&self, text: &str) -> String {
        let mut stream = self.connect();
        write!(
            stream,
            "GET /-/events HTTP/1.1\r\nHost: {}\r\n\r\n",
            self.addr
        )
        .expect("the server reads");
        let lines = BufReader::new(stream).lines().map_while(Result::ok);
        lines
            .into_iter()
            .find(|line| line.contains(text))
            .expect("the event comes")
    }

    /// Presses Ctrl-C; gives the exit code and what was printed after the address.
    fn interrupt(mut self) -> (i32, String) {
        let pid = self.child.id().to_string();
        let killed = std::process::Command::new("kill")
            .args(["-INT", &pid])
            .status();
        assert!(killed.expect("kill runs").success());
        let mut printed = String::new();
        self.child
            .stdout
            .take()
            .expect("a pipe")
            .read_to_string(&mut printed)
            .expect("text");
        (
            self.child.wait().expect("it ends").code().unwrap_or(-1),
            printed,
        )
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const SKILL: &str = "content/skills/ana/pdf-tools/SKILL.md";

#[test]
fn the_preview_never_touches_the_output_folder() {
    let test = SiteTest::two_skills();
    let preview = Preview::start(&test, &[]);
    assert!(preview.get("/ana/skills/pdf-tools/", "").contains("PDF"));
    assert!(!test.path("public").exists());
    let (code, printed) = preview.interrupt();
    assert_eq!(code, 0);
    assert!(printed.contains("1 page loads"), "{printed}");
    let left: Vec<_> = std::fs::read_dir(test.path("temp"))
        .expect("a folder")
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_preview_stands_below_the_path_of_the_base_url() {
    let test = SiteTest::two_skills();
    let preview = Preview::start(&test, &["--base-url", "https://skills.example/x/"]);
    assert_eq!(preview.base_path, "/x/");
    let home = preview.get("/x/", "");
    assert!(
        home.starts_with("HTTP/1.1 200") && home.contains("href=\"/x/skills/\""),
        "{home}"
    );
    assert!(
        home.contains(&format!("http://{}/x/", preview.addr)),
        "links to itself, not to the published site"
    );
}

#[test]
fn json_that_stands_in_a_file_of_a_page_s_name_is_sent_as_json_without_the_preview_s_script() {
    let test = SiteTest::two_skills();
    let preview = Preview::start(&test, &["--base-url", "https://skills.example/x/"]);
    let reply = preview.get("/x/api/v1/skills/pdf-tools/index.html", "");
    let (head, body) = reply.split_once("\r\n\r\n").expect("a body");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(
        head.contains("content-type: application/json\r\n"),
        "{head}"
    );
    assert!(body.ends_with("}\n") && !body.contains("<script"), "{body}");
    let missing = preview.get("/x/api/v1/skills/pdf-tools/nothing/", "");
    assert!(missing.starts_with("HTTP/1.1 404"), "{missing}");
    assert!(
        missing.contains("content-type: text/html"),
        "the page that says so is no JSON: {missing}"
    );
}

#[test]
fn answers_have_the_headers_of_their_address_and_keep_their_own() {
    let test = SiteTest::two_skills();
    let preview = Preview::start(&test, &["--base-url", "https://skills.example/x/"]);
    for (target, content_type) in [
        ("skills", "application/json; charset=utf-8"),
        (
            "skills/pdf-tools/file?path=SKILL.md",
            "text/plain; charset=utf-8",
        ),
        ("skills/nobody", "text/plain; charset=utf-8"),
    ] {
        let reply = preview.get(&format!("/x/api/v1/{target}"), "");
        let (head, _) = reply.split_once("\r\n\r\n").expect("a body");
        let values = |name: &str| -> Vec<&str> {
            head.lines()
                .filter_map(|line| line.split_once(": "))
                .filter(|(known, _)| *known == name)
                .map(|(_, value)| value)
                .collect()
        };
        assert_eq!(values("content-type"), [content_type], "{head}");
        assert_eq!(values("access-control-allow-origin"), ["*"], "{head}");
        assert_eq!(values("x-content-type-options"), ["nosniff"], "{head}");
        assert_eq!(values("access-control-expose-headers").len(), 1, "{head}");
        let policy = values("content-security-policy");
        assert_eq!(policy.len(), 1, "{head}");
        assert_eq!(
            policy[0].contains("sandbox"),
            target.contains("/file"),
            "{head}"
        );
    }
}

#[test]
fn whatever_is_asked_for_under_an_old_name_leads_on() {
    let test =
        SiteTest::two_skills().file("content/aliases.toml", "\"old/pdf\" = \"ana/pdf-tools\"\n");
    let preview = Preview::start(&test, &["--base-url", "https://skills.example/x/"]);
    for (old, new) in [
        ("", ""),
        ("pdf.zip", "pdf-tools.zip"),
        ("skill.json", "skill.json"),
        ("files/notes.md", "files/notes.md"),
        (
            ".well-known/agent-skills/index.json",
            ".well-known/agent-skills/index.json",
        ),
    ] {
        let reply = preview.get(&format!("/x/old/skills/pdf/{old}"), "");
        assert!(reply.starts_with("HTTP/1.1 301"), "{old}: {reply}");
        let location = format!("location: /x/ana/skills/pdf-tools/{new}\r\n");
        assert!(reply.contains(&location), "{old}: {reply}");
        let reply = preview.get(&format!("/x/ana/skills/pdf-tools/{new}"), "");
        assert!(reply.starts_with("HTTP/1.1 200"), "{new}: {reply}");
    }
    let reply = preview.get("/x/api/v1/skills/pdf?ownerHandle=old", "");
    assert!(reply.contains("\"slug\":\"pdf-tools\""), "{reply}");
}

#[test]
fn edits_of_skills_and_badges_show_without_a_restart() {
    let test = SiteTest::two_skills();
    let preview = Preview::start(&test, &[]);
    let target = "/ana/skills/pdf-tools/";
    assert!(preview.get(target, "").contains("data-generation=\"1\""));
    test.write(
        SKILL,
        "---\nname: pdf-tools\ndescription: Folds paper cranes.\n---\n# PDF tools\n",
    );
    preview.get_until(target, "Folds paper cranes.");
    preview.get_until(target, "data-generation=\"2\"");
    test.write(
        "content/badges/official.toml",
        "label = \"Vetted here\"\ndescription = \"Means official.\"\n\n[[award]]\nskill = \"ana/pdf-tools\"\nat = 2026-01-10\n",
    );
    preview.get_until(target, "Vetted here");
}

#[test]
fn an_error_in_the_content_leaves_the_last_good_site_and_is_shown() {
    let test = SiteTest::two_skills();
    let preview = Preview::start(&test, &[]);
    test.write(
        "content/badges/official.toml",
        "label = \"Official\"\ndescription = \"x\"\n\n[[award]]\nskill = \"ana/pdf-tool\"\n",
    );
    let event = preview.event_with("official.toml");
    assert!(
        event.contains("\"severity\":\"error\"")
            && event.contains("\"line\":")
            && event.contains("\"hint\":"),
        "{event}"
    );
    assert!(
        preview
            .get("/ana/skills/pdf-tools/", "")
            .starts_with("HTTP/1.1 200")
    );
}

#[test]
fn a_content_with_errors_is_served_when_it_is_mended() {
    let test = SiteTest::two_skills().badge("odd", "award = 1\n");
    let preview = Preview::start(&test, &[]);
    assert!(preview.get("/", "").starts_with("HTTP/1.1 503"));
    preview.event_with("odd.toml");
    std::fs::remove_file(test.path("content/badges/odd.toml")).expect("a file");
    preview.get_until("/", "HTTP/1.1 200");
}

#[test]
fn a_repository_is_followed_where_it_is_and_the_site_in_it_is_no_part_of_it() {
    let crane = |text: &str| format!("---\nname: crane-log\ndescription: {text}\n---\n# Crane\n");
    let test = SiteTest::empty()
        .file("repo/skills/crane-log/SKILL.md", crane("Keeps the log."))
        .file(
            "repo/skillpress.toml",
            "[embedding]\nmode = \"none\"\n[[source]]\npath = \".\"\nowner = \"ana\"\n",
        );
    let input = &[
        "--content",
        "repo/content",
        "--config",
        "repo/skillpress.toml",
    ];
    let preview = Preview::start(&test, input);
    let target = "/ana/skills/crane-log/";
    assert!(preview.get(target, "").contains("Keeps the log."));
    let build = [
        "build",
        "--out",
        "repo/public",
        "--base-url",
        "https://skills.example/",
    ];
    for _ in 0..2 {
        let ran = test.run(&[&build[..], input].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stdout.starts_with("1 skill, "), "{}", ran.stdout);
    }
    std::thread::sleep(Duration::from_millis(500));
    let page = preview.get(target, "");
    assert!(page.contains("data-generation=\"1\""), "{page}");
    test.write("repo/skills/crane-log/SKILL.md", crane("Counts the lifts."));
    preview.get_until(target, "Counts the lifts.");
    preview.get_until(target, "data-generation=\"2\"");
    let ran = test.run(&["new", "bo/knots", "--content", "repo/content"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    preview.get_until("/bo/skills/knots/", "HTTP/1.1 200");
}

#[test]
fn sources_that_are_named_or_fetched_beside_the_preview_show() {
    let skill =
        |slug: &str, text: &str| format!("---\nname: {slug}\ndescription: {text}\n---\n# Title\n");
    let archive = |text| zip_of(&[("skills/crane-log/SKILL.md", &skill("crane-log", text))]);
    let archive_source = "[[source]]\narchive = \"cranes.zip\"\nowner = \"ana\"\n";
    let test = SiteTest::two_skills()
        .file("cranes.zip", archive("Keeps the log."))
        .file("skillpress.toml", archive_source);
    std::fs::remove_dir_all(test.path("content")).expect("a folder");
    let preview = Preview::start(&test, &[]);
    assert!(preview.get("/", "").starts_with("HTTP/1.1 503"));
    let told = preview.event_with("cranes");
    assert!(told.contains("run `skillpress fetch`"), "{told}");

    let fetch = |args: &[&str]| {
        let ran = test.run(&[&["fetch"], args].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    };
    fetch(&[]);
    let crane = "/ana/skills/crane-log/";
    preview.get_until(crane, "Keeps the log.");
    test.write("cranes.zip", archive("Counts the lifts."));
    fetch(&["--update"]);
    preview.get_until(crane, "Counts the lifts.");

    let folder_source = "[[source]]\npath = \"ropes\"\nowner = \"bo\"\n";
    test.write(
        "skillpress.toml",
        format!("{archive_source}{folder_source}"),
    );
    preview.event_with("ropes");
    test.write("ropes/skills/knots/SKILL.md", skill("knots", "Ties knots."));
    preview.get_until("/bo/skills/knots/", "Ties knots.");
    test.write("ropes/skills/knots/SKILL.md", skill("knots", "Splices."));
    preview.get_until("/bo/skills/knots/", "Splices.");
    assert!(preview.get(crane, "").contains("Counts the lifts."));

    // What a machine without the cache has: the lock file alone.
    std::fs::remove_dir_all(test.path(".skillpress")).expect("a folder");
    test.write("ropes/skills/knots/SKILL.md", skill("knots", "Whips ends."));
    preview.event_with("run `skillpress fetch`");
    fetch(&[]);
    preview.get_until("/bo/skills/knots/", "Whips ends.");

    // What a copy without some of its files has: the snapshot is there.
    std::fs::remove_dir_all(test.path(".skillpress/sources/blobs")).expect("a folder");
    test.write("ropes/skills/knots/SKILL.md", skill("knots", "Hitches."));
    preview.event_with("run `skillpress fetch`");
    fetch(&[]);
    preview.get_until("/bo/skills/knots/", "Hitches.");
}

#[test]
fn a_port_that_is_taken_and_a_missing_content_folder_are_said_plainly() {
    let test = SiteTest::two_skills();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = taken.local_addr().expect("an address").to_string();
    let ran = test.run(&["serve", "--addr", &addr]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        format!(
            "error: cannot listen on `{addr}`: another program has that port\nhint: `--addr 127.0.0.1:0` takes any free one\n"
        )
    );
    let ran = test.run(&["serve", "--addr", "127.0.0.1:0", "--content", "contents"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .starts_with("error: cannot read the content folder `contents`: "),
        "{}",
        ran.stderr
    );
    let ran = test.run(&["serve", "--addr", "nonsense"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .starts_with("error: cannot listen on `nonsense`: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_bad_host_can_be_imitated() {
    let test = SiteTest::two_skills();
    let preview = Preview::start(&test, &["--no-range", "--slow", "200"]);
    let start = Instant::now();
    let reply = preview.get("/robots.txt", "Range: bytes=0-3\r\n");
    assert!(
        reply.starts_with("HTTP/1.1 200") && reply.contains("Sitemap:"),
        "{reply}"
    );
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[cfg(target_os = "linux")]
#[test]
fn memory_stays_bounded_with_two_hundred_clients_of_a_large_file() {
    let test = SiteTest::two_skills().file("content/static/big.bin", vec![7; 20_000_000]);
    let preview = Preview::start(&test, &[]);
    let resident_kb = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", preview.child.id()))
            .expect("a process");
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .expect("its memory")
            .to_owned();
        line.split_whitespace()
            .nth(1)
            .expect("a number")
            .parse::<u64>()
            .expect("a number")
    };
    let before_kb = resident_kb();
    let mut streams: Vec<_> = (0..200).map(|_| preview.connect()).collect();
    for stream in &mut streams {
        write!(
            stream,
            "GET /big.bin HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            preview.addr
        )
        .expect("sent");
    }
    // They take the first bytes and then no more, so that all answers are under way at once.
    let mut received = [0; 1000];
    for stream in &mut streams {
        stream
            .read_exact(&mut received)
            .expect("every client is answered");
    }
    let grown_kb = resident_kb().saturating_sub(before_kb);
    assert!(
        grown_kb < 64_000,
        "{grown_kb} kB more with 200 answers of 20 MB under way"
    );
    let head_len = received
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head")
        + 4;
    let mut rest = Vec::new();
    streams
        .pop()
        .expect("the last client")
        .read_to_end(&mut rest)
        .expect("the rest of the file");
    assert_eq!(received.len() - head_len + rest.len(), 20_000_000);
}

#[test]
fn a_file_is_read_out_of_the_zip_of_a_preview_with_and_without_ranges() {
    let test = SiteTest::two_skills()
        .file("content/skills/ana/pdf-tools/run.sh", "echo hi\n")
        .file("content/skills/ana/pdf-tools/more.md", "More.\n");
    for args in [
        &["--base-url", "https://skills.example/x/"][..],
        &["--no-range"],
    ] {
        let preview = Preview::start(&test, args);
        let site = format!("http://{}{}", preview.addr, preview.base_path);
        for (path, text) in [("run.sh", "echo hi\n"), ("more.md", "More.\n")] {
            let file = format!("ana/pdf-tools/{path}");
            let ran = test.run(&["search", "--site", &site, "--read", &file]);
            assert_eq!((ran.code, &*ran.stdout), (0, text), "{}", ran.stderr);
            let route = format!(
                "{}api/v1/skills/pdf-tools/file?path={path}",
                preview.base_path
            );
            let reply = preview.get(&route, "");
            assert!(reply.ends_with(&format!("\r\n\r\n{text}")), "{reply}");
            let copy = format!("{}ana/skills/pdf-tools/files/{path}", preview.base_path);
            let reply = preview.get(&copy, "");
            assert!(
                reply.starts_with("HTTP/1.1 404"),
                "{path} has no copy: {reply}"
            );
        }
    }
}

#[test]
fn a_search_is_explained_in_the_preview_as_on_the_site() {
    let test = SiteTest::two_skills();
    let preview = Preview::start(&test, &[]);
    let reply = preview.get_until(
        "/api/v1/skills/pdf-tools/why?q=merge+sundial",
        "\"place\":1",
    );
    let (_, body) = reply.split_once("\r\n\r\n").expect("a body");
    let mut answer: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(
        answer["url"].take(),
        format!("http://{}/ana/skills/pdf-tools/", preview.addr)
    );
    let test = test.build();
    let ran = test.run(&[
        "search",
        "merge sundial",
        "--why",
        "ana/pdf-tools",
        "--json",
    ]);
    let mut printed: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    printed["url"].take();
    assert_eq!(answer, printed);
}
