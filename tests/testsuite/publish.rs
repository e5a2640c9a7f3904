//! `skillpress publish`, to a folder.

use std::fs;

use crate::harness::{Ran, SiteTest, files_below};

fn publish(test: &SiteTest, args: &[&str]) -> Ran {
    test.run(&[&["publish", "live"], args].concat())
}

/// The published files, without those of the publish record and hashed ones of generations before.
fn live(test: &SiteTest) -> Vec<(String, Vec<u8>)> {
    let site: Vec<String> = site(test).into_iter().map(|(path, _)| path).collect();
    let files = files_below(&test.path("live")).into_iter();
    files
        .filter(|(path, _)| !path.starts_with(".skillpress/"))
        .filter(|(path, _)| {
            let hashed = ["assets/", "search/", "api/v1/catalog/"];
            let is_hashed = hashed.iter().any(|folder| path.starts_with(folder));
            site.contains(path) || !is_hashed
        })
        .collect()
}

fn site(test: &SiteTest) -> Vec<(String, Vec<u8>)> {
    let files = test.site().into_iter();
    files.filter(|(path, _)| path != ".skillpress").collect()
}

/// The site, and a file of somebody else.
fn site_with(test: &SiteTest, extra: &str) -> Vec<(String, Vec<u8>)> {
    let bytes = fs::read(test.path("live").join(extra)).unwrap();
    let mut files = site(test);
    files.push((extra.to_owned(), bytes));
    files.sort();
    files
}

#[track_caller]
fn assert_ok(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

/// Names without contents, which would be pages of bytes in a failure.
#[track_caller]
fn assert_same(left: &[(String, Vec<u8>)], right: &[(String, Vec<u8>)]) {
    let names =
        |files: &[(String, Vec<u8>)]| files.iter().map(|(p, _)| p.clone()).collect::<Vec<_>>();
    assert_eq!(names(left), names(right));
    let differing = left
        .iter()
        .zip(right)
        .filter(|(a, b)| a != b)
        .map(|(a, _)| &a.0);
    assert_eq!(differing.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_site_is_published_republished_brought_back_and_compared() {
    let test = SiteTest::two_skills().build();
    let first = publish(&test, &[]);
    assert_ok(&first);
    assert!(
        first.stdout.contains("`live` has generation 1: "),
        "{}",
        first.stdout
    );
    assert_same(&live(&test), &site(&test));
    let before = live(&test);
    let all_before = files_below(&test.path("live"));

    test.write(
        "content/skills/ana/pdf-tools/SKILL.md",
        "---\nname: pdf-tools\ndescription: Edited.\n---\n# PDF\n",
    );
    test.rebuild();
    let dry = publish(&test, &["--dry-run", "--json", "--quiet"]);
    let dry: serde_json::Value = serde_json::from_str(&dry.stdout).unwrap();
    assert_eq!(dry["generation"], 2);
    assert_eq!(dry["target"], "live");
    assert!(dry["n_replaced"].as_u64().unwrap() > 3, "{dry}");
    assert_same(&files_below(&test.path("live")), &all_before);

    assert_ok(&publish(&test, &["--purge-list", "changed.txt"]));
    assert_same(&live(&test), &site(&test));
    let changed = fs::read_to_string(test.path("changed.txt")).unwrap();
    let page = "https://skills.example/ana/skills/pdf-tools/";
    assert!(changed.lines().any(|line| line == page), "{changed}");
    assert!(
        !changed.contains("/bo/skills/cron-explainer/cron-explainer.zip"),
        "{changed}"
    );
    assert!(!changed.contains("/search/files/"), "{changed}");

    // Whoever tells a CDN, and failed, runs the same again.
    let same = publish(&test, &["--purge-list", "again.txt"]);
    assert_eq!(fs::read_to_string(test.path("again.txt")).unwrap(), changed);
    assert!(
        same.stdout.contains("has this site already: generation 2"),
        "{}",
        same.stdout
    );

    let back = publish(&test, &["--rollback"]);
    assert_ok(&back);
    assert!(back.stdout.contains("0 files uploaded"), "{}", back.stdout);
    for (path, bytes) in &before {
        assert_eq!(
            fs::read(test.path("live").join(path)).ok().as_ref(),
            Some(bytes),
            "{path}"
        );
    }
    let verified = publish(&test, &["--verify"]);
    assert_ok(&verified);
    assert!(
        verified
            .stdout
            .contains("holds generation 3 and nothing else"),
        "{}",
        verified.stdout
    );

    fs::remove_file(test.path("live/feed.xml")).unwrap();
    test.write("live/extra.txt", "x");
    let verified = publish(&test, &["--verify"]);
    assert_eq!(verified.code, 1);
    assert!(
        verified.stderr.contains("error: feed.xml: is missing"),
        "{}",
        verified.stderr
    );
    assert!(
        verified
            .stderr
            .contains("error: extra.txt: was not published by skillpress"),
        "{}",
        verified.stderr
    );
    assert!(
        verified.stderr.contains("hint: publish with `--repair`"),
        "{}",
        verified.stderr
    );

    // The site on disk is that of generation 2: it is published, and what was missing comes with it.
    assert_ok(&publish(&test, &["--repair"]));
    assert_same(&live(&test), &site_with(&test, "extra.txt"));
    fs::remove_file(test.path("live/extra.txt")).unwrap();
    assert_ok(&publish(&test, &["--verify"]));
    let nothing = publish(&test, &["--repair"]);
    assert!(
        nothing.stdout.contains("has this site already"),
        "{}",
        nothing.stdout
    );
}

#[test]
fn a_takedown_names_what_caches_must_drop() {
    let test = SiteTest::two_skills().build();
    assert_ok(&publish(&test, &[]));
    let quiet = publish(&test, &["--purge", "bo/cron-explainer", "--quiet"]);
    assert!(quiet.stderr.is_empty(), "{}", quiet.stderr);
    let mut lines = quiet.stdout.lines();
    assert!(
        lines.all(|it| it.starts_with("https://skills.example/") || it.starts_with("sha256 ")),
        "{}",
        quiet.stdout
    );
    let purged = publish(&test, &["--purge", "ana/pdf-tools"]);
    assert_ok(&purged);
    assert!(
        purged
            .stdout
            .contains("https://skills.example/ana/skills/pdf-tools/pdf-tools.zip\n"),
        "{}",
        purged.stdout
    );
    assert!(
        purged
            .stderr
            .contains("until the site is published without it"),
        "{}",
        purged.stderr
    );
    assert!(!test.path("live/ana/skills/pdf-tools").exists());
    assert!(!test.path("live/bo/skills/cron-explainer").exists());
    assert!(test.path("live/skills/index.html").exists());
    let again = publish(&test, &["--purge", "ana/pdf-tools"]);
    assert_eq!(again.code, 2);
    assert!(
        again
            .stderr
            .contains("`live` holds no skill `ana/pdf-tools`"),
        "{}",
        again.stderr
    );
}

#[test]
fn what_cannot_be_published_or_published_to_is_told() {
    let test = SiteTest::two_skills();
    let refused = |target: &str, args: &[&str]| {
        let ran = test.run(&[&["publish", target], args].concat());
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        ran.stderr
    };
    test.write("public/index.html", "x");
    assert!(refused("live", &[]).contains(
        "error: `public` is not a site that `skillpress build` wrote\nhint: run `skillpress build`"
    ));
    fs::remove_dir_all(test.path("public")).unwrap();
    test.rebuild();
    assert!(
        refused("public", &[])
            .contains("`public` cannot be published to: it is the output of a build")
    );
    assert!(refused("ftp://x/y", &[]).contains("it is neither a folder nor `s3://`"));
    assert!(refused("s3:///x", &[]).contains("it names no bucket"));
    assert!(
        refused("live", &["--rollback"])
            .contains("`live` keeps no generation before the present one")
    );
    assert!(
        refused("live", &["--verify"]).contains("nothing was published to `live` by skillpress")
    );
    assert!(refused("live", &["--purge-list", "no/folder"]).contains("cannot write `no/folder`"));
    assert!(refused("live", &["--precompress"]).contains("a folder keeps no headers"));
    assert!(refused("live", &["--index-keys"]).contains("`--index-keys` is for `s3://`"));
}

#[test]
fn a_run_that_writes_nothing_leaves_nothing() {
    let test = SiteTest::two_skills();
    let failed = publish(&test, &[]);
    assert_eq!(failed.code, 2, "no site");
    test.rebuild();
    for (args, code) in [
        (&["--dry-run"][..], 0),
        (&["--rollback"], 2),
        (&["--verify"], 2),
        (&["--purge", "ana/pdf-tools"], 2),
        (&["--precompress"], 2),
    ] {
        let ran = publish(&test, args);
        assert_eq!(ran.code, code, "{args:?}: {}", ran.stderr);
        assert!(!test.path("live").exists(), "{args:?}");
    }
    test.write("live/index.html", "of somebody else");
    assert_eq!(publish(&test, &[]).code, 2);
    assert_eq!(files_below(&test.path("live")).len(), 1);
    assert!(!test.path("live/.skillpress").exists());
}

#[test]
fn what_no_build_wrote_is_not_published() {
    let test = SiteTest::two_skills().build();
    test.write("public/.env", "SECRET=1");
    test.write("public/.git/config", "x");
    test.write("public/skills/notes.txt~", "x");
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", test.path("public/link")).unwrap();
    let ran = publish(&test, &[]);
    assert_ok(&ran);
    let warning = "warning: not published, since no build wrote them: ";
    assert!(ran.stderr.contains(warning), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("`.env`, `.git/config`, "),
        "{}",
        ran.stderr
    );
    for path in [".env", ".git", "skills/notes.txt~", "link"] {
        assert!(!test.path("live").join(path).exists(), "{path}");
    }
    assert!(publish(&test, &["--quiet"]).stderr.is_empty());

    let page = test.page("index.html");
    test.write("public/index.html", page + "<!-- changed -->");
    let ran = publish(&test, &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains(
            "error: `index.html` is not what `SHA256SUMS` of the site says\nhint: build again"
        ),
        "{}",
        ran.stderr
    );
    fs::remove_file(test.path("public/index.html")).unwrap();
    assert_eq!(publish(&test, &[]).code, 2, "it would be deleted");
    fs::remove_file(test.path("public/SHA256SUMS")).unwrap();
    let ran = publish(&test, &[]);
    assert!(
        ran.stderr
            .contains("error: the site has no `SHA256SUMS`\nhint: build it again"),
        "{}",
        ran.stderr
    );
}

#[test]
fn no_site_is_published_into_another() {
    let test = SiteTest::two_skills().build();
    assert_ok(&publish(&test, &[]));
    let inner = test.run(&["publish", "live/a/b"]);
    assert_eq!(inner.code, 2, "{}", inner.stderr);
    assert!(
        inner.stderr.contains("`live/a/b` lies in `"),
        "{}",
        inner.stderr
    );
    assert!(!test.path("live/a").exists());
    assert_ok(&test.run(&["publish", "live/a/b", "--take-over"]));
    // What is there goes on.
    assert_ok(&test.run(&["publish", "live/a/b"]));
    let in_site = test.run(&["publish", "public/a/b"]);
    assert!(
        in_site.stderr.contains("`public/a/b` lies in the site"),
        "{}",
        in_site.stderr
    );
}

#[test]
fn parts_of_an_address_that_mean_nothing_are_refused_and_no_password_is_shown() {
    let test = SiteTest::two_skills();
    for (target, reason) in [
        ("s3://user:secret@bucket/x", "it says who logs in"),
        ("s3://user:secret@bucket:x/", "invalid port number"),
        ("s3://secret@bucket/x", "it says who logs in"),
        ("az://bucket:80/x", "it has a port"),
        (
            "gs://bucket/x?y",
            "it has a `?`; in a name it is written `%3F`",
        ),
        ("s3://bucket/x#y", "it has a `#`"),
        ("file:///tmp/x?y", "it has a `?`"),
    ] {
        let ran = test.run(&["publish", target]);
        assert_eq!(ran.code, 2, "{target}: {}", ran.stderr);
        assert!(ran.stderr.contains(reason), "{target}: {}", ran.stderr);
        assert!(!ran.stderr.contains("secret"), "{target}: {}", ran.stderr);
    }
}

#[test]
fn what_a_variable_says_wrongly_is_told_with_its_name() {
    let test = SiteTest::two_skills().build();
    // Nobody listens there once the listener is gone.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let ran = |target: &str, variables: &[(&str, &str)]| {
        let mut command = test.command();
        // Not those of whoever runs this.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if ["AWS_", "AZURE_", "GOOGLE_"]
                .iter()
                .any(|of| name.starts_with(of))
            {
                command.env_remove(&*name);
            }
        }
        command.env("HOME", test.path("home"));
        command
            .args(["publish", target])
            .envs(variables.iter().copied());
        let ran = Ran::of(command.output().unwrap());
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        ran.stderr
    };
    let keys = [
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "key"),
        ("AWS_ENDPOINT_URL", &*endpoint),
    ];
    let told = ran("s3://bucket/x", &keys);
    let sentence = format!("nothing answers at `{endpoint}`, which `AWS_ENDPOINT_URL` names: ");
    assert!(told.contains(&sentence), "{told}");
    let mut in_site = test.command();
    in_site.current_dir(test.path("public")).envs(keys);
    in_site.args(["publish", "s3://bucket/x", "--site", "."]);
    let told = Ran::of(in_site.output().unwrap()).stderr;
    assert!(
        told.contains(&sentence),
        "a bucket lies in no folder: {told}"
    );
    let told = ran("s3://bucket/x", &keys[..1]);
    assert!(
        told.contains("there are no credentials for `s3://bucket/`: Missing SecretAccessKey\nhint: set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`"),
        "{told}"
    );
    test.write(
        "home/.aws/credentials",
        "[sso]\n[keys]\naws_access_key_id = id\naws_secret_access_key = key\n",
    );
    test.write(
        "home/.aws/config",
        format!("[profile sso]\nsso_session = x\n[profile keys]\nendpoint_url = {endpoint}\n"),
    );
    let told = ran("s3://bucket/x", &[("AWS_PROFILE", "keys")]);
    assert!(
        told.contains(&format!("nothing answers at `{endpoint}`")),
        "{told}"
    );
    let told = ran("s3://bucket/x", &[("AWS_PROFILE", "sso")]);
    assert!(
        told.contains("there are no credentials for `s3://bucket/`: profile `sso` gets its keys by `sso_session`\nhint: "),
        "{told}"
    );
    let told = ran("s3://bucket/x", &[("AWS_PROFILE", "other")]);
    assert!(
        told.contains("no profile `other`, which `AWS_PROFILE` names"),
        "{told}"
    );
    test.write("home/.aws/config", "[default\n");
    let told = ran("s3://bucket/x", &keys);
    assert!(told.contains(&sentence), "variables name all: {told}");
    let told = ran("s3://bucket/x", &keys[2..]);
    assert!(told.contains("cannot read `"), "{told}");
    let told = ran("az://container", &[]);
    assert!(
        told.contains("hint: set `AZURE_STORAGE_ACCOUNT_NAME`"),
        "{told}"
    );
}

#[test]
fn a_site_for_this_machine_is_published_with_a_warning() {
    let test = SiteTest::two_skills()
        .base_url("http://localhost:8080/")
        .build();
    let ran = publish(&test, &[]);
    assert_ok(&ran);
    assert!(
        ran.stderr
            .contains("warning: the site was built for `http://localhost:8080/`"),
        "{}",
        ran.stderr
    );
}
