//! Keys, region and endpoint as `aws configure` writes them, into `~/.aws/credentials` and `~/.aws/config`.

use std::collections::HashMap;
use std::env;
use std::io;
use std::path::{Path, PathBuf};

use configparser::ini::{Ini, IniDefault};
use thiserror::Error;

use crate::input_file;

/// What a profile says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AwsProfile {
    pub(super) keys: Option<AwsKeys>,
    pub(super) region: Option<String>,
    pub(super) endpoint_url: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum AwsKeys {
    Written {
        id: String,
        secret: String,
        session_token: Option<String>,
    },
    /// Somebody else is to be asked, by the setting that is named here.
    Asked { profile: String, by: &'static str },
}

/// Without keys, which may come into a log.
impl std::fmt::Debug for AwsKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AwsKeys").finish_non_exhaustive()
    }
}

/// Settings by which the keys of a profile come from elsewhere. Each goes before keys that are written.
const ASKED_BY: [&str; 7] = [
    "role_arn",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "login_session",
    "credential_process",
    "credential_source",
];

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
        let sections = [credentials.get(name), config.get(in_config)];
        let sections: Vec<_> = sections.into_iter().flatten().collect();
        if is_named && sections.is_empty() {
            let profile = name.to_owned();
            return Err(ProfileError::Missing { profile });
        }
        let value = |key: &str| {
            let mut values = sections.iter().filter_map(|section| section.get(key));
            values.find_map(|value| value.clone().filter(|value| !value.is_empty()))
        };
        let asked_by = ASKED_BY.into_iter().find(|by| value(by).is_some());
        let keys = match asked_by {
            Some(by) => Some(AwsKeys::Asked {
                profile: name.to_owned(),
                by,
            }),
            None => value("aws_access_key_id")
                .zip(value("aws_secret_access_key"))
                .map(|(id, secret)| AwsKeys::Written {
                    id,
                    secret,
                    session_token: value("aws_session_token"),
                }),
        };
        Ok(Self {
            keys,
            region: value("region"),
            endpoint_url: value("endpoint_url"),
        })
    }
}

/// Settings by section.
type Sections = HashMap<String, HashMap<String, Option<String>>>;

/// The file that `variable` names, or `name` in `~/.aws`. One that is not there says nothing.
fn read(variable: &str, name: &str) -> Result<Sections, ProfileError> {
    let named = env::var_os(variable).map(PathBuf::from);
    let usual = || Some(env::home_dir()?.join(".aws").join(name));
    let Some(path) = named.or_else(usual) else {
        return Ok(Sections::new());
    };
    match input_file::read_text(&path) {
        Ok(text) => parse(&path, text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Sections::new()),
        Err(error) => Err(ProfileError::File { path, error }),
    }
}

fn parse(path: &Path, text: String) -> Result<Sections, ProfileError> {
    let mut syntax = IniDefault::default();
    syntax.case_sensitive = true;
    syntax.delimiters = vec!['='];
    // A `#` may be part of a value.
    syntax.inline_comment_symbols = Some(Vec::new());
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

    fn profile(name: Option<&str>) -> Result<AwsProfile, ProfileError> {
        let credentials = "[default]\naws_access_key_id = AK1\naws_secret_access_key=a/b+c=#d\n\
                           # a comment\n\n[work]\naws_access_key_id = AK2\naws_secret_access_key = s2\naws_session_token = t2\n";
        let config = "[default]\nregion = eu-west-1\n\n[profile work]\nregion = auto\n\
                      endpoint_url = https://store.example:9000\ns3 =\n  max_concurrent_requests = 20\n\
                      [profile sso]\nsso_session = house\nregion = us-east-1\n[sso-session house]\nsso_region = us-east-1\n";
        let sections = |text: &str| parse(Path::new("config"), text.to_owned()).unwrap();
        AwsProfile::of(name, &sections(credentials), &sections(config))
    }

    fn written(id: &str, secret: &str, session_token: Option<&str>) -> Option<AwsKeys> {
        Some(AwsKeys::Written {
            id: id.to_owned(),
            secret: secret.to_owned(),
            session_token: session_token.map(str::to_owned),
        })
    }

    #[test]
    fn a_profile_has_keys_region_and_endpoint() {
        let default = profile(None).unwrap();
        assert_eq!(default.keys, written("AK1", "a/b+c=#d", None));
        assert_eq!(default.region.as_deref(), Some("eu-west-1"));
        assert_eq!(default.endpoint_url, None);
        let work = profile(Some("work")).unwrap();
        assert_eq!(work.keys, written("AK2", "s2", Some("t2")));
        assert_eq!(
            work.endpoint_url.as_deref(),
            Some("https://store.example:9000")
        );
    }

    #[test]
    fn who_is_to_be_asked_for_keys_is_named() {
        let asked = AwsKeys::Asked {
            profile: "sso".to_owned(),
            by: "sso_session",
        };
        assert_eq!(profile(Some("sso")).unwrap().keys, Some(asked));
    }

    #[test]
    fn a_profile_that_is_named_has_to_be_there() {
        let missing = profile(Some("hous")).unwrap_err().to_string();
        assert!(missing.starts_with("no profile `hous`"), "{missing}");
        let none = AwsProfile::of(None, &Sections::new(), &Sections::new());
        assert_eq!(none.unwrap(), AwsProfile::default());
    }
}
