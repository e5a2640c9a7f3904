//! By which hosts the server may be called.
//!
//! A page of any site can make its own host name point at 127.0.0.1 and then read what a server on loopback answers
//! (DNS rebinding). The browser still sends that name, so requests for other names are refused. An IP address cannot be
//! made to point elsewhere, so every literal address is fine.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Version, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

/// Loopback names, literal addresses, and the name that the operator gave, if any.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts {
    own: Option<String>,
}

impl AllowedHosts {
    /// Also allows the host of `addr`, such as `mybox:4000`.
    pub fn with_addr(addr: &str) -> Self {
        Self {
            own: Some(host_of(addr).to_ascii_lowercase()),
        }
    }

    /// Lets `router` answer only requests for these hosts.
    pub fn guard(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(Arc::new(self.clone()), guard))
    }

    /// The origins of pages that these hosts serve, on any port.
    pub fn origins(&self) -> Vec<String> {
        let loopback = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        let hosts = loopback.into_iter().chain(self.own.clone());
        hosts
            .flat_map(|host| [format!("http://{host}:*"), format!("https://{host}:*")])
            .collect()
    }

    fn allows(&self, authority: &str) -> bool {
        let host = host_of(authority).to_ascii_lowercase();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || host.ends_with(".localhost")
            || address.parse::<IpAddr>().is_ok()
            || self.own.as_ref() == Some(&host)
    }
}

/// `host:port` without the port; an IPv6 address keeps its brackets.
fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !host.ends_with(':') =>
        {
            host
        }
        _ => authority,
    }
}

/// Refuses requests for other hosts, and requests of HTTP/1.1 that name none or several.
async fn guard(State(hosts): State<Arc<AllowedHosts>>, request: Request, next: Next) -> Response {
    let mut named = request.headers().get_all(header::HOST).iter();
    let (host, second) = (named.next(), named.next());
    if second.is_some() || (host.is_none() && request.version() >= Version::HTTP_11) {
        return (StatusCode::BAD_REQUEST, "one Host header is needed\n").into_response();
    }
    let target = request
        .uri()
        .authority()
        .map(|authority| authority.as_str());
    let is_allowed = host.is_none_or(|host| host.to_str().is_ok_and(|host| hosts.allows(host)))
        && target.is_none_or(|target| hosts.allows(target));
    if !is_allowed {
        let text = "this server answers for loopback addresses only; call it by the address that it printed\n";
        return (StatusCode::MISDIRECTED_REQUEST, text).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_and_addresses_are_allowed() {
        let hosts = AllowedHosts::default();
        for host in [
            "localhost",
            "LOCALHOST:4000",
            "a.localhost:1",
            "127.0.0.1:4000",
            "127.9.9.9",
            "[::1]:4000",
            "[::1]",
            "192.168.1.7:4000",
        ] {
            assert!(hosts.allows(host), "{host}");
        }
    }

    #[test]
    fn a_name_that_anyone_can_point_here_is_refused() {
        let hosts = AllowedHosts::with_addr("mybox:4000");
        assert!(hosts.allows("MyBox:4000") && hosts.allows("mybox"));
        for host in [
            "evil.example",
            "evil.example:4000",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "xlocalhost",
            "user@localhost",
            "",
            ":4000",
            "[::1].evil.example",
        ] {
            assert!(!AllowedHosts::default().allows(host), "{host}");
            assert!(!hosts.allows(host), "{host}");
        }
    }
}
