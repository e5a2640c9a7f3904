//! Crates outside of the workspace that use the libraries as a stranger would.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::harness::{Ran, SiteTest};

#[test]
fn a_crate_searches_a_built_folder_with_the_reader_alone() {
    let test = SiteTest::two_skills().build();
    let example = include_str!("../../crates/skillpress-search/examples/search_folder.rs");
    let outside = OutsideCrate::new("searches-a-folder", &["skillpress-search"], example);
    let folder = test.path("public/search");
    let ran = outside.run(&[folder.to_str().expect("UTF-8"), "split", "badge:official"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout, "ana/pdf-tools  PDF Tools\n");
}

#[test]
fn a_crate_builds_a_site_with_the_library() {
    let outside = OutsideCrate::new("builds-a-site", &["skillpress"], BUILDS_A_SITE);
    let test = SiteTest::two_skills();
    let (content, out) = (test.path("content"), test.path("built"));
    let ran = outside.run(
        &[content, out]
            .each_ref()
            .map(|path| path.to_str().expect("UTF-8")),
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = fs::read_to_string(test.path("built/ana/skills/pdf-tools/index.html"));
    let canonical =
        "<link rel=\"canonical\" href=\"https://skills.example/ana/skills/pdf-tools/\">";
    assert!(page.expect("a page").contains(canonical));
}

const BUILDS_A_SITE: &str = r#"
use skillpress::{DirSink, Progress, Project, Site};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args_os().skip(1);
    let (Some(content), Some(out)) = (args.next(), args.next()) else {
        return Err("name the content folder and the output folder".into());
    };
    let project = Project {
        base_url: Some("https://skills.example/".parse()?),
        ..Project::new(content)
    };
    let progress = Progress::new(true);
    let (site, _warnings) = Site::load(&project, &progress)?;
    let sink = DirSink::create(out.as_ref())?;
    site.write(&sink, &progress)?;
    sink.finish()?;
    Ok(())
}
"#;

/// A program of one file in a temporary folder.
struct OutsideCrate {
    folder: TempDir,
}

impl OutsideCrate {
    /// `dependencies`: crates of this repository, by name, with their default features.
    fn new(name: &str, dependencies: &[&str], main_rs: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut manifest = format!(
            "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n"
        );
        for name in dependencies {
            let path = match *name {
                "skillpress" => root.to_owned(),
                name => root.join("crates").join(name),
            };
            manifest += &format!("{name} = {{ path = {path:?} }}\n");
        }
        // Built in the same way, from the same versions, what the workspace built is used again.
        let workspace = fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
        let mut workspace: toml::Table = workspace.parse().expect("TOML");
        workspace.retain(|section, _| section == "profile");
        manifest += &format!("\n{workspace}");

        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("Cargo.toml"), manifest).expect("a manifest");
        fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).expect("a copy");
        fs::create_dir(folder.path().join("src")).expect("a folder");
        fs::write(folder.path().join("src/main.rs"), main_rs).expect("a program");
        Self { folder }
    }

    /// Builds and runs it.
    fn run(&self, args: &[&str]) -> Ran {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
        let mut cargo = Command::new(std::env::var_os("CARGO").expect("tests run by cargo"));
        cargo
            .args(["run", "--quiet", "--offline", "--"])
            .args(args)
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", target.expect("the target folder"));
        Ran::of(cargo.output().expect("cargo runs"))
    }
}
