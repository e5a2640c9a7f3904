//! One git repository of all listed skills.
//!
//! What it holds depends on the content and the settings alone, so the same content makes the same tree, and the same
//! exports one after the other the same commits, on every machine.

use std::borrow::Cow;
use std::path::Path;

use super::commit_message::{Changes, n_plugins};
use super::error::ExportError;
use super::plugin::{Plugin, plugins};
use super::{marketplace, plugin, texts};
use crate::catalog::{Catalog, SkillFile, SkillFileError};
use crate::config::Config;
use crate::git::{FileState, Files, Git, NewCommit, ObjectId, Tip, WrittenRepository};
use crate::loss;
use crate::problem::Problems;
use crate::progress::Progress;
use crate::site::Site;

/// What became of an export.
#[derive(Debug)]
pub struct Exported {
    /// The new commit; `None` when the repository is what it would be.
    pub commit: Option<ObjectId>,
    /// Of the commit.
    pub changes: Changes,
    /// Skills in the repository.
    pub n_skills: usize,
    /// Collections in it.
    pub n_collections: usize,
    /// Files in it.
    pub n_files: usize,
    /// Their bytes.
    pub n_bytes: u64,
}

/// A line of each commit's message, by which a repository is known as one that this command wrote.
const MARK: &str = "Written-by: skillpress export git";

/// Makes the repository in `folder` hold all listed skills of `site`: by one commit on top, or none when it does.
/// Unless it `may_lose` them, a repository of many plugins keeps half of them.
///
/// # Errors
/// When the folder is another's or was changed; what git and the file system say.
pub fn export_git(
    site: &Site,
    folder: &Path,
    may_lose: bool,
    progress: &Progress,
) -> Result<Exported, ExportError> {
    let plugins = plugins(&site.catalog, &site.config);
    let planned = plan(&plugins, &site.catalog, &site.config)?;
    progress.stage("repository");
    let repository = WrittenRepository::open(&Git::find()?, folder, MARK)?;
    let tip = repository.tip();
    check_loss(tip, &plugins, may_lose)?;
    progress.stage("files");
    progress.expect(planned.len());
    let bar = progress.bar();
    let mut import = repository.import()?;
    let mut files = Files::new();
    let mut n_bytes = 0;
    for file in &planned {
        let bytes = file.read()?;
        n_bytes += bytes.len() as u64;
        let state = FileState {
            object: import.add(&bytes)?,
            is_executable: file.is_executable(),
        };
        files.insert(file.path.clone(), state);
        bar.inc(1);
    }
    progress.stage("commit");
    let none = Files::new();
    let before = tip.map_or(&none, |tip| &tip.files);
    let changes = Changes::between(before, &files);
    let commit = if *before == files {
        import.cancel()?;
        None
    } else {
        let commit = new_commit(site, tip, &changes);
        Some(repository.commit(import, &commit, &files)?)
    };
    Ok(Exported {
        commit,
        changes,
        n_skills: plugins.iter().filter(|it| !it.is_collection).count(),
        n_collections: plugins.iter().filter(|it| it.is_collection).count(),
        n_files: files.len(),
        n_bytes,
    })
}

/// A warning for each listed skill of `site` that cannot be in a repository.
pub fn left_out(site: &Site) -> Problems {
    plugin::left_out(&site.catalog)
}

/// A file of the repository.
struct PlannedFile<'a> {
    path: String,
    content: Content<'a>,
}

enum Content<'a> {
    OfSkill(&'a SkillFile),
    Text(Vec<u8>),
}

impl PlannedFile<'_> {
    fn read(&self) -> Result<Cow<'_, [u8]>, SkillFileError> {
        match &self.content {
            Content::OfSkill(file) => file.read(),
            Content::Text(text) => Ok(Cow::Borrowed(text)),
        }
    }

    fn is_executable(&self) -> bool {
        matches!(self.content, Content::OfSkill(file) if file.is_executable)
    }
}

fn plan<'a>(
    plugins: &[Plugin<'a>],
    catalog: &Catalog,
    config: &Config,
) -> Result<Vec<PlannedFile<'a>>, ExportError> {
    let name = config.marketplace.name(&config.base_url);
    let name = name.ok_or_else(|| ExportError::Name(config.base_url.to_string()))?;
    let texts = [
        (texts::ATTRIBUTES, texts::ATTRIBUTES_TEXT.into()),
        (texts::README, texts::readme(&name, plugins, config).into()),
        (texts::LICENSES, texts::licenses(plugins).into()),
        (
            marketplace::CLAUDE,
            marketplace::claude(&name, plugins, catalog, config)?,
        ),
        (
            marketplace::CODEX,
            marketplace::codex(&name, plugins, config)?,
        ),
    ];
    let texts = texts.into_iter().map(|(path, text)| PlannedFile {
        path: path.to_owned(),
        content: Content::Text(text),
    });
    let of_skills = plugins.iter().flat_map(Plugin::files);
    let of_skills = of_skills.map(|(path, file)| PlannedFile {
        path,
        content: Content::OfSkill(file),
    });
    Ok(texts.chain(of_skills).collect())
}

fn check_loss(
    tip: Option<&Tip>,
    plugins: &[Plugin<'_>],
    may_lose: bool,
) -> Result<(), ExportError> {
    let n_before = tip.map_or(0, |tip| n_plugins(&tip.files));
    let n_after = plugins.len();
    match loss::is_loss(n_before, n_after) && !may_lose {
        true => Err(ExportError::Fewer { n_before, n_after }),
        false => Ok(()),
    }
}

/// What there is to say of the commit. Its date is the newest of a skill, and never before that of the commit below it.
fn new_commit(site: &Site, tip: Option<&Tip>, changes: &Changes) -> NewCommit {
    let dates = site.catalog.listed().filter_map(|skill| skill.updated_at);
    let dates = dates.map(|date| date.ms() / 1000);
    // A skill says its date itself, and one of a far future would be that of all commits to come.
    let newest = dates.filter(|&date_s| date_s < YEAR_2100_S).max();
    let made_at_s = newest.max(tip.map(|tip| tip.committed_at_s));
    let config = &site.config;
    let host = config.base_url.origin();
    let host = host.split_once("://").map_or(host, |(_, host)| host);
    NewCommit {
        name: config.title.clone(),
        email: format!("noreply@{host}"),
        made_at_s: made_at_s.unwrap_or(YEAR_1980_S),
        message: changes.message(),
    }
}

/// As the files of zips have it where there is no date.
const YEAR_1980_S: i64 = 315_532_800;

const YEAR_2100_S: i64 = 4_102_444_800;
