//! A web server of repositories and archives: git's own program for that (`git http-backend`) behind a bridge of a few
//! lines, or the plain files.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

/// A server that runs until the test ends.
pub(crate) struct TestServer {
    /// Ends in `/`; the path of a repository follows.
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

/// How repositories are served.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// By git, which sends what a client asks for.
    Smart,
    /// As files; `git update-server-info` has to be run before.
    Dumb,
}

impl TestServer {
    /// Serves the repositories in `folder`.
    pub(crate) fn start(folder: &Path, protocol: Protocol) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (folder, log) = (folder.to_owned(), Arc::clone(&requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (folder, log) = (folder.clone(), Arc::clone(&log));
                std::thread::spawn(move || answer(&stream, &folder, protocol, &log));
            }
        });
        Self { url, requests }
    }

    /// What was asked for since this was called last, such as `GET /a.git/info/refs`.
    pub(crate) fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().expect("requests"))
    }
}

fn answer(
    mut stream: &TcpStream,
    folder: &Path,
    protocol: Protocol,
    log: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let (method, target) = lines.first()?.split_once(' ')?;
    let target = target.split(' ').next()?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    log.lock()
        .expect("requests")
        .push(format!("{method} {path}"));
    let header = |name: &str| {
        let of_name = |line: &String| {
            let (key, value) = line.split_once(':')?;
            let is_it = key.eq_ignore_ascii_case(name);
            is_it.then(|| value.trim().to_owned())
        };
        lines.iter().find_map(of_name).unwrap_or_default()
    };
    if protocol == Protocol::Dumb {
        let file: PathBuf = folder.join(path.trim_start_matches('/'));
        let (status, body) = match std::fs::read(file) {
            Ok(body) => ("200 OK", body),
            Err(_) => ("404 Not Found", Vec::new()),
        };
        write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        )
        .ok()?;
        return stream.write_all(&body).ok();
    }
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_PROJECT_ROOT", folder)
        .env("REQUEST_METHOD", method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", header("content-type"))
        .env("CONTENT_LENGTH", header("content-length"))
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("HTTP_GIT_PROTOCOL", header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let len_bytes: u64 = header("content-length").parse().unwrap_or(0);
    let mut body = Vec::new();
    reader.take(len_bytes).read_to_end(&mut body).ok()?;
    child.stdin.take()?.write_all(&body).ok()?;
    let mut output = BufReader::new(child.stdout.take()?);
    let mut status = "200 OK".to_owned();
    let mut head = String::new();
    loop {
        let mut line = String::new();
        output.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => match line.strip_prefix("Status: ") {
                Some(code) => status = code.to_owned(),
                None => head += &format!("{line}\r\n"),
            },
        }
    }
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{head}connection: close\r\n\r\n"
    )
    .ok()?;
    std::io::copy(&mut output, &mut stream).ok()?;
    child.wait().ok().map(drop)
}
