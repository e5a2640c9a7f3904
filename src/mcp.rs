//! A published site for agents: the Model Context Protocol over stdin and stdout, or over HTTP.
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
mod http;
mod list;
mod list_page;
mod merged;
mod offer;
mod resources;
mod site;
mod skills;
mod tools;
mod uri;

use std::sync::Arc;

use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock,
    GetSkillRequestParams, GetSkillResult, ListResourceTemplatesResult, ListResourcesResult,
    ListSkillsResult, ListToolsResult, PaginatedRequestParams, ReadResourceDirectoryRequestParams,
    ReadResourceDirectoryResult, ReadResourceRequestParams, ReadResourceResponse,
    ReadResourceResult, ServerConfig,
};
use rmcp::service::{RequestContext, ServerInitializeError};
use rmcp::{ErrorData, RoleServer, ServerHandler, serve_server};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::published::PublishedSite;
use cursor::Cursor;
pub use error::McpError;
use error::SiteError;
pub use http::{CONNECTIONS_MAX, router};
pub use offer::Narrowing;
use site::AgentSite;
use uri::SkillUri;

/// Answers on stdin and stdout until stdin ends.
///
/// # Errors
/// When the system gives no runtime, or the client does not speak the protocol.
pub fn serve(site: PublishedSite, narrowing: Narrowing) -> Result<(), McpError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(McpError::Runtime)?;
    let server = SkillServer::new(site, narrowing);
    let outcome = runtime.block_on(async {
        match serve_server(server, rmcp::transport::stdio()).await {
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
#[derive(Clone)]
struct SkillServer {
    site: Arc<Mutex<AgentSite>>,
}

/// How long hosts may keep what they were told of skills.
#[expect(clippy::cast_possible_truncation)]
const TTL_MS: u64 = offer::MAX_AGE.as_millis() as u64;

impl SkillServer {
    /// Of the site nothing is read yet.
    fn new(site: PublishedSite, narrowing: Narrowing) -> Self {
        let site = AgentSite::new(site, narrowing);
        Self {
            site: Arc::new(Mutex::new(site)),
        }
    }

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
        let cursor = cursor(request)?;
        let page = self
            .read(move |site| site.list_resources(&cursor))
            .await??;
        let mut result = ListResourcesResult::with_all_items(page.items);
        result.next_cursor = page.next.map(|cursor| cursor.to_string());
        Ok(result)
    }

    async fn list_skills(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListSkillsResult, ErrorData> {
        let cursor = cursor(request)?;
        let page = self.read(move |site| site.list_skills(&cursor)).await??;
        let mut result = ListSkillsResult::with_all_items(page.items)
            .with_ttl_ms(TTL_MS)
            .with_cache_scope(CacheScope::Public);
        result.next_cursor = page.next.map(|cursor| cursor.to_string());
        Ok(result)
    }

    async fn get_skill(
        &self,
        request: GetSkillRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetSkillResult, ErrorData> {
        let skill = self.read(move |site| site.get_host_skill(&request.uri));
        let skill = skill.await?.map_err(SiteError::into_invalid_params)?;
        Ok(GetSkillResult::new(skill)
            .with_ttl_ms(TTL_MS)
            .with_cache_scope(CacheScope::Public))
    }

    async fn read_resource_directory(
        &self,
        request: ReadResourceDirectoryRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceDirectoryResult, ErrorData> {
        let uri = SkillUri::parse(&request.uri).map_err(SiteError::from)?;
        let n_before = match request.cursor {
            None => 0,
            Some(cursor) => cursor.parse().map_err(|_| unknown_cursor())?,
        };
        let page = self.read(move |site| site.folder(&uri, n_before)).await?;
        let (resources, next) = page.map_err(SiteError::into_invalid_params)?;
        let mut result = ReadResourceDirectoryResult::with_all_items(resources)
            .with_ttl_ms(TTL_MS)
            .with_cache_scope(CacheScope::Public);
        result.next_cursor = next.map(|n_before| n_before.to_string());
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

/// Where an answer of a list begins.
fn cursor(request: Option<PaginatedRequestParams>) -> Result<Cursor, ErrorData> {
    match request.and_then(|request| request.cursor) {
        None => Ok(Cursor::FIRST),
        Some(cursor) => Cursor::parse(&cursor).ok_or_else(unknown_cursor),
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
