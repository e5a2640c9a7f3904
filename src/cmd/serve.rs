//! `skillpress serve`: the site as it will be, while its content is edited.

use std::io;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use clap::Args;

use super::error::CommandError;
use super::input::InputArgs;
use crate::api;
use crate::preview::Preview;
use crate::project::Project;
use crate::server::{self, AllowedHosts, Changes, LiveSite, Options, Server, Tally};
use crate::terminal;
use crate::url::BaseUrl;

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
    let project = args.input.project();
    let base_url = base_url(&project, &server)?;
    let preview = Arc::new(Preview::new(&project, &base_url)?);
    let (edits, edited) = mpsc::channel();
    let follower = {
        let preview = Arc::clone(&preview);
        move |changes: &Changes| {
            preview.update(changes);
            // Nobody listens any more when the preview ends.
            let _ = edits.send(());
        }
    };
    let everything = Changes::from([project.content.clone()]);
    // Watched from before the first build, so that no change falls between the two.
    let watcher = server::watch(&project.content, project.config_path(), follower)
        .map_err(|error| watch_error(&project.content, &error))?;
    preview.update(&everything);
    preview.catch_up();
    let indexer = {
        let preview = Arc::clone(&preview);
        thread::spawn(move || {
            while edited.recv().is_ok() {
                thread::sleep(HEAD_START);
                // One index for all edits of that time.
                edited.try_iter().for_each(drop);
                preview.catch_up();
            }
        })
    };

    let tally = Arc::new(Tally::new(false));
    let options = Options {
        base_path: base_url.path().to_owned(),
        no_range: args.no_range,
        delay: Duration::from_millis(args.slow),
        hosts: AllowedHosts::with_addr(&args.addr),
    };
    let dynamic = api::router(Arc::clone(preview.live_api()));
    let router = server::router(preview.live_site(), &options, &tally, dynamic);
    print_line!("serving {base_url}");
    serve(server, router, preview.live_site())?;
    // The end of the watcher is that of the indexer too.
    drop(watcher);
    // An index that failed has said so already.
    let _ = indexer.join();
    terminal::print_lines(tally.summary());
    Ok(())
}

/// How long the index waits after an edit: the browser that reloads needs the processor first.
const HEAD_START: Duration = Duration::from_millis(300);

fn bind(addr: &str) -> Result<Server, CommandError> {
    Server::bind(addr).map_err(|error| {
        let what = format!("listen on `{addr}`");
        match error.kind() {
            io::ErrorKind::AddrInUse => CommandError::advised(
                format!("cannot {what}: another program has that port"),
                "`--addr 127.0.0.1:0` takes any free one",
            ),
            _ => CommandError::io(&what, &error),
        }
    })
}

/// The address that is served, with the path that was asked for.
fn base_url(project: &Project, server: &Server) -> Result<BaseUrl, CommandError> {
    let addr = server
        .addr()
        .map_err(|error| CommandError::io("read the address of the server", &error))?;
    let path = project.base_url.as_ref().map_or("/", BaseUrl::path);
    format!("http://{addr}{path}").parse().map_err(|error| {
        CommandError::System(format!("`{addr}` cannot be the address of a site: {error}"))
    })
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
