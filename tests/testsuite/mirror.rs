//! `skillpress mirror`: whole copies, on bad networks and of sites that lie.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use percent_encoding::percent_decode_str;

use crate::harness::{SiteTest, copy_folder, files_below};
use crate::plain_server::{Host, Ranges};
use crate::signing::{self, PUBLIC, SECRET};
use crate::verify::signed_site;

#[test]
fn a_copy_is_the_site_and_a_copy_of_the_copy_too() {
    let test = signed_site();
    let first = Host::start(test.path("public"), Ranges::Answered);
    let ran = test.run(&["mirror", &first.url, "a", "--key", PUBLIC]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told = "`https://skills.example/` stays in canonical links, feeds, sitemaps, `robots.txt`, `llms.txt`, the search description and install commands; all other links lead to `/` of the host";
    assert!(ran.stdout.contains(told), "{}", ran.stdout);
    let site = files_of(&test.path("public"));
    assert!(files_of(&test.path("a")) == site);
    let second = Host::start(test.path("a"), Ranges::Answered);
    assert_eq!(
        test.run(&["mirror", &second.url, "b", "--key", PUBLIC])
            .code,
        0
    );
    assert!(files_of(&test.path("b")) == site);
    assert_eq!(test.run(&["verify", "b", "--key", PUBLIC]).code, 0);
    assert!(!test.path(".a.mirror").exists() && !test.path(".b.mirror").exists());
}

#[test]
fn a_copy_that_follows_fetches_what_changed_alone() {
    let test = signed_site();
    let host = Host::start(test.path("public"), Ranges::Answered);
    let mirror = || {
        let ran = test.run(&["mirror", &host.url, "copy"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    };
    mirror();
    host.take_requests();
    let before = files_of(&test.path("public"));
    let told = mirror();
    assert!(told.contains(" 0 fetched, 0 removed"), "{told}");
    let lists = BTreeSet::from(["SHA256SUMS", "SHA256SUMS.minisig"]);
    assert_eq!(
        host.take_requests()
            .iter()
            .map(String::as_str)
            .collect::<BTreeSet<_>>(),
        lists
    );

    test.write(
        "content/skills/cy/new/SKILL.md",
        "---\nname: new\ndescription: New.\n---\n",
    );
    fs::remove_dir_all(test.path("content/skills/bo")).unwrap();
    // A folder where a file was, and the other way round, and another letter case.
    test.write("content/static/Note.txt", "x");
    test.write("content/static/a", "x");
    test.write("content/static/b/c", "x");
    assert_eq!(signing::build(&test, SECRET).code, 0);
    mirror();
    fs::remove_dir_all(test.path("content/static")).unwrap();
    test.write("content/static/note.txt", "y");
    test.write("content/static/a/d", "y");
    test.write("content/static/b", "y");
    assert_eq!(signing::build(&test, SECRET).code, 0);
    host.take_requests();
    let told = mirror();
    let after = files_of(&test.path("public"));
    assert!(files_of(&test.path("copy")) == after, "{told}");
    let known: BTreeSet<&String> = before.iter().map(|(path, _)| path).collect();
    assert!(after.iter().any(|(path, _)| !known.contains(path)));
    let asked = host.take_requests();
    assert!(asked.len() < 20, "{asked:?}");
    assert!(!test.path("copy/bo").exists(), "no empty folder stays");
}

#[test]
fn a_copy_that_is_stopped_ten_times_is_whole_at_the_end() {
    let test = SiteTest::demo().build();
    let server = Liar::start(test.path("public"), Duration::from_millis(4), |_, _| None);
    let mirror = || {
        let mut command = test.command();
        command.args(["mirror", "--quiet", &server.url, "copy"]);
        command
    };
    let site = files_of(&test.path("public"));
    let n_before_kill = 20;
    assert!(10 * n_before_kill < site.len(), "it is never whole before");
    let mut n_fetched = 0;
    for n_times in 1..=10 {
        let mut child = mirror().spawn().unwrap();
        while server.n_requests.load(Ordering::Relaxed) < n_times * n_before_kill {
            assert!(child.try_wait().unwrap().is_none(), "it ended early");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(
            !test.path("copy").exists(),
            "nothing is in place before all is there"
        );
        let fetched = fs::read_dir(test.path(".copy.mirror/fetched"));
        let n_now = fetched.map_or(0, |fetched| fetched.count());
        assert!(n_now >= n_fetched, "what was fetched is kept");
        n_fetched = n_now;
    }
    assert!(n_fetched > 0, "something was fetched");
    let before = server.n_requests.load(Ordering::Relaxed);
    let ended = mirror().output().unwrap();
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    assert!(files_of(&test.path("copy")) == site);
    let n_requests = server.n_requests.load(Ordering::Relaxed) - before;
    assert!(
        n_requests + n_fetched <= site.len() + 3,
        "{n_requests} requests, {n_fetched} fetched"
    );
}

#[test]
fn a_copy_that_is_stopped_while_files_are_put_in_place_is_known_by_it_and_goes_on() {
    let test = signed_site();
    let server = Liar::start(test.path("public"), Duration::ZERO, |_, _| None);
    assert_eq!(test.run(&["mirror", &server.url, "copy"]).code, 0);
    // As after a stop there: some files are of the next site, and the lists of the last one.
    test.write("content/skills/ana/pdf-tools/notes.md", "Other notes.\n");
    assert_eq!(signing::build(&test, SECRET).code, 0);
    let zip = "ana/skills/pdf-tools/pdf-tools.zip";
    fs::copy(test.path("public").join(zip), test.path("copy").join(zip)).unwrap();
    let known = test.run(&["verify", "copy"]);
    assert_eq!(known.code, 1);
    assert!(
        known.stdout.contains(&format!("changed: {zip}\n")),
        "{}",
        known.stdout
    );
    assert_eq!(test.run(&["mirror", &server.url, "copy"]).code, 0);
    assert!(files_of(&test.path("copy")) == files_of(&test.path("public")));
}

#[test]
fn a_busy_host_is_left_alone_for_as_long_as_it_asks_and_bodies_that_are_cut_are_fetched_again() {
    let test = signed_site();
    let server = Liar::start(test.path("public"), Duration::ZERO, |path, n_asked| match (
        path, n_asked,
    ) {
        ("index.html", 0) => Some(Lie::Busy),
        ("404.html" | "_headers", 0 | 1) => Some(Lie::Cut),
        _ => None,
    });
    let start = Instant::now();
    let ran = test.run(&["mirror", &server.url, "copy"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(start.elapsed() >= Duration::from_secs(2), "Retry-After: 2");
    assert!(files_of(&test.path("copy")) == files_of(&test.path("public")));
}

#[test]
fn a_site_that_lies_is_named_with_the_file_and_leaves_the_copy_as_it_was() {
    let test = signed_site();
    let honest = Host::start(test.path("public"), Ranges::Answered);
    assert_eq!(test.run(&["mirror", &honest.url, "copy"]).code, 0);
    fs::remove_file(test.path("public/SHA256SUMS.minisig")).unwrap();
    assert_eq!(test.run(&["mirror", &honest.url, "unsigned"]).code, 0);
    let copies = ["copy", "unsigned"].map(|copy| (copy, files_below(&test.path(copy))));
    test.write("content/skills/ana/pdf-tools/notes.md", "Other notes.\n");
    assert_eq!(signing::build(&test, SECRET).code, 0);
    let zip = "ana/skills/pdf-tools/pdf-tools.zip";
    let sums = |edit: &dyn Fn(&str) -> String| {
        let edit = edit(&test.page("SHA256SUMS"));
        move |folder: &Path| fs::write(folder.join("SHA256SUMS"), &edit).unwrap()
    };
    let more = |path: &str| {
        let path = path.to_owned();
        sums(&move |text| sorted(&format!("{text}{}  {path}\n", "0".repeat(64))))
    };
    let unsigned: &[&str] = &[];
    let signed: &[&str] = &["--key", PUBLIC];
    type Tamper<'t> = Box<dyn Fn(&Path) + 't>;
    let lies: Vec<(&str, &[&str], Tamper<'_>)> = vec![
        (
            "`ana/skills/pdf-tools/pdf-tools.zip` is not what the sums say",
            signed,
            Box::new(|folder| {
                let other = folder.join("bo/skills/cron-explainer/cron-explainer.zip");
                fs::copy(other, folder.join(zip)).map(|_| ()).unwrap();
            }),
        ),
        (
            "`ana/skills/pdf-tools/pdf-tools.zip`, which the sums name, is missing",
            signed,
            Box::new(|folder| fs::remove_file(folder.join(zip)).unwrap()),
        ),
        (
            "`404.html` is not what the sums say",
            unsigned,
            Box::new(move |folder| {
                let wrong = |line: &str| match line.strip_suffix("  404.html") {
                    Some(_) => format!("{}  404.html\n", "0".repeat(64)),
                    None => format!("{line}\n"),
                };
                let text = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
                let wrong: String = text.lines().map(wrong).collect();
                fs::remove_file(folder.join("SHA256SUMS.minisig")).unwrap();
                fs::write(folder.join("SHA256SUMS"), wrong).unwrap();
            }),
        ),
        (
            "it is not one of this file by this key",
            signed,
            Box::new(more("zzz")),
        ),
        (
            "it is not one of this file by this key",
            unsigned,
            Box::new(more("zzz")),
        ),
        (
            "`../x` is no path of a site",
            unsigned,
            Box::new(without_signature(more("../x"))),
        ),
        (
            "`/x` is no path of a site",
            unsigned,
            Box::new(without_signature(more("/x"))),
        ),
        (
            "`404.HTML` and `404.html` would be in each other's place",
            unsigned,
            Box::new(without_signature(more("404.HTML"))),
        ),
        (
            "`ana` and `ana/",
            unsigned,
            Box::new(without_signature(more("ana"))),
        ),
        (
            "`.skillpress-mirror` cannot be a file that sums are of",
            unsigned,
            Box::new(without_signature(more(".skillpress-mirror"))),
        ),
        (
            "line 1: this is not the SHA-256 of a file and its path",
            unsigned,
            Box::new(without_signature(sums(&|_| "<!doctype html>\n".to_owned()))),
        ),
        (
            "the site says that it has more than 20 files",
            &["--max-files", "20"],
            Box::new(|_| ()),
        ),
        (
            "cannot read `SHA256SUMS`: it has more than 33554432 bytes",
            unsigned,
            Box::new(sums(&|text| text.repeat(34_000_000 / text.len()))),
        ),
        (
            "the site is not signed: it has no `SHA256SUMS.minisig`",
            signed,
            Box::new(|folder| fs::remove_file(folder.join("SHA256SUMS.minisig")).unwrap()),
        ),
        (
            "it is by the key 32E2D5261458FBC7, and not by 7F7CF7D0",
            &[
                "--key",
                "RWQAAAAA0Pd8f3UMlmCeTl023PNXDv1gcj13z1XzhIer3aPBCKtUf54H",
            ],
            Box::new(|_| ()),
        ),
    ];
    for (told, args, tamper) in lies {
        let folder = test.path("liar");
        let _ = fs::remove_dir_all(&folder);
        copy_folder(&test.path("public"), &folder);
        tamper(&folder);
        let liar = Host::start(folder, Ranges::Answered);
        let (copy, before) = &copies[usize::from(!args.contains(&"--key"))];
        let ran = test.run(&[&["mirror", &liar.url, copy], args].concat());
        assert_eq!(ran.code, 1, "{told}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
        assert!(files_below(&test.path(copy)) == *before, "{told}");
    }
}

#[test]
fn a_copy_takes_no_more_bytes_than_it_may_and_goes_on_when_it_may() {
    let test = signed_site();
    let host = Host::start(test.path("public"), Ranges::Answered);
    let ran = test.run(&["mirror", &host.url, "copy", "--max-bytes", "200000"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let told = "the site has more than 200000 bytes that the copy lacks";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert!(!test.path("copy").exists());
    assert_eq!(test.run(&["mirror", &host.url, "copy"]).code, 0);
    assert!(files_of(&test.path("copy")) == files_of(&test.path("public")));
}

#[test]
fn a_copy_follows_whoever_signed_it_first() {
    let test = signed_site();
    let host = Host::start(test.path("public"), Ranges::Answered);
    let mirror = |args: &[&str]| test.run(&[&["mirror", &host.url, "copy"], args].concat());
    assert_eq!(mirror(&[]).code, 0);
    let before = files_of(&test.path("copy"));
    let told = "the copy was signed by the key 32E2D5261458FBC7, and the site is not any more: ";

    fs::remove_file(test.path("public/SHA256SUMS.minisig")).unwrap();
    let ran = mirror(&[]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains(&format!("{told}the site is not signed"))
    );

    assert_eq!(test.run(&["keygen", "other.key"]).code, 0);
    let key = fs::read_to_string(test.path("other.pub")).unwrap();
    let key = key.lines().last().unwrap();
    test.write(
        "skillpress.toml",
        format!("[signing]\npublic_key = \"{key}\"\n"),
    );
    assert_eq!(signing::build(&test, "other.key").code, 0);
    let ran = mirror(&[]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("another key now, give that with `--key`")
    );
    assert!(files_of(&test.path("copy")) == before);

    assert_eq!(mirror(&["--key", "other.pub"]).code, 0);
    let ran = mirror(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("the site itself names this key"));
}

#[test]
fn a_body_without_end_is_given_up_and_leaves_the_copy_as_it_was() {
    let test = signed_site();
    let server = Liar::start(test.path("public"), Duration::ZERO, |path, _| {
        (path == "index.html").then_some(Lie::Endless)
    });
    let ran = test.run(&["mirror", &server.url, "copy"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr
            .contains("`index.html` has more than 268435456 bytes"),
        "{}",
        ran.stderr
    );
    assert!(!test.path("copy").exists());
}

#[test]
fn files_that_the_host_keeps_to_itself_are_not_in_the_copy_and_named() {
    let test = signed_site();
    copy_folder(&test.path("public"), &test.path("host"));
    fs::remove_file(test.path("host/_headers")).unwrap();
    let host = Host::start(test.path("host"), Ranges::Answered);
    let ran = test.run(&["mirror", &host.url, "copy"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains("not served, so not in the copy: _headers;"),
        "{}",
        ran.stdout
    );
    assert!(files_of(&test.path("copy")) == files_of(&test.path("host")));
}

#[test]
fn a_folder_that_is_no_copy_is_left_alone() {
    let test = signed_site().file("mine/thesis.txt", "years of work");
    let host = Host::start(test.path("public"), Ranges::Answered);
    for folder in ["mine", "public", "skillpress.toml"] {
        let ran = test.run(&["mirror", &host.url, folder]);
        assert_eq!(ran.code, 2, "{folder}");
        assert!(
            ran.stderr.contains(&format!(
                "`{folder}` was not written by `skillpress mirror`"
            )),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(test.run(&["mirror", &host.url, "copy"]).code, 0);
    let ran = test.run(&["build", "--out", "copy"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("was not written by skillpress"),
        "{}",
        ran.stderr
    );
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/", test.path("copy/ana/link")).unwrap();
        let ran = test.run(&["mirror", &host.url, "copy"]);
        assert_eq!(ran.code, 2);
        assert!(
            ran.stderr.contains("is a link, and a copy has none"),
            "{}",
            ran.stderr
        );
    }
}

/// The files of a site; markers are none of them.
fn files_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = files_below(folder);
    files.retain(|(path, _)| !path.starts_with(".skillpress"));
    files
}

fn sorted(list: &str) -> String {
    let mut lines: Vec<&str> = list.lines().collect();
    lines.sort_by_key(|line| &line[66..]);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn without_signature(tamper: impl Fn(&Path)) -> impl Fn(&Path) {
    move |folder: &Path| {
        tamper(folder);
        fs::remove_file(folder.join("SHA256SUMS.minisig")).unwrap();
    }
}

/// What a server does in place of answering with a file.
#[derive(Clone, Copy, PartialEq)]
enum Lie {
    /// 503, and asks for two seconds.
    Busy,
    /// Sends half of the file.
    Cut,
    Endless,
}

/// A server of a folder that answers as `lie` says, which is told the path and how often it was asked for before.
struct Liar {
    url: String,
    n_requests: Arc<AtomicUsize>,
}

impl Liar {
    fn start(
        folder: PathBuf,
        delay: Duration,
        lie: impl Fn(&str, usize) -> Option<Lie> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let n_requests = Arc::new(AtomicUsize::new(0));
        let (counter, lie) = (Arc::clone(&n_requests), Arc::new(lie));
        let asked = Arc::new(std::sync::Mutex::new(std::collections::HashMap::new()));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::Relaxed);
                let (folder, lie, asked) = (folder.clone(), Arc::clone(&lie), Arc::clone(&asked));
                std::thread::spawn(move || {
                    std::thread::sleep(delay);
                    let path = request_path(&stream)?;
                    let n_asked: usize = {
                        let mut asked = asked.lock().unwrap();
                        let n_asked: &mut usize = asked.entry(path.clone()).or_default();
                        *n_asked += 1;
                        *n_asked - 1
                    };
                    respond(&stream, &folder.join(&path), lie(&path, n_asked))
                });
            }
        });
        Self { url, n_requests }
    }
}

fn request_path(stream: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let head = lines.next()?;
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let path = head.split(' ').nth(1)?.trim_start_matches('/');
    Some(percent_decode_str(path).decode_utf8_lossy().into_owned())
}

fn respond(mut stream: &TcpStream, file: &Path, lie: Option<Lie>) -> Option<()> {
    let head = |status: &str, len: usize| {
        format!("HTTP/1.1 {status}\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n")
    };
    let Ok(bytes) = fs::read(file) else {
        return stream.write_all(head("404 Not Found", 0).as_bytes()).ok();
    };
    match lie {
        None => {
            stream
                .write_all(head("200 OK", bytes.len()).as_bytes())
                .ok()?;
            stream.write_all(&bytes).ok()
        }
        Some(Lie::Busy) => {
            let head = head("503 Service Unavailable\r\nretry-after: 2", 0);
            stream.write_all(head.as_bytes()).ok()
        }
        Some(Lie::Cut) => {
            stream
                .write_all(head("200 OK", bytes.len()).as_bytes())
                .ok()?;
            stream.write_all(&bytes[..bytes.len() / 2]).ok()
        }
        Some(Lie::Endless) => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
                .ok()?;
            loop {
                stream.write_all(&[b'x'; 65_536]).ok()?;
            }
        }
    }
}
