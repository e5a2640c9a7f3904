//! `skillpress mcp`: a published site for agents, over the Model Context Protocol.

use clap::Args;

use super::error::CommandError;
use super::serve::bind;
use crate::mcp::{self, Narrowing};
use crate::published::PublishedSite;
use crate::server::AllowedHosts;

/// Options of `mcp`.
#[derive(Debug, Args)]
pub struct McpArgs {
    /// A built site: a folder, the URL where it stands, or a bucket to which it was published, such as `s3://BUCKET/PREFIX`,
    /// `gs://…` or `az://…`, read with the variables of its cloud
    #[arg(long, value_name = "DIR|URL", default_value = "public")]
    site: String,
    /// Offer only skills of this owner; may be given again for more owners
    #[arg(long, value_name = "OWNER")]
    owner: Vec<String>,
    /// Offer only skills with this badge; given again, skills that have all of them
    #[arg(long, value_name = "KIND")]
    badge: Vec<String>,
    /// Offer only skills of this collection; may be given again for more collections
    #[arg(long, value_name = "NAME")]
    collection: Vec<String>,
    /// Answer on HTTP in place of stdin and stdout, at `/mcp`. A port alone is one of loopback, such as 8808; port 0 takes
    /// any free one. Programs elsewhere reach it only by an address of this machine, or by the host name that is named here
    #[arg(long, value_name = "HOST:PORT|PORT")]
    http: Option<String>,
}

/// Answers MCP clients: one on stdin and stdout until stdin ends, where stdout has nothing but the protocol, or any on HTTP
/// until Ctrl-C.
///
/// # Errors
/// A place that is no site; a client that does not speak the protocol; an address that is taken.
pub fn run(args: &McpArgs) -> Result<(), CommandError> {
    let site = PublishedSite::open(&args.site)?;
    let narrowing = Narrowing {
        owners: args.owner.clone(),
        badges: args.badge.clone(),
        collections: args.collection.clone(),
    };
    match &args.http {
        None => Ok(mcp::serve(site, narrowing)?),
        Some(addr) => serve_http(&full_addr(addr), site, narrowing),
    }
}

fn serve_http(addr: &str, site: PublishedSite, narrowing: Narrowing) -> Result<(), CommandError> {
    let server = bind(addr, "--http")?.with_connections(mcp::CONNECTIONS_MAX);
    let bound = server.addr();
    let bound =
        bound.map_err(|error| CommandError::cannot("read the address of the server", error))?;
    let router = mcp::router(site, narrowing, &AllowedHosts::with_addr(addr));
    let ready = || print_line!("serving http://{bound}/mcp");
    let served = server.run_until_stopped(router, ready, || ());
    served.map_err(|error| CommandError::cannot("serve", error))
}

/// The address of a port alone is one of loopback.
fn full_addr(addr: &str) -> String {
    match addr.parse::<u16>() {
        Ok(port) => format!("127.0.0.1:{port}"),
        Err(_) => addr.to_owned(),
    }
}
