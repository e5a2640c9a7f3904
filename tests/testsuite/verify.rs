//! `skillpress verify`: whether a copy of a site is what its sums say.

use std::fs;
use std::path::Path;

use crate::harness::{SiteTest, copy_folder};
use crate::plain_server;
use crate::signing::{self, PUBLIC, SECRET};

#[test]
fn a_site_as_it_was_built_is_whole_in_a_folder_and_on_a_host() {
    let test = signed_site();
    let url = plain_server::serve(test.path("public"), true);
    for site in ["public", &url] {
        let ran = test.run(&["verify", site, "--key", PUBLIC]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let signer = "signed by the key 32E2D5261458FBC7: SHA256SUMS of https://skills.example/\n";
        assert!(ran.stdout.starts_with(signer), "{}", ran.stdout);
        assert!(
            ran.stdout.ends_with(" files read, each as the sums say\n"),
            "{}",
            ran.stdout
        );
        test.write("key.pub", include_str!("../data/signing/minisign.pub"));
        assert_eq!(test.run(&["verify", site, "--key", "key.pub"]).code, 0);
    }
}

#[test]
fn what_is_changed_missing_or_added_is_named() {
    let test = signed_site();
    test.write("public/index.html", "<script>");
    fs::remove_file(test.path("public/ana/skills/pdf-tools/pdf-tools.zip")).unwrap();
    test.write("public/more/x.html", "x");
    test.write("public/.gitignore", "*");
    let ran = test.run(&["verify", "public"]);
    assert_eq!(ran.code, 1);
    let found: Vec<&str> = ran.stdout.lines().take(3).collect();
    assert_eq!(
        found,
        [
            "changed: index.html",
            "missing: ana/skills/pdf-tools/pdf-tools.zip",
            "added: more/x.html"
        ]
    );
    assert!(
        ran.stdout
            .ends_with("read; 1 changed, 1 missing, 1 added\n"),
        "{}",
        ran.stdout
    );
    let json = test.run(&["verify", "public", "--json"]);
    assert_eq!(json.code, 1);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["changed"], serde_json::json!(["index.html"]));
    assert_eq!(json["added"], serde_json::json!(["more/x.html"]));
    assert_eq!(json["signer"], "named_by_site");
    assert_eq!(json["id"], "32E2D5261458FBC7");
    assert_eq!(json["files"], json["checked"]);

    let url = plain_server::serve(test.path("public"), true);
    let ran = test.run(&["verify", &url]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.ends_with("read; 1 changed, 1 missing\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_key_that_the_site_names_itself_proves_little_and_that_is_said() {
    let test = signed_site();
    let ran = test.run(&["verify", "public"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.stdout.contains("the site itself names this key"),
        "{}",
        ran.stdout
    );
    fs::remove_file(test.path("public/SHA256SUMS.minisig")).unwrap();
    let ran = test.run(&["verify", "public"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("not signed: "), "{}", ran.stdout);
}

#[test]
fn a_signature_that_is_not_the_one_asked_for_proves_nothing() {
    let test = signed_site();
    let told = |site: &str, key: &str| {
        let ran = test.run(&["verify", site, "--key", key]);
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        ran.stderr
    };
    let other = SiteTest::bare();
    assert_eq!(other.run(&["keygen", "x.key"]).code, 0);
    let key = other.path("x.pub");
    let by_other = told("public", key.to_str().unwrap());
    assert!(
        by_other.starts_with("error: public: `SHA256SUMS.minisig` proves nothing: it is by the key 32E2D5261458FBC7, and not by "),
        "{by_other}"
    );
    // Whoever changes a file and its sum cannot sign that.
    copy_folder(&test.path("public"), &test.path("forged"));
    test.write("forged/index.html", "other");
    let sums = test.page("SHA256SUMS");
    let other = "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa";
    let forged = sums
        .lines()
        .map(|line| match line.strip_suffix("  index.html") {
            Some(_) => format!("{other}  index.html\n"),
            None => format!("{line}\n"),
        });
    test.write("forged/SHA256SUMS", forged.collect::<String>());
    let forged = told("forged", PUBLIC);
    assert!(
        forged.contains("it is not one of this file by this key"),
        "{forged}"
    );
    fs::remove_file(test.path("forged/SHA256SUMS.minisig")).unwrap();
    let unsigned = told("forged", PUBLIC);
    assert!(
        unsigned.contains("the site is not signed: it has no `SHA256SUMS.minisig`"),
        "{unsigned}"
    );
    assert_eq!(
        test.run(&["verify", "forged"]).code,
        0,
        "sums alone prove no more"
    );
}

#[test]
fn a_sample_reads_as_many_files_as_it_is_told() {
    let test = signed_site();
    let ran = test.run(&["verify", "public", "--sample", "7"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("public: 7 of "), "{}", ran.stdout);
    for (path, _) in test.site() {
        if !path.contains("SHA256SUMS") && !path.starts_with('.') {
            test.write(&format!("public/{path}"), "other");
        }
    }
    let ran = test.run(&["verify", "public", "--sample", "7", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((json["checked"].as_u64(), ran.code), (Some(7), 1));
}

#[test]
fn files_that_a_host_keeps_to_itself_are_no_damage() {
    let test = signed_site();
    copy_folder(&test.path("public"), &test.path("host"));
    for file in ["_headers", ".nojekyll"] {
        fs::remove_file(test.path("host").join(file)).unwrap();
    }
    let url = plain_server::serve(test.path("host"), true);
    let ran = test.run(&["verify", &url]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(
        ran.stdout
            .starts_with("not served: .nojekyll\nnot served: _headers\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(
        test.run(&["verify", "host"]).code,
        1,
        "of a folder they are"
    );
}

#[test]
fn a_place_without_sums_and_a_place_that_is_none_are_told_apart() {
    let test = SiteTest::two_skills();
    fs::create_dir(test.path("empty")).unwrap();
    let url = plain_server::serve(test.path("empty"), true);
    for site in ["empty", &url] {
        let ran = test.run(&["verify", site]);
        assert_eq!(ran.code, 1);
        assert!(
            ran.stderr.contains("the site has no `SHA256SUMS`"),
            "{}",
            ran.stderr
        );
    }
    for site in ["missing", "ftp://x/"] {
        assert_eq!(test.run(&["verify", site]).code, 2, "{site}");
    }
    let ran = test.run(&["verify", "empty", "--key", "x"]);
    assert!(
        ran.stderr.contains("`x` is no public key, and no file"),
        "{}",
        ran.stderr
    );
}

/// A registry whose site is signed.
pub(crate) fn signed_site() -> SiteTest {
    let test = signing::signed();
    assert_eq!(signing::build(&test, SECRET).code, 0);
    assert!(Path::new(&test.path("public/SHA256SUMS.minisig")).exists());
    test
}
