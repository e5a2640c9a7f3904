//! The requests of `object_store`, made with the HTTP client that the rest of the program uses.
//!
//! So there is one TLS and one HTTP stack, and one place that sees every request and answer: it counts them, keeps the
//! pace, and lets no write begin after a claim is stale.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpResponseBody, HttpService,
};
use ureq::http::uri::{Authority, Uri};
use ureq::http::{HeaderMap, Method, Request, StatusCode, header};
use ureq::{Agent, Timeout};

use super::pace::{MAX_PARALLEL, Outcome, Pace};
use super::requests::Requests;
use super::write_deadline::WriteDeadline;
use crate::lock::lock;

/// Makes requests; its clones share pace and counts.
#[derive(Clone)]
pub(super) struct Connection(Arc<Shared>);

struct Shared {
    agent: Agent,
    pace: Pace,
    write_deadline: WriteDeadline,
    /// Whether anything was ever answered, and since when nothing is.
    answers: Mutex<Answers>,
    writes: AtomicU64,
    reads: AtomicU64,
    deletes: AtomicU64,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// An answer comes within this, and within so long as its bytes take at [`SLOWEST_BYTES_PER_S`].
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
const SLOWEST_BYTES_PER_S: u64 = 64 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Listings have 1,000 keys; an object of a site has at most this.
const ANSWER_MAX_BYTES: u64 = 1 << 30;

/// A write was not begun, because the claim is stale.
#[derive(Debug, thiserror::Error)]
#[error("the claim is stale")]
pub(super) struct ClaimStale;

/// Nothing was ever answered at an address.
#[derive(Debug, thiserror::Error)]
#[error("nothing answers at `{endpoint}`: {reason}")]
pub(super) struct NoEndpoint {
    /// Scheme, host and port.
    pub(super) endpoint: String,
    pub(super) reason: String,
}

#[derive(Debug)]
enum Answers {
    /// None yet, and none since then to a first request.
    NoneYet(Option<Instant>),
    Some,
}

impl Default for Answers {
    fn default() -> Self {
        Self::NoneYet(None)
    }
}

/// What never answered is tried for so long: an address that is wrong is to be told soon, and one that was right is worth
/// the retries of `object_store`.
const FIRST_ANSWER_PATIENCE: Duration = Duration::from_secs(2);

impl Connection {
    pub(super) fn new() -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(MAX_PARALLEL)
            .max_idle_connections_per_host(MAX_PARALLEL)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .accept_encoding("identity")
            .user_agent(concat!("skillpress/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(Arc::new(Shared {
            agent: Agent::new_with_config(config),
            pace: Pace::default(),
            write_deadline: WriteDeadline::default(),
            answers: Mutex::default(),
            writes: AtomicU64::default(),
            reads: AtomicU64::default(),
            deletes: AtomicU64::default(),
        }))
    }

    pub(super) fn allow_writes_until(&self, deadline: Instant) {
        self.0.write_deadline.set(deadline);
    }

    pub(super) fn requests(&self) -> Requests {
        Requests {
            writes: self.0.writes.load(Ordering::Relaxed),
            reads: self.0.reads.load(Ordering::Relaxed),
            deletes: self.0.deletes.load(Ordering::Relaxed),
        }
    }

    fn count(&self, request: &HttpRequest) {
        let is_bulk_delete = request.uri().query() == Some("delete");
        let counter = match *request.method() {
            Method::DELETE => &self.0.deletes,
            Method::POST if is_bulk_delete => &self.0.deletes,
            Method::GET | Method::HEAD if !is_list(request.uri()) => &self.0.reads,
            _ => &self.0.writes,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn check_deadline(&self) -> Result<(), HttpError> {
        match self.0.write_deadline.is_over() {
            true => Err(HttpError::new(HttpErrorKind::Unknown, ClaimStale)),
            false => Ok(()),
        }
    }
}

impl HttpConnector for Connection {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait::async_trait]
impl HttpService for Connection {
    /// Blocks: every thread that publishes has one request at a time.
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        // A claim must be renewed whatever the rest waits for, and renewing it late harms nobody.
        let is_claim = is_conditional(request.headers()) && !request.method().is_safe();
        if is_claim {
            self.count(&request);
            return self.exchange(request).await.0;
        }
        let is_write = !request.method().is_safe();
        self.0.pace.begin();
        let allowed = if is_write {
            self.check_deadline()
        } else {
            Ok(())
        };
        if let Err(stale) = allowed {
            self.0.pace.end(Outcome::Well);
            return Err(stale);
        }
        self.count(&request);
        let (response, outcome) = self.exchange(request).await;
        self.0.pace.end(outcome);
        response
    }
}

impl Connection {
    async fn exchange(&self, request: HttpRequest) -> (Result<HttpResponse, HttpError>, Outcome) {
        let (parts, body) = request.into_parts();
        let body = match collect(body).await {
            Ok(body) => body,
            Err(error) => return (Err(error), Outcome::Well),
        };
        let timeout = ANSWER_TIMEOUT + Duration::from_secs(body.len() as u64 / SLOWEST_BYTES_PER_S);
        let has_body = !body.is_empty() || matches!(parts.method, Method::PUT | Method::POST);
        let response = if has_body {
            self.send(Request::from_parts(parts, &body[..]), timeout)
        } else {
            self.send(Request::from_parts(parts, ()), timeout)
        };
        let outcome = match &response {
            Ok(response) => outcome_of(response.status(), response.headers()),
            Err(error) if error.kind() == HttpErrorKind::Timeout => Outcome::Late,
            Err(_) => Outcome::Well,
        };
        (response, outcome)
    }

    fn send(
        &self,
        request: Request<impl ureq::AsSendBody>,
        timeout: Duration,
    ) -> Result<HttpResponse, HttpError> {
        let agent = &self.0.agent;
        let uri = request.uri().clone();
        let request = agent
            .configure_request(request)
            .timeout_global(Some(timeout))
            .build();
        let response = agent.run(request).map_err(http_error);
        let response = response.map_err(|error| self.unanswered(&uri, error))?;
        *lock(&self.0.answers) = Answers::Some;
        let (parts, mut body) = response.into_parts();
        let limited = body.with_config().limit(ANSWER_MAX_BYTES);
        let bytes = limited.read_to_vec().map_err(http_error)?;
        Ok(HttpResponse::from_parts(
            parts,
            HttpResponseBody::from(bytes),
        ))
    }
}

impl Connection {
    /// What `error` is, where nothing was ever answered; it is not tried again once patience ends.
    fn unanswered(&self, uri: &Uri, error: HttpError) -> HttpError {
        let mut answers = lock(&self.0.answers);
        let Answers::NoneYet(since) = &mut *answers else {
            return error;
        };
        let is_over = |since: &mut Option<Instant>| {
            since.get_or_insert_with(Instant::now).elapsed() >= FIRST_ANSWER_PATIENCE
        };
        let kind = match error.kind() {
            // Whoever tries again decides when, and may end before patience does.
            HttpErrorKind::Connect if !is_over(since) => HttpErrorKind::Connect,
            // Such as a name that nobody knows: it is not tried again.
            HttpErrorKind::Connect | HttpErrorKind::Unknown => HttpErrorKind::Unknown,
            _ => return error,
        };
        let authority = uri.authority().map_or("", Authority::as_str);
        // Without who logs in.
        let authority = authority.rsplit('@').next().unwrap_or_default();
        let reason = error.source().map(ToString::to_string);
        let no_endpoint = NoEndpoint {
            endpoint: format!("{}://{authority}", uri.scheme_str().unwrap_or_default()),
            reason: reason.unwrap_or_default(),
        };
        HttpError::new(kind, no_endpoint)
    }
}

/// Whether a request to `uri` asks which objects there are.
pub(super) fn is_list(uri: &Uri) -> bool {
    let is_of_list = |query: &str| {
        query.contains("list-type=") || query.contains("comp=list") || query.contains("prefix=")
    };
    uri.query().is_some_and(is_of_list)
}

fn is_conditional(headers: &HeaderMap) -> bool {
    headers.contains_key(header::IF_MATCH)
        || headers.contains_key(header::IF_NONE_MATCH)
        || headers.contains_key("x-goog-if-generation-match")
}

pub(super) async fn collect(body: HttpRequestBody) -> Result<Vec<u8>, HttpError> {
    if let Some(bytes) = body.as_bytes() {
        return Ok(bytes.to_vec());
    }
    let collected = BodyExt::collect(body).await?;
    Ok(collected.to_bytes().to_vec())
}

fn outcome_of(status: StatusCode, headers: &HeaderMap) -> Outcome {
    match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            let rest = headers.get(header::RETRY_AFTER);
            let seconds = rest.and_then(|rest| rest.to_str().ok()?.trim().parse().ok());
            Outcome::Busy(seconds.map(Duration::from_secs))
        }
        _ => Outcome::Well,
    }
}

/// What of an error the retries of `object_store` look at.
fn http_error(error: ureq::Error) -> HttpError {
    use io::ErrorKind::*;
    let kind = match &error {
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => HttpErrorKind::Connect,
        ureq::Error::Timeout(_) => HttpErrorKind::Timeout,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => HttpErrorKind::Connect,
        ureq::Error::Io(io) => match io.kind() {
            TimedOut | WouldBlock => HttpErrorKind::Timeout,
            ConnectionRefused | NotConnected | HostUnreachable | NetworkUnreachable => {
                HttpErrorKind::Connect
            }
            // A connection that was kept open and is closed by now, above all.
            ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof => {
                HttpErrorKind::Interrupted
            }
            _ => HttpErrorKind::Unknown,
        },
        ureq::Error::Protocol(_) => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, error)
}
