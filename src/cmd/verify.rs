//! `skillpress verify`: whether a copy of a site is what its sums say, and by whom these are.

use clap::Args;
use std::num::NonZeroUsize;

use super::error::CommandError;
use super::summed::{KeyArg, LimitArgs, signer_line, sums_error};
use crate::problem::Problems;
use crate::progress::Progress;
use crate::site_source::SiteSource;
use crate::terminal::Terminal;
use crate::text::number::{counted, grouped};
use crate::verify::{Verification, VerifyError, VerifyOptions, verify};

/// Options of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// A published site or a copy of one: a folder, or the URL where it stands
    #[arg(value_name = "DIR|URL")]
    site: String,
    #[command(flatten)]
    key: KeyArg,
    /// Read so many files, chosen at random, and not all
    #[arg(long, value_name = "N")]
    sample: Option<NonZeroUsize>,
    #[command(flatten)]
    limits: LimitArgs,
    /// Print one JSON document for programs
    #[arg(long)]
    json: bool,
}

/// Checks the signature and the files, and says what is added, missing or changed.
///
/// # Errors
/// Exit code 1 for a site that is not what it says; 2 when it cannot be read.
pub fn run(args: &VerifyArgs) -> Result<(), CommandError> {
    let source = SiteSource::open_whole(&args.site)?;
    let options = VerifyOptions {
        key: args.key.key()?,
        sample: args.sample.map(NonZeroUsize::get),
        limits: args.limits.limits(),
    };
    let progress = Progress::new(args.json);
    progress.stage("files");
    let bar = progress.bar();
    let count = |n_read: usize, n_files: usize| {
        bar.set_length(n_files as u64);
        bar.set_position(n_read as u64);
    };
    let verified = verify(&source, &options, &count);
    bar.finish_and_clear();
    let verification = verified.map_err(|error| command_error(&args.site, error))?;
    if args.json {
        // Nobody may be reading, and the exit code says how it went.
        let _ = Terminal::stdout().json(&verification);
    } else {
        print(&args.site, &verification);
    }
    match verification.is_whole() {
        true => Ok(()),
        false => Err(CommandError::Content(Problems::new())),
    }
}

fn command_error(site: &str, error: VerifyError) -> CommandError {
    match error {
        VerifyError::Sums(error) => sums_error(site, &error),
        error => CommandError::advised(
            format_args!("cannot verify `{site}`: {error}"),
            "check the address and the network, and try again",
        ),
    }
}

fn print(site: &str, verification: &Verification) {
    for (paths, what) in [
        (&verification.changed, "changed"),
        (&verification.missing, "missing"),
        (&verification.added, "added"),
        (&verification.not_served, "not served"),
    ] {
        for path in paths {
            print_line!("{what}: {path}");
        }
    }
    if !verification.not_served.is_empty() {
        print_line!(
            "not served: hosts obey these files or do not know them, and keep them to themselves; that is no damage"
        );
    }
    print_line!("{}", signer_line(&verification.signer));
    let Verification { files, checked, .. } = verification;
    let files = counted(*files, "file", "files");
    let read = match verification.checked == verification.files {
        true => files,
        false => format!("{} of {files}", grouped(*checked)),
    };
    let counts = [
        (&verification.changed, "changed"),
        (&verification.missing, "missing"),
        (&verification.added, "added"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(paths, _)| !paths.is_empty())
        .map(|(paths, what)| format!("{} {what}", grouped(paths.len())))
        .collect();
    match counts.is_empty() {
        true => print_line!("{site}: {read} read, each as the sums say"),
        false => print_line!("{site}: {read} read; {}", counts.join(", ")),
    }
}
