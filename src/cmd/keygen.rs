//! `skillpress keygen`: a key to sign sites with.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CommandError;
use super::signing::KEY_VARIABLE;
use crate::minisign::SecretKey;

/// Options of `keygen`.
#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// Where the secret key goes; the public key goes beside it, with the ending `.pub`. No file is ever replaced
    #[arg(value_name = "FILE", default_value = "skillpress.key")]
    file: PathBuf,
}

/// Makes a key, writes it to two files, and says what to do with each.
///
/// # Errors
/// A file that is there already; what the system refuses.
pub fn run(args: &KeygenArgs) -> Result<(), CommandError> {
    let (secret_file, public_file) = (&args.file, args.file.with_extension("pub"));
    if *secret_file == public_file {
        let message = format!("`{}` is the name of a public key", public_file.display());
        return Err(CommandError::advised(
            message,
            "name the secret key, such as `skillpress.key`",
        ));
    }
    let key = SecretKey::generate();
    let key = key.map_err(|error| CommandError::advised(error, error.hint()))?;
    let public = key.public();
    create(secret_file, &key.file(), 0o600)?;
    create(&public_file, &public.file(), 0o644).inspect_err(|_| {
        // Best effort: half of a pair is none.
        let _ = fs::remove_file(secret_file);
    })?;
    print_line!(
        "secret key: `{}`; keep a copy, and let nobody have it: never commit it",
        secret_file.display()
    );
    print_line!(
        "public key: `{}`, key {}",
        public_file.display(),
        public.id()
    );
    print_line!("");
    print_line!("1. Write into `skillpress.toml`, and commit that:");
    print_line!("");
    print_line!("[signing]");
    print_line!("public_key = \"{public}\"");
    print_line!("");
    print_line!(
        "2. Build with the secret key: `{KEY_VARIABLE}={} skillpress build`",
        shell_word(secret_file)
    );
    print_line!(
        "   In a workflow, make the text of the file a secret, and give that as `{KEY_VARIABLE}` to the step that builds."
    );
    print_line!("3. Tell the public key where people look for it, and not on the site alone.");
    Ok(())
}

/// Writes `text` to a new file that only those of `mode` may read, where the system knows that.
fn create(file: &Path, text: &str, mode: u32) -> Result<(), CommandError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(file).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => CommandError::advised(
            format_args!(
                "`{}` is there already, and may be somebody's key",
                file.display()
            ),
            "give another name: `skillpress keygen FILE`",
        ),
        io::ErrorKind::NotFound => CommandError::advised(
            format_args!("cannot write `{}`: {error}", file.display()),
            "make its folder first",
        ),
        _ => CommandError::cannot(format_args!("write `{}`", file.display()), error),
    })
}

/// The path as one word of a shell.
fn shell_word(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    match path.chars().all(is_plain) {
        true => path,
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}
