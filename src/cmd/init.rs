//! `skillpress init`: a registry that builds at once.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::error::CommandError;
use super::fetch;
use super::input::registry_of;
use super::source_entry::{EntryArgs, SourceEntry};
use crate::discovery::discover;
use crate::hosting::Host;
use crate::input_file;
use crate::problem::{Problem, print_each};
use crate::site;
use crate::sources::FetchOptions;
use crate::text::number::counted;
use crate::tree::FolderTree;

/// Options of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Folder to make; it must be missing or empty. Without it, the repository here becomes a registry of its own skills,
    /// and none of its files moves
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Make a registry of the skills that are there: `OWNER/REPO` on GitHub, the URL of a repository or an archive, a
    /// folder, a file
    #[arg(long, value_name = "OWNER/REPO|URL|DIR")]
    from: Option<String>,
    /// Where the site will be published: decides the workflow, and the limits that a build keeps to. Without it, the
    /// workflow is that of GitHub Pages; the repository here gets none
    #[arg(long, value_name = "HOST", value_parser = hosts())]
    host: Option<Host>,
    #[command(flatten)]
    entry: EntryArgs,
}

/// A file of a new registry, with its path there.
macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../assets/init/", $path)))
    };
}

/// What every new registry holds, besides its settings.
const FILES: &[(&str, &str)] = &[(".gitignore", IGNORED), file!("README.md")];

/// A workflow, of parts that hosts share.
macro_rules! workflow {
    ($($part:literal),+) => {
        concat!($(include_str!(concat!("../../assets/init/workflows/", $part))),+)
    };
}

const GITHUB_WORKFLOW: &str = ".github/workflows/publish.yml";
const CLOUDFLARE: &str = workflow!(
    "github.yml",
    "github-build.yml",
    "upload.yml",
    "cloudflare.yml"
);

/// What checks and publishes a registry, by host: path and text.
const WORKFLOWS: &[(Host, &str, &str)] = &[
    (
        Host::GithubPages,
        GITHUB_WORKFLOW,
        workflow!(
            "github.yml",
            "github-pages-address.yml",
            "github-build.yml",
            "github-pages.yml"
        ),
    ),
    (Host::CloudflareFree, GITHUB_WORKFLOW, CLOUDFLARE),
    (Host::CloudflarePaid, GITHUB_WORKFLOW, CLOUDFLARE),
    (
        Host::S3,
        GITHUB_WORKFLOW,
        workflow!("github.yml", "github-build.yml", "upload.yml", "s3.yml"),
    ),
    (
        Host::GitlabPages,
        ".gitlab-ci.yml",
        workflow!("gitlab-pages.yml"),
    ),
];

/// What a registry that begins with no skills of others holds too.
const EXAMPLES: &[(&str, &str)] = &[
    file!("content/badges/deprecated.toml"),
    file!("content/badges/highlighted.toml"),
    file!("content/badges/official.toml"),
    file!("content/badges/redactionApproved.toml"),
    file!("content/skills/ana/commit-messages/SKILL.md"),
    file!("content/skills/ana/meeting-notes/SKILL.md"),
    file!("content/skills/ana/meeting-notes/assets/template.md"),
];

/// What git need not or must not keep.
const IGNORED: &str = include_str!("../../assets/init/.gitignore");

const SETTINGS: &str = include_str!("../../assets/init/skillpress.toml");
/// The line of [`SETTINGS`] that names a host.
const SETTINGS_HOST: &str = "# host = \"github-pages\"\n";

/// Name of the file of settings.
const SETTINGS_NAME: &str = "skillpress.toml";

/// Writes the files and says what to do next.
///
/// # Errors
/// A folder that holds something already; a source that is none, or cannot be fetched; what the file system refuses.
pub fn run(args: &InitArgs) -> Result<(), CommandError> {
    match (&args.folder, &args.from) {
        (Some(folder), None) => with_examples(folder, args.host),
        (Some(folder), Some(from)) => from_source(folder, from, args),
        (None, None) => here(args),
        (None, Some(_)) => Err(CommandError::advised(
            "`--from` needs a folder for the registry",
            "name one that is missing or empty",
        )),
    }
}

/// The hosts that there are workflows for.
fn hosts() -> impl TypedValueParser<Value = Host> {
    let names = WORKFLOWS.iter().map(|(host, ..)| host.name());
    let host_of = |name: String| {
        let mut hosts = WORKFLOWS.iter().map(|(host, ..)| *host);
        hosts.find(|host| host.name() == name)
    };
    PossibleValuesParser::new(names).try_map(move |name| host_of(name).ok_or("no such host"))
}

/// The settings of a registry that is published on `host`.
fn settings(host: Option<Host>) -> String {
    match host {
        Some(host) => SETTINGS.replace(SETTINGS_HOST, &format!("host = \"{}\"\n", host.name())),
        None => SETTINGS.to_owned(),
    }
}

/// Writes what every registry in a folder of its own holds.
fn write_files(folder: &Path, host: Option<Host>) -> Result<(), CommandError> {
    for (path, text) in FILES {
        write_file(&folder.join(path), text)?;
    }
    write_workflow(folder, host.unwrap_or(Host::GithubPages))
}

fn write_workflow(folder: &Path, host: Host) -> Result<(), CommandError> {
    let mut workflows = WORKFLOWS.iter().filter(|(other, ..)| *other == host);
    workflows.try_for_each(|(_, path, text)| write_file(&folder.join(path), text))
}

/// A registry with two skills, to be replaced.
fn with_examples(folder: &Path, host: Option<Host>) -> Result<(), CommandError> {
    refuse_full_folder(folder)?;
    for (path, text) in EXAMPLES {
        write_file(&folder.join(path), text)?;
    }
    write_files(folder, host)?;
    write_file(&folder.join(SETTINGS_NAME), &settings(host))?;
    let folder = folder.display();
    print_line!("`{folder}` is a registry with two skills. Next:");
    print_line!("  cd {folder}");
    print_line!("  skillpress serve                 look at it while you edit");
    print_line!("  skillpress new OWNER/SLUG        add a skill");
    print_line!("  skillpress build                 write the site to `public/`");
    Ok(())
}

/// A registry of the skills at `from`.
fn from_source(folder: &Path, from: &str, args: &InitArgs) -> Result<(), CommandError> {
    refuse_full_folder(folder)?;
    let entry = SourceEntry::new(from, &args.entry, folder)?;
    let settings_path = folder.join(SETTINGS_NAME);
    let (settings, config) = entry.add_to(&settings_path, &settings(args.host))?;
    fs::create_dir_all(folder).map_err(|error| {
        CommandError::cannot(format_args!("make `{}`", folder.display()), error)
    })?;
    // Before the rest: where nothing can be fetched, nothing is left but an empty folder.
    let fetched = fetch::fetch(&settings_path, &config, &FetchOptions::default(), false);
    if fetched.is_err() {
        // It was empty, so all of the cache is ours. What cannot be removed is told by the next try.
        let _ = fs::remove_dir_all(folder.join(".skillpress"));
    }
    fetched?;
    write_files(folder, args.host)?;
    write_file(&settings_path, &settings)?;
    let project = registry_of(Some(settings_path));
    fetch::warn_of_none(&project, &config, &entry.source.name);
    let folder = folder.display();
    print_line!("`{folder}` is a registry of `{}`. Next:", entry.source.name);
    print_line!("  cd {folder}");
    print_line!("  skillpress build                 write the site to `public/`");
    print_line!("  skillpress add OWNER/REPO        publish another repository too");
    Ok(())
}

/// Writes the file `path` for git, or gives the lines that the one there lacks.
fn ignore(path: &Path) -> Result<Vec<&'static str>, CommandError> {
    if !path.exists() {
        write_file(path, IGNORED)?;
        return Ok(Vec::new());
    }
    // One that cannot be read lacks all, as far as is known.
    let there = input_file::read_text(path).unwrap_or_default();
    let is_lacking = |line: &&str| !line.starts_with('#') && there.lines().all(|it| it != *line);
    Ok(IGNORED.lines().filter(is_lacking).collect())
}

/// Settings for the repository here, whose skills stay where they are.
fn here(args: &InitArgs) -> Result<(), CommandError> {
    let settings_path = Path::new(SETTINGS_NAME);
    if settings_path.exists() {
        return Err(CommandError::advised(
            "there is a `skillpress.toml` here already",
            "add a source with `skillpress add`, or name a folder for a new registry",
        ));
    }
    let entry = SourceEntry::new(".", &args.entry, Path::new("."))?;
    let (settings, config) = entry.add_to(settings_path, &settings(args.host))?;
    let project = registry_of(None);
    let loaded = site::load_sources(&project, &config);
    if loaded.problems.n_errors() > 0 {
        return Err(loaded.problems.into());
    }
    print_each(left_out_of_content(&project.content).as_ref());
    if loaded.skills.is_empty() {
        return Err(CommandError::advised(
            "there is no skill in this folder",
            "name a folder for a new registry, such as `skillpress init registry`",
        ));
    }
    if let Some(host) = args.host {
        write_workflow(Path::new("."), host)?;
    }
    let not_ignored = ignore(Path::new(".gitignore"))?;
    write_file(settings_path, &settings)?;
    print_line!(
        "`{SETTINGS_NAME}` publishes {} of this folder, those of `{}`. Next:",
        counted(loaded.skills.len(), "skill", "skills"),
        entry.source.owner
    );
    print_line!("  skillpress serve                 look at the site while you edit");
    print_line!("  skillpress build                 write it to `public/`");
    if !not_ignored.is_empty() {
        let lines = not_ignored.join("`, `");
        print_line!("Add to `.gitignore` what git need not or must not keep: `{lines}`");
    }
    Ok(())
}

/// A warning of skills in the content folder that are not where it has the registry's own. That folder is no part of a source
/// around it, so nothing would publish them.
fn left_out_of_content(content: &Path) -> Option<Problem> {
    let tree = FolderTree::open(content, |_| false).ok()?;
    let found = discover(&tree, "", "content").ok()?;
    let is_own = |folder: &str| {
        let parts: Vec<&str> = folder.split('/').collect();
        matches!(parts[..], ["skills", _owner, _slug])
    };
    let left_out = found.skills.iter().filter(|skill| !is_own(&skill.folder));
    let n_left_out = match left_out.count() {
        0 => return None,
        n => counted(n, "skill is", "skills are"),
    };
    let place = content.display();
    let message =
        format!("{n_left_out} left out, since `{place}` is the folder of a registry's own content");
    Some(Problem::warning(content, "content", message).hint(format!(
        "rename `{place}`, such as to `skills`, or build with `--content DIR`, another folder for badges and the like"
    )))
}

fn refuse_full_folder(folder: &Path) -> Result<(), CommandError> {
    let place = folder.display();
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(CommandError::advised(
            format_args!("`{place}` holds files already, and `init` overwrites none"),
            "name a folder that is missing or empty; for a registry of the skills in a folder, run `skillpress init` there",
        )),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(CommandError::cannot(format_args!("make `{place}`"), error)),
    }
}

/// Writes a text file and the folders above it; never overwrites.
///
/// # Errors
/// An existing file; what the file system refuses.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), CommandError> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::File::create_new(path)?.write_all(text.as_bytes())
    };
    write().map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => CommandError::advised(
            format_args!("`{}` is there already, and is not replaced", path.display()),
            "move it away, and compare the two afterwards",
        ),
        _ => CommandError::cannot(format_args!("write `{}`", path.display()), error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosting::{Counted, Limit};
    use crate::text::number::grouped;

    #[test]
    fn the_readme_says_of_each_host_what_it_takes_and_how_a_site_gets_there() {
        let mut table =
            "| host | takes at most | a site gets there by |\n|---|---|---|\n".to_owned();
        for host in Host::ALL {
            let name = host.name();
            let counts_files = |limit: &&Limit| {
                use Counted::*;
                matches!(
                    limit.counted,
                    Files | Entries | FilesInFolder | FileBytes | SiteBytes
                )
            };
            let limits: Vec<String> = (host.limits().iter())
                .filter(counts_files)
                .map(|limit| {
                    let max = grouped(usize::try_from(limit.max).unwrap());
                    format!("{max} {}", limit.counted.unit())
                })
                .collect();
            let limits = match limits.is_empty() {
                true => "no limit known".to_owned(),
                false => limits.join("; "),
            };
            let has_workflow = WORKFLOWS.iter().any(|(other, ..)| *other == host);
            let way = match (host, has_workflow) {
                (Host::S3, _) => format!(
                    "`skillpress publish s3://BUCKET`; the workflow of `init --host {name}` does it"
                ),
                (_, true) => format!("the workflow of `init --host {name}`"),
                (_, false) => "its own tool, from `public/`".to_owned(),
            };
            table += &format!("| `{name}` | {limits} | {way} |\n");
        }
        let readme = include_str!("../../README.md");
        assert!(readme.contains(&table), "{table}");
    }
}
