//! The settings of a site: `skillpress.toml`, or the defaults when there is none.

use std::io;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

use crate::input_file;
use crate::problem::{Place, Problem, Problems};
use crate::url::BaseUrl;

/// Everything that an operator can set. Unknown keys are errors.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Name of the registry, one line. Default `Skills`.
    pub title: String,
    /// What the registry holds, one or two sentences.
    pub description: String,
    /// Where the site will stand; it may have a path. Default `http://localhost:4000/`.
    pub base_url: BaseUrl,
    /// BCP 47 language of the pages' own words. Default `en`.
    pub language: String,
    /// Search by meaning.
    pub embedding: EmbeddingConfig,
    /// How skills can be installed from the site.
    pub install: InstallConfig,
    /// Limits that fail a build when they are exceeded.
    pub budgets: Budgets,
    /// Whether `base_url` was said, here or on the command line: addresses for visitors cannot be guessed.
    #[serde(skip)]
    pub is_base_url_set: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            title: "Skills".to_owned(),
            description: "A registry of agent skills.".to_owned(),
            base_url: BaseUrl::default(),
            language: "en".to_owned(),
            embedding: EmbeddingConfig::default(),
            install: InstallConfig::default(),
            budgets: Budgets::default(),
            is_base_url_set: false,
        }
    }
}

/// `[embedding]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmbeddingConfig {
    /// Where document vectors come from.
    pub mode: EmbeddingMode,
}

/// Where document vectors come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmbeddingMode {
    /// The built-in word table, adapted to the registry: search by meaning and related skills.
    #[default]
    Words,
    /// `content/embeddings.jsonl` or `content/embeddings.npy`: related skills only.
    Own,
    /// No vectors.
    None,
}

/// `[install]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InstallConfig {
    /// What answers requests, which decides the commands that pages show.
    pub hosting: Hosting,
    /// `owner/repository` that holds the content, for `hosting = "github"`.
    pub github_repository: Option<String>,
    /// The commit or branch of that repository, for `hosting = "github"`.
    pub github_commit: Option<String>,
    /// Path of the content folder in that repository. Default `content`.
    pub github_content_path: Option<String>,
}

/// What answers the site's requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hosting {
    /// Files only.
    #[default]
    Static,
    /// Files, and a function that answers the routes with a query.
    Edge,
    /// Files, and a public repository from which the `clawhub` client reads.
    Github,
}

/// `[budgets]`: all in bytes, brotli'd where hosts compress; unset means no limit.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budgets {
    /// HTML of the first listing page.
    pub listing_html: Option<Budget>,
    /// Everything that a visit of the first listing page loads.
    pub listing_visit: Option<Budget>,
    /// Everything that a visit of a median detail page loads.
    pub detail_visit: Option<Budget>,
    /// `search.js`, `search-box.js`, `search.wasm` and, with vectors, `semantic.wasm`.
    pub search_engine: Option<Budget>,
    /// A first search, engine included (median).
    pub first_search: Option<Budget>,
    /// A later search (median).
    pub next_search: Option<Budget>,
    /// The whole site on disk.
    pub site: Option<Budget>,
}

/// A limit and its place in the settings, so that what exceeds it can be shown there.
pub type Budget = Spanned<u64>;

impl Config {
    /// Reads `path`; a missing file gives the defaults when `is_required` is false.
    ///
    /// # Errors
    /// One problem with its place when the file cannot be read, is not TOML, or holds an unknown or wrong setting.
    pub fn load(path: &Path, is_required: bool) -> Result<Self, Problems> {
        let error = match input_file::read_text(path) {
            Ok(text) => return Self::parse(path, input_file::without_mark(&text)),
            Err(error) => error,
        };
        let hint = match error.kind() {
            io::ErrorKind::NotFound if !is_required => return Ok(Self::default()),
            io::ErrorKind::NotFound => {
                "leave `--config` out to use `skillpress.toml`, or the defaults when there is none"
            }
            _ => input_file::hint(&error),
        };
        let message = format!("the settings cannot be read: {error}");
        let problem = Problem::error(path, "config", message).hint(hint);
        Err(Problems::from_iter([problem]))
    }

    fn parse(path: &Path, text: &str) -> Result<Self, Problems> {
        let error = |place, message: &str, hint: &str| {
            let problem = Problem::error(path, "config", message).hint(hint);
            Problems::from_iter([problem.at(text, place)])
        };
        let mut config: Self = toml::from_str(text).map_err(|fault| {
            let place = fault.span().map(|span| Place::Offset(span.start));
            // Parsers of TOML explain themselves over several lines; a problem is one sentence.
            let first_line = fault.message().lines().next();
            error(
                place.unwrap_or(Place::File),
                first_line.unwrap_or("the settings are not valid TOML"),
                "the README lists every setting with its default",
            )
        })?;
        let settings = DeTable::parse(text);
        config.is_base_url_set =
            settings.is_ok_and(|settings| settings.get_ref().contains_key("base_url"));
        if config.install.hosting == Hosting::Github && config.install.github_repository.is_none() {
            return Err(error(
                text.find("[install]").map_or(Place::File, Place::Offset),
                "`hosting` is `github`, but `github_repository` is not set",
                "add `github_repository = \"owner/repository\"` below `[install]`",
            ));
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(text: &str) -> String {
        let problems = Config::parse(Path::new("skillpress.toml"), text).unwrap_err();
        problems.sorted()[0].to_string()
    }

    #[test]
    fn no_settings_are_fine() {
        assert_eq!(
            Config::parse(Path::new("x"), "").unwrap(),
            Config::default()
        );
    }

    #[test]
    fn an_unknown_setting_is_an_error_with_its_place() {
        let error = error_of("title = \"A\"\ncolour = 1\n");
        assert!(
            error.starts_with("error: skillpress.toml:2:1: unknown field `colour`"),
            "{error}"
        );
    }

    #[test]
    fn a_base_url_that_is_set_is_told_from_the_default() {
        let is_set = |text| Config::parse(Path::new("x"), text).unwrap().is_base_url_set;
        assert!(is_set("base_url = \"http://localhost:4000/\"\n"));
        assert!(!is_set("title = \"A\"\n"));
    }

    #[test]
    fn a_base_url_must_be_absolute() {
        let error = error_of("base_url = \"skills.example\"\n");
        assert!(
            error.contains("skillpress.toml:1:12") && error.contains("`skills.example`"),
            "{error}"
        );
    }

    #[test]
    fn github_hosting_needs_a_repository() {
        assert!(
            error_of("[install]\nhosting = \"github\"\n")
                .contains("`github_repository` is not set")
        );
    }
}
