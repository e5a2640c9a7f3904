//! `skillpress mirror`: a whole copy of a published site, as its sums say.

use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CommandError;
use super::summed::{KeyArg, LimitArgs, signer_line, sums_error};
use crate::mirror::{MirrorError, MirrorOptions, Mirrored, mirror};
use crate::problem::Problem;
use crate::progress::Progress;
use crate::site_source::SiteSource;
use crate::text::number::{counted, grouped};

/// Options of `mirror`.
#[derive(Debug, Args)]
pub struct MirrorArgs {
    /// The URL where the site stands; a folder does as well
    #[arg(value_name = "URL")]
    site: String,
    /// Where the copy goes: a folder that is missing, empty, or a copy from before, which then follows the site
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    key: KeyArg,
    #[command(flatten)]
    limits: LimitArgs,
    /// Most bytes to fetch
    #[arg(long, value_name = "N", default_value_t = 64 << 30)]
    max_bytes: u64,
    /// Print errors only
    #[arg(long)]
    quiet: bool,
}

/// Fetches what the copy lacks, puts it in place when all is there and right, and says what became of it.
///
/// # Errors
/// Exit code 1 for a site that is not what it says; 2 when it cannot be fetched, or the copy not be written. The copy is then
/// as it was.
pub fn run(args: &MirrorArgs) -> Result<(), CommandError> {
    let source = SiteSource::open_whole(&args.site)?;
    let options = MirrorOptions {
        key: args.key.key()?,
        limits: args.limits.limits(),
        max_bytes: args.max_bytes,
    };
    let progress = Progress::new(args.quiet);
    progress.stage("files");
    let bar = progress.bar();
    let count = |n_fetched: usize, n_files: usize| {
        bar.set_length(n_files as u64);
        bar.set_position(n_fetched as u64);
    };
    let mirrored = mirror(&source, &args.folder, &options, &count);
    bar.finish_and_clear();
    let mirrored = mirrored.map_err(|error| command_error(&args.site, error))?;
    if !args.quiet {
        print(args, &mirrored);
    }
    Ok(())
}

fn command_error(site: &str, error: MirrorError) -> CommandError {
    match &error {
        MirrorError::Sums(error) => sums_error(site, error),
        error if error.is_of_site() => {
            Problem::error(Path::new(site), "not copied", error.to_string())
                .hint(error.hint())
                .into()
        }
        error => CommandError::advised(error, error.hint()),
    }
}

fn print(args: &MirrorArgs, mirrored: &Mirrored) {
    print_line!(
        "{}: {}, {} fetched, {} removed",
        args.folder.display(),
        counted(mirrored.n_files, "file", "files"),
        grouped(mirrored.n_changed),
        grouped(mirrored.n_removed)
    );
    print_line!("{}", signer_line(&mirrored.signer));
    if !mirrored.not_served.is_empty() {
        print_line!(
            "not served, so not in the copy: {}; a host of your own gets its headers and redirects from docs/hosting.md",
            mirrored.not_served.join(", ")
        );
    }
    let same = |a: &str, b: &str| a.trim_end_matches('/') == b.trim_end_matches('/');
    if let Some(base_url) = &mirrored.base_url
        && !same(base_url, &args.site)
    {
        let path = path_of(base_url);
        print_line!(
            "`{base_url}` stays in canonical links, feeds, sitemaps, `robots.txt`, `llms.txt`, the search description and install commands; all other links lead to `{path}` of the host that serves them, so serve the copy there"
        );
    }
}

/// The path of a URL.
fn path_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |scheme| scheme + 3);
    url[after_scheme..]
        .find('/')
        .map_or("/", |slash| &url[after_scheme + slash..])
}
