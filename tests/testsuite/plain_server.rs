//! A static file server of a few lines, that answers ranges as some hosts do, or none.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Serves `folder` until the test ends; its URL.
pub(crate) fn serve(folder: PathBuf, has_ranges: bool) -> String {
    let ranges = if has_ranges {
        Ranges::Answered
    } else {
        Ranges::Ignored
    };
    Host::start(folder, ranges).url
}

/// What a host makes of a request for a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ranges {
    Answered,
    /// It answers the whole file.
    Ignored,
    /// It counts in bytes that it compressed on the way.
    OfCompressed,
}

/// A server that runs until the test ends.
pub(crate) struct Host {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Host {
    /// Serves `folder`.
    pub(crate) fn start(folder: PathBuf, ranges: Ranges) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (folder, log) = (folder.clone(), Arc::clone(&log));
                std::thread::spawn(move || answer(&stream, &folder, ranges, &log));
            }
        });
        Self { url, requests }
    }

    /// What was asked for since this was called last: `path` or `path start-end`.
    pub(crate) fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().expect("requests"))
    }
}

fn answer(
    stream: &TcpStream,
    folder: &Path,
    ranges: Ranges,
    log: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let path = lines
        .next()?
        .split(' ')
        .nth(1)?
        .trim_start_matches('/')
        .to_owned();
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let asked = headers.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let is_range = name.eq_ignore_ascii_case("range");
        is_range.then(|| value.strip_prefix("bytes="))?
    });
    let request = match asked {
        Some(range) => format!("{path} {range}"),
        None => path.clone(),
    };
    log.lock().expect("requests").push(request);
    let Ok(bytes) = std::fs::read(folder.join(path)) else {
        return respond(stream, "404 Not Found", "", &[]);
    };
    let range = asked.filter(|_| ranges != Ranges::Ignored);
    let Some((start, end)) = range.and_then(|range| range.split_once('-')) else {
        return respond(stream, "200 OK", "", &bytes);
    };
    let start: usize = start.parse().ok()?;
    let end = end.parse::<usize>().ok()?;
    let end = end.min(bytes.len().saturating_sub(1));
    let mut headers = format!("content-range: bytes {start}-{end}/{}\r\n", bytes.len());
    if ranges == Ranges::OfCompressed {
        headers += "content-encoding: gzip\r\n";
        let other = vec![0x1f; end + 1 - start];
        return respond(stream, "206 Partial Content", &headers, &other);
    }
    match bytes.get(start..=end) {
        Some(part) => respond(stream, "206 Partial Content", &headers, part),
        None => respond(stream, "416 Range Not Satisfiable", "", &[]),
    }
}

fn respond(mut stream: &TcpStream, status: &str, headers: &str, body: &[u8]) -> Option<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()
}
