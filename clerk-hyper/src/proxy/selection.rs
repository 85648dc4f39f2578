use std::ffi::OsString;

use http::Uri;
use http::uri::Scheme;

use super::address::{InvalidProxy, Proxy, is_loopback};
use super::bypass::Bypass;

/// Which proxy the requests go through.
#[derive(Debug, Clone, Default)]
pub(crate) enum Proxies {
    #[default]
    None,
    Given(Proxy),
    Environment {
        http: Option<Proxy>,
        https: Option<Proxy>,
        bypass: Bypass,
    },
}

impl Proxies {
    /// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in upper or lower case. An empty variable counts as
    /// not set. An error names the variable.
    pub(crate) fn from_variables(
        read: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, (&'static str, InvalidProxy)> {
        let value = |name| read(name).filter(|value| !value.to_string_lossy().trim().is_empty());
        let first = |names: &[&'static str]| {
            for &name in names {
                if let Some(url) = value(name) {
                    let url = url.into_string().map_err(|_| (name, InvalidProxy::NotUnicode))?;
                    return url.parse().map(Some).map_err(|error| (name, error));
                }
            }
            Ok(None)
        };
        // A CGI server sets HTTP_PROXY from the client's header `Proxy` (https://httpoxy.org).
        let http = if value("REQUEST_METHOD").is_some() {
            first(&["http_proxy", "ALL_PROXY", "all_proxy"])?
        } else {
            first(&["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])?
        };
        let https = first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])?;
        let bypass = value("NO_PROXY").or_else(|| value("no_proxy")).unwrap_or_default();
        Ok(Self::Environment {
            http,
            https,
            // An entry that is not Unicode matches no host, and the others hold.
            bypass: Bypass::parse(&bypass.to_string_lossy()),
        })
    }

    /// Returns the proxy for a request to `target`.
    pub(super) fn select(&self, target: &Uri) -> Option<&Proxy> {
        let host = target.host()?;
        let is_https = target.scheme() == Some(&Scheme::HTTPS);
        match self {
            Self::None => None,
            // The client sends plain HTTP to loopback, where the key stays on this machine. A remote proxy would see it.
            Self::Given(proxy) => Some(proxy).filter(|proxy| is_https || !is_loopback(host) || proxy.is_loopback()),
            Self::Environment { http, https, bypass } => {
                let proxy = if is_https { https } else { http };
                let direct = is_loopback(host) || bypass.contains(host, port(target));
                proxy.as_ref().filter(|_| !direct)
            }
        }
    }
}

/// Returns the port of a URI, or the default one of its scheme.
pub(super) fn port(target: &Uri) -> u16 {
    let default = if target.scheme() == Some(&Scheme::HTTPS) {
        443
    } else {
        80
    };
    target.port_u16().unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Variables = &'static [(&'static str, &'static str)];

    fn selected(proxies: &Proxies, target: &str) -> Option<String> {
        let target = target.parse().expect("a URI");
        proxies.select(&target).map(|proxy| proxy.host.clone())
    }

    #[test]
    fn the_environment_chooses_by_scheme_and_name() {
        let https = "https://api.clerk.com/v1";
        let http = "http://api.clerk.com/v1";
        let cases: [(Variables, &str, Option<&str>); 16] = [
            (&[], https, None),
            (&[("HTTPS_PROXY", "http://a")], https, Some("a")),
            (&[("https_proxy", "http://a")], https, Some("a")),
            (&[("HTTPS_PROXY", ""), ("https_proxy", "http://a")], https, Some("a")),
            (&[("HTTPS_PROXY", " "), ("ALL_PROXY", "http://a")], https, Some("a")),
            (&[("all_proxy", "socks5://a")], https, Some("a")),
            (
                &[("HTTPS_PROXY", "http://b"), ("ALL_PROXY", "http://a")],
                https,
                Some("b"),
            ),
            (&[("HTTP_PROXY", "http://a")], https, None),
            (&[("HTTP_PROXY", "http://a")], http, Some("a")),
            (&[("HTTP_PROXY", "http://a"), ("REQUEST_METHOD", "GET")], http, None),
            (&[("HTTPS_PROXY", "http://a"), ("NO_PROXY", "clerk.com")], https, None),
            (
                &[("HTTPS_PROXY", "http://a"), ("no_proxy", "clerk.com:443")],
                https,
                None,
            ),
            (
                &[("HTTPS_PROXY", "http://a"), ("NO_PROXY", ""), ("no_proxy", "*")],
                https,
                None,
            ),
            (&[("ALL_PROXY", "http://a")], "https://localhost/", None),
            (&[("ALL_PROXY", "http://a")], "http://127.0.0.1:4000/", None),
            (&[("ALL_PROXY", "http://a")], "http://[::1]:4000/", None),
        ];
        for (variables, target, expected) in cases {
            let read = |name: &str| {
                let variable = variables.iter().find(|(variable, _)| *variable == name);
                variable.map(|(_, value)| OsString::from(value))
            };
            let proxies = Proxies::from_variables(read).expect("valid proxies");
            assert_eq!(
                selected(&proxies, target).as_deref(),
                expected,
                "{variables:?} {target}"
            );
        }
    }

    #[test]
    fn a_given_proxy_sees_no_plain_request_to_this_machine() {
        let given = |url: &str| Proxies::Given(url.parse().expect("a proxy"));
        let cases = [
            ("http://proxy.example.com", "https://api.clerk.com/", true),
            ("http://proxy.example.com", "https://localhost/", true),
            ("http://proxy.example.com", "http://internal.example.com/", true),
            ("http://proxy.example.com", "http://127.0.0.1:4000/", false),
            ("http://127.0.0.1:8888", "http://127.0.0.1:4000/", true),
        ];
        for (proxy, target, expected) in cases {
            assert_eq!(selected(&given(proxy), target).is_some(), expected, "{proxy} {target}");
        }
    }

    #[test]
    fn an_error_names_the_variable() {
        let read = |name: &str| (name == "https_proxy").then(|| OsString::from("ftp://u:hidden@a"));
        let error = Proxies::from_variables(read).expect_err("malformed");
        assert_eq!(error, ("https_proxy", InvalidProxy::Scheme));
    }

    #[cfg(unix)]
    #[test]
    fn a_proxy_that_is_not_unicode_is_an_error_and_such_a_bypass_keeps_its_other_entries() {
        use std::os::unix::ffi::OsStringExt;

        let not_unicode = |text: &str| OsString::from_vec([text.as_bytes(), b"\xff"].concat());
        for variable in ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"] {
            let read = |name: &str| (name == variable).then(|| not_unicode("http://u:hidden@a"));
            let error = Proxies::from_variables(read).expect_err(variable);
            assert_eq!(error, (variable, InvalidProxy::NotUnicode));
        }
        let read = |name: &str| match name {
            "HTTPS_PROXY" => Some("http://a".into()),
            "NO_PROXY" => Some(not_unicode("clerk.com,")),
            _ => None,
        };
        let proxies = Proxies::from_variables(read).expect("a proxy");
        assert_eq!(selected(&proxies, "https://api.clerk.com/"), None);
        assert_eq!(selected(&proxies, "https://example.com/").as_deref(), Some("a"));
    }
}
