//! The same over HTTP: the protocol's streamable HTTP, without sessions, so a client leaves nothing behind.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use super::SkillServer;
use super::offer::Narrowing;
use crate::published::PublishedSite;
use crate::server::AllowedHosts;

/// What answers clients at `/mcp`, called by one of `hosts`.
pub fn router(site: PublishedSite, narrowing: Narrowing, hosts: &AllowedHosts) -> Router {
    let server = SkillServer::new(site, narrowing);
    // Our guard of hosts answers for the preview too, so it is the only one. A page of another site may not ask.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .disable_allowed_hosts()
        .with_allowed_origins(hosts.origins())
        .with_max_request_body_bytes(REQUEST_MAX_BYTES);
    let service = StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::new(NeverSessionManager::default()),
        config,
    );
    let router = Router::new().nest_service("/mcp", service);
    hosts.guard(router.layer(from_fn(with_body_at_hand)))
}

/// Most connections at once: each may wait for a file of 16 MiB, in base64, to be taken.
pub const CONNECTIONS_MAX: usize = 64;
/// Longest request; the longest honest one is a query of 1,000 characters.
const REQUEST_MAX_BYTES: usize = 64 << 10;
/// How long a client may take to send it.
const REQUEST_MAX_TIME: Duration = Duration::from_secs(15);

/// Takes the whole body before anything is done for it, so that none is waited for without end.
async fn with_body_at_hand(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let body = tokio::time::timeout(REQUEST_MAX_TIME, to_bytes(body, REQUEST_MAX_BYTES)).await;
    match body {
        Ok(Ok(bytes)) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Ok(Err(_)) => {
            let text = format!("a request has at most {REQUEST_MAX_BYTES} bytes\n");
            (StatusCode::PAYLOAD_TOO_LARGE, text).into_response()
        }
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "the request did not come\n").into_response(),
    }
}
