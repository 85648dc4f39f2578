use std::fmt;
use std::net::IpAddr;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use crate::error::BuildError;

/// The base URL of the API: scheme, host, and path up to and including `/v1`.
#[derive(Clone)]
pub(super) struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    path: String,
}

impl BaseUrl {
    /// Parses an absolute URL. A trailing slash and a trailing `/v1` are optional.
    pub(super) fn parse(url: &str, allow_insecure_http: bool) -> Result<Self, BuildError> {
        let url = url.trim();
        if url.contains('#') {
            return Err(BuildError::BaseUrl);
        }
        let parts = url.parse::<Uri>().map_err(|_| BuildError::BaseUrl)?.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(BuildError::BaseUrl);
        };
        let path_and_query = parts.path_and_query;
        let has_query = path_and_query.as_ref().is_some_and(|p| p.query().is_some());
        if has_query || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(BuildError::BaseUrl);
        }
        if scheme == Scheme::HTTP {
            if !allow_insecure_http && !is_loopback(authority.host()) {
                return Err(BuildError::InsecureBaseUrl);
            }
        } else if scheme != Scheme::HTTPS {
            return Err(BuildError::BaseUrl);
        }
        let path = path_and_query.as_ref().map_or("", PathAndQuery::path);
        let path = path.trim_end_matches('/');
        let path = path.strip_suffix("/v1").unwrap_or(path);
        Ok(Self {
            scheme,
            authority,
            path: format!("{path}/v1"),
        })
    }

    /// Returns the URL of `path`, with `query` if that is not empty, or `None` if the result is not a valid URL.
    pub(super) fn join(&self, path: &str, query: &str) -> Option<Uri> {
        let length = self.path.len() + path.len() + 1 + query.len();
        let mut path_and_query = String::with_capacity(length);
        path_and_query.push_str(&self.path);
        path_and_query.push_str(path);
        if !query.is_empty() {
            path_and_query.push('?');
            path_and_query.push_str(query);
        }
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(PathAndQuery::try_from(path_and_query).ok()?);
        Uri::from_parts(parts).ok()
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use BuildError::{BaseUrl as Malformed, InsecureBaseUrl as Insecure};

    #[test]
    fn accepts_https_and_loopback_urls_only() {
        let cases = [
            ("https://api.clerk.com", Ok("https://api.clerk.com/v1/x?a=b")),
            ("https://api.clerk.com/", Ok("https://api.clerk.com/v1/x?a=b")),
            ("https://api.clerk.com/v1/", Ok("https://api.clerk.com/v1/x?a=b")),
            ("https://proxy.test/clerk", Ok("https://proxy.test/clerk/v1/x?a=b")),
            ("http://127.0.0.1:4000", Ok("http://127.0.0.1:4000/v1/x?a=b")),
            ("http://127.8.8.8", Ok("http://127.8.8.8/v1/x?a=b")),
            ("http://[::1]:4000", Ok("http://[::1]:4000/v1/x?a=b")),
            ("http://LocalHost:4000", Ok("http://LocalHost:4000/v1/x?a=b")),
            ("http://api.clerk.com", Err(Insecure)),
            ("http://127.0.0.1.nip.io", Err(Insecure)),
            ("http://localhost.example.com", Err(Insecure)),
            ("http://0.0.0.0", Err(Insecure)),
            ("http://10.0.0.1", Err(Insecure)),
            ("", Err(Malformed)),
            ("api.clerk.com", Err(Malformed)),
            ("/v1", Err(Malformed)),
            ("ftp://api.clerk.com", Err(Malformed)),
            ("https://key@api.clerk.com", Err(Malformed)),
            ("http://127.0.0.1@evil.test", Err(Malformed)),
            ("https://api.clerk.com?x=1", Err(Malformed)),
            ("https://api.clerk.com/#x", Err(Malformed)),
        ];
        for (url, expected) in cases {
            let joined = BaseUrl::parse(url, false).map(|base| base.join("/x", "a=b").expect("a URL").to_string());
            assert_eq!(joined, expected.map(str::to_owned), "{url}");
        }
        assert!(BaseUrl::parse("http://api.clerk.com", true).is_ok());
    }
}
