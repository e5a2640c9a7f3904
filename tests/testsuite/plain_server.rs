//! A static file server of a few lines, that answers ranges or, like some hosts, does not.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

/// Serves `folder` until the test ends; its URL.
pub(crate) fn serve(folder: PathBuf, has_ranges: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = folder.clone();
            std::thread::spawn(move || answer(&stream, &folder, has_ranges));
        }
    });
    url
}

fn answer(mut stream: &TcpStream, folder: &Path, has_ranges: bool) -> Option<()> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let path = lines
        .next()?
        .split(' ')
        .nth(1)?
        .trim_start_matches('/')
        .to_owned();
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let range = headers.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let is_range = has_ranges && name.eq_ignore_ascii_case("range");
        is_range.then(|| value.strip_prefix("bytes=")?.split_once('-'))?
    });
    let Ok(bytes) = std::fs::read(folder.join(path)) else {
        return stream
            .write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .ok();
    };
    let (status, body) = match range {
        Some((start, end)) => {
            let start: usize = start.parse().ok()?;
            let end = end
                .parse::<usize>()
                .ok()?
                .min(bytes.len().saturating_sub(1));
            let status = format!(
                "206 Partial Content\r\ncontent-range: bytes {start}-{end}/{}",
                bytes.len()
            );
            (status, bytes.get(start..=end)?)
        }
        None => ("200 OK".to_owned(), bytes.as_slice()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()
}
