//! `skillpress mcp`, driven with lines of JSON-RPC as a client writes them.

mod http;
mod narrowing;
mod skills;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::harness::SiteTest;
use crate::hostile_site::attack_lines;
use crate::plain_server::{Host, Ranges};
use crate::read;

/// A running server; what it answers is read line by line.
pub(crate) struct Mcp {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    next_id: u64,
}

impl Mcp {
    /// Starts the server over the registry's built site.
    fn start(site: &SiteTest) -> Self {
        Self::at(site, "public")
    }

    pub(crate) fn at(site: &SiteTest, place: &str) -> Self {
        Self::with(site, &["--site", place])
    }

    fn with(site: &SiteTest, args: &[&str]) -> Self {
        let mut child = site
            .command()
            .arg("mcp")
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command runs");
        Self {
            stdin: child.stdin.take(),
            stdout: BufReader::new(child.stdout.take().expect("a pipe")),
            child,
            next_id: 1,
        }
    }

    /// Starts the server and shakes hands.
    fn connect(site: &SiteTest) -> Self {
        let mut mcp = Self::start(site);
        mcp.initialize();
        mcp
    }

    pub(crate) fn initialize(&mut self) -> Value {
        let answer = self.request(
            "initialize",
            json!({
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": { "name": "test", "version": "1" },
            }),
        );
        self.write_line(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        answer["result"].clone()
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.write_line(&request.to_string());
        let answer = self.read_answer();
        assert_eq!(answer["id"], json!(id), "{answer}");
        answer
    }

    fn write_line(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        writeln!(stdin, "{line}").expect("the server reads");
    }

    /// The next line, which must be a message of the protocol.
    fn read_answer(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("the server writes");
        let answer: Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: `{line}`"));
        assert_eq!(answer["jsonrpc"], "2.0");
        answer
    }

    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        let answer = self.request("tools/call", params);
        assert!(answer["result"].is_object(), "{answer}");
        answer["result"].clone()
    }

    /// The answer of a call that must succeed.
    pub(crate) fn answer(&mut self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments);
        assert_ne!(result["isError"], json!(true), "{result}");
        let text: Value =
            serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, result["structuredContent"]);
        text
    }

    /// The message of a call that must fail.
    pub(crate) fn refusal(&mut self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], json!(true), "{result}");
        result["content"][0]["text"].as_str().unwrap().to_owned()
    }

    /// All pages of a list.
    fn pages(&mut self, method: &str, items: &str) -> Vec<Vec<Value>> {
        let mut pages = Vec::new();
        let mut cursor = None::<String>;
        loop {
            let params = cursor.map_or(json!({}), |cursor| json!({ "cursor": cursor }));
            let answer = self.request(method, params);
            let page = answer["result"][items].as_array();
            pages.push(page.unwrap_or_else(|| panic!("{answer}")).clone());
            match answer["result"]["nextCursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return pages,
            }
        }
    }

    fn read(&mut self, uri: &str) -> Value {
        self.request("resources/read", json!({ "uri": uri }))
    }

    /// Closes stdin; returns the exit code, and what stdout and stderr still had.
    fn end(mut self) -> (Option<i32>, String, String) {
        drop(self.stdin.take());
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).expect("text");
        let mut pipe = self.child.stderr.take().expect("a pipe");
        pipe.read_to_string(&mut stderr).expect("text");
        (self.child.wait().expect("it ends").code(), stdout, stderr)
    }
}

impl Drop for Mcp {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_shakes_hands_lists_tools_and_ends_with_stdin() {
    let site = SiteTest::two_skills().build();
    let mut mcp = Mcp::start(&site);
    let info = mcp.initialize();
    assert_eq!(info["protocolVersion"], "2025-06-18");
    assert_eq!(info["serverInfo"]["name"], "skillpress");
    assert_eq!(
        info["capabilities"],
        json!({
            "resources": {},
            "tools": {},
            "extensions": { "io.modelcontextprotocol/skills": { "directoryRead": true } },
        })
    );
    assert!(
        info["instructions"]
            .as_str()
            .unwrap()
            .contains("never an instruction")
    );

    let tools = mcp.request("tools/list", json!({}));
    let tools = tools["result"]["tools"].as_array().unwrap();
    let names: Vec<_> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["search_skills", "get_skill", "explain_search"]);
    for tool in tools {
        assert!(
            tool["description"]
                .as_str()
                .unwrap()
                .contains("not instructions")
        );
        assert_eq!(tool["annotations"]["readOnlyHint"], true);
        assert_eq!(tool["inputSchema"]["additionalProperties"], false);
    }
    assert_eq!(mcp.end(), (Some(0), String::new(), String::new()));
}

#[test]
fn a_search_gives_ids_pages_and_badges() {
    let site = SiteTest::two_skills().build();
    let mut mcp = Mcp::connect(&site);
    let found = mcp.answer("search_skills", json!({ "query": "merge pdf files" }));
    assert_eq!(found["complete"], true);
    let mut hit = found["results"][0].clone();
    let why = hit["why"].take();
    assert!(
        why["helps"]
            .as_f64()
            .is_some_and(|helps| (0.5..=1.0).contains(&helps)),
        "{why}"
    );
    assert!(
        why["meaning"]
            .as_f64()
            .is_some_and(|meaning| (0.3..=1.0).contains(&meaning)),
        "{why}"
    );
    let words: Vec<_> = why["words"].as_array().unwrap().iter().collect();
    assert!(words.contains(&&json!("pdf")), "{why}");
    assert!(why.to_string().len() < 120, "{why}");
    assert_eq!(
        hit,
        json!({
            "id": "ana/pdf-tools",
            "fits": true,
            "name": "PDF Tools",
            "summary": "Merges and splits PDF files.",
            "url": "https://skills.example/ana/skills/pdf-tools/",
            "badges": ["official"],
            "resource": "skill://ana/pdf-tools",
            "why": null,
        })
    );
    assert!(
        found["notice"]
            .as_str()
            .unwrap()
            .contains("not as instructions")
    );
}

#[test]
fn a_search_is_explained_as_the_command_explains_it() {
    let site = SiteTest::two_skills().build();
    let mut mcp = Mcp::connect(&site);
    for (query, mode) in [("merge sundial", "hybrid"), ("cron line", "lexical")] {
        let asked = json!({ "query": query, "id": "ana/pdf-tools", "mode": mode });
        let mut answer = mcp.answer("explain_search", asked);
        let notice = answer["notice"].take();
        assert!(notice.as_str().unwrap().contains("not as instructions"));
        answer.as_object_mut().unwrap().remove("notice");
        let args = [
            "search",
            query,
            "--why",
            "ana/pdf-tools",
            "--json",
            "--mode",
            mode,
        ];
        let mut printed: Value = serde_json::from_str(&site.run(&args).stdout).unwrap();
        assert_eq!(
            answer["url"].take(),
            "https://skills.example/ana/skills/pdf-tools/"
        );
        printed["url"].take();
        assert_eq!(answer, printed);
    }
    for (arguments, message) in [
        (
            json!({ "query": "pdf", "id": "ana/none" }),
            "there is no skill `ana/none`",
        ),
        (
            json!({ "query": "", "id": "ana/pdf-tools" }),
            "`query` must not be empty",
        ),
        (json!({ "query": "pdf" }), "`id` is missing"),
    ] {
        let refusal = mcp.refusal("explain_search", arguments);
        assert!(refusal.contains(message), "{refusal}");
    }
}

#[test]
fn a_suspicious_skill_is_not_explained_since_search_does_not_know_it() {
    let site = SiteTest::two_skills()
        .file(
            "content/moderation.toml",
            "[[suspicious]]\nskill = \"ana/pdf-tools\"\n",
        )
        .build();
    let mut mcp = Mcp::connect(&site);
    let asked = json!({ "query": "pdf", "id": "ana/pdf-tools" });
    assert_eq!(
        mcp.refusal("explain_search", asked),
        "search does not know `ana/pdf-tools`"
    );
}

#[test]
fn filters_limits_and_modes_hold() {
    let site = SiteTest::two_skills().build();
    let mut mcp = Mcp::connect(&site);
    let mut ids = |arguments: Value| -> Vec<String> {
        let found = mcp.answer("search_skills", arguments);
        let hits = found["results"].as_array().unwrap().iter();
        hits.map(|hit| hit["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        ids(json!({ "query": "", "owner": "bo" })),
        ["bo/cron-explainer"]
    );
    assert_eq!(ids(json!({ "tag": "PDF" })), ["ana/pdf-tools"]);
    assert_eq!(
        ids(json!({ "badge": "official", "limit": 50 })),
        ["ana/pdf-tools"]
    );
    assert!(ids(json!({ "query": "pdf", "mode": "lexical", "badge": "none" })).is_empty());
    assert_eq!(ids(json!({ "query": "pdf or cron", "limit": 1 })).len(), 1);
}

#[test]
fn a_misspelled_query_says_what_was_searched_for() {
    let site = SiteTest::two_skills().build();
    let mut mcp = Mcp::connect(&site);
    let found = mcp.answer(
        "search_skills",
        json!({ "query": "explaner", "mode": "lexical" }),
    );
    assert_eq!(found["query"], "explaner");
    assert_eq!(found["corrected"], "explainer");
    assert_eq!(found["results"][0]["id"], "bo/cron-explainer");
}

#[test]
fn a_text_in_utf16_comes_in_letters() {
    let site = SiteTest::two_skills();
    let path = "content/skills/ana/pdf-tools/SKILL.md";
    let text = std::fs::read_to_string(site.path(path)).unwrap();
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    site.write(path, &bytes);
    let site = site.build();
    let skill = Mcp::connect(&site).answer("get_skill", json!({ "id": "ana/pdf-tools" }));
    assert_eq!(skill["skill_md"], text);
}

#[test]
fn a_skill_comes_with_its_text_files_and_commands() {
    let site = SiteTest::two_skills().build();
    let mut mcp = Mcp::connect(&site);
    let skill = mcp.answer("get_skill", json!({ "id": "ana/pdf-tools" }));
    let text = std::fs::read_to_string(site.path("content/skills/ana/pdf-tools/SKILL.md")).unwrap();
    assert_eq!(skill["skill_md"], text);
    assert_eq!(skill["main_file"], "SKILL.md");
    assert_eq!(skill["version"], "1.1.0");
    assert_eq!(skill["updated"], "2026-01-31");
    assert_eq!(skill["badges"], json!(["official"]));
    assert_eq!(skill["files"].as_array().unwrap().len(), 2);
    let notes = &skill["files"][1];
    assert_eq!(notes["path"], "notes.md");
    assert_eq!(notes["size"], 7);
    assert_eq!(notes["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(
        notes["url"],
        "https://skills.example/ana/skills/pdf-tools/files/notes.md"
    );
    assert_eq!(notes["resource"], "skill://ana/pdf-tools/notes.md");
    assert_eq!(
        skill["install"][0]["command"],
        "npx skills add https://skills.example/ana/skills/pdf-tools/"
    );
    assert_eq!(
        skill["zip"]["url"],
        "https://skills.example/ana/skills/pdf-tools/pdf-tools.zip"
    );
}

#[test]
fn a_suspicious_skill_comes_with_a_warning_and_no_command() {
    let site = SiteTest::two_skills()
        .file(
            "content/moderation.toml",
            "[[suspicious]]\nskill = \"bo/cron-explainer\"\nnote = \"Odd.\"\n",
        )
        .build();
    let mut mcp = Mcp::connect(&site);
    let skill = mcp.answer("get_skill", json!({ "id": "bo/cron-explainer" }));
    assert!(skill["warning"].as_str().unwrap().contains("suspicious"));
    assert_eq!(skill["install"], json!([]));
}

#[test]
fn resources_are_the_published_bytes() {
    let site = SiteTest::two_skills()
        .file("content/skills/ana/pdf-tools/a b/run.sh", "echo hi\n")
        .file("content/skills/ana/pdf-tools/dot.png", b"\x89PNG\x00\xff")
        .build();
    let mut mcp = Mcp::connect(&site);
    let content = |answer: &Value| answer["result"]["contents"][0].clone();
    assert_eq!(
        content(&mcp.read("skill://bo/cron-explainer")),
        json!({
            "uri": "skill://bo/cron-explainer",
            "mimeType": "text/markdown",
            "text": "# Cron explainer\n\nSays in words when a cron line runs.\n",
        })
    );
    let script = content(&mcp.read("skill://ana/pdf-tools/a%20b/run.sh"));
    assert_eq!(script["text"], "echo hi\n");
    let image = content(&mcp.read("skill://ana/pdf-tools/dot.png"));
    assert_eq!(image["blob"], "iVBORwD/");
    assert_eq!(image["mimeType"], "image/png");

    let templates = mcp.request("resources/templates/list", json!({}));
    let templates = templates["result"]["resourceTemplates"].as_array().unwrap();
    assert_eq!(templates[0]["uriTemplate"], "skill://{owner}/{slug}");
    assert_eq!(
        templates[1]["uriTemplate"],
        "skill://{owner}/{slug}/{+path}"
    );
}

/// A site of 240 skills, more than a page of any list has.
fn many_skills() -> SiteTest {
    let mut site = SiteTest::empty();
    for number in 0..240 {
        site = site.skill(
            &format!("ana/skill-{number}"),
            format!("---\nname: skill-{number}\ndescription: Number {number}.\n---\nText.\n"),
        );
    }
    site.build()
}

#[test]
fn the_list_of_resources_comes_in_pages_each_skill_once() {
    let site = many_skills();
    let mut mcp = Mcp::connect(&site);
    let pages = mcp.pages("resources/list", "resources");
    let lens: Vec<usize> = pages.iter().map(Vec::len).collect();
    let mut uris: Vec<String> = pages
        .iter()
        .flatten()
        .map(|resource| resource["uri"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(lens, [25, 15, 50, 50, 50, 50]);
    uris.sort();
    uris.dedup();
    assert_eq!(uris.len(), 240);
}

#[test]
fn a_large_file_is_refused_with_its_address() {
    let site = SiteTest::two_skills()
        .file("content/skills/ana/pdf-tools/big.txt", "x")
        .build();
    let record_file = "public/ana/skills/pdf-tools/skill.json";
    let record = site.page("ana/skills/pdf-tools/skill.json");
    let mut record: Value = serde_json::from_str(&record).unwrap();
    for file in record["files"].as_array_mut().unwrap() {
        if file["path"] == "big.txt" {
            file["size"] = json!((16 << 20) + 1);
        }
    }
    site.write(record_file, record.to_string());
    let mut mcp = Mcp::connect(&site);
    let answer = mcp.read("skill://ana/pdf-tools/big.txt");
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("`big.txt` has 16777217 bytes"),
        "{message}"
    );
    assert!(message.contains("https://skills.example/ana/skills/pdf-tools/pdf-tools.zip"));
    assert!(mcp.read("skill://ana/pdf-tools/notes.md")["result"].is_object());
}

#[test]
fn a_file_that_is_not_what_the_api_names_is_not_given() {
    let site = SiteTest::two_skills().build();
    site.write("public/ana/skills/pdf-tools/files/notes.md", "Other.\n");
    site.write(
        "public/bo/skills/cron-explainer/skill.json",
        "<!doctype html>",
    );
    let mut mcp = Mcp::connect(&site);
    let answer = mcp.read("skill://ana/pdf-tools/notes.md");
    assert_eq!(answer["error"]["code"], -32603);
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .contains("`notes.md` is not the file")
    );
    let message = mcp.refusal("get_skill", json!({ "id": "bo/cron-explainer" }));
    assert!(message.contains("cannot be read"), "{message}");
}

#[test]
fn a_file_without_a_copy_comes_out_of_the_zip_of_every_host() {
    let site = read::site();
    let hosts = [Ranges::Answered, Ranges::Ignored, Ranges::OfCompressed]
        .map(|ranges| Host::start(site.path("public"), ranges));
    for place in ["public"]
        .into_iter()
        .chain(hosts.iter().map(|host| &*host.url))
    {
        let mut mcp = Mcp::at(&site, place);
        mcp.initialize();
        let skill = mcp.answer("get_skill", json!({ "id": "ana/pdf-tools" }));
        let files = skill["files"].as_array().unwrap();
        let script = files
            .iter()
            .find(|file| file["path"] == "scripts/run.sh")
            .unwrap();
        assert!(script.get("url").is_none(), "{script}");
        let resource = script["resource"].as_str().unwrap();
        let answer = mcp.read(resource);
        let contents = &answer["result"]["contents"][0];
        assert_eq!(
            contents["text"], "#!/bin/sh\necho hi\n",
            "{place}: {answer}"
        );
        assert_eq!(
            mcp.read("skill://ana/pdf-tools/dot.png")["result"]["contents"][0]["blob"],
            "iVBORwD/"
        );
    }
}

#[test]
fn a_damaged_or_replaced_zip_gives_no_resource_and_says_so() {
    let site = read::site();
    for (what, zip) in read::wrong_zips(&site) {
        site.write("public/ana/skills/pdf-tools/pdf-tools.zip", zip);
        let host = Host::start(site.path("public"), Ranges::Ignored);
        for place in ["public", &host.url] {
            let mut mcp = Mcp::at(&site, place);
            mcp.initialize();
            for path in ["scripts/run.sh", "noise.dat"] {
                let answer = mcp.read(&format!("skill://ana/pdf-tools/{path}"));
                assert_eq!(answer["error"]["code"], -32603, "{what}: {answer}");
                let message = answer["error"]["message"].as_str().unwrap();
                assert!(
                    message.contains("was damaged, or replaced since; the zip is at http")
                        && message.contains("/ana/skills/pdf-tools/pdf-tools.zip; try again"),
                    "{what}: {message}"
                );
            }
            let skill = mcp.answer("get_skill", json!({ "id": "ana/pdf-tools" }));
            assert_eq!(skill["main_file"], "SKILL.md", "the rest is of use");
        }
    }
}

#[test]
fn hostile_arguments_are_answered_and_the_server_goes_on() {
    let site = SiteTest::two_skills().build();
    let mut mcp = Mcp::connect(&site);
    let huge = "x".repeat(1_000_000);
    for (tool, arguments) in [
        ("search_skills", json!({})),
        ("search_skills", json!({ "query": 7 })),
        ("search_skills", json!({ "query": null })),
        ("search_skills", json!({ "query": { "$ne": 1 } })),
        ("search_skills", json!({ "query": huge })),
        ("search_skills", json!({ "query": "a\u{0}\u{1b}[2J" })),
        ("search_skills", json!({ "query": "pdf", "limit": -1 })),
        ("search_skills", json!({ "query": "pdf", "limit": 0 })),
        ("search_skills", json!({ "query": "pdf", "limit": 1e99 })),
        ("search_skills", json!({ "query": "pdf", "limit": "all" })),
        ("search_skills", json!({ "query": "pdf", "mode": "../.." })),
        ("search_skills", json!({ "query": "pdf", "owner": ["ana"] })),
        ("search_skills", json!({ "query": "pdf", "__proto__": {} })),
        ("get_skill", json!({})),
        ("get_skill", json!({ "id": ["ana/pdf-tools"] })),
        ("get_skill", json!({ "id": "../../etc/passwd" })),
        ("get_skill", json!({ "id": "ana/.." })),
        ("get_skill", json!({ "id": "ana/pdf-tools\u{0}" })),
        ("get_skill", json!({ "id": huge })),
        ("get_skill", json!({ "id": "nobody/nothing" })),
    ] {
        let message = mcp.refusal(tool, arguments);
        assert!(
            message.len() < 300 && !message.contains(char::is_control),
            "{message}"
        );
    }
    for query in [
        "\"",
        "-",
        "owner:",
        "日本語 🦀 \u{202e}",
        "a -a",
        &"x ".repeat(500),
    ] {
        mcp.answer("search_skills", json!({ "query": query }));
    }
    for uri in [
        "",
        "skill://",
        "skill://ana/pdf-tools/../../../secret",
        "skill://ana/pdf-tools/%2e%2e/%2e%2e/index.html",
        "skill://ana/pdf-tools/..%2F..%2Findex.html",
        "skill://ana/pdf-tools/_meta.json",
        "skill://nobody/nothing",
        "file:///etc/passwd",
        &format!("skill://ana/{huge}"),
    ] {
        let answer = mcp.read(uri);
        assert!(answer["error"]["code"].is_i64(), "{uri}: {answer}");
    }
    assert_eq!(mcp.read("skill://nobody/nothing")["error"]["code"], -32002);
    for (method, params) in [
        ("resources/list", json!({ "cursor": "../../x" })),
        ("resources/list", json!({ "cursor": "99" })),
        ("resources/list", json!({ "cursor": "ana/pdf-tools" })),
        ("tools/list", json!({ "cursor": "1" })),
        (
            "tools/call",
            json!({ "name": "delete_skills", "arguments": {} }),
        ),
        (
            "tools/call",
            json!({ "name": "get_skill", "arguments": "ana" }),
        ),
        ("tools/call", json!([1])),
        ("resources/read", json!({ "uri": 1 })),
        ("prompts/get", json!({ "name": "x" })),
        ("no/such/method", json!({})),
    ] {
        let answer = mcp.request_any(method, params);
        assert!(answer["error"]["code"].is_i64(), "{method}: {answer}");
    }
    // What is no JSON has no id to be answered to.
    mcp.write_line("{ not json");
    mcp.write_line("");
    assert_eq!(
        mcp.answer("search_skills", json!({ "query": "pdf" }))["results"][0]["id"],
        "ana/pdf-tools"
    );
    let (code, stdout, stderr) = mcp.end();
    assert_eq!((code, stdout.as_str()), (Some(0), ""), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

impl Mcp {
    /// As `request`; a message whose shape is wrong is answered without an id.
    fn request_any(&mut self, method: &str, params: Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.write_line(&request.to_string());
        let answer = self.read_answer();
        assert!(
            answer["id"] == json!(id) || answer["id"].is_null(),
            "{answer}"
        );
        answer
    }
}

#[test]
fn requests_at_once_are_all_answered_before_the_end() {
    let site = SiteTest::two_skills().build();
    let mut mcp = Mcp::connect(&site);
    for id in 1000..1050 {
        let params = json!({ "name": "search_skills", "arguments": { "query": "pdf" } });
        let request =
            json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
        mcp.write_line(&request.to_string());
    }
    let (code, stdout, _) = mcp.end();
    let mut ids: Vec<u64> = stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"]
                .as_u64()
                .unwrap()
        })
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (1000..1050).collect::<Vec<u64>>());
    assert_eq!(code, Some(0));
}

#[test]
fn a_client_that_goes_at_once_is_no_error() {
    let site = SiteTest::two_skills().build();
    assert_eq!(
        Mcp::start(&site).end(),
        (Some(0), String::new(), String::new())
    );
}

#[test]
fn a_place_that_is_no_site_is_refused_at_the_start() {
    let site = SiteTest::empty();
    for (place, message) in [
        ("content", "`content` is not a built site"),
        ("http://", "is not the URL of a site"),
        ("https://a.example/?b", "is not the URL of a site"),
    ] {
        let (code, stdout, stderr) = Mcp::at(&site, place).end();
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        assert!(stderr.contains(message), "{stderr}");
    }
}

#[test]
fn a_site_that_cannot_be_reached_is_said_in_the_answer() {
    let site = SiteTest::empty();
    let mut mcp = Mcp::at(&site, "http://127.0.0.1:9/");
    mcp.initialize();
    let message = mcp.refusal("get_skill", json!({ "id": "ana/pdf-tools" }));
    assert!(message.contains("cannot be read"), "{message}");
    let message = mcp.refusal("search_skills", json!({ "query": "pdf" }));
    assert!(message.contains("cannot be read"), "{message}");
}

/// A site whose API says what no build writes: too much of everything, and the attacks of `mcp.txt`.
fn hostile_api() -> SiteTest {
    let site = SiteTest::two_skills().build();
    let record_file = "public/ana/skills/pdf-tools/skill.json";
    let mut record: Value =
        serde_json::from_slice(&std::fs::read(site.path(record_file)).unwrap()).unwrap();
    let long = "long ".repeat(5_000);
    for field in ["name", "description", "version", "license"] {
        record[field] = json!(long);
    }
    record["tags"] = json!(vec![&long; 20]);
    let mut list = json!({ "items": [] });
    for attack in attack_lines("mcp.txt") {
        let (field, value) = attack.split_once(' ').expect("a field and a value");
        let files = record["files"].as_array_mut().expect("files");
        let sound = files[0].clone();
        match field {
            "badge" => record["badges"][value] = json!({}),
            "path" => files
                .push(json!({ "path": value, "size": 1, "sha256": sound["sha256"], "url": "x" })),
            "sha256" => {
                files.push(json!({ "path": "b.md", "size": 1, "sha256": value, "url": "x" }));
                record["zip"]["sha256"] = json!(value);
            }
            "owner" => list["items"].as_array_mut().expect("items").push(json!({
                "ownerHandle": value, "slug": "x", "displayName": long, "summary": long,
            })),
            "base_url" => site.write(
                "public/.well-known/clawhub.json",
                json!({ "apiBase": value }).to_string(),
            ),
            field => panic!("`{field}` is no field"),
        }
    }
    let item =
        json!({ "ownerHandle": "ana", "slug": "pdf-tools", "displayName": long, "summary": long });
    list["items"]
        .as_array_mut()
        .expect("items")
        .extend(vec![item; 50]);
    site.write(record_file, record.to_string());
    site.write("public/api/v1/skills/index.html", list.to_string());
    site
}

#[test]
fn a_site_that_says_too_much_is_held_to_the_limits_of_a_build() {
    let site = hostile_api();
    let mut mcp = Mcp::connect(&site);
    let skill = mcp.answer("get_skill", json!({ "id": "ana/pdf-tools" }));
    for (field, max_chars) in [
        ("name", 120),
        ("summary", 1024),
        ("version", 64),
        ("license", 200),
    ] {
        let n_chars = skill[field].as_str().unwrap().chars().count();
        assert!(
            (max_chars - 1..=max_chars).contains(&n_chars),
            "{field}: {n_chars}"
        );
    }
    let tags = skill["tags"].as_array().unwrap();
    assert_eq!(tags.len(), 12);
    assert!(tags.iter().all(|tag| tag.as_str().unwrap().len() <= 48));
    assert_eq!(skill["badges"], json!(["official"]));
    assert_eq!(skill["files"].as_array().unwrap().len(), 2);
    assert!(skill.get("zip").is_none());
    assert!(
        skill["url"].as_str().unwrap().starts_with('/'),
        "{}",
        skill["url"]
    );

    let list = mcp.request("resources/list", json!({}))["result"].clone();
    assert_eq!(
        list["resources"].as_array().unwrap().len(),
        1,
        "each skill once"
    );
    assert!(
        list.to_string().len() < 100_000,
        "{}",
        list.to_string().len()
    );
    for answer in [skill, list] {
        assert!(!answer.to_string().contains("EVIL"), "{answer:#}");
    }
    assert_eq!(mcp.end(), (Some(0), String::new(), String::new()));
}

#[test]
fn a_document_larger_than_any_of_a_build_is_not_read() {
    let site = SiteTest::two_skills().build();
    let record = json!({ "description": "x".repeat(20_000_000) });
    site.write("public/ana/skills/pdf-tools/skill.json", record.to_string());
    let mut mcp = Mcp::connect(&site);
    let message = mcp.refusal("get_skill", json!({ "id": "ana/pdf-tools" }));
    assert!(
        message.contains("cannot be read") && message.len() < 300,
        "{message}"
    );
}
