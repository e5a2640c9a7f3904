//! `skillpress mcp`: a published site for agents, over the Model Context Protocol.

use clap::Args;

use super::error::CommandError;
use crate::mcp::{self, Narrowing};
use crate::published::PublishedSite;

/// Options of `mcp`.
#[derive(Debug, Args)]
pub struct McpArgs {
    /// A built site: a folder, or the URL where it stands
    #[arg(long, value_name = "DIR|URL", default_value = "public")]
    site: String,
    /// Offer only skills of this owner; may be given again for more owners
    #[arg(long, value_name = "OWNER")]
    owner: Vec<String>,
    /// Offer only skills with this badge; given again, skills that have all of them
    #[arg(long, value_name = "KIND")]
    badge: Vec<String>,
}

/// Answers an MCP client on stdin and stdout until stdin ends; stdout has nothing but the protocol.
///
/// # Errors
/// A place that is no site; a client that does not speak the protocol.
pub fn run(args: &McpArgs) -> Result<(), CommandError> {
    let site = PublishedSite::open(&args.site)?;
    let narrowing = Narrowing {
        owners: args.owner.clone(),
        badges: args.badge.clone(),
    };
    Ok(mcp::serve(site, narrowing)?)
}
