//! `skillpress new`: a valid skill to start from.

use std::path::PathBuf;

use clap::Args;
use thiserror::Error;

use super::error::CommandError;
use super::init::write_file;
use crate::key::{SkillKey, is_discovery_name};
use crate::url::RESERVED_OWNERS;

/// Options of `new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// Who publishes the skill, and its short name
    #[arg(value_name = "OWNER/SLUG")]
    name: String,
    /// Folder that holds `skills/`
    #[arg(long, value_name = "DIR", default_value = "content")]
    content: PathBuf,
}

const TEMPLATE: &str = include_str!("../../assets/init/new/SKILL.md");

/// Writes `skills/OWNER/SLUG/SKILL.md`.
///
/// # Errors
/// A name that clients could not install, an owner that the site needs, a skill that is there already.
pub fn run(args: &NewArgs) -> Result<(), CommandError> {
    let key = valid_key(&args.name).map_err(|error| CommandError::advised(&error, error.hint()))?;
    let file = key.folder_in(&args.content).join("SKILL.md");
    let text = TEMPLATE
        .replace("{{slug}}", &key.slug)
        .replace("{{day}}", &super::today().date());
    write_file(&file, &text)?;
    print_line!(
        "`{}` is written; fill it in, and look at it with `skillpress serve`",
        file.display()
    );
    Ok(())
}

/// Why no skill of a name is made.
#[derive(Debug, Error)]
enum NameError {
    #[error("`{text}` is not an identity")]
    NoKey { text: String },
    #[error("`{slug}` cannot be installed under that name")]
    Slug { slug: String },
    #[error("the site needs the name `{owner}` for itself")]
    Reserved { owner: String },
}

impl NameError {
    fn hint(&self) -> &'static str {
        match self {
            Self::NoKey { .. } => "write one such as `ana/pdf-tools`",
            Self::Slug { .. } => "use 1 to 64 lower-case letters, digits and single hyphens",
            Self::Reserved { .. } => "choose another owner",
        }
    }
}

fn valid_key(text: &str) -> Result<SkillKey, NameError> {
    let Some(key) = SkillKey::parse(text) else {
        let text = text.to_owned();
        return Err(NameError::NoKey { text });
    };
    if !is_discovery_name(&key.slug) {
        return Err(NameError::Slug { slug: key.slug });
    }
    if RESERVED_OWNERS.contains(&key.owner.to_lowercase().as_str()) {
        return Err(NameError::Reserved { owner: key.owner });
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_clients_install_are_made() {
        assert!(valid_key("ana/pdf-tools").is_ok());
        for bad in [
            "pdf", "ana/PDF", "ana/a--b", "ana/-a", "Skills/x", "ana/../x",
        ] {
            assert!(valid_key(bad).is_err(), "{bad}");
        }
        for (bad, told) in [
            (
                "pdf",
                "`pdf` is not an identity; write one such as `ana/pdf-tools`",
            ),
            (
                "ana/PDF",
                "`PDF` cannot be installed under that name; use 1 to 64 lower-case letters, digits and single hyphens",
            ),
            (
                "Skills/x",
                "the site needs the name `Skills` for itself; choose another owner",
            ),
        ] {
            let error = valid_key(bad).unwrap_err();
            assert_eq!(format!("{error}; {}", error.hint()), told);
        }
    }
}
