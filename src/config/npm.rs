//! `[npm]`: the registry of packages for npm.

use std::fmt;

use serde::Deserialize;
use thiserror::Error;

use crate::key::is_discovery_name;

/// `[npm]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NpmConfig {
    /// The scope of all packages; unset means no packages.
    pub scope: Option<NpmScope>,
}

/// A scope of npm packages: `@` and a name that [`is_discovery_name`] accepts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct NpmScope(String);

impl fmt::Display for NpmScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for NpmScope {
    type Error = NpmScopeError;

    fn try_from(scope: String) -> Result<Self, NpmScopeError> {
        match scope.strip_prefix('@') {
            Some(name) if is_discovery_name(name) => Ok(Self(scope)),
            _ => Err(NpmScopeError(scope)),
        }
    }
}

/// A text is no scope.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no scope of npm; write one such as `@acme`, in lower-case letters, digits and single `-`"
)]
pub struct NpmScopeError(String);

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::Config;

    #[test]
    fn a_scope_is_an_at_sign_and_a_plain_name() {
        let scope = |scope: &str| {
            let settings = format!("[npm]\nscope = \"{scope}\"\n");
            let config = Config::parse(Path::new("skillpress.toml"), &settings);
            let config = config.map_err(|problems| problems.sorted()[0].to_string());
            config.map(|(config, _)| config.npm.scope.map(|scope| scope.to_string()))
        };
        assert_eq!(scope("@acme"), Ok(Some("@acme".to_owned())));
        for odd in ["acme", "@", "@Acme", "@a/b", "@../x", ""] {
            let error = scope(odd).unwrap_err();
            let start = format!("error: skillpress.toml:2:9: `{odd}` is no scope of npm; ");
            assert!(error.starts_with(&start), "{error}");
        }
    }
}
