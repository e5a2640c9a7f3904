//! The settings of a site: `skillpress.toml`, or the defaults when there is none.

mod former;
mod marketplace;
mod npm;
mod source;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, Deserializer};

use crate::hosting::Host;
use crate::input_file;
use crate::minisign::PublicKey;
use crate::problem::{Place, Problem, Problems};
use crate::url::BaseUrl;
pub use marketplace::{MarketplaceConfig, MarketplaceLists};
pub use npm::{NpmConfig, NpmScope};
pub use source::{Origin, SourceConfig, SourceConfigError, VersionsFrom, owner_in};

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
    /// What queries may be.
    pub search: SearchConfig,
    /// Where the site is published.
    pub hosting: HostingConfig,
    /// How much of the API stands as files.
    pub api: ApiConfig,
    /// Lists of skills that Claude Code installs from.
    pub marketplace: MarketplaceConfig,
    /// Packages for npm.
    pub npm: NpmConfig,
    /// Old versions of the registry's own skills.
    pub versions: VersionsConfig,
    /// Which lists have a feed of their own.
    pub feeds: FeedsConfig,
    /// Whose signature the site has.
    pub signing: SigningConfig,
    /// Limits that fail a build when they are exceeded.
    pub budgets: Budgets,
    /// Where skills come from besides `content/skills`; their names differ.
    #[serde(rename = "source")]
    pub sources: Vec<Spanned<SourceConfig>>,
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
            search: SearchConfig::default(),
            hosting: HostingConfig::default(),
            api: ApiConfig::default(),
            marketplace: MarketplaceConfig::default(),
            npm: NpmConfig::default(),
            versions: VersionsConfig::default(),
            feeds: FeedsConfig::default(),
            signing: SigningConfig::default(),
            budgets: Budgets::default(),
            sources: Vec::new(),
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

/// `[search]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SearchConfig {
    /// The languages that queries may be typed in; all by default. English costs nothing and is always there.
    pub languages: Vec<Language>,
}

impl Default for SearchConfig {
    fn default() -> Self {
        let languages = std::iter::once(Language::En).chain(Language::FOREIGN);
        Self {
            languages: languages.collect(),
        }
    }
}

/// A language that a query may be typed in, as BCP 47 calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Language {
    En,
    Zh,
    Ja,
    Ko,
    De,
    Es,
    Fr,
    Pt,
    Ru,
}

impl Language {
    /// All but English.
    pub const FOREIGN: [Self; 8] = [
        Self::Zh,
        Self::Ja,
        Self::Ko,
        Self::De,
        Self::Es,
        Self::Fr,
        Self::Pt,
        Self::Ru,
    ];

    /// Its subtag, such as `de`.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
            Self::Ja => "ja",
            Self::Ko => "ko",
            Self::De => "de",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::Pt => "pt",
            Self::Ru => "ru",
        }
    }
}

/// `[hosting]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HostingConfig {
    /// What answers requests, which decides the install commands that pages show.
    pub mode: HostingMode,
    /// Whose limits a build keeps to; unset means no limit. Its place is that in the settings.
    pub host: Option<Spanned<Host>>,
    /// `owner/repository` that holds the content, for `mode = "github"`.
    pub github_repository: Option<String>,
    /// The commit or branch of that repository, for `mode = "github"`.
    pub github_commit: Option<String>,
    /// Path of the content folder in that repository. Default `content`.
    pub github_content_path: Option<String>,
}

/// What answers the site's requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HostingMode {
    /// Files only.
    #[default]
    Static,
    /// Files, and a function that answers the routes with a query.
    Edge,
    /// Files, and a public repository from which the `clawhub` client reads.
    Github,
}

/// `[api]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    /// Whether each skill has documents of its versions and of where to get it, besides the one that describes it.
    pub full: bool,
    /// Whether each skill has an index and copies of its files for clients that fetch these one by one.
    pub file_indexes: bool,
}

/// `[versions]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VersionsConfig {
    /// Where old versions of the registry's own skills come from, with their files.
    pub from: OwnVersionsFrom,
}

/// Where old versions of the registry's own skills come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OwnVersionsFrom {
    /// None are published with their files.
    #[default]
    None,
    /// The git repository that the content folder lies in.
    Git,
}

/// `[feeds]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FeedsConfig {
    /// Whether each tag of two skills or more has a feed.
    pub tags: bool,
}

/// `[signing]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SigningConfig {
    /// The public key that the site names; a build signs with its secret, which no file of the registry has.
    pub public_key: Option<PublicKey>,
}

/// `[budgets]`: in bytes, brotli'd where hosts compress, but for `files`; unset means no limit.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budgets {
    /// HTML of the first listing page.
    pub listing_html: Option<Budget>,
    /// Everything that a visit of the first listing page loads.
    pub listing_visit: Option<Budget>,
    /// Everything that a visit of a median detail page loads.
    pub detail_visit: Option<Budget>,
    /// `search.js`, `search-box.js`, `search-worker.js`, `search.wasm` and, with vectors, `semantic.wasm`.
    pub search_engine: Option<Budget>,
    /// A first search, engine included (median).
    pub first_search: Option<Budget>,
    /// A later search (median).
    pub next_search: Option<Budget>,
    /// The whole site on disk.
    pub site: Option<Budget>,
    /// How many files the site has.
    pub files: Option<Budget>,
}

/// A limit and its place in the settings, so that what exceeds it can be shown there.
pub type Budget = Spanned<u64>;

impl Config {
    /// Reads `path`; a missing file gives the defaults when `is_required` is false. The problems are warnings.
    ///
    /// # Errors
    /// One problem with its place when the file cannot be read, is not TOML, or holds an unknown or wrong setting.
    pub fn load(path: &Path, is_required: bool) -> Result<(Self, Problems), Problems> {
        let error = match input_file::read_text(path) {
            Ok(text) => return Self::parse(path, input_file::without_mark(&text)),
            Err(error) => error,
        };
        let hint = match error.kind() {
            io::ErrorKind::NotFound if !is_required => {
                return Ok((Self::default(), Problems::new()));
            }
            io::ErrorKind::NotFound => {
                "leave `--config` out to use `skillpress.toml`, or the defaults when there is none"
            }
            _ => input_file::hint(&error),
        };
        let message = format!("the settings cannot be read: {error}");
        let problem = Problem::error(path, "config", message).hint(hint);
        Err(Problems::from_iter([problem]))
    }

    /// Reads the settings `text`, which stand in `path` or shall; the problems are warnings.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(path: &Path, text: &str) -> Result<(Self, Problems), Problems> {
        let error = |place, message: &str, hint: &str| {
            let problem = Problem::error(path, "config", message).hint(hint);
            Problems::from_iter([problem.at(text, place)])
        };
        let not_read = |fault: toml::de::Error| {
            let place = fault.span().map(|span| Place::Offset(span.start));
            // Parsers of TOML explain themselves over several lines; a problem is one sentence.
            let first_line = fault.message().lines().next();
            error(
                place.unwrap_or(Place::File),
                first_line.unwrap_or("the settings are not valid TOML"),
                "the README lists every setting with its default",
            )
        };
        let mut settings = DeTable::parse(text).map_err(not_read)?;
        let warnings = former::rename(settings.get_mut(), path, text)?;
        let place_of_hosting = place_of(settings.get_ref(), "hosting");
        let is_base_url_set = settings.get_ref().contains_key("base_url");
        let mut config = Self::deserialize(Deserializer::from(settings)).map_err(not_read)?;
        config.is_base_url_set = is_base_url_set;
        let hosting = &config.hosting;
        if hosting.mode == HostingMode::Github && hosting.github_repository.is_none() {
            return Err(error(
                place_of_hosting,
                "the `mode` of `[hosting]` is `github`, but `github_repository` is not set",
                "add `github_repository = \"owner/repository\"` below `[hosting]`",
            ));
        }
        if let Some((name, place)) = repeated_name(&config.sources) {
            return Err(error(
                place,
                &format!("two sources are called `{name}`"),
                "give one of them another `name`",
            ));
        }
        Ok((config, warnings))
    }
}

/// A name that two sources have, and where the second stands.
fn repeated_name(sources: &[Spanned<SourceConfig>]) -> Option<(&str, Place)> {
    let mut names = BTreeSet::new();
    let mut repeated = sources
        .iter()
        .filter(|source| !names.insert(source.get_ref().name.as_str()));
    let source = repeated.next()?;
    Some((&source.get_ref().name, Place::Offset(source.span().start)))
}

/// Where the key `name` stands in the settings.
fn place_of(settings: &DeTable<'_>, name: &str) -> Place {
    let found = settings.get_key_value(name);
    found.map_or(Place::File, |(key, _)| Place::Offset(key.span().start))
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
        let (config, warnings) = Config::parse(Path::new("x"), "").unwrap();
        assert_eq!(config, Config::default());
        assert!(warnings.is_empty());
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
        let is_set = |text| {
            let (config, _) = Config::parse(Path::new("x"), text).unwrap();
            config.is_base_url_set
        };
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
        for text in [
            "# [hosting]\n[hosting]\nmode = \"github\"\n",
            "# [install]\n[install]\nhosting = \"github\"\n",
        ] {
            let error = error_of(text);
            assert!(
                error.starts_with("error: skillpress.toml:2:2: the `mode` of `[hosting]` is `github`, but `github_repository` is not set\n"),
                "{error}"
            );
        }
    }

    #[test]
    fn an_unknown_host_is_an_error_that_names_the_known_ones() {
        let error = error_of("[hosting]\nhost = \"cloudflare\"\n");
        assert!(
            error.starts_with("error: skillpress.toml:2:8: unknown variant `cloudflare`, expected one of `cloudflare-free`, `cloudflare-paid`, `github-pages`, "),
            "{error}"
        );
    }

    #[test]
    fn the_former_table_is_read_with_a_warning_that_shows_what_to_write() {
        let former = "title = \"A\"\n[install]\nhosting = \"github\"\ngithub_repository = \"ana/skills\"\ngithub_commit = \"main\"\n";
        let (config, warnings) = Config::parse(Path::new("skillpress.toml"), former).unwrap();
        let now = former
            .replace("[install]", "[hosting]")
            .replace("hosting = ", "mode = ");
        let (expected, none) = Config::parse(Path::new("skillpress.toml"), &now).unwrap();
        assert_eq!(config, expected);
        assert!(none.is_empty());
        assert_eq!(
            warnings.sorted()[0].to_string(),
            "warning: skillpress.toml:2:2: `[install]` is called `[hosting]` now, and its `hosting` is `mode`\n\
             2 | [install]\n  |  ^\n\
             hint: write in its place `[hosting]`, `github_commit = \"main\"`, `github_repository = \"ana/skills\"`, `mode = \"github\"`\n"
        );
    }

    #[test]
    fn both_tables_at_once_are_an_error_that_names_both() {
        let error = error_of("[hosting]\nmode = \"edge\"\n[install]\nhosting = \"edge\"\n");
        assert!(
            error.starts_with(
                "error: skillpress.toml:3:2: `[install]` and `[hosting]` both say where the site is published"
            ),
            "{error}"
        );
    }
}
