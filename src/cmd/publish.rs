//! `skillpress publish`: a built site to an object store or a folder.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CommandError;
use crate::key::SkillKey;
use crate::problem::{Problem, Problems};
use crate::progress::Progress;
use crate::publish::{
    IndexKeys, MaxDeletes, ObjectOptions, PublishError, Publisher, Purged, Requests, SiteFolder,
    Store, StoreError, Summary, Timing, Verified, addresses, base_url, open_store, verify,
};
use crate::terminal::Terminal;
use crate::text::number::{counted, grouped};

/// Options of `publish`.
#[derive(Debug, Args)]
pub struct PublishArgs {
    /// `s3://BUCKET/PREFIX`, `gs://…`, `az://…` or a folder; credentials and endpoints come from each cloud's own variables,
    /// such as `AWS_ACCESS_KEY_ID` and `AWS_ENDPOINT_URL`
    #[arg(value_name = "TARGET")]
    target: String,
    /// The built site
    #[arg(long, value_name = "DIR", default_value = "public")]
    site: PathBuf,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Bring back the generation before, from copies in the store; after a publication that was never finished, undo it
    #[arg(long, conflicts_with_all = ["verify", "purge", "precompress"])]
    rollback: bool,
    /// List the store and compare it with the publish record
    #[arg(long, conflicts_with_all = ["purge", "precompress", "dry_run"])]
    verify: bool,
    /// List the store, and send again what is missing or has another length; makes a damaged publish record anew
    #[arg(long, conflicts_with_all = ["rollback", "verify", "purge"])]
    repair: bool,
    /// Take a skill down at once, with all copies that are kept of it; lists and search name it until the site is published
    /// without it
    #[arg(long, value_name = "OWNER/SLUG", conflicts_with_all = ["precompress", "dry_run"])]
    purge: Option<String>,
    /// Stop before anything is written if more files would disappear; by default a tenth of them, at least 100
    #[arg(long, value_name = "N", conflicts_with_all = ["rollback", "verify", "purge"])]
    max_deletes: Option<usize>,
    /// Store pages, styles and scripts as brotli, for stores whose answers nobody compresses
    #[arg(long)]
    precompress: bool,
    /// Store each page at the address of its folder, too, such as `skills/`, for S3 stores that answer folders with nothing
    #[arg(long, conflicts_with_all = ["rollback", "verify", "purge"])]
    index_keys: bool,
    /// Delete the keys that `--index-keys` made
    #[arg(long, conflicts_with_all = ["index_keys", "rollback", "verify", "purge"])]
    no_index_keys: bool,
    /// Write the addresses of all that changed to this file, one a line, for a CDN; where nothing did, of all that changed
    /// with the generation that is there
    #[arg(long, value_name = "FILE", conflicts_with = "verify")]
    purge_list: Option<PathBuf>,
    /// Publish over a site that something else put there: files of the same names are replaced, the rest stays
    #[arg(long)]
    take_over: bool,
    /// Publish skills again that `--purge` took down
    #[arg(long, conflicts_with_all = ["rollback", "verify", "purge"])]
    allow_purged: bool,
    /// Publish to a store that ignores conditions: you make sure that nobody else does at the same time
    #[arg(long)]
    unconditional: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print errors only, and of a takedown what caches and mirrors must drop
    #[arg(long)]
    quiet: bool,
}

/// Publishes, brings back, takes down or compares.
///
/// # Errors
/// What stands in the way; a store that differs from its record.
pub fn run(args: &PublishArgs) -> Result<(), CommandError> {
    let store = open_store(&args.target)?;
    let purge_list = create_purge_list(args)?;
    let progress = Progress::new(args.quiet || args.json);
    let publisher = Publisher {
        store: &*store,
        at: jiff::Timestamp::now()
            .strftime("%Y-%m-%d %H:%M:%SZ")
            .to_string(),
        timing: Timing::default(),
        unconditional: args.unconditional,
        take_over: args.take_over,
        drop_index_keys: args.no_index_keys,
        allow_purged: args.allow_purged,
        repair: args.repair,
        progress: &progress,
    };
    if args.verify {
        return show_verified(args, &verify(&*store)?);
    }
    if let Some(skill) = &args.purge {
        let Some(skill) = SkillKey::parse(skill) else {
            return Err(CommandError::failed(format_args!(
                "`{skill}` is not OWNER/SLUG"
            )));
        };
        let purged = publisher.purge(&skill)?;
        write_purge_list(args, purge_list, &purged.paths)?;
        return show_purged(args, &purged);
    }
    let summary = if args.rollback {
        publisher.rollback(args.dry_run)?
    } else {
        publish(args, &publisher)?
    };
    progress.finish();
    write_purge_list(args, purge_list, &summary.changes.paths)?;
    show_summary(args, &*store, &summary)
}

fn publish(args: &PublishArgs, publisher: &Publisher<'_>) -> Result<Summary, CommandError> {
    if args.precompress && !publisher.store.keeps_headers() {
        return Err(CommandError::advised(
            "a folder keeps no headers, so nobody would know which of its files are compressed",
            "publish without `--precompress`, and let the web server compress",
        ));
    }
    if args.index_keys && publisher.store.index_keys() == IndexKeys::No {
        return Err(CommandError::advised(
            format_args!("`--index-keys` is for `s3://`; `{}` is not", args.target),
            "a web server answers folders with their `index.html`, and so do the website settings of Google's and Azure's stores",
        ));
    }
    refuse_inside(&args.target, &args.site)?;
    publisher.progress.stage("read");
    let options = ObjectOptions {
        precompress: args.precompress,
        index_keys: match args.index_keys {
            true => publisher.store.index_keys(),
            false => IndexKeys::No,
        },
    };
    let site = SiteFolder::open(&args.site, options)?;
    if !args.quiet {
        warn_of_base_url(&args.site);
        warn_of_unnamed(&args.site, &site.unnamed);
    }
    let max_deletes = args.max_deletes.map_or(MaxDeletes::Usual, MaxDeletes::Of);
    Ok(publisher.publish(&site, max_deletes, args.dry_run)?)
}

/// A target inside the site would be published into itself.
fn refuse_inside(target: &str, site: &Path) -> Result<(), CommandError> {
    let target = target.strip_prefix("file://").unwrap_or(target);
    if target.contains("://") {
        return Ok(());
    }
    // A folder that is not there yet lies where the first that is there lies.
    let mut folders = Path::new(target).ancestors();
    let there = folders.find(|folder| folder.exists());
    let there = there.unwrap_or(Path::new("."));
    let places = (there.canonicalize(), site.canonicalize());
    match places {
        (Ok(there), Ok(site)) if there.starts_with(&site) => Err(CommandError::advised(
            format_args!("`{target}` lies in the site that is to be published"),
            "name a folder outside of it",
        )),
        _ => Ok(()),
    }
}

/// As `build` says it of a site whose address nobody named.
fn warn_of_base_url(site: &Path) {
    let base_url = base_url(site).unwrap_or_default();
    let host = ::url::Url::parse(&base_url).ok();
    let host = host
        .as_ref()
        .and_then(::url::Url::host_str)
        .unwrap_or_default();
    if matches!(host, "" | "localhost" | "127.0.0.1" | "[::1]") {
        error_line!(
            "warning: the site was built for `{base_url}`, so canonical links, feeds, the sitemap and install commands work for no visitor"
        );
        error_line!("hint: set `base_url` in the settings, or build with `--base-url URL`");
    }
}

/// A folder may hold more than the site: keys, a repository, what an editor left.
fn warn_of_unnamed(site: &Path, unnamed: &[String]) {
    const MAX_NAMED: usize = 5;
    if unnamed.is_empty() {
        return;
    }
    let named: Vec<String> = unnamed
        .iter()
        .take(MAX_NAMED)
        .map(|path| format!("`{path}`"))
        .collect();
    let more = if unnamed.len() > MAX_NAMED {
        " and others"
    } else {
        ""
    };
    error_line!(
        "warning: not published, since no build wrote them: {} in `{}`, {}{more}",
        counted(unnamed.len(), "file", "files"),
        site.display(),
        named.join(", ")
    );
    error_line!(
        "hint: what is to be published lies in `static/` of the content folder, and is built"
    );
}

/// Before anything is published: a list that cannot be written would be lost.
fn create_purge_list(args: &PublishArgs) -> Result<Option<File>, CommandError> {
    let file = args.purge_list.as_deref().map(File::create);
    file.transpose()
        .map_err(|error| cannot_write_purge_list(args, error))
}

fn write_purge_list(
    args: &PublishArgs,
    file: Option<File>,
    paths: &[String],
) -> Result<(), CommandError> {
    let Some(mut file) = file else {
        return Ok(());
    };
    let base_url = base_url_or_root(&args.site);
    let addresses = addresses(&base_url, paths).into_iter();
    let text: String = addresses.map(|address| address + "\n").collect();
    file.write_all(text.as_bytes())
        .map_err(|error| cannot_write_purge_list(args, error))
}

fn cannot_write_purge_list(args: &PublishArgs, error: io::Error) -> CommandError {
    let file = args.purge_list.as_deref().unwrap_or(Path::new(""));
    CommandError::cannot(format_args!("write `{}`", file.display()), error)
}

/// Where the built site will stand; without one at hand, addresses are from the root of the host.
fn base_url_or_root(site: &Path) -> String {
    base_url(site).unwrap_or_else(|| "/".to_owned())
}

fn show_summary(
    args: &PublishArgs,
    store: &dyn Store,
    summary: &Summary,
) -> Result<(), CommandError> {
    if args.json {
        return print_json(summary);
    }
    if args.quiet {
        return Ok(());
    }
    let Summary {
        target,
        generation,
        changes,
        ..
    } = summary;
    let files = counted(summary.n_files, "file", "files");
    if summary.is_same {
        print_line!("`{target}` has this site already: generation {generation}, {files}");
        return Ok(());
    }
    let verb = if args.dry_run { "would get" } else { "has" };
    print_line!(
        "`{target}` {verb} generation {generation}: {files}, {:.1} MB; {} new, {} replaced, {} removed",
        summary.n_bytes as f64 / 1e6,
        grouped(changes.n_new),
        grouped(changes.n_replaced),
        grouped(changes.n_removed)
    );
    if args.dry_run {
        print_line!(
            "to upload: at most {:.1} MB",
            changes.n_changed_bytes as f64 / 1e6
        );
    } else {
        print_line!(
            "{} uploaded, {:.1} MB; {} copied in the store, {} found there, {} deleted",
            counted(summary.n_uploaded, "file", "files"),
            summary.n_uploaded_bytes as f64 / 1e6,
            grouped(summary.n_copied),
            grouped(summary.n_found),
            grouped(summary.n_deleted)
        );
    }
    if store.keeps_headers() {
        print_line!("{}", requests_line(&summary.requests));
        if let (Some(usd), Some(prices)) = (summary.price_usd, store.prices()) {
            let place = prices.place.map(|place| format!("; {place}"));
            print_line!(
                "price: {usd:.4} USD by {}, read on {}{}",
                prices.source,
                prices.read_on,
                place.unwrap_or_default()
            );
        }
    }
    Ok(())
}

fn requests_line(requests: &Requests) -> String {
    let count = |n: u64| grouped(usize::try_from(n).unwrap_or(usize::MAX));
    format!(
        "requests: {} writes, {} reads, {} deletes",
        count(requests.writes),
        count(requests.reads),
        count(requests.deletes)
    )
}

fn show_purged(args: &PublishArgs, purged: &Purged) -> Result<(), CommandError> {
    if args.json {
        return print_json(purged);
    }
    let base_url = base_url_or_root(&args.site);
    if !args.quiet {
        print_line!(
            "{} is gone from `{}`; caches and mirrors must drop:",
            purged.skill,
            purged.target
        );
    }
    // The list is what was asked for, also when all else is quiet.
    for address in addresses(&base_url, &purged.paths) {
        print_line!("{address}");
    }
    for digest in &purged.digests {
        print_line!("sha256 {digest}");
    }
    if !args.quiet {
        error_line!(
            "note: lists, feeds, sums and search name it until the site is published without it"
        );
        error_line!("hint: name it by a `[[removed]]` in `moderation.toml`, build, and publish");
    }
    Ok(())
}

const REPAIR_HINT: &str = "publish with `--repair`, which sends again what is missing; a generation before whose bytes are gone is given up";

/// Most differences of a kind that are shown.
const MAX_SHOWN: usize = 50;

fn show_verified(args: &PublishArgs, verified: &Verified) -> Result<(), CommandError> {
    if args.json {
        print_json(verified)?;
    }
    let kinds: [(&[String], &'static str); 3] = [
        (&verified.missing, "is missing"),
        (&verified.changed, "has another length than was published"),
        (&verified.added, "was not published by skillpress"),
    ];
    let mut problems = Vec::new();
    for (keys, what) in kinds {
        for key in keys.iter().take(MAX_SHOWN) {
            problems.push(Problem::error(key, what, what));
        }
        if keys.len() > MAX_SHOWN {
            let n = grouped(keys.len() - MAX_SHOWN);
            problems.push(Problem::error(
                &verified.target,
                what,
                format!("{n} more: {what}"),
            ));
        }
    }
    for lost in &verified.lost {
        let what = "cannot be brought back";
        let message = format!("generation {} {what}: {}", lost.generation, lost.reason);
        problems.push(Problem::error(&verified.target, what, message));
    }
    problems.sort_by(|a, b| a.path.cmp(&b.path));
    if verified.lacks_something() {
        let last = problems.pop();
        problems.extend(last.map(|last| last.hint(REPAIR_HINT)));
    }
    if verified.is_unsettled {
        error_line!("note: a publication did not come to its end; publishing again finishes it");
    }
    if verified.is_equal() && !args.json && !args.quiet {
        let keys = counted(verified.n_keys, "key", "keys");
        print_line!(
            "`{}` holds generation {} and nothing else: {keys}",
            verified.target,
            verified.generation
        );
    }
    Ok(problems.into_iter().collect::<Problems>().none_or_err()?)
}

fn print_json(value: &impl serde::Serialize) -> Result<(), CommandError> {
    let printed = Terminal::stdout().json(value);
    printed.map_err(|error| CommandError::print("the summary", &error))
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        PublishError::from(error).into()
    }
}

impl From<PublishError> for CommandError {
    fn from(error: PublishError) -> Self {
        match error.hint() {
            Some(hint) => Self::advised(&error, hint),
            None => Self::failed(&error),
        }
    }
}
