//! `skillpress serve`: the site as it will be, while its content is edited.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::error::CommandError;
use super::input::InputArgs;
use crate::api;
use crate::preview::Preview;
use crate::project::Project;
use crate::server::{self, AllowedHosts, Options, Server, Tally};
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
    let server = bind(&args.addr, "--addr")?;
    let project = args.input.project();
    let base_url = base_url(&project, &server)?;
    let preview = Arc::new(Preview::new(&project, &base_url)?);
    let following = preview.follow()?;

    let tally = Arc::new(Tally::new(false));
    let options = Options {
        base_path: base_url.path().to_owned(),
        no_range: args.no_range,
        delay: Duration::from_millis(args.slow),
        hosts: AllowedHosts::with_addr(&args.addr),
    };
    let dynamic = api::router(Arc::clone(preview.live_api()));
    let router = server::router(preview.live_site(), &options, &tally, dynamic);
    let ready = || print_line!("serving {base_url}");
    let served = server.run_until_stopped(router, ready, || preview.live_site().close());
    served.map_err(|error| CommandError::cannot("serve", error))?;
    drop(following);
    terminal::print_lines(tally.summary());
    Ok(())
}

/// Takes the port of `addr`, which the user gave by `option`.
///
/// # Errors
/// A port that another program has; what else the system says.
pub(super) fn bind(addr: &str, option: &str) -> Result<Server, CommandError> {
    Server::bind(addr).map_err(|error| {
        let what = format!("listen on `{addr}`");
        match error.kind() {
            io::ErrorKind::AddrInUse => CommandError::advised(
                format!("cannot {what}: another program has that port"),
                format!("`{option} 127.0.0.1:0` takes any free one"),
            ),
            _ => CommandError::cannot(what, error),
        }
    })
}

/// The address that is served, with the path that was asked for.
fn base_url(project: &Project, server: &Server) -> Result<BaseUrl, CommandError> {
    let addr = server
        .addr()
        .map_err(|error| CommandError::cannot("read the address of the server", error))?;
    let path = project.base_url.as_ref().map_or("/", BaseUrl::path);
    format!("http://{addr}{path}").parse().map_err(|error| {
        CommandError::failed(format_args!(
            "`{addr}` cannot be the address of a site: {error}"
        ))
    })
}
