//! `skillpress serve`: the site as it will be, while its content is edited.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io};

use clap::Args;

use crate::api::{self, ApiState, IndexSearch, LiveApi, SearchRequest};
use crate::cli::{CommandError, InputArgs};
use crate::problem::Problems;
use crate::progress::Progress;
use crate::render::url::BaseUrl;
use crate::render::zip::skill_zip;
use crate::server::{self, AllowedHosts, LiveSite, Options, Server, Tally};
use crate::sink::DirSink;
use crate::site::Site;

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Where to listen; port 0 takes any free port. The path of `--base-url` is kept, the rest of it is not used
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:4000")]
    addr: String,
    /// Answer range requests with the whole file, as some hosts do
    #[arg(long)]
    no_range: bool,
    /// Wait so many milliseconds before each answer
    #[arg(long, value_name = "MS", default_value_t = 0)]
    slow: u64,
}

/// Builds into a temporary folder, serves it, and follows the content until Ctrl-C.
///
/// A content with errors stops neither the first build nor a later one: pages show what is wrong, and the site appears
/// when it is mended.
///
/// # Errors
/// An address that is taken; a content folder that is missing or cannot be watched; what the system refuses.
pub fn run(args: &ServeArgs) -> Result<(), CommandError> {
    let server = bind(&args.addr)?;
    let base_url = base_url(args, &server)?;
    let preview = Arc::new(Preview::new(&args.input, &base_url)?);
    // Watched from before the first build, so that no change falls between the two.
    let watcher = {
        let preview = Arc::clone(&preview);
        server::watch(&args.input.content, config_path(&args.input), move |_| {
            preview.build()
        })
        .map_err(|error| watch_error(&args.input.content, &error))?
    };
    preview.build();

    let tally = Arc::new(Tally::new(false));
    let options = Options {
        base_path: base_url.path().to_owned(),
        no_range: args.no_range,
        delay: Duration::from_millis(args.slow),
        live_reload: true,
        hosts: AllowedHosts::with_addr(&args.addr),
    };
    let dynamic = api::router(Arc::clone(&preview.api));
    let router = server::router(&preview.site, &options, &tally, dynamic);
    println!("serving {base_url}");
    serve(server, router, &preview.site)?;
    drop(watcher);
    print!("{}", tally.summary());
    Ok(())
}

fn bind(addr: &str) -> Result<Server, CommandError> {
    Server::bind(addr).map_err(|error| {
        let what = format!("listen on `{addr}`");
        match error.kind() {
            io::ErrorKind::AddrInUse => CommandError::System(format!(
                "cannot {what}: another program has that port\nhint: `--addr 127.0.0.1:0` takes any free one"
            )),
            _ => CommandError::io(&what, &error),
        }
    })
}

/// The address that is served, with the path that was asked for.
fn base_url(args: &ServeArgs, server: &Server) -> Result<BaseUrl, CommandError> {
    let addr = server
        .addr()
        .map_err(|error| CommandError::io("read the address of the server", &error))?;
    let path = args.input.base_url.as_ref().map_or("/", BaseUrl::path);
    format!("http://{addr}{path}").parse().map_err(|error| {
        CommandError::System(format!("`{addr}` cannot be the address of a site: {error}"))
    })
}

fn config_path(input: &InputArgs) -> &Path {
    input
        .config
        .as_deref()
        .unwrap_or(Path::new("skillpress.toml"))
}

fn watch_error(content: &Path, error: &dyn std::fmt::Display) -> CommandError {
    CommandError::System(format!(
        "cannot watch the content folder `{}`: {error}",
        content.display()
    ))
}

/// Large files are read, hashed and compressed by as many threads, so this bounds the memory that requests take.
const MAX_BLOCKING_THREADS: usize = 16;

fn serve(server: Server, router: axum::Router, site: &LiveSite) -> Result<(), CommandError> {
    let failed = |error| CommandError::io("serve", &error);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(MAX_BLOCKING_THREADS)
        .enable_all()
        .build()
        .map_err(failed)?;
    let shutdown = async {
        stop_signal().await;
        site.close();
    };
    runtime
        .block_on(server.run(router, shutdown))
        .map_err(failed)
}

/// Ctrl-C, or a polite kill.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without signals, only a hard kill ends the preview.
    let _ = tokio::signal::ctrl_c().await;
}

/// Builds the site again and again, and tells the pages that show it.
struct Preview {
    input: InputArgs,
    site: Arc<LiveSite>,
    api: Arc<LiveApi>,
    out: PathBuf,
    /// One build at a time.
    building: Mutex<()>,
    /// Holds `out`; removed at the end.
    _folder: tempfile::TempDir,
}

impl Preview {
    fn new(input: &InputArgs, base_url: &BaseUrl) -> Result<Self, CommandError> {
        fs::read_dir(&input.content).map_err(|error| {
            CommandError::io(
                &format!("read the content folder `{}`", input.content.display()),
                &error,
            )
        })?;
        let folder = tempfile::tempdir()
            .map_err(|error| CommandError::io("make a temporary folder", &error))?;
        Ok(Self {
            input: InputArgs {
                base_url: Some(base_url.clone()),
                ..input.clone()
            },
            site: Arc::new(LiveSite::new()),
            api: Arc::new(LiveApi::new()),
            out: folder.path().join("site"),
            building: Mutex::new(()),
            _folder: folder,
        })
    }

    /// Builds; when that fails, the site of before stays, and pages show why.
    fn build(&self) {
        let _building = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        let start = Instant::now();
        match self.try_build() {
            Ok((warnings, n_changed)) => {
                self.site.set_problems(&warnings);
                eprintln!(
                    "built in {:.2} s: {n_changed} files changed, {} warnings",
                    start.elapsed().as_secs_f64(),
                    warnings.n_warnings()
                );
            }
            Err(CommandError::Content(problems)) => {
                problems
                    .sorted()
                    .iter()
                    .for_each(|problem| eprintln!("{problem}"));
                eprintln!("{} errors; the site stays as it was", problems.n_errors());
                self.site.set_problems(&problems);
            }
            Err(CommandError::System(message)) => {
                eprintln!("error: {message}");
                let problem = crate::problem::Problem::error(&self.input.content, "build", message);
                self.site.set_problems(&[problem].into_iter().collect());
            }
        }
    }

    /// Writes the site and publishes it if anything differs from the one before.
    fn try_build(&self) -> Result<(Problems, usize), CommandError> {
        let progress = Progress::new(true);
        let failed = |error: io::Error| CommandError::io("write the preview", &error);
        let (site, warnings) = Site::load(&self.input, &progress)?;
        let sink = DirSink::create(&self.out).map_err(failed)?;
        site.write(&sink, &progress).map_err(failed)?;
        let written = sink.finish().map_err(failed)?;
        let n_changed = written.n_changed + written.n_removed;
        if n_changed > 0 || self.site.generation() == 0 {
            self.site.publish(&self.out).map_err(failed)?;
            self.api.publish(api_state(site, &self.out));
        }
        Ok((warnings, n_changed))
    }
}

/// The API over the site in `out`. Where its index cannot be read, words are looked for in the catalog itself.
fn api_state(site: Site, out: &Path) -> ApiState {
    let catalog = Arc::new(site.catalog);
    let index = IndexSearch::open(&out.to_string_lossy());
    let searched = Arc::clone(&catalog);
    let search = move |request: &SearchRequest| {
        let index = index.as_ref().ok();
        let found = index.and_then(|index| index.search(request).ok());
        found.unwrap_or_else(|| api::scan(&searched, request))
    };
    ApiState::new(catalog, site.config, Box::new(search), Box::new(skill_zip))
}
