//! `skillpress mcp --http`, driven with requests as a client writes them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::SiteTest;

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; killed when dropped.
struct HttpMcp {
    child: Child,
    /// `127.0.0.1:PORT`
    addr: String,
}

impl HttpMcp {
    fn start(site: &SiteTest, http: &str) -> Self {
        let mut child = site
            .command()
            .args(["mcp", "--http", http])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command runs");
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("a pipe");
        let mut stdout = BufReader::with_capacity(1, stdout);
        stdout.read_line(&mut line).expect("a line");
        let addr = line.trim().strip_prefix("serving http://");
        let addr = addr.and_then(|url| url.strip_suffix("/mcp"));
        let addr = addr.unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { child, addr }
    }

    /// Status line, headers and body of the answer to a request with `head`, lines that end in `\r\n`.
    fn exchange(&self, head: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.addr).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let len = body.len();
        let head = format!("{head}Content-Length: {len}\r\nConnection: close\r\n\r\n");
        // A server that refuses a body may not read all of it.
        let _ = stream.write_all(&[head.as_bytes(), body].concat());
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        String::from_utf8_lossy(&reply).into_owned()
    }

    fn post(&self, method: &str, mut params: Value, headers: &str) -> String {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let host = match headers.contains("Host: ") {
            true => String::new(),
            false => format!("Host: {}\r\n", self.addr),
        };
        let head = format!(
            "POST /mcp HTTP/1.1\r\n{host}Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
             MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {method}\r\n{headers}"
        );
        self.exchange(&head, request.to_string().as_bytes())
    }

    fn result(&self, method: &str, params: Value) -> Value {
        let reply = self.post(method, params, "");
        let (head, body) = reply.split_once("\r\n\r\n").expect("a body");
        assert!(head.starts_with("HTTP/1.1 200 "), "{reply}");
        let answer: Value =
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {reply}"));
        answer["result"].clone()
    }
}

impl Drop for HttpMcp {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn skills_are_listed_over_http_without_a_session() {
    let site = SiteTest::two_skills().build();
    let mcp = HttpMcp::start(&site, "0");
    assert!(mcp.addr.starts_with("127.0.0.1:"), "{}", mcp.addr);
    let listed = mcp.result("skills/list", json!({}));
    assert_eq!(listed["resultType"], "complete");
    assert_eq!(
        (&listed["ttlMs"], &listed["cacheScope"]),
        (&json!(300_000), &json!("public"))
    );
    let uri = "skill://ana/pdf-tools/SKILL.md";
    assert_eq!(listed["skills"][0]["uri"], uri);
    let got = mcp.result("skills/get", json!({ "uri": uri }));
    assert_eq!(got["skill"], listed["skills"][0]);
    assert_eq!(
        (&got["ttlMs"], &got["cacheScope"]),
        (&json!(300_000), &json!("public"))
    );
    let folder = mcp.result(
        "resources/directory/read",
        json!({ "uri": "skill://ana/pdf-tools" }),
    );
    assert_eq!(folder["resources"].as_array().unwrap().len(), 2);
    assert!(
        !mcp.post("skills/list", json!({}), "")
            .to_ascii_lowercase()
            .contains("mcp-session-id")
    );
}

#[test]
fn hosts_and_pages_of_others_are_refused() {
    let site = SiteTest::two_skills().build();
    let mcp = HttpMcp::start(&site, "127.0.0.1:0");
    let status = |headers: &str| {
        let reply = mcp.post("skills/list", json!({}), headers);
        reply.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    for (headers, expected) in [
        ("", "200"),
        ("Host: localhost:1\r\n", "200"),
        ("Host: evil.example\r\n", "421"),
        ("Host: 127.0.0.1.evil.example\r\n", "421"),
        ("Origin: http://localhost:3000\r\n", "200"),
        ("Origin: https://evil.example\r\n", "403"),
        ("Origin: null\r\n", "403"),
    ] {
        assert_eq!(status(headers), expected, "{headers:?}");
    }
}

#[test]
fn hostile_requests_are_refused_and_the_server_goes_on() {
    let site = SiteTest::two_skills().build();
    let mcp = HttpMcp::start(&site, "127.0.0.1:0");
    let host = format!(
        "Host: {}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n",
        mcp.addr
    );
    let huge = vec![b' '; 1 << 20];
    for (head, body) in [
        ("POST /mcp HTTP/1.1\r\n", &huge[..]),
        ("POST /mcp HTTP/1.1\r\n", b"{"),
        ("POST /mcp HTTP/1.1\r\n", b"[]"),
        ("POST /mcp HTTP/1.1\r\n", b"\xff"),
        ("POST /other HTTP/1.1\r\n", b"{}"),
        ("GET /mcp HTTP/1.1\r\n", b""),
        ("DELETE /mcp HTTP/1.1\r\n", b""),
        ("PUT /mcp HTTP/1.1\r\n", b"{}"),
        ("GET /../../etc/passwd HTTP/1.1\r\n", b""),
    ] {
        let reply = mcp.exchange(&format!("{head}{host}"), body);
        assert!(reply.starts_with("HTTP/1.1 4"), "{head}: {reply}");
    }
    assert_eq!(
        mcp.result("skills/list", json!({}))["skills"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it() {
    let site = SiteTest::two_skills().build();
    let mut mcp = HttpMcp::start(&site, "0");
    let _idle = TcpStream::connect(&mcp.addr).expect("the server listens");
    let pid = mcp.child.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(killed.expect("kill runs").success());
    assert_eq!(mcp.child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn an_address_that_is_taken_or_none_is_said() {
    let site = SiteTest::two_skills().build();
    let mcp = HttpMcp::start(&site, "0");
    for (addr, message) in [
        (&*mcp.addr, "another program has that port"),
        ("no port", "cannot listen on `no port`"),
        ("70000", "cannot listen on `70000`"),
    ] {
        let ran = site.run(&["mcp", "--http", addr]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
}
