//! A source as it is named on the command line, and as settings have it.

use std::path::{Component, Path, PathBuf};

use clap::Args;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TomlError, value};

use super::error::CommandError;
use crate::config::{Config, SourceConfig, SourceConfigError, owner_in};
use crate::git::Git;
use crate::input_file;
use crate::key::SkillKey;
use crate::output_file;

/// What may be said of a source besides where it is.
#[derive(Clone, Debug, Default, Args)]
pub struct EntryArgs {
    /// Whose skills they are; needed where the address names nobody, as that of a folder
    #[arg(long)]
    owner: Option<String>,
    /// Branch, tag or commit; without it, the repository's default branch
    #[arg(long = "ref", value_name = "REF")]
    reference: Option<String>,
    /// Folder in it to look in; without it, everywhere
    #[arg(long = "path", value_name = "DIR")]
    start: Option<String>,
    /// What to call it; without it, what its address says
    #[arg(long)]
    name: Option<String>,
}

/// A `[[source]]` that is not written yet.
#[derive(Clone, Debug)]
pub struct SourceEntry {
    table: Table,
    /// What it means.
    pub source: SourceConfig,
}

impl SourceEntry {
    /// From what a person named: `OWNER/REPO`, a URL, a folder, an archive. Paths are written as they lead there from
    /// `settings_folder`.
    ///
    /// # Errors
    /// What it cannot be, and what is missing.
    pub fn new(
        target: &str,
        args: &EntryArgs,
        settings_folder: &Path,
    ) -> Result<Self, CommandError> {
        if let Some((repository, reference, folder)) = page_of_folder(target) {
            return Err(CommandError::advised(
                format_args!("`{target}` is a page about a folder, and no repository"),
                format!("name the repository: `{repository} --ref {reference} --path {folder}`"),
            ));
        }
        let path = || path_from(settings_folder, Path::new(target));
        let (key, address) = match Target::of(target) {
            Some(Target::Github) => ("git", format!("https://github.com/{target}")),
            Some(Target::Url) => ("git", target.to_owned()),
            Some(Target::Repository) => ("git", path()),
            Some(Target::ArchiveUrl) => ("archive", target.to_owned()),
            Some(Target::Archive) => ("archive", path()),
            Some(Target::Folder) => ("path", path()),
            None => {
                return Err(CommandError::advised(
                    format_args!("`{target}` is no repository, archive or folder"),
                    "name one as `OWNER/REPO` on GitHub, a URL, or a path that is there",
                ));
            }
        };
        if key == "path" && args.start.is_some() {
            return Err(CommandError::advised(
                "`--path` is for repositories and archives",
                "name the folder itself",
            ));
        }
        let mut table = Table::new();
        let mut set = |key: &str, text: &Option<String>| {
            if let Some(text) = text {
                table.insert(key, value(text));
            }
        };
        // The path of a folder above the settings has no name at its end.
        let is_above = address.rsplit('/').next() == Some("..");
        let name = || name_of(Path::new(target)).filter(|_| is_above);
        set("name", &args.name.clone().or_else(name));
        set(key, &Some(address));
        set("ref", &args.reference);
        set("path", &args.start.clone().filter(|_| key != "path"));
        set(
            "owner",
            &args.owner.clone().or_else(|| owner_of(target, key)),
        );
        let text = table.to_string();
        let source = SourceConfig::parse(&text).map_err(|error| match error {
            SourceConfigError::NoOwner(_) => {
                CommandError::advised(error, "say whose skills they are with `--owner NAME`")
            }
            error => CommandError::failed(error),
        })?;
        Ok(Self { table, source })
    }

    /// The settings `text` with this source at their end, and what they mean; `path` is where they are.
    ///
    /// # Errors
    /// What is wrong with the settings, before or with it; a source of its name that is there already.
    pub fn add_to(&self, path: &Path, text: &str) -> Result<(String, Config), CommandError> {
        // What is wrong before is told with its place.
        let (before, _) = Config::parse(path, input_file::without_mark(text))?;
        let name = &self.source.name;
        if before.sources.iter().any(|it| it.get_ref().name == *name) {
            let path = path.display();
            return Err(CommandError::advised(
                format_args!("`{path}` has a source that is called `{name}` already"),
                format!(
                    "`skillpress fetch --update {name}` looks whether it moved on; another one is called by `--name NAME`"
                ),
            ));
        }
        let push = |document: &mut DocumentMut| -> Result<(), Box<TomlError>> {
            match document.get_mut("source").and_then(Item::as_array_mut) {
                Some(sources) => sources.push(self.table.clone().into_inline_table()),
                None => push_table(document, self.table.clone()),
            }
            Ok(())
        };
        let edited = output_file::edit_toml(text, push).map_err(CommandError::failed)?;
        let (config, _) = Config::parse(path, input_file::without_mark(&edited))?;
        Ok((edited, config))
    }
}

/// Writes `[[source]]` at the end, behind the comments there: what they propose belongs to the table above them.
fn push_table(document: &mut DocumentMut, mut table: Table) {
    let comments = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing("");
    let gap = match comments.is_empty() && document.is_empty() {
        true => "",
        false => "\n",
    };
    table.decor_mut().set_prefix(comments + gap);
    table.set_position(Some(isize::MAX));
    let empty = || Item::ArrayOfTables(ArrayOfTables::new());
    let sources = document.entry("source").or_insert_with(empty);
    if let Some(sources) = sources.as_array_of_tables_mut() {
        sources.push(table);
    }
}

/// What a person may name.
enum Target {
    Github,
    Url,
    Repository,
    ArchiveUrl,
    Archive,
    Folder,
}

impl Target {
    fn of(target: &str) -> Option<Self> {
        let path = Path::new(target);
        let is_archive = [".zip", ".tar.gz", ".tgz", ".tar"]
            .iter()
            .any(|end| target.ends_with(end));
        Some(if target.contains("://") {
            match is_archive {
                true => Self::ArchiveUrl,
                false => Self::Url,
            }
        } else if path.join("objects").is_dir() && path.join("HEAD").is_file() {
            Self::Repository
        } else if path.is_dir() {
            Self::Folder
        } else if path.is_file() && is_archive {
            Self::Archive
        } else if target
            .split_once(':')
            .is_some_and(|(host, _)| host.contains('@'))
        {
            Self::Url
        } else if SkillKey::parse(target).is_some() && !is_archive {
            Self::Github
        } else {
            return None;
        })
    }
}

/// Repository, branch and folder of `https://HOST/OWNER/REPOSITORY/tree/BRANCH/FOLDER`, as people copy it from a browser.
fn page_of_folder(target: &str) -> Option<(String, &str, &str)> {
    let (scheme, rest) = target.split_once("://")?;
    let mut parts = rest.trim_end_matches('/').splitn(6, '/');
    let (host, owner, repository) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next()? != "tree" {
        return None;
    }
    let repository = format!("{scheme}://{host}/{owner}/{repository}");
    Some((repository, parts.next()?, parts.next()?))
}

/// Whom the remote of a folder names, when that is a clone.
fn owner_of(target: &str, key: &str) -> Option<String> {
    if key != "path" {
        return None;
    }
    let url = Git::find().ok()?.origin_of(Path::new(target))?;
    owner_in(&url).map(str::to_owned)
}

/// How `target` is reached from `folder`, both as seen from the working directory: with `/` between names, so that
/// settings mean the same everywhere and move together with what they name. An absolute path where the two have nothing
/// but the root in common.
fn path_from(folder: &Path, target: &Path) -> String {
    let (folder, target) = (cleaned(folder), cleaned(target));
    let pairs = folder.components().zip(target.components());
    let n_common = pairs.take_while(|(a, b)| a == b).count();
    let is_name = |component: Component<'_>| matches!(component, Component::Normal(_));
    let has_common_name = folder.components().take(n_common).any(is_name);
    if !has_common_name && !folder.starts_with(&target) && !target.starts_with(&folder) {
        return target.to_string_lossy().into_owned();
    }
    let up = folder.components().skip(n_common).map(|_| "..".into());
    let down = target.components().skip(n_common);
    let names = up.chain(down.map(|component| component.as_os_str().to_string_lossy()));
    let names: Vec<_> = names.collect();
    match names.is_empty() {
        true => ".".to_owned(),
        false => names.join("/"),
    }
}

/// What a folder is called, also one that is named by `.` or `..`.
fn name_of(folder: &Path) -> Option<String> {
    let name = cleaned(folder).file_name()?.to_string_lossy().into_owned();
    Some(name)
}

/// `path` from the root, without `.` and `..`.
fn cleaned(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for component in absolute.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                cleaned.pop();
            }
            component => cleaned.push(component),
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_from_the_settings_to_what_is_named() {
        for (folder, target, expected) in [
            (".", "../skills", "../skills"),
            (".", "./a/../b/", "b"),
            (".", ".", "."),
            ("registry", "repo.git", "../repo.git"),
            ("/srv/registry", "/srv/skills/one", "../skills/one"),
            ("/srv/registry", "/opt/skills", "/opt/skills"),
            ("/srv/registry", "/srv/registry/skills", "skills"),
            ("/srv/a/b", "/srv", "../.."),
        ] {
            assert_eq!(
                path_from(Path::new(folder), Path::new(target)),
                expected,
                "{folder} {target}"
            );
        }
    }
}
