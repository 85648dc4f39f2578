use std::error::Error as StdError;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use base64::prelude::{BASE64_STANDARD, Engine};
use http::HeaderValue;
use http::uri::Authority;
use percent_encoding::percent_decode_str;

/// A proxy's URL, such as `http://user:password@proxy.example.com:8080` or `socks5://proxy.example.com`.
///
/// - The schemes are `http`, and `socks5` or `socks5h`. Without a scheme, `http` is assumed. The default ports are 80 and
///   1080.
/// - A SOCKS proxy resolves the names of the targets.
/// - Special characters in the credentials are percent-encoded, for example `%40` for `@`.
///
/// `Debug` and `Display` show no credentials.
///
/// ```
/// use clerk_hyper::{HyperTransport, Proxy};
///
/// let proxy: Proxy = "http://ada:p%40ss@proxy.example.com:8080".parse()?;
/// assert_eq!(proxy.to_string(), "http://proxy.example.com:8080");
/// # #[cfg(any(feature = "native-roots", feature = "webpki-roots"))]
/// let transport = HyperTransport::builder().proxy(proxy).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    pub(super) protocol: Protocol,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) credentials: Option<Credentials>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http,
    Socks5,
}

/// A name and a password, decoded.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Credentials {
    pub(super) user: Vec<u8>,
    pub(super) password: Vec<u8>,
}

impl Credentials {
    fn parse(text: &str) -> Self {
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        let decode = |part| percent_decode_str(part).collect();
        Self {
            user: decode(user),
            password: decode(password),
        }
    }

    /// Returns the value of `Proxy-Authorization` (RFC 7617).
    pub(super) fn basic(&self) -> Option<HeaderValue> {
        let pair = [&self.user[..], b":", &self.password].concat();
        let mut value = HeaderValue::from_str(&format!("Basic {}", BASE64_STANDARD.encode(pair))).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Whether both parts fit into a SOCKS request (RFC 1929, section 2).
    fn fit_socks(&self) -> bool {
        (1..=255).contains(&self.user.len()) && self.password.len() <= 255
    }
}

impl Proxy {
    /// Whether the proxy is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

/// Whether a URI's host is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    match ip(host) {
        Some(address) => address.to_canonical().is_loopback(),
        None => name == "localhost" || name.ends_with(".localhost"),
    }
}

/// Parses a URI's host as an IP address. IPv6 addresses are in brackets.
pub(super) fn ip(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

impl FromStr for Proxy {
    type Err = InvalidProxy;

    fn from_str(url: &str) -> Result<Self, InvalidProxy> {
        let url = url.trim();
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        let (protocol, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (Protocol::Http, 80),
            "socks5" | "socks5h" => (Protocol::Socks5, 1080),
            _ => return Err(InvalidProxy::Scheme),
        };
        // The last `@` ends the credentials, so that no unescaped part of a password is taken for a host.
        let (credentials, address) = match rest.rsplit_once('@') {
            Some((credentials, address)) => (Some(Credentials::parse(credentials)), address),
            None => (None, rest),
        };
        let address = address.strip_suffix('/').unwrap_or(address);
        let authority: Authority = address.parse().map_err(|_| InvalidProxy::Address)?;
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("") => default_port,
            _ => authority
                .port_u16()
                .filter(|&port| port != 0)
                .ok_or(InvalidProxy::Address)?,
        };
        if authority.host().is_empty() {
            return Err(InvalidProxy::Address);
        }
        if protocol == Protocol::Socks5 && credentials.as_ref().is_some_and(|pair| !pair.fit_socks()) {
            return Err(InvalidProxy::Credentials);
        }
        Ok(Self {
            protocol,
            host: authority.host().to_owned(),
            port,
            credentials,
        })
    }
}

impl TryFrom<&str> for Proxy {
    type Error = InvalidProxy;

    fn try_from(url: &str) -> Result<Self, InvalidProxy> {
        url.parse()
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.protocol {
            Protocol::Http => "http",
            Protocol::Socks5 => "socks5",
        };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// The reason why a text is not the URL of a [`Proxy`]. It does not show the text, which may contain a password.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidProxy {
    /// The scheme is not `http`, `socks5` or `socks5h`.
    Scheme,
    /// The host or the port is missing or malformed, or a path follows.
    Address,
    /// The name is empty, or the name or password is longer than the 255 bytes that SOCKS allows.
    Credentials,
    /// The URL is not Unicode.
    NotUnicode,
}

impl fmt::Display for InvalidProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "the proxy's scheme is not supported: use http, socks5 or socks5h",
            Self::Address => {
                "the proxy's host or port is malformed: write it like http://proxy.example.com:8080, and percent-encode \
                 special characters in credentials"
            }
            Self::NotUnicode => "the proxy's URL is not Unicode: percent-encode special characters",
            Self::Credentials => "a SOCKS proxy takes a name of 1 to 255 bytes and a password of at most 255 bytes",
        })
    }
}

clerk_core::debug_as_display!(InvalidProxy);

impl StdError for InvalidProxy {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_parsed_and_shown_without_credentials() {
        let cases = [
            ("http://proxy.example.com", "http://proxy.example.com:80"),
            ("proxy.example.com:8080", "http://proxy.example.com:8080"),
            ("HTTP://u:p@proxy.example.com:3128/", "http://proxy.example.com:3128"),
            ("socks5h://u:p@[::1]", "socks5://[::1]:1080"),
            ("http://u:p@ss@10.0.0.1:8080", "http://10.0.0.1:8080"),
        ];
        for (url, expected) in cases {
            let proxy: Proxy = url.parse().expect(url);
            assert_eq!(proxy.to_string(), expected, "{url}");
            assert_eq!(format!("{proxy:?}"), format!("Proxy({expected})"), "{url}");
        }
    }

    #[test]
    fn malformed_urls_are_refused_without_being_shown() {
        let long = format!("socks5://{}:p@proxy.example.com", "u".repeat(256));
        let cases = [
            ("https://u:hidden@proxy.example.com", InvalidProxy::Scheme),
            ("socks4://u:hidden@proxy.example.com", InvalidProxy::Scheme),
            ("", InvalidProxy::Address),
            ("http://u:hidden@", InvalidProxy::Address),
            ("http://u:hidden@proxy.example.com:99999", InvalidProxy::Address),
            ("http://u:hidden@proxy.example.com:", InvalidProxy::Address),
            ("http://u:hidden@proxy.example.com:8080/path", InvalidProxy::Address),
            ("http://u:hid/den@proxy.example.com:x", InvalidProxy::Address),
            ("socks5://:hidden@proxy.example.com", InvalidProxy::Credentials),
            (&long, InvalidProxy::Credentials),
        ];
        for (url, expected) in cases {
            let error = url.parse::<Proxy>().expect_err(url);
            assert_eq!(error, expected, "{url}");
            assert!(!format!("{error} {error:?}").contains("hidden"), "{url}");
        }
    }

    #[test]
    fn credentials_are_decoded() {
        let proxy: Proxy = "http://ad%61:p%40s%3As:%C3%A9@h".parse().expect("a proxy");
        let credentials = proxy.credentials.expect("credentials");
        assert_eq!(credentials.user, b"ada");
        assert_eq!(credentials.password, "p@s:s:é".as_bytes());
    }
}
