//! `skillpress new`: a valid skill to start from.

use std::fmt;
use std::path::PathBuf;

use clap::Args;

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
    let key = valid_key(&args.name).map_err(CommandError::failed)?;
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

fn valid_key(text: &str) -> Result<SkillKey, NewSkillError> {
    let key = SkillKey::parse(text).ok_or_else(|| NewSkillError::NotAKey(text.to_owned()))?;
    if !is_discovery_name(&key.slug) {
        return Err(NewSkillError::NotInstallable { slug: key.slug });
    }
    if RESERVED_OWNERS.contains(&key.owner.to_lowercase().as_str()) {
        return Err(NewSkillError::Reserved { owner: key.owner });
    }
    Ok(key)
}

/// Why no skill is made under a name.
#[derive(Debug)]
enum NewSkillError {
    NotAKey(String),
    NotInstallable { slug: String },
    Reserved { owner: String },
}

impl fmt::Display for NewSkillError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAKey(text) => {
                write!(
                    f,
                    "`{text}` is not an identity; write one such as `ana/pdf-tools`"
                )
            }
            Self::NotInstallable { slug } => write!(
                f,
                "`{slug}` cannot be installed under that name; use 1 to 64 lower-case letters, digits and single hyphens"
            ),
            Self::Reserved { owner } => write!(
                f,
                "the site needs the name `{owner}` for itself; choose another owner"
            ),
        }
    }
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
    }
}
