//! A site in a temporary folder, a server on a free port, and a client that sends exactly the bytes that it is given.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::server::{AllowedHosts, LiveSite, Options, Server, Tally, router};

/// The bytes 0 to 255, again and again: a byte tells where in a file it stands.
pub(super) fn counting_bytes(len: usize) -> Vec<u8> {
    (0..len).map(|n| n as u8).collect()
}

/// A site to be served.
pub(super) struct SiteFolder {
    folder: TempDir,
    pub(super) options: Options,
    dynamic: axum::Router,
}

impl SiteFolder {
    /// A home page, a 404 page and a folder with a page.
    pub(super) fn new() -> Self {
        let site = Self {
            folder: tempfile::tempdir().unwrap(),
            options: Options {
                base_path: "/".to_owned(),
                no_range: false,
                delay: Duration::ZERO,
                hosts: AllowedHosts::default(),
            },
            dynamic: axum::Router::new(),
        };
        site.file("index.html", "<title>Home</title>")
            .file("404.html", "<title>Not found</title>")
            .file("skills/index.html", "<title>Skills</title>")
    }

    pub(super) fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.write(path, bytes);
        self
    }

    pub(super) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(super) fn below(mut self, base_path: &str) -> Self {
        self.options.base_path = base_path.to_owned();
        self
    }

    pub(super) fn routes(mut self, dynamic: axum::Router) -> Self {
        self.dynamic = dynamic;
        self
    }

    pub(super) fn serve(self) -> Running {
        self.serve_with(|server| server)
    }

    pub(super) fn serve_with(self, limit: impl FnOnce(Server) -> Server) -> Running {
        let site = Arc::new(LiveSite::default());
        site.publish(self.folder.path()).unwrap();
        self.run(site, limit)
    }

    pub(super) fn serve_unpublished(self) -> Running {
        self.run(Arc::new(LiveSite::default()), |server| server)
    }

    fn run(self, site: Arc<LiveSite>, limit: impl FnOnce(Server) -> Server) -> Running {
        let server = limit(Server::bind("127.0.0.1:0").unwrap());
        let addr = server.addr().unwrap();
        let tally = Arc::new(Tally::new(true));
        let router = router(&site, &self.options, &tally, self.dynamic.clone());
        let (stop, stopped) = oneshot::channel();
        let closing = Arc::clone(&site);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .max_blocking_threads(8)
                .enable_all()
                .build()
                .unwrap();
            let shutdown = async move {
                let _ = stopped.await;
                closing.close();
            };
            runtime.block_on(server.run(router, shutdown)).unwrap();
        });
        Running {
            folder: self,
            site,
            tally,
            addr,
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

/// A server that ends with the test.
pub(super) struct Running {
    pub(super) folder: SiteFolder,
    pub(super) site: Arc<LiveSite>,
    pub(super) tally: Arc<Tally>,
    pub(super) addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Ends the server and waits for it.
    pub(super) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    pub(super) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.addr).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
    }

    /// Sends these bytes on a connection of their own and reads until the server closes it.
    pub(super) fn raw(&self, request: impl AsRef<[u8]>) -> Vec<u8> {
        let mut stream = self.connect();
        stream.write_all(request.as_ref()).unwrap();
        let mut reply = Vec::new();
        // A server that refuses a request may close with bytes of it unread, which resets the connection.
        let _ = stream.read_to_end(&mut reply);
        reply
    }

    pub(super) fn request(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request =
            format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        Reply::parse(&self.raw(request + "\r\n"))
    }

    pub(super) fn get(&self, target: &str) -> Reply {
        self.request("GET", target, &[])
    }

    pub(super) fn get_with(&self, target: &str, headers: &[(&str, &str)]) -> Reply {
        self.request("GET", target, headers)
    }

    /// Asks for events, and reads them one by one.
    pub(super) fn events(&self) -> Events {
        let mut stream = self.connect();
        stream
            .write_all(b"GET /-/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        Events {
            stream,
            unread: String::new(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let head_end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let head_end =
            head_end.unwrap_or_else(|| panic!("no head: {:?}", String::from_utf8_lossy(bytes)));
        let head = std::str::from_utf8(&bytes[..head_end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        };
        let mut reply = Self {
            status,
            headers: lines.map(header).collect(),
            body: bytes[head_end + 4..].to_vec(),
        };
        if reply.header("transfer-encoding") == Some("chunked") {
            reply.body = joined(&reply.body);
        }
        reply
    }

    /// The value of a header, which must stand there at most once.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "`{name}` twice");
        value
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// Checks that the length that was promised is the length that came.
    pub(super) fn check_length(&self) {
        assert_eq!(
            self.header("content-length").unwrap(),
            self.body.len().to_string()
        );
    }
}

/// The bytes of all chunks; each begins with a line that says how many it has.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(line_len) = chunks.windows(2).position(|window| window == b"\r\n") {
        let digits = std::str::from_utf8(&chunks[..line_len]).unwrap();
        let len = usize::from_str_radix(digits, 16).unwrap();
        let chunk = &chunks[line_len + 2..];
        bytes.extend(&chunk[..len]);
        chunks = &chunk[len + 2..];
    }
    bytes
}

pub(super) struct Events {
    stream: TcpStream,
    unread: String,
}

impl Events {
    /// Name and data of the next event; `None` when the stream has ended.
    pub(super) fn next(&mut self) -> Option<(String, String)> {
        loop {
            if let Some(event) = self.take_event() {
                return Some(event);
            }
            let mut chunk = [0; 4096];
            match self
                .stream
                .read(&mut chunk)
                .expect("an event within the time limit")
            {
                0 => return None,
                n_read => self
                    .unread
                    .push_str(std::str::from_utf8(&chunk[..n_read]).unwrap()),
            }
        }
    }

    /// The data of the next event of this name.
    pub(super) fn next_of(&mut self, name: &str) -> String {
        loop {
            let (event, data) = self.next().expect("the stream goes on");
            if event == name {
                return data;
            }
        }
    }

    /// Events stand between frames of the chunked encoding, whose lines hold none of these names.
    fn take_event(&mut self) -> Option<(String, String)> {
        let start = self.unread.find("event: ")?;
        let end = start + self.unread[start..].find("\n\n")?;
        let event = self.unread[start..end].to_owned();
        self.unread.drain(..end + 2);
        let (name, data) = event.split_once('\n')?;
        Some((
            name.strip_prefix("event: ")?.to_owned(),
            data.strip_prefix("data: ")?.to_owned(),
        ))
    }
}
