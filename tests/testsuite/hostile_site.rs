//! Reading a stranger's site and content: nothing of either steers a terminal or a log, and limits hold.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use skillpress_search::DocId;
use skillpress_search::internals::format::block;
use skillpress_search::internals::format::cards::{self, CARD_LEN, CARDS_FILE, Card};
use skillpress_search::internals::format::manifest::{MANIFEST_PATH, Manifest};

use crate::harness::SiteTest;
use crate::plain_server;

/// The lines of a file of attacks; `\u{…}`, `\n`, `\r` and `\\` stand for characters.
pub(crate) fn attack_lines(name: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/attacks");
    let text = fs::read_to_string(folder.join(name)).expect("a file of attacks");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(unescaped).collect()
}

fn unescaped(line: &str) -> String {
    let mut parts = line.split('\\');
    let mut text = parts.next().unwrap_or_default().to_owned();
    while let Some(part) = parts.next() {
        let (c, rest) = match part
            .strip_prefix("u{")
            .and_then(|part| part.split_once('}'))
        {
            Some((code, rest)) => {
                let code = u32::from_str_radix(code, 16).expect("a number");
                (char::from_u32(code).expect("a character"), rest)
            }
            None if part.is_empty() => ('\\', parts.next().unwrap_or_default()),
            None if part.starts_with('n') => ('\n', &part[1..]),
            None if part.starts_with('r') => ('\r', &part[1..]),
            None => panic!("`\\{part}` stands for nothing"),
        };
        text.push(c);
        text.push_str(rest);
    }
    text
}

/// All texts that steer a terminal, one after the other.
fn steering() -> String {
    attack_lines("terminal.txt").join(" ")
}

/// A site with sound checksums whose cards, badges, pages and API steer terminals; one of its three skills has an owner
/// that does.
fn hostile_site() -> SiteTest {
    let test = SiteTest::two_skills()
        .skill(
            "eve/evil-pdf",
            "---\ndescription: Another PDF tool.\n---\nText.\n",
        )
        .build();
    let search = test.path("public/search");
    let manifest_file = search.join(MANIFEST_PATH);
    let mut manifest = Manifest::decode(&fs::read(&manifest_file).unwrap()).unwrap();
    manifest.badges[0].kind = steering();
    let cards_file = search.join(manifest.file(CARDS_FILE).unwrap().chunk_path(0));
    fs::write(manifest_file, manifest.encode()).unwrap();

    let cards = fs::read(&cards_file).unwrap();
    let hostile = cards.chunks(CARD_LEN).zip(0..).map(|(bytes, skill)| {
        let range = cards::range(DocId(skill));
        let card = cards::decode(block::open(CARDS_FILE, range.start, bytes).unwrap()).unwrap();
        let is_evil = card.owner == "eve";
        let card = Card {
            name: "\u{1b}]0;name\u{7}".to_owned(),
            tags: vec!["\u{1b}[2J".to_owned()],
            summary: steering(),
            ..card
        };
        let mut bytes = cards::encode(&card, DocId(skill)).unwrap();
        let payload = block::open(CARDS_FILE, range.start, &bytes).unwrap();
        assert_eq!(
            cards::decode(payload).unwrap().summary,
            steering(),
            "all of it fits"
        );
        if is_evil {
            // The owner stands first, after its length.
            let mut payload = payload.to_vec();
            payload[1..4].copy_from_slice(b"\x1b]0");
            bytes = block::seal(CARDS_FILE, range.start, &payload);
        }
        bytes
    });
    let hostile: Vec<u8> = hostile.flatten().collect();
    fs::write(cards_file, hostile).unwrap();
    test
}

/// Asserts that nothing in what was printed steers a terminal: the characters are listed here once more, as a second
/// opinion.
fn assert_harmless(what: &str, printed: &[u8]) {
    let text = std::str::from_utf8(printed).unwrap_or_else(|error| panic!("{what}: {error}"));
    let steers = |c: &char| {
        let code = u32::from(*c);
        code < 0x20 && code != 0x0a
            || (0x7f..=0x9f).contains(&code)
            || matches!(code, 0x61c | 0x200e..=0x200f | 0x2028..=0x202e | 0x2066..=0x2069)
            || (0xe0000..=0xe007f).contains(&code)
    };
    if let Some(c) = text.chars().find(steers) {
        panic!(
            "{what} printed {}:\n{}",
            c.escape_unicode(),
            text.escape_debug()
        );
    }
    assert!(
        !text.lines().any(|line| line.starts_with("FORGED")),
        "{what} let a text begin a line of its own:\n{text}"
    );
}

/// Runs the command, which may fail but neither panics nor steers; what it printed on stdout.
fn harmless(test: &SiteTest, args: &[&str]) -> String {
    let output = test
        .command()
        .args(args)
        .output()
        .expect("the command runs");
    assert_harmless(&format!("{args:?}, stdout"), &output.stdout);
    assert_harmless(&format!("{args:?}, stderr"), &output.stderr);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_site_steers_no_terminal_whatever_command_reads_it() {
    let test = hostile_site();
    test.write("queries.jsonl", "{\"id\":\"\\u009b\",\"query\":\"pdf\"}\n");
    let url = plain_server::serve(test.path("public"), true);
    for args in [
        &["search", "pdf"][..],
        &["search", "pdf", "--explain", "--stats"],
        &["search", "pdf", "--json", "--explain"],
        &["search", "pdf", "--mode", "lexical", "--site", &url],
        &["search", "--like", "ana/pdf-tools", "--explain"],
        &["search", "--like", "ana/nothing"],
        &["search", "--like", "eve/evil-pdf"],
        &["search", "--read", "ana/nothing"],
        &["search", "--read", "ana/pdf-tools/nothing"],
        &["search", "--queries", "queries.jsonl", "--stats"],
        &["inspect"],
        &["inspect", "--json"],
        &["report"],
        &["report", "--json"],
        &["check", "--site", "public"],
        &["check", "--site", "public", "--json"],
    ] {
        harmless(&test, args);
    }
    let text = harmless(&test, &["search", "pdf", "--mode", "lexical"]);
    assert!(text.contains("�]0;name�  ana/pdf-tools"), "{text}");
    let inspection = harmless(&test, &["inspect"]);
    assert!(
        inspection.contains("cards\n  readable               2 of 3\n"),
        "{inspection}"
    );
}

#[test]
fn a_skill_whose_owner_is_none_is_left_out_and_said_to_be_missing() {
    let test = hostile_site();
    let found: Value = serde_json::from_str(&harmless(
        &test,
        &["search", "pdf", "--mode", "lexical", "--json"],
    ))
    .unwrap();
    let ids: Vec<_> = found["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| &hit["id"])
        .collect();
    assert_eq!(ids, ["ana/pdf-tools"]);
    assert_eq!(found["complete"], false);
    assert_eq!(
        found["results"][0]["summary"],
        json!(steering()),
        "JSON has the same value, written another way"
    );
}

#[test]
fn a_site_whose_redirects_do_not_end_is_told_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let answer = format!(
        "HTTP/1.1 302 Found\r\nlocation: {url}again\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let ran = SiteTest::empty().run(&["search", "pdf", "--site", &url]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains(&format!("of `{url}` is not read: `{url}search/"))
            && ran.stderr.contains("` redirects more than 5 times\nhint: "),
        "{}",
        ran.stderr
    );
}

/// A registry in which everything that a stranger or an operator's slip can write steers terminals.
fn hostile_content() -> SiteTest {
    let quoted = serde_json::to_string(&steering()).unwrap();
    let mut test = SiteTest::two_skills();
    let mut front_matter = String::from("---\n");
    for field in [
        "name",
        "description",
        "license",
        "homepage",
        "version",
        "compatibility",
    ] {
        writeln!(front_matter, "{field}: {quoted}").unwrap();
    }
    writeln!(
        front_matter,
        "tags: [{quoted}]\n{quoted}: 1\nmetadata: {{{quoted}: {quoted}}}\n---"
    )
    .unwrap();
    let meta = json!({
        "owner": steering(), "slug": steering(), "displayName": steering(),
        "latest": { "version": steering(), "publishedAt": steering() },
    });
    test = test
        .skill("eve/fields", format!("{front_matter}# {}\n", steering()))
        .file("content/skills/eve/fields/_meta.json", meta.to_string())
        .skill(
            "eve/raw",
            format!("---\nname: {}\n: [\n---\n{0}\n", steering()),
        )
        .skill("eve/json", "text")
        .file(
            "content/skills/eve/json/_meta.json",
            format!("{{\"{}", steering()),
        );
    for (attack_idx, attack) in attack_lines("terminal.txt").iter().enumerate() {
        let name = attack.replace(['\0', '/'], "");
        test = test
            .skill(&format!("eve/name-{attack_idx}"), "text")
            .file(
                &format!("content/skills/eve/name-{attack_idx}/{name}.md"),
                "text",
            )
            .file(&format!("content/skills/eve{name}/x/SKILL.md"), "text")
            .file(&format!("content/skills/eve/x{name}/SKILL.md"), "text");
    }
    test
}

#[test]
fn content_steers_no_terminal_whatever_command_reads_it() {
    let test = hostile_content();
    for args in [
        &["check"][..],
        &["check", "--json"],
        &["check", "--strict"],
        &["build", "--base-url", "https://skills.example/"],
        &["search", "steering"],
        &["inspect"],
        &["report"],
    ] {
        harmless(&test, args);
    }
    let report: Value = serde_json::from_str(&harmless(&test, &["check", "--json"])).unwrap();
    assert!(report["warnings"].as_u64().unwrap() > 20, "{report:#}");
    let quoted = serde_json::to_string(&steering()).unwrap();
    for (path, text) in [
        (
            "content/badges/odd.toml",
            format!("label = {quoted}\n{quoted} = 1\n"),
        ),
        (
            "content/badges/official.toml",
            format!("[[award]]\nskill = {quoted}\n"),
        ),
        (
            "content/stats.csv",
            format!("skill,{}\n{0},1\n", steering()),
        ),
        (
            "content/moderation.toml",
            format!("[[hidden]]\nskill = {quoted}\n"),
        ),
        ("content/aliases.toml", format!("{quoted} = {quoted}\n")),
        (
            "skillpress.toml",
            format!("title = {quoted}\n{quoted} = {quoted}\n"),
        ),
    ] {
        test.write(path, text.replace("\\u007f", "\u{7f}"));
        harmless(&test, &["check"]);
        harmless(&test, &["build"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_name_that_is_no_text_is_told_and_counted() {
    use std::os::unix::ffi::OsStrExt;
    let test = SiteTest::two_skills();
    let name = std::ffi::OsStr::from_bytes(b"\x1b]0;\xff\x9b.md");
    fs::write(test.path("content/skills/ana/pdf-tools").join(name), "text").unwrap();
    harmless(&test, &["check"]);
    let report: Value = serde_json::from_str(&harmless(&test, &["check", "--json"])).unwrap();
    assert!(report["warnings"].as_u64().unwrap() >= 1, "{report:#}");
}

#[test]
fn arguments_that_are_repeated_steer_no_terminal() {
    let test = SiteTest::two_skills().build();
    // A NUL cannot be in an argument.
    let attack = steering().replace('\0', "");
    test.write("queries.jsonl", format!("{{\"{attack}\n"));
    for args in [
        &["search", &attack][..],
        &["search", &attack, "--json"],
        &["search", "pdf", "--site", &attack],
        &["search", "pdf", "--site", &format!("ftp://{attack}")],
        &["search", "pdf", "--site", &format!("http://{attack}")],
        &["search", "pdf", "--limit", &attack],
        &["search", "pdf", "--filter", &attack],
        &["search", "--like", &attack],
        &["search", "--queries", "queries.jsonl"],
        &["search", "--queries", &attack],
        &["inspect", "--site", &attack],
        &["report", "--site", &attack],
        &["mcp", "--site", &attack],
        &["build", "--base-url", &attack],
        &["build", "--content", &attack],
        &["check", "--site", &attack],
        &["badge", "add", &attack, "ana/pdf-tools"],
        &["badge", "remove", "official", &attack],
        &[
            "badge",
            "add",
            "official",
            "bo/cron-explainer",
            "--at",
            &attack,
        ],
        &["new", &attack],
        &["new", &format!("ana/{attack}")],
        &["serve", "--addr", &attack],
        &[&attack],
        &[&format!("--{attack}")],
    ] {
        harmless(&test, args);
    }
    fs::create_dir_all(test.path("\u{1b}[2J\u{202e}/x")).unwrap();
    harmless(&test, &["init", "\u{1b}[2J\u{202e}"]);
    harmless(&test, &["--help"]);
    assert!(harmless(&test, &["--version"]).starts_with("skillpress "));
}

#[test]
fn requests_and_content_steer_no_log_of_the_preview() {
    let test = hostile_content();
    let mut child = serve(&test);
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("a line");
    let addr = line
        .trim()
        .strip_prefix("serving http://")
        .expect("an address");
    let addr = addr.trim_end_matches('/').to_owned();
    for target in [
        &b"/\x1b[2J"[..],
        b"/\x9b31m",
        "/\u{9b}31m\u{202e}\u{2028}?\u{200f}".as_bytes(),
        b"/%1b%5d0;t%07",
        b"/a\rGET /forged 200",
        b"/?\xff\x7f",
    ] {
        let mut stream = TcpStream::connect(&addr).expect("the server listens");
        let tail = format!(
            " HTTP/1.1\r\nHost: {addr}\r\nRange: bytes=\u{9b}\r\nConnection: close\r\n\r\n"
        );
        stream
            .write_all(&[b"GET ", target, tail.as_bytes()].concat())
            .expect("it reads");
        let _ = stream.read_to_end(&mut Vec::new());
    }
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .expect("kill runs")
            .success()
    );
    let mut printed = Vec::new();
    stdout.read_to_end(&mut printed).expect("bytes");
    assert_harmless("serve, stdout", &printed);
    let output = child.wait_with_output().expect("it ends");
    assert_harmless("serve, stderr", &output.stderr);
    assert!(String::from_utf8_lossy(&output.stderr).contains("GET /%1b%5d0;t%07 404"));
}

fn serve(test: &SiteTest) -> std::process::Child {
    test.command()
        .args(["serve", "--addr", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs")
}
