//! The install clients: which skills each of them accepts, and by which command.

mod plugin;

use std::borrow::Cow;

use crate::catalog::{Catalog, Release, Skill, has_plain_paths};
use crate::config::{Config, HostingMode};
use crate::front_matter::name_hint;
use crate::key::{SkillKey, install_name, is_identity_part};
use crate::problem::{Problem, Problems};
use crate::url;
pub use plugin::{is_plugin, plugin_parts};

/// Whether the page shows the command of the `skills` client, which then installs the skill without a question.
pub fn is_discoverable(skill: &Skill) -> bool {
    is_installable(skill) && !skill.front_matter.is_internal
}

/// Whether clients find the skill in a folder with its files, as they look into plugins and packages.
pub fn is_package(skill: &Skill) -> bool {
    is_discoverable(skill) && skill.main_file().path == "SKILL.md"
}

/// Whether the `skills` client finds a skill in the files of an old version, as far as their names tell.
pub fn has_main_file(release: &Release<'_>) -> bool {
    let mut files = release.files().iter();
    files.any(|file| file.path == "SKILL.md")
}

/// A folder of a public repository on GitHub, from which the `clawhub` client installs with `mode = "github"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GithubFolder {
    /// `owner/repository`.
    pub repository: String,
    /// A commit, or a branch.
    pub commit: String,
    /// The folder in it, `/`-separated; empty for the whole of it.
    pub path: String,
}

impl GithubFolder {
    /// Where the client gets the skill: in the repository of the content folder, or in the one that it came from. `None`
    /// where it came from elsewhere, and in other modes.
    pub fn of(config: &Config, skill: &Skill) -> Option<Self> {
        let hosting = &config.hosting;
        if hosting.mode != HostingMode::Github {
            return None;
        }
        if skill.is_of_source {
            let provenance = skill.provenance.as_ref()?;
            let page = provenance.repository.as_deref()?;
            return Some(Self {
                repository: page.strip_prefix("https://github.com/")?.to_owned(),
                commit: provenance.commit.clone(),
                path: provenance.path.clone(),
            });
        }
        let SkillKey { owner, slug } = &skill.key;
        let content = hosting.github_content_path.as_deref();
        let path = format!("{}/skills/{owner}/{slug}", content.unwrap_or("content"));
        Some(Self {
            repository: hosting.github_repository.clone()?,
            commit: hosting
                .github_commit
                .as_deref()
                .unwrap_or("HEAD")
                .to_owned(),
            path: path.trim_start_matches('/').to_owned(),
        })
    }
}

/// The command of the `clawhub` client, where something answers it.
///
/// With a public repository behind the site, the client asks by slug alone, so a slug that two owners use has none.
pub fn clawhub_command(config: &Config, skill: &Skill, has_unique_slug: bool) -> Option<String> {
    let is_answered = match config.hosting.mode {
        HostingMode::Static => false,
        HostingMode::Edge => true,
        HostingMode::Github => has_unique_slug && GithubFolder::of(config, skill).is_some(),
    };
    is_answered.then(|| {
        format!(
            "npx clawhub --registry {} install @{}",
            config.base_url.absolute("").trim_end_matches('/'),
            skill.key
        )
    })
}

/// The command of the `clawhub` client that installs an old version, where something answers it.
///
/// From a public repository the client takes what is in it now. A version is a stranger's text, so one that would mean
/// something to a shell or be taken for an option has none.
pub fn clawhub_release_command(config: &Config, skill: &Skill, version: &str) -> Option<String> {
    let is_plain = is_identity_part(&version.replace('+', "-"));
    let is_answered = config.hosting.mode == HostingMode::Edge;
    let command = clawhub_command(config, skill, true).filter(|_| is_answered && is_plain)?;
    Some(format!("{command} --version {version}"))
}

/// Whether the `skills` client installs the skill from its page's address.
///
/// Suspicious skills have no index, since the client would install them without a word of warning: it shows the
/// description in `SKILL.md`, not the one in the index.
pub fn is_installable(skill: &Skill) -> bool {
    refusal(skill).is_none() && !skill.is_suspicious && install_name(&skill.key.slug).is_some()
}

/// What clients are told that the skill does: its own description, else one by the registry's `title`. Never empty.
pub fn description<'a>(skill: &'a Skill, title: &str) -> Cow<'a, str> {
    match skill.description.as_str() {
        "" => format!("{} from {title}.", skill.name).into(),
        own => own.into(),
    }
}

/// Whether clients that fetch the files of a skill one by one get all of it: under other names than its own, a script would
/// not be where the skill looks for it.
pub fn is_fetched_by_file(skill: &Skill) -> bool {
    is_installable(skill) && skill.main_file().path == "SKILL.md" && has_plain_paths(skill)
}

/// What addresses call the current version of a skill to clients that hold to one: of a skill with old versions, a version
/// of Semantic Versioning; `None` where they cannot.
pub fn pinned_segment(skill: &Skill) -> Option<String> {
    let can_pin = is_installable(skill) && !skill.releases().is_empty();
    let version = skill.version.as_ref().filter(|_| can_pin)?;
    is_semantic(&version.version).then(|| url::version_segment(&version.version))
}

/// Whether `version` is one of Semantic Versioning.
pub fn is_semantic(version: &str) -> bool {
    semver::Version::parse(version).is_ok()
}

/// What clients that fetch files one by one call `skill`, where the settings ask for copies for them; `None` where it has
/// none.
pub fn copied_as(config: &Config, skill: &Skill) -> Option<String> {
    let has_copies = config.api.file_indexes && is_fetched_by_file(skill);
    install_name(&skill.key.slug).filter(|_| has_copies)
}

/// Whether a client that reads each file as text, as Hermes Agent does, gets all of a skill that [`is_fetched_by_file`].
pub fn is_text_alone(skill: &Skill) -> bool {
    // Of the names that copies have, those of text.
    const ENDINGS: [&str; 9] = [
        "csv", "json", "jsonl", "md", "toml", "tsv", "txt", "yaml", "yml",
    ];
    let is_text = |path: &str| {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending);
        ending.is_some_and(|ending| ENDINGS.contains(&&*ending.to_ascii_lowercase()))
    };
    skill.files.iter().all(|file| is_text(&file.path))
}

/// What keeps the clients from installing skills, as warnings.
///
/// `install` of the `skills` client needs a `SKILL.md` with `name` and `description` in a front matter that it can read. Skills whose
/// slug is no valid name are installed under [`install_name`], and skills without a description of their own are
/// described by the registry, so these give no warning.
pub fn client_problems(catalog: &Catalog) -> Problems {
    catalog
        .skills
        .iter()
        .filter_map(|skill| {
            let (reason, hint) = refusal(skill)?;
            let path = skill.main_path();
            let message = format!("the `skills` client cannot install it: {reason}");
            Some(Problem::warning(path, "not installable", message).hint(hint))
        })
        .collect()
}

/// Why the client refuses a skill, and what would help; `None` when it accepts it.
fn refusal(skill: &Skill) -> Option<(&'static str, String)> {
    let front_matter = &skill.front_matter;
    if skill.files.len() > 1 && skill.main_file().path != "SKILL.md" {
        let hint = "rename the file, in these letters".to_owned();
        Some(("its main file is not named `SKILL.md`", hint))
    } else if front_matter.is_broken {
        Some((
            "it does not find `name` and `description` as YAML between a first line `---` and another such line",
            "mend what the other warning about this file says".to_owned(),
        ))
    } else if front_matter.name.is_none() {
        let hint = name_hint(&skill.key.slug, None);
        Some(("the front matter has no `name` that is text", hint))
    } else if front_matter.description.is_none() {
        let hint = "add `description:` and what the skill is for".to_owned();
        Some(("the front matter has no `description` that is text", hint))
    } else {
        None
    }
}
