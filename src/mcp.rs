//! A published site for agents: the Model Context Protocol over stdin and stdout.
//!
//! Everything is read from the site's static files, so any site will do: a folder, or a URL on any host. Nothing is
//! written and nothing is run.
//!
//! What a skill says is a stranger's text, and the reader is a model that acts on text. So descriptions and answers name
//! it as data, addresses and commands are put together here and never taken from the text, sizes are bounded, and bytes
//! are only given when their hash is the one that the site's API names.

mod arguments;
mod cursor;
mod describe;
mod error;
mod list_page;
mod resources;
mod site;
mod tools;
mod uri;

use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ServerConfig,
};
use rmcp::service::{RequestContext, ServerInitializeError};
use rmcp::{ErrorData, RoleServer, ServerHandler, serve_server};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::published::PublishedSite;
use cursor::Cursor;
pub use error::McpError;
use error::SiteError;
use site::AgentSite;
use uri::SkillUri;

/// Answers on stdin and stdout until stdin ends.
///
/// # Errors
/// When the system gives no runtime, or the client does not speak the protocol.
pub fn serve(site: PublishedSite) -> Result<(), McpError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(McpError::Runtime)?;
    let site = Arc::new(Mutex::new(AgentSite::new(site)));
    let outcome = runtime.block_on(async {
        match serve_server(SkillServer { site }, rmcp::transport::stdio()).await {
            Ok(service) => service.waiting().await.map(drop).map_err(McpError::Server),
            // A client that goes before it said anything.
            Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
            Err(ServerInitializeError::ExpectedInitializeRequest(_)) => Err(McpError::NoInitialize),
            Err(error) => Err(McpError::Initialize(Box::new(error))),
        }
    });
    // A read of stdin that nobody waits for any more cannot be cancelled, and must not keep the process.
    runtime.shutdown_background();
    outcome
}

/// Answers requests, each read of the site after the other.
struct SkillServer {
    site: Arc<Mutex<AgentSite>>,
}

impl SkillServer {
    /// Runs blocking `work` beside the tasks that read and write messages. Waiting for its turn costs no thread.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AgentSite) -> T + Send + 'static,
    ) -> Result<T, ErrorData> {
        let mut site = Arc::clone(&self.site).lock_owned().await;
        tokio::task::spawn_blocking(move || work(&mut site))
            .await
            .map_err(|_| ErrorData::internal_error("the answer failed", None))
    }
}

impl ServerHandler for SkillServer {
    fn get_info(&self) -> ServerConfig {
        describe::server()
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        no_cursor(request)?;
        let tools = describe::tools();
        let tools = tools.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        Ok(ListToolsResult::with_all_items(tools))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let answer = match &*request.name {
            describe::SEARCH_SKILLS => {
                self.read(|site| site.search_skills(&arguments::search(arguments)?))
                    .await?
            }
            describe::EXPLAIN_SEARCH => {
                self.read(|site| site.explain_search(&arguments::explain(arguments)?))
                    .await?
            }
            describe::GET_SKILL => {
                self.read(|site| site.get_skill(&arguments::skill(arguments)?))
                    .await?
            }
            name => {
                let message = format!("there is no tool `{}`", arguments::shown(name));
                return Err(ErrorData::invalid_params(message, None));
            }
        };
        Ok(tool_result(answer).into())
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let cursor = match request.and_then(|request| request.cursor) {
            None => Cursor::First,
            Some(cursor) => Cursor::parse(&cursor).ok_or_else(unknown_cursor)?,
        };
        let page = self.read(move |site| site.resources(&cursor)).await??;
        let mut result = ListResourcesResult::with_all_items(page.resources);
        result.next_cursor = page.next.map(|cursor| cursor.to_string());
        Ok(result)
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        no_cursor(request)?;
        let templates = describe::templates();
        Ok(ListResourceTemplatesResult::with_all_items(templates))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = SkillUri::parse(&request.uri).map_err(SiteError::from)?;
        let contents = self.read(move |site| site.resource(&uri)).await??;
        Ok(ReadResourceResult::new(vec![contents]).into())
    }
}

/// The model reads the message of a failed call, so a wrong argument is one: it can mend its call.
fn tool_result(answer: Result<Value, SiteError>) -> CallToolResult {
    match answer {
        Ok(answer) => CallToolResult::structured(answer),
        Err(error) => CallToolResult::error(vec![ContentBlock::text(error.to_string())]),
    }
}

/// Lists of one page have no cursor.
fn no_cursor(request: Option<PaginatedRequestParams>) -> Result<(), ErrorData> {
    match request.and_then(|request| request.cursor) {
        None => Ok(()),
        Some(_) => Err(unknown_cursor()),
    }
}

fn unknown_cursor() -> ErrorData {
    ErrorData::invalid_params("`cursor` is none that this server gave", None)
}
