//! The routes behind axum.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::routing::any;

use super::answer::answer;
use super::response::Response;
use super::state::ApiState;
use crate::lock::lock;

/// The state that is answered from now; a rebuild puts another in its place while requests go on.
#[derive(Debug, Default)]
pub struct LiveApi {
    now: Mutex<Option<Arc<ApiState>>>,
}

impl LiveApi {
    /// Answers 503 until there is a state.
    pub fn new() -> Self {
        Self::default()
    }

    /// Later requests are answered from `state`.
    pub fn publish(&self, state: ApiState) {
        *lock(&self.now) = Some(Arc::new(state));
    }

    fn answer(&self, method: &Method, uri: &Uri) -> Response {
        let now = lock(&self.now).clone();
        match now {
            Some(state) => {
                let query = uri.query().unwrap_or_default();
                answer(&state, method.as_str(), uri.path(), query)
            }
            None => Response::error(503, "the site is not built yet"),
        }
    }
}

/// The routes with a query, below the site's root; there is no fallback, so files answer everything else.
pub fn router(api: Arc<LiveApi>) -> Router {
    let routes = [
        "/api/v1/search",
        "/api/v1/skills",
        "/api/v1/skills/",
        "/api/v1/resolve",
        "/api/v1/download",
        "/api/v1/skills/{slug}",
        "/api/v1/skills/{slug}/",
        "/api/v1/skills/{slug}/versions",
        "/api/v1/skills/{slug}/versions/",
        "/api/v1/skills/{slug}/versions/{version}",
        "/api/v1/skills/{slug}/versions/{version}/",
        "/api/v1/skills/{slug}/file",
        "/api/v1/skills/{slug}/install",
        "/api/v1/skills/{slug}/why",
    ];
    routes
        .iter()
        .fold(Router::new(), |router, route| {
            router.route(route, any(respond))
        })
        .with_state(api)
}

/// A search or a zip may take milliseconds of work, so it runs beside the tasks that read and write sockets.
async fn respond(
    State(api): State<Arc<LiveApi>>,
    method: Method,
    uri: Uri,
) -> axum::response::Response {
    let work = tokio::task::spawn_blocking(move || api.answer(&method, &uri));
    let response = work
        .await
        .unwrap_or_else(|_| Response::error(500, "the answer failed"));
    into_axum(response)
}

fn into_axum(response: Response) -> axum::response::Response {
    let mut answer = axum::response::Response::new(Body::from(response.body));
    *answer.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}
