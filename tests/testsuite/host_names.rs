//! The names of strangers' files, as hosts judge them.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use skillpress::internals::published_path;

use crate::harness::{SiteTest, links_to};

#[test]
fn no_host_makes_more_of_a_published_name_than_text_data_or_a_picture() {
    let hosts = Hosts::read();
    let names = hosts.hostile_names();
    assert!(names.len() > 2000, "{} names", names.len());
    let published: Vec<String> = names.iter().map(|name| published_path(name)).collect();
    for path in &published {
        hosts.assert_inert(path);
    }
    assert_python_finds_inert(&published);
}

#[test]
fn installed_lists_of_types_make_no_more_of_them_either() {
    for (list, is_nginx) in [("/etc/nginx/mime.types", true), ("/etc/mime.types", false)] {
        let Ok(text) = std::fs::read_to_string(list) else {
            eprintln!("{list} is not there");
            continue;
        };
        let types = parse_types(&text, is_nginx);
        assert!(types.len() > 50, "{list}");
        for suffix in types.keys() {
            let path = published_path(&format!("page.{suffix}"));
            let last = suffixes(&path).pop().unwrap_or_default();
            if let Some(kind) = types.get(&last) {
                assert!(is_inert_type(kind), "{list}: {path} is {kind}");
            }
        }
    }
}

#[test]
fn a_site_holds_no_file_of_a_stranger_that_a_host_makes_more_of() {
    let hosts = Hosts::read();
    let paths = hostile_names().enumerate();
    let paths: Vec<String> = paths
        .map(|(name_idx, name)| format!("{name_idx}/{name}"))
        .collect();
    let links = links_to(paths.iter().map(String::as_str));
    let mut test = SiteTest::two_skills()
        .file("skillpress.toml", "[api]\nfile_indexes = true\n")
        .skill("eve/names", links)
        .skill("eve/form.php", "Text.\n")
        .skill("eve/page.html.gz", "Text.\n")
        .skill(
            "eve/plain",
            "---\nname: plain\ndescription: Has a file.\n---\n",
        )
        .file("content/skills/eve/plain/notes.md", "Notes.\n")
        .file(
            "content/collections/eve.toml",
            "title = \"Eve\"\ndescription = \"All of hers.\"\n[rule]\nowner = \"eve\"\n",
        );
    for path in &paths {
        let path = format!("content/skills/eve/names/{path}");
        test = test.file(&path, "<script>alert(1)</script>");
    }
    let test = test.build();
    let strangers: Vec<String> = test
        .site()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| {
            path.contains("/files/") && path.starts_with("eve/")
                || path.contains("/.well-known/skills/plain/")
                || path.ends_with(".zip")
        })
        .collect();
    for page in ["collections/eve", "eve/skills/plain"] {
        let copy = format!("{page}/.well-known/skills/plain/notes.md");
        assert!(strangers.contains(&copy), "{strangers:?}");
    }
    assert!(strangers.len() > 60, "{strangers:?}");
    for path in &strangers {
        hosts.assert_inert(path);
    }
    assert_python_finds_inert(&strangers);
}

/// What hosts make of a name, by their lists.
pub(crate) struct Hosts {
    apache_types: HashMap<String, String>,
    nginx_types: HashMap<String, String>,
    apache_handlers: HashMap<String, String>,
    encodings: HashMap<String, String>,
}

impl Hosts {
    pub(crate) fn read() -> Self {
        let text = data("host_types.txt");
        let section = |title: &str| {
            let (_, rest) = text.split_once(&format!("=== {title}\n")).expect(title);
            parse_types(rest.split("===").next().unwrap_or_default(), false)
        };
        Self {
            apache_types: section("apache types"),
            nginx_types: section("nginx types"),
            apache_handlers: section("apache handlers"),
            encodings: section("encodings"),
        }
    }

    /// Asserts that no host runs the file at `path`, answers with it as a page, or in place of another file.
    pub(crate) fn assert_inert(&self, path: &str) {
        let suffixes = suffixes(path);
        let last = suffixes.last().map_or("", String::as_str);
        assert!(!self.encodings.contains_key(last), "{path} is packed");
        assert!(
            self.nginx_types
                .get(last)
                .is_none_or(|kind| is_inert_type(kind)),
            "{path} on nginx"
        );
        // `mod_mime`: the last suffix with a type decides, and any with a handler does.
        let apache_type = suffixes
            .iter()
            .rev()
            .find_map(|suffix| self.apache_types.get(suffix));
        assert!(
            apache_type.is_none_or(|kind| is_inert_type(kind)),
            "{path} on Apache"
        );
        let handler = suffixes
            .iter()
            .find_map(|suffix| self.apache_handlers.get(suffix));
        assert_eq!(handler, None, "{path} on Apache");
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let is_for_a_folder = name.starts_with("index.") && !name.ends_with(".txt");
        assert!(!is_for_a_folder, "{path} answers for its folder");
    }

    /// Names written by hand, and every suffix of the lists in every place that hosts look at.
    fn hostile_names(&self) -> Vec<String> {
        let mut names: Vec<String> = hostile_names().collect();
        let lists = [
            &self.apache_types,
            &self.nginx_types,
            &self.apache_handlers,
            &self.encodings,
        ];
        for suffix in lists.into_iter().flat_map(HashMap::keys) {
            let forms = [
                format!("page.{suffix}"),
                format!("PAGE.{}", suffix.to_uppercase()),
                format!("index.{suffix}"),
                format!("a.b/page.{suffix}.txt"),
            ];
            names.extend(forms);
            let behind = [
                "gz", "en", "utf8", "jsonl", "md", "yaml", "json", "png", "unknown",
            ];
            names.extend(behind.map(|last| format!("page.{suffix}.{last}")));
        }
        names
    }
}

/// `type suffix suffix…` by suffix; nginx has braces around the lines and a `;` at the end of each.
fn parse_types(text: &str, is_nginx: bool) -> HashMap<String, String> {
    let lines = text.split(if is_nginx {
        [';', '{', '}'].as_slice()
    } else {
        ['\n'].as_slice()
    });
    let lines = lines.map(|line| line.split('#').next().unwrap_or_default());
    let mut types = HashMap::new();
    for line in lines {
        let mut words = line.split_whitespace();
        if let Some(kind) = words.next() {
            types.extend(words.map(|suffix| (suffix.to_ascii_lowercase(), kind.to_owned())));
        }
    }
    types
}

/// The parts of a file's name after its first dot, in lower case.
fn suffixes(path: &str) -> Vec<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let suffixes = name.split('.').skip(1);
    suffixes.map(str::to_ascii_lowercase).collect()
}

fn is_inert_type(kind: &str) -> bool {
    let is_media = ["image/", "audio/", "video/"]
        .iter()
        .any(|group| kind.starts_with(group));
    (is_media && !kind.ends_with("+xml"))
        || [
            "application/json",
            "application/x-tar",
            "application/zip",
            "text/csv",
            "text/markdown",
            "text/plain",
            "text/tab-separated-values",
        ]
        .contains(&kind)
}

/// Asks Python's `mimetypes`, by which uploaders type the objects of a store; passes where there is no Python.
fn assert_python_finds_inert(paths: &[String]) {
    const PROGRAM: &str = "import mimetypes, sys\n\
        for line in sys.stdin.buffer.read().decode().split('\\n'):\n\
        \x20   print(*[str(found) for found in mimetypes.guess_type('public/' + line)])";
    let python = Command::new("python3")
        .args(["-X", "utf8", "-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        eprintln!("there is no python3");
        return;
    };
    let mut stdin = python.stdin.take().expect("a pipe");
    let input = paths.join("\n");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = python.wait_with_output().expect("python3 ends");
    writer.join().expect("a thread").expect("python3 reads");
    let answer = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(answer.lines().count(), paths.len());
    for (path, line) in paths.iter().zip(answer.lines()) {
        let (kind, encoding) = line.split_once(' ').expect("two words");
        assert!(kind == "None" || is_inert_type(kind), "{path} is {kind}");
        assert_eq!(encoding, "None", "{path}");
    }
}

/// The names of `tests/data/attacks/names.txt`.
fn hostile_names() -> impl Iterator<Item = String> {
    let names: Vec<String> = data("names.txt").lines().map(str::to_owned).collect();
    names.into_iter()
}

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/attacks")
        .join(name);
    std::fs::read_to_string(path).expect("a file of the tests")
}
