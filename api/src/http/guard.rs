//! Who may come in. Any page in a browser can reach loopback, so the Host must be a name of this machine (a page of another
//! site whose name points here is refused), and the Origin, where there is one, must be the very Host: a page of another
//! origin can neither post nor open the WebSocket.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::uri::{Authority, Scheme};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;

use super::refused;
use crate::graphql::error::{ApiError, Code};

/// What a request must bring to come in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guard {
    address: SocketAddr,
}

impl Guard {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    fn check(self, uri: &Uri, headers: &HeaderMap) -> Result<(), (StatusCode, ApiError)> {
        let host = only(headers, HOST)
            .map_err(|()| bad_host())?
            .map(|host| host.parse::<Authority>().map_err(|_| bad_host()))
            .transpose()?
            .or_else(|| uri.authority().cloned())
            .ok_or_else(bad_host)?;
        if !self.is_own(&host) {
            return Err(bad_host());
        }
        match only(headers, ORIGIN) {
            Ok(None) => Ok(()),
            Ok(Some(origin)) if is_of_host(origin, &host) => Ok(()),
            _ => Err(bad_origin()),
        }
    }

    /// Whether a Host names this machine, or the very address that is listened on. The port may be another one, as
    /// through a tunnel.
    fn is_own(self, host: &Authority) -> bool {
        if host.as_str().contains('@') {
            return false;
        }
        let name = host.host();
        if name.eq_ignore_ascii_case("localhost") {
            return true;
        }
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip == self.address.ip())
    }
}

/// The value of a header that must not come twice.
fn only(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(drop),
        (Some(_), Some(_)) => Err(()),
    }
}

fn is_of_host(origin: &str, host: &Authority) -> bool {
    let Ok(origin) = origin.parse::<Uri>() else { return false };
    let default_port = match origin.scheme() {
        Some(scheme) if *scheme == Scheme::HTTP => 80,
        Some(scheme) if *scheme == Scheme::HTTPS => 443,
        _ => return false,
    };
    let port = |authority: &Authority| authority.port_u16().unwrap_or(default_port);
    let Some(from) = origin.authority() else { return false };
    from.host().eq_ignore_ascii_case(host.host()) && port(from) == port(host) && !from.as_str().contains('@')
}

fn bad_host() -> (StatusCode, ApiError) {
    let message =
        "the Host is not this server's: reach it by localhost, 127.0.0.1, [::1] or the address it listens on";
    (StatusCode::MISDIRECTED_REQUEST, ApiError::new(Code::BadInput, message))
}

fn bad_origin() -> (StatusCode, ApiError) {
    (StatusCode::FORBIDDEN, ApiError::new(Code::BadInput, "pages of another origin may not use this server"))
}

/// Lets in what may come in, and tells browsers to be careful with the answer.
pub(super) async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = match guard.check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err((status, error)) => refused(status, error),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn status(host: &str, origin: Option<&str>) -> u16 {
        let guard = Guard::new("127.0.0.1:8080".parse().unwrap());
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        guard
            .check(&Uri::from_static("/graphql"), &headers)
            .map_or_else(|(status, _)| status.as_u16(), |()| 200)
    }

    #[test]
    fn only_names_of_this_machine_are_hosts() {
        for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST", "127.0.0.1:9000"] {
            assert_eq!(status(host, None), 200, "{host}");
        }
        for host in
            ["evil.example", "evil.example:8080", "localhost.evil.example", "10.0.0.1", "u@localhost", ""]
        {
            assert_eq!(status(host, None), 421, "{host}");
        }
    }

    #[test]
    fn an_origin_is_the_host_itself() {
        assert_eq!(status("localhost:8080", Some("http://localhost:8080")), 200);
        assert_eq!(status("localhost", Some("http://localhost")), 200);
        for origin in [
            "http://evil.example",
            "http://localhost:3000",
            "http://127.0.0.1:8080",
            "null",
            "file://",
            "http://localhost:8080@evil.example",
        ] {
            assert_eq!(status("localhost:8080", Some(origin)), 403, "{origin}");
        }
    }

    #[test]
    fn two_hosts_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(HOST, "localhost".parse().unwrap());
        headers.append(HOST, "evil.example".parse().unwrap());
        let guard = Guard::new("127.0.0.1:8080".parse().unwrap());
        assert!(guard.check(&Uri::from_static("/"), &headers).is_err());
    }
}
