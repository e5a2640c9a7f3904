//! Signed sites: `keygen`, `[signing]`, `SKILLPRESS_KEY`, and what minisign says of them.

use std::fs;
use std::process::Command;

use crate::harness::{Ran, SiteTest};
use crate::plain_server;

pub(crate) const SECRET: &str = include_str!("../data/signing/minisign.key");
pub(crate) const PUBLIC: &str = "RWTH+1gUJtXiMnUMlmCeTl023PNXDv1gcj13z1XzhIer3aPBCKtUf54H";

#[test]
fn a_build_with_the_key_signs_the_root_list_the_same_each_time() {
    let test = signed();
    assert_eq!(build(&test, SECRET).code, 0);
    let (sums, signature) = (test.page("SHA256SUMS"), test.page("SHA256SUMS.minisig"));
    assert!(
        signature.contains("\ntrusted comment: SHA256SUMS of https://skills.example/\n"),
        "{signature}"
    );
    assert!(
        !sums.contains("SHA256SUMS"),
        "no list has itself or its signature"
    );
    let file = test.page(".well-known/minisign.pub");
    assert_eq!(file, include_str!("../data/signing/minisign.pub"));
    fs::remove_dir_all(test.path("public")).unwrap();
    test.write("key", SECRET);
    assert_eq!(
        build(&test, "key").code,
        0,
        "the path of the key does as well"
    );
    assert_eq!(test.page("SHA256SUMS.minisig"), signature);
    let again = build(&test, SECRET);
    assert!(
        again.stdout.contains(" 0 changed, 0 removed"),
        "{}",
        again.stdout
    );
}

#[test]
fn minisign_accepts_the_signature_and_refuses_a_flipped_byte() {
    if Command::new("minisign").arg("-v").output().is_err() {
        return;
    }
    let test = signed();
    assert_eq!(build(&test, SECRET).code, 0);
    let check = |key: [&str; 2]| {
        let args = ["-V", "-m", "SHA256SUMS", key[0], key[1]];
        let mut minisign = Command::new("minisign");
        let ran = minisign
            .args(args)
            .current_dir(test.path("public"))
            .output();
        Ran::of(ran.unwrap())
    };
    for key in [["-P", PUBLIC], ["-p", ".well-known/minisign.pub"]] {
        let ran = check(key);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stdout.contains("SHA256SUMS of https://skills.example/"),
            "{}",
            ran.stdout
        );
    }
    let mut sums = fs::read(test.path("public/SHA256SUMS")).unwrap();
    sums[100] ^= 1;
    test.write("public/SHA256SUMS", sums);
    assert_ne!(check(["-P", PUBLIC]).code, 0);
}

#[test]
fn minisign_signs_with_a_key_of_ours() {
    if Command::new("minisign").arg("-v").output().is_err() {
        return;
    }
    let test = SiteTest::bare().file("f", "x");
    assert_eq!(test.run(&["keygen", "k.key"]).code, 0);
    let minisign = |args: &[&str]| {
        let mut minisign = Command::new("minisign");
        let ran = minisign.args(args).current_dir(test.path("")).output();
        let ran = Ran::of(ran.unwrap());
        assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.stdout, ran.stderr);
    };
    minisign(&["-S", "-W", "-s", "k.key", "-m", "f"]);
    minisign(&["-V", "-p", "k.pub", "-m", "f"]);
}

#[test]
fn a_build_without_the_key_is_not_signed_and_says_so() {
    let test = signed();
    assert_eq!(build(&test, SECRET).code, 0);
    assert!(test.path("public/SHA256SUMS.minisig").exists());
    for nothing in [None, Some("")] {
        let mut command = test.command();
        command.args(["build", "--base-url", "https://skills.example/"]);
        let ran = Ran::of(match nothing {
            Some(value) => command.env("SKILLPRESS_KEY", value).output().unwrap(),
            None => command.output().unwrap(),
        });
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("warning: skillpress.toml: `[signing]` names a key, but `SKILLPRESS_KEY` gives no secret key, so the site is not signed\n"),
            "{}",
            ran.stderr
        );
        assert!(
            !test.path("public/SHA256SUMS.minisig").exists(),
            "no stale signature"
        );
    }
    let strict = test.run(&["build", "--strict", "--base-url", "https://skills.example/"]);
    assert_eq!(strict.code, 1, "{}", strict.stderr);
}

#[test]
fn a_key_that_is_not_the_one_of_the_settings_stops_the_build_before_it_writes() {
    let test = signed();
    assert_eq!(test.run(&["keygen", "other.key"]).code, 0);
    for (key, code, told) in [
        (
            "other.key",
            1,
            "error: skillpress.toml: `[signing]` names the key 32E2D5261458FBC7, but the secret key is of ",
        ),
        (
            "missing.key",
            2,
            "error: `SKILLPRESS_KEY` is no secret key, and no file that can be read",
        ),
        (
            "other.pub",
            2,
            "error: cannot sign with `SKILLPRESS_KEY`: this is no secret key of minisign",
        ),
        (
            include_str!("../data/signing/protected.key"),
            2,
            "protected by a password",
        ),
    ] {
        let ran = build(&test, key);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
        assert!(!test.path("public").exists());
    }
    let damaged = SECRET.replace("x/tY", "x-tY");
    let ran = build(&test, &damaged);
    assert_eq!(ran.code, 2);
    assert!(
        !ran.stderr.contains("x-tY"),
        "no secret is shown: {}",
        ran.stderr
    );
    let unnamed = SiteTest::two_skills();
    let ran = build(&unnamed, SECRET);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains(&format!(
            "hint: write `public_key = \"{PUBLIC}\"` below `[signing]`"
        )),
        "{}",
        ran.stderr
    );
}

#[test]
fn check_reads_a_signed_site_without_the_secret() {
    let test = signed();
    assert_eq!(build(&test, SECRET).code, 0);
    let check = || {
        test.run(&[
            "check",
            "--site",
            "public",
            "--base-url",
            "https://skills.example/",
        ])
    };
    assert_eq!(check().code, 0, "{}", check().stdout);
    let signature = test.page("SHA256SUMS.minisig");
    let other = signature.replace("\ntrusted comment: ", "\ntrusted comment: x");
    test.write("public/SHA256SUMS.minisig", other);
    let told = check();
    assert_eq!(told.code, 1);
    assert!(
        told.stdout.contains("SHA256SUMS.minisig: this is no signature of the site by the key 32E2D5261458FBC7: its comment is not the one that was signed"),
        "{}",
        told.stdout
    );
}

#[test]
fn keygen_makes_a_pair_that_only_its_owner_reads_and_replaces_nothing() {
    let test = SiteTest::two_skills();
    let made = test.run(&["keygen"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(test.path("skillpress.key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let secret = fs::read_to_string(test.path("skillpress.key")).unwrap();
    let line = secret.lines().nth(1).unwrap();
    assert!(!made.stdout.contains(line), "{}", made.stdout);
    let again = test.run(&["keygen"]);
    assert_eq!(again.code, 2);
    assert!(
        again.stderr.contains("`skillpress.key` is there already"),
        "{}",
        again.stderr
    );
    assert_eq!(
        fs::read_to_string(test.path("skillpress.key")).unwrap(),
        secret
    );
    fs::remove_file(test.path("skillpress.key")).unwrap();
    let half = test.run(&["keygen"]);
    assert!(
        half.stderr.contains("`skillpress.pub` is there already"),
        "{}",
        half.stderr
    );
    assert!(
        !test.path("skillpress.key").exists(),
        "no half of a pair stays"
    );
    assert_eq!(test.run(&["keygen", "x.pub"]).code, 2);
    let nowhere = test.run(&["keygen", "nowhere/x.key"]);
    assert!(nowhere.stderr.contains("hint: make its folder first"));
    let spaced = test.run(&["keygen", "a key's.key"]);
    assert!(
        spaced
            .stdout
            .contains(r"SKILLPRESS_KEY='a key'\''s.key' skillpress build`")
    );

    // What it prints is what the settings take.
    let start = made.stdout.find("[signing]\n").unwrap();
    let settings: Vec<&str> = made.stdout[start..].lines().take(2).collect();
    test.write("skillpress.toml", settings.join("\n"));
    test.write("skillpress.key", &secret);
    assert_eq!(build(&test, "skillpress.key").code, 0);
}

#[test]
fn a_key_in_the_settings_that_is_none_has_its_place() {
    let test = SiteTest::two_skills().file("skillpress.toml", "[signing]\npublic_key = \"RWx\"\n");
    let ran = test.run(&["check"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout
            .contains("error: skillpress.toml:2:14: this is no public key of minisign"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_commands_that_pages_show_check_a_zip_in_both_layouts() {
    for program in ["curl", "sha256sum", "minisign"] {
        if Command::new(program).arg("--help").output().is_err() {
            return;
        }
    }
    for n_more in [0, 100] {
        let test = (0..n_more).fold(signed(), |test, n| {
            test.skill(
                &format!("cy/s{n}"),
                format!("---\nname: s{n}\ndescription: Does {n}.\n---\n"),
            )
        });
        let url = plain_server::serve(test.path("public"), true);
        assert_eq!(build_at(&test, SECRET, &url).code, 0);
        let page = test.page("ana/skills/pdf-tools/index.html");
        let html = scraper::Html::parse_document(&page);
        let commands = scraper::Selector::parse(".checks .command code").unwrap();
        let commands: Vec<String> = html
            .select(&commands)
            .map(|code| code.text().collect())
            .collect();
        assert_eq!(commands.len(), 3, "{commands:?}");
        fs::create_dir(test.path("check")).unwrap();
        let run = |command: &String| {
            let mut shell = Command::new("sh");
            let ran = shell
                .args(["-c", command])
                .current_dir(test.path("check"))
                .output();
            Ran::of(ran.unwrap())
        };
        for command in &commands {
            let ran = run(command);
            assert_eq!(ran.code, 0, "{command}: {}{}", ran.stdout, ran.stderr);
        }
        let checked = run(&commands[1]).stdout;
        assert!(
            checked.contains("ana/skills/pdf-tools/pdf-tools.zip: OK"),
            "{checked}"
        );
        test.write("check/ana/skills/pdf-tools/pdf-tools.zip", "other");
        assert_eq!(run(&commands[1]).code, 1);
        test.write("check/SHA256SUMS", "other");
        assert_ne!(run(&commands[2]).code, 0);
    }
}

/// A registry whose settings name the key.
pub(crate) fn signed() -> SiteTest {
    let settings = format!("[signing]\npublic_key = \"{PUBLIC}\"\n");
    SiteTest::two_skills().file("skillpress.toml", settings)
}

/// Builds with this secret key.
pub(crate) fn build(test: &SiteTest, key: &str) -> Ran {
    build_at(test, key, "https://skills.example/")
}

/// The same for this address.
pub(crate) fn build_at(test: &SiteTest, key: &str, base_url: &str) -> Ran {
    let args = ["build", "--base-url", base_url];
    let mut command = test.command();
    let ran = command.args(args).env("SKILLPRESS_KEY", key).output();
    Ran::of(ran.unwrap())
}
