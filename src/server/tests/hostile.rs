//! Clients that are many, slow, wrong, or mean harm.

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use super::harness::{Events, Reply, Running, SiteFolder, counting_bytes};
use crate::server::Server;

/// Long enough for a busy machine to answer an honest client.
const SHORT: Duration = Duration::from_secs(1);

fn impatient(mut server: Server) -> Server {
    server.limits.head_timeout = SHORT;
    server.limits.stall_timeout = SHORT;
    server
}

fn answers_still(server: &Running) {
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn other_hosts_are_refused() {
    let server = SiteFolder::new().serve();
    let status = |request: &str| Reply::parse(&server.raw(request)).status;
    let port = server.addr.port();
    for host in [
        "evil.example",
        &format!("evil.example:{port}"),
        "localhost.evil.example",
        "",
        "x y",
    ] {
        let reply = status(&format!(
            "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ));
        assert_eq!(reply, 421, "{host}");
    }
    for host in ["localhost", &format!("127.0.0.1:{port}"), "[::1]:80"] {
        let reply = status(&format!(
            "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ));
        assert_eq!(reply, 200, "{host}");
    }
    let events =
        status("GET /-/events HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert_eq!(events, 421, "the preview's own routes are guarded too");
    let absolute =
        status("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_eq!(absolute, 421);
}

#[test]
fn a_request_names_one_host() {
    let server = SiteFolder::new().serve();
    let status = |request: &str| Reply::parse(&server.raw(request)).status;
    assert_eq!(status("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"), 400);
    assert_eq!(
        status("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
        400
    );
    assert_eq!(
        status("GET / HTTP/1.0\r\n\r\n"),
        200,
        "HTTP/1.0 has no such header"
    );
}

#[test]
fn long_urls_and_heads_are_refused() {
    let server = SiteFolder::new().serve();
    assert_eq!(
        server.get(&format!("/{}", "a".repeat(300))).status,
        404,
        "longer than a file name can be"
    );
    assert_eq!(server.get(&format!("/{}", "a/".repeat(4000))).status, 404);
    assert_eq!(server.get(&format!("/{}", "a".repeat(20_000))).status, 404);
    for request in [
        format!(
            "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "a".repeat(1 << 20)
        ),
        format!(
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
            "a".repeat(1 << 20)
        ),
        format!(
            "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
            "X: a\r\n".repeat(10_000)
        ),
    ] {
        let mut stream = server.connect();
        // The server may close before it has read all of it.
        let _ = stream.write_all(request.as_bytes());
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        let status = if reply.is_empty() {
            None
        } else {
            Some(Reply::parse(&reply).status)
        };
        assert!(matches!(status, None | Some(414 | 431)), "{status:?}");
    }
    answers_still(&server);
}

#[test]
fn what_is_not_http_gets_400_or_nothing() {
    let server = SiteFolder::new().serve();
    for request in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\r\n\r\n\r\n\r\n\0\0\0\0",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
    ] {
        let mut stream = server.connect();
        stream.write_all(request).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        if !reply.is_empty() {
            let status = Reply::parse(&reply).status;
            assert!(status < 500, "{status} for {:?}", String::from_utf8_lossy(request));
        }
    }
    answers_still(&server);
}

#[test]
fn one_connection_answers_many_requests_even_when_they_come_at_once() {
    let server = SiteFolder::new().serve();
    let keep = "GET /skills/ HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(20);
    let reply = server.raw(keep + "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let text = String::from_utf8(reply).unwrap();
    assert_eq!(text.matches("<title>Skills</title>").count(), 20);
    assert_eq!(text.matches("<title>Home</title>").count(), 1);
}

#[test]
fn two_hundred_connections_at_once_get_their_answers() {
    let bytes = counting_bytes(300_000);
    let server = SiteFolder::new().file("search/big.bin", &bytes).serve();
    // All are open before any asks.
    let streams: Vec<_> = (0..200).map(|_| server.connect()).collect();
    let clients: Vec<_> = streams
        .into_iter()
        .enumerate()
        .map(|(n, mut stream)| {
            let expected = bytes[n * 100..n * 100 + 150_000].to_vec();
            thread::spawn(move || {
                let range = format!("bytes={}-{}", n * 100, n * 100 + 149_999);
                write!(stream, "GET /search/big.bin HTTP/1.1\r\nHost: localhost\r\nRange: {range}\r\nConnection: close\r\n\r\n")
                    .unwrap();
                let mut reply = Vec::new();
                stream.read_to_end(&mut reply).unwrap();
                let reply = Reply::parse(&reply);
                reply.status == 206 && reply.body == expected
            })
        })
        .collect();
    let n_right = clients
        .into_iter()
        .map(|client| client.join().unwrap())
        .filter(|ok| *ok)
        .count();
    assert_eq!(n_right, 200);
}

#[test]
fn any_number_of_event_streams_leaves_room_for_requests() {
    let server = SiteFolder::new().serve();
    let mut streams: Vec<_> = (0..600).map(|_| server.events()).collect();
    // A busy machine may take them in another order; now each has begun, and most have ended again.
    streams.iter_mut().for_each(|stream| drop(stream.next()));
    answers_still(&server);
    let mut youngest = server.events();
    assert_eq!(youngest.next_of("reload"), "1");
    server.site.publish(&server.folder.path("")).unwrap();
    assert_eq!(youngest.next_of("reload"), "2");
    let goes_on = |stream: &mut Events| {
        std::iter::from_fn(|| stream.next())
            .any(|(name, data)| (name.as_str(), data.as_str()) == ("reload", "2"))
    };
    let n_open = streams.iter_mut().map(goes_on).filter(|&goes_on| goes_on);
    assert_eq!(n_open.count(), 63, "the oldest have ended");
}

#[test]
fn a_stream_is_closed_for_a_younger_one_only_when_there_are_too_many() {
    let server = SiteFolder::new().serve();
    let mut first = server.events();
    assert_eq!(first.next_of("reload"), "1");
    // Streams that are gone again do not count, once the server has seen that they are.
    for _ in 0..3 {
        for _ in 0..50 {
            assert_eq!(server.events().next_of("reload"), "1");
        }
        thread::sleep(SHORT);
    }
    server.site.publish(&server.folder.path("")).unwrap();
    assert_eq!(first.next_of("reload"), "2");
}

#[test]
fn a_client_that_sends_its_head_drop_by_drop_is_cut_off() {
    let server = SiteFolder::new().serve_with(impatient);
    let mut stream = server.connect();
    stream.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    let start = Instant::now();
    let mut is_open = true;
    while is_open && start.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(50));
        is_open = stream.write_all(b"X: a\r\n").is_ok();
    }
    assert!(!is_open, "a head has a time limit as a whole");
    answers_still(&server);
}

#[test]
fn an_idle_connection_is_closed() {
    let server = SiteFolder::new().serve_with(impatient);
    let mut stream = server.connect();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let start = Instant::now();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    assert_eq!(Reply::parse(&reply).status, 200);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_client_that_reads_nothing_is_cut_off_and_one_that_reads_slowly_is_not() {
    let bytes = counting_bytes(30_000_000);
    let server = SiteFolder::new()
        .file("big.bin", &bytes)
        .serve_with(|server| {
            let mut server = impatient(server);
            server.limits.n_connections = 2;
            server
        });
    let ask = || {
        let mut stream = server.connect();
        stream
            .write_all(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .unwrap();
        stream
    };
    let mut slow = ask();
    let mut stuck = ask();
    // Takes longer in all than a client may take for nothing.
    let slow = thread::spawn(move || {
        let mut received = Vec::new();
        let mut chunk = vec![0; 512 << 10];
        loop {
            match slow.read(&mut chunk).unwrap() {
                0 => return received,
                n_read => received.extend_from_slice(&chunk[..n_read]),
            }
            thread::sleep(Duration::from_millis(20));
        }
    });
    // Both slots are taken; this one gets its turn when one of the two is gone.
    assert_eq!(server.get("/").status, 200);
    assert!(Reply::parse(&slow.join().unwrap()).body == bytes);
    let mut received = Vec::new();
    let _ = stuck.read_to_end(&mut received);
    assert!(received.len() < bytes.len() / 2, "{} bytes", received.len());
}

#[test]
fn a_client_that_leaves_in_the_middle_does_no_harm() {
    let server = SiteFolder::new()
        .file("big.bin", counting_bytes(10_000_000))
        .serve();
    for _ in 0..50 {
        let mut stream = server.connect();
        stream
            .write_all(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        let mut some = [0; 100];
        stream.read_exact(&mut some).unwrap();
    }
    answers_still(&server);
}

#[test]
fn the_server_ends_although_clients_hold_on() {
    let mut server = SiteFolder::new()
        .file("big.bin", counting_bytes(30_000_000))
        .serve();
    let mut events = server.events();
    events.next().unwrap();
    let _idle = server.connect();
    let mut stuck = server.connect();
    stuck
        .write_all(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let start = Instant::now();
    server.stop();
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
    while events.next().is_some() {}
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let server = SiteFolder::new().serve();
    let error = crate::server::Server::bind(&server.addr.to_string()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}
