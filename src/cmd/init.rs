//! `skillpress init`: a registry that builds at once.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CommandError;

/// Options of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Folder to make; it must be missing or empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// A file of a new registry, with its path there.
macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../assets/init/", $path)))
    };
}

/// What a new registry holds.
const FILES: &[(&str, &str)] = &[
    file!(".github/workflows/publish.yml"),
    file!(".gitignore"),
    file!("README.md"),
    file!("skillpress.toml"),
    file!("content/badges/deprecated.toml"),
    file!("content/badges/highlighted.toml"),
    file!("content/badges/official.toml"),
    file!("content/badges/redactionApproved.toml"),
    file!("content/skills/ana/commit-messages/SKILL.md"),
    file!("content/skills/ana/meeting-notes/SKILL.md"),
    file!("content/skills/ana/meeting-notes/assets/template.md"),
];

/// Writes the files and says what to do next.
///
/// # Errors
/// A folder that holds something already; what the file system refuses.
pub fn run(args: &InitArgs) -> Result<(), CommandError> {
    refuse_full_folder(&args.folder)?;
    for (path, text) in FILES {
        write_file(&args.folder.join(path), text)?;
    }
    let folder = args.folder.display();
    print_line!("`{folder}` is a registry with two skills. Next:");
    print_line!("  cd {folder}");
    print_line!("  skillpress serve                 look at it while you edit");
    print_line!("  skillpress new OWNER/SLUG        add a skill");
    print_line!("  skillpress build                 write the site to `public/`");
    Ok(())
}

fn refuse_full_folder(folder: &Path) -> Result<(), CommandError> {
    let place = folder.display();
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(CommandError::advised(
            format_args!("`{place}` holds files already, and `init` overwrites none"),
            "name a folder that is missing or empty",
        )),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(CommandError::cannot(format_args!("make `{place}`"), error)),
    }
}

/// Writes a text file and the folders above it; never overwrites.
///
/// # Errors
/// An existing file; what the file system refuses.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), CommandError> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::File::create_new(path)?.write_all(text.as_bytes())
    };
    write().map_err(|error| CommandError::cannot(format_args!("write `{}`", path.display()), error))
}
