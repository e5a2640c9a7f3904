//! `skillpress new`: a valid skill to start from.

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
    let name = valid_name(&args.name).map_err(CommandError::System)?;
    let file = name.folder_in(&args.content).join("SKILL.md");
    let text = TEMPLATE
        .replace("{{slug}}", &name.slug)
        .replace("{{day}}", &super::today().date());
    write_file(&file, &text)?;
    print_line!(
        "`{}` is written; fill it in, and look at it with `skillpress serve`",
        file.display()
    );
    Ok(())
}

fn valid_name(text: &str) -> Result<SkillKey, String> {
    let name = SkillKey::parse(text)
        .ok_or_else(|| format!("`{text}` is not an identity; write one such as `ana/pdf-tools`"))?;
    if !is_discovery_name(&name.slug) {
        return Err(format!(
            "`{}` cannot be installed under that name; use 1 to 64 lower-case letters, digits and single hyphens",
            name.slug
        ));
    }
    if RESERVED_OWNERS.contains(&name.owner.to_lowercase().as_str()) {
        return Err(format!(
            "the site needs the name `{}` for itself; choose another owner",
            name.owner
        ));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_clients_install_are_made() {
        assert!(valid_name("ana/pdf-tools").is_ok());
        for bad in [
            "pdf", "ana/PDF", "ana/a--b", "ana/-a", "Skills/x", "ana/../x",
        ] {
            assert!(valid_name(bad).is_err(), "{bad}");
        }
    }
}
