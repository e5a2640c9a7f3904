//! Keys, region and endpoint as `aws configure` writes them, into `~/.aws/credentials` and `~/.aws/config`.

use std::collections::HashMap;
use std::env;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use configparser::ini::{Ini, IniDefault};
use thiserror::Error;

use crate::input_file;

/// What a profile says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AwsProfile {
    pub(super) name: String,
    pub(super) keys: Option<AwsKeys>,
    pub(super) region: Option<String>,
    pub(super) endpoint_url: Option<String>,
    /// Whether it names endpoints by service, in a section of their own.
    pub(super) has_services: bool,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum AwsKeys {
    Written {
        id: String,
        secret: String,
        session_token: Option<String>,
    },
    /// Somebody else is to be asked, by the setting that is named here.
    Asked { by: &'static str },
}

/// Without keys, which may come into a log.
impl fmt::Debug for AwsKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsKeys").finish_non_exhaustive()
    }
}

/// Settings by which keys come from elsewhere, and which go before keys that are written.
const ASKED_FIRST: [&str; 4] = ["role_arn", "sso_session", "sso_start_url", "sso_account_id"];

/// Those that go before keys in `config` alone.
const ASKED_THEN: [&str; 2] = ["login_session", "credential_process"];

impl AwsProfile {
    /// The profile that `AWS_PROFILE` names, or else `default`, which need not exist.
    ///
    /// # Errors
    /// A file that cannot be read; a profile that none of them has.
    pub(super) fn read() -> Result<Self, ProfileError> {
        let name = env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty());
        let credentials = read("AWS_SHARED_CREDENTIALS_FILE", "credentials")?;
        let config = read("AWS_CONFIG_FILE", "config")?;
        Self::of(name.as_deref(), &credentials, &config)
    }

    fn of(
        name: Option<&str>,
        credentials: &Sections,
        config: &Sections,
    ) -> Result<Self, ProfileError> {
        let is_named = name.is_some();
        let name = name.unwrap_or("default");
        let in_config = match name {
            "default" => "default",
            name => &format!("profile {name}"),
        };
        let [credentials, config] = [credentials.get(name), config.get(in_config)];
        if is_named && credentials.or(config).is_none() {
            let profile = name.to_owned();
            return Err(ProfileError::Missing { profile });
        }
        let value = |key| value(credentials, key).or_else(|| value(config, key));
        let asked = |settings: &[&'static str]| {
            let mut settings = settings.iter().filter(|setting| value(setting).is_some());
            settings.next().map(|by| AwsKeys::Asked { by })
        };
        // In the order of Amazon's own programs.
        let keys = asked(&ASKED_FIRST)
            .or_else(|| written(credentials))
            .or_else(|| asked(&ASKED_THEN))
            .or_else(|| written(config));
        Ok(Self {
            name: name.to_owned(),
            keys,
            region: value("region"),
            endpoint_url: value("endpoint_url"),
            has_services: value("services").is_some(),
        })
    }
}

/// Settings of one section.
type Section = HashMap<String, Option<String>>;

/// Sections by name.
type Sections = HashMap<String, Section>;

fn value(section: Option<&Section>, key: &str) -> Option<String> {
    let mut settings = section?.iter();
    let (_, value) = settings.find(|(name, _)| name.eq_ignore_ascii_case(key))?;
    value.clone().filter(|value| !value.is_empty())
}

fn written(section: Option<&Section>) -> Option<AwsKeys> {
    Some(AwsKeys::Written {
        id: value(section, "aws_access_key_id")?,
        secret: value(section, "aws_secret_access_key")?,
        session_token: value(section, "aws_session_token"),
    })
}

/// The file that `variable` names, or `name` in `~/.aws`. One that is not there says nothing, and no more does `/dev/null`.
fn read(variable: &str, name: &str) -> Result<Sections, ProfileError> {
    let named = env::var_os(variable).map(PathBuf::from);
    let usual = || Some(env::home_dir()?.join(".aws").join(name));
    let Some(path) = named.or_else(usual).filter(|path| path.is_file()) else {
        return Ok(Sections::new());
    };
    match input_file::read_text(&path) {
        Ok(text) => parse(&path, &text),
        Err(error) => Err(ProfileError::File { path, error }),
    }
}

fn parse(path: &Path, text: &str) -> Result<Sections, ProfileError> {
    let mut syntax = IniDefault::default();
    syntax.case_sensitive = true;
    syntax.delimiters = vec!['='];
    // A `#` may be part of a value.
    syntax.inline_comment_symbols = Some(Vec::new());
    // What is indented belongs to the setting above, such as `s3 =`.
    let lines = text.lines().filter(|line| !line.starts_with([' ', '\t']));
    let text = lines.collect::<Vec<_>>().join("\n");
    let read = Ini::new_from_defaults(syntax).read(text);
    read.map_err(|reason| ProfileError::Syntax {
        path: path.to_owned(),
        reason,
    })
}

/// Why no profile can be read.
#[derive(Debug, Error)]
pub(super) enum ProfileError {
    #[error(
        "no profile `{profile}`, which `AWS_PROFILE` names, in `~/.aws/credentials` or `~/.aws/config`"
    )]
    Missing { profile: String },
    #[error("cannot read `{}`: {error}", path.display())]
    File { path: PathBuf, error: io::Error },
    #[error("cannot read `{}`: {reason}", path.display())]
    Syntax { path: PathBuf, reason: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(text: &str) -> Sections {
        parse(Path::new("config"), text).unwrap()
    }

    fn profile(name: Option<&str>) -> Result<AwsProfile, ProfileError> {
        let credentials = "[default]\naws_access_key_id = AK1\naws_secret_access_key=a/b+c=#d\n\
                           # a comment\n\n[work]\naws_access_key_id = AK2\naws_secret_access_key = s2\naws_session_token = t2\n";
        let config = "[default]\nregion = eu-west-1\n\n[profile work]\nregion = auto\n\
                      Endpoint_URL = https://store.example:9000\ndynamodb =\n  endpoint_url = https://other.example\n\
                      [profile sso]\nsso_session = house\nregion = us-east-1\n[sso-session house]\nsso_region = us-east-1\n\
                      [profile command]\ncredential_process = keys\naws_access_key_id = AK3\naws_secret_access_key = s3\nservices = x\n";
        AwsProfile::of(name, &sections(credentials), &sections(config))
    }

    fn keys(id: &str, secret: &str, session_token: Option<&str>) -> Option<AwsKeys> {
        Some(AwsKeys::Written {
            id: id.to_owned(),
            secret: secret.to_owned(),
            session_token: session_token.map(str::to_owned),
        })
    }

    #[test]
    fn a_profile_has_keys_region_and_endpoint() {
        let default = profile(None).unwrap();
        assert_eq!(default.keys, keys("AK1", "a/b+c=#d", None));
        assert_eq!(default.region.as_deref(), Some("eu-west-1"));
        assert_eq!(default.endpoint_url, None);
        let work = profile(Some("work")).unwrap();
        assert_eq!(work.keys, keys("AK2", "s2", Some("t2")));
        assert_eq!(
            work.endpoint_url.as_deref(),
            Some("https://store.example:9000")
        );
    }

    #[test]
    fn who_is_to_be_asked_for_keys_is_named() {
        for (name, by) in [("sso", "sso_session"), ("command", "credential_process")] {
            let keys = profile(Some(name)).unwrap().keys;
            assert_eq!(keys, Some(AwsKeys::Asked { by }));
        }
        assert!(profile(Some("command")).unwrap().has_services);
    }

    #[test]
    fn keys_in_credentials_go_before_a_command() {
        let credentials = sections("[a]\naws_access_key_id = AK\naws_secret_access_key = s\n");
        let with = |setting: &str| {
            let config = sections(&format!(
                "[profile a]\naws_session_token = t\n{setting} = x\n"
            ));
            let profile = AwsProfile::of(Some("a"), &credentials, &config);
            profile.unwrap().keys
        };
        assert_eq!(with("credential_process"), keys("AK", "s", None));
        let by = "role_arn";
        assert_eq!(with(by), Some(AwsKeys::Asked { by }));
    }

    #[test]
    fn a_profile_that_is_named_has_to_be_there() {
        let missing = profile(Some("hous")).unwrap_err().to_string();
        assert!(missing.starts_with("no profile `hous`"), "{missing}");
        let none = AwsProfile::of(None, &Sections::new(), &Sections::new());
        assert_eq!(none.unwrap().keys, None);
    }
}
