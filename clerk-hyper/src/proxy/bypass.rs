use std::net::IpAddr;

use super::address::ip;

/// The targets that are reached without a proxy: a list as in `NO_PROXY`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bypass(Vec<Entry>);

#[derive(Debug, Clone)]
struct Entry {
    host: Host,
    port: Option<u16>,
}

#[derive(Debug, Clone)]
enum Host {
    Any,
    Network(IpAddr, u32),
    /// A name in lower case. It also stands for the names below it.
    Domain(String),
}

impl Bypass {
    /// Parses entries that are separated by commas or spaces: `*`, names, IP addresses and networks such as `10.0.0.0/8`.
    /// A port can follow all but networks. `example.com`, `.example.com` and `*.example.com` mean the same.
    pub(super) fn parse(list: &str) -> Self {
        let entries = list.split(|c: char| c == ',' || c.is_whitespace());
        Self(entries.filter(|entry| !entry.is_empty()).map(Entry::parse).collect())
    }

    /// Whether a URI's host and port are in the list.
    pub(super) fn contains(&self, host: &str, port: u16) -> bool {
        let address = ip(host).map(|address| address.to_canonical());
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        let mut entries = self.0.iter();
        entries.any(|entry| entry.port.is_none_or(|it| it == port) && entry.host.contains(&name, address))
    }
}

impl Entry {
    fn parse(text: &str) -> Self {
        // A bare IPv6 address has colons and no port.
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if ip(text).is_none() && !text.contains('/') => match port.parse() {
                Ok(port) => (host, Some(port)),
                Err(_) => (text, None),
            },
            _ => (text, None),
        };
        Self {
            host: Host::parse(host),
            port,
        }
    }
}

impl Host {
    fn parse(text: &str) -> Self {
        let bits = |address: IpAddr| if address.is_ipv4() { 32 } else { 128 };
        if text == "*" {
            return Self::Any;
        }
        if let Some(address) = ip(text) {
            let address = address.to_canonical();
            return Self::Network(address, bits(address));
        }
        if let Some((network, prefix)) = text.split_once('/')
            && let (Some(network), Ok(prefix)) = (ip(network), prefix.parse::<u32>())
        {
            return Self::Network(network, prefix.min(bits(network)));
        }
        let name = text.strip_prefix('*').unwrap_or(text);
        Self::Domain(name.trim_matches('.').to_ascii_lowercase())
    }

    fn contains(&self, name: &str, address: Option<IpAddr>) -> bool {
        match (self, address) {
            (Self::Any, _) => true,
            (Self::Network(IpAddr::V4(network), prefix), Some(IpAddr::V4(address))) => {
                let difference = u32::from(*network) ^ u32::from(address);
                difference.checked_shr(32 - prefix).unwrap_or(0) == 0
            }
            (Self::Network(IpAddr::V6(network), prefix), Some(IpAddr::V6(address))) => {
                let difference = u128::from(*network) ^ u128::from(address);
                difference.checked_shr(128 - prefix).unwrap_or(0) == 0
            }
            (Self::Network(..), _) => false,
            (Self::Domain(domain), _) => {
                let below = name.strip_suffix(domain.as_str());
                below.is_some_and(|below| below.is_empty() || below.ends_with('.')) && !domain.is_empty()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_contain_names_addresses_networks_and_ports() {
        let cases = [
            ("", "api.clerk.com", false),
            ("*", "api.clerk.com", true),
            ("clerk.com", "api.clerk.com", true),
            ("clerk.com", "clerk.com", true),
            ("clerk.com", "notclerk.com", false),
            (".clerk.com", "api.clerk.com", true),
            (".clerk.com", "clerk.com", true),
            ("*.clerk.com", "api.clerk.com", true),
            ("CLERK.com", "API.clerk.COM.", true),
            ("other.example.com, clerk.com", "api.clerk.com", true),
            ("other.example.com clerk.com", "api.clerk.com", true),
            ("api.clerk.com:443", "api.clerk.com", true),
            ("api.clerk.com:444", "api.clerk.com", false),
            ("10.0.0.0/8", "10.200.3.4", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("0.0.0.0/0", "11.0.0.1", true),
            ("10.0.0.0/8", "10.example.com", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3:443", "10.1.2.3", true),
            ("10.1.2.3:80", "10.1.2.3", false),
            ("::1", "[::1]", true),
            ("[::1]:443", "[::1]", true),
            ("[::1]:80", "[::1]", false),
            ("fd00::/8", "[fd12::1]", true),
            ("fd00::/8", "[fe80::1]", false),
            (".", "api.clerk.com", false),
        ];
        for (list, host, expected) in cases {
            assert_eq!(Bypass::parse(list).contains(host, 443), expected, "{list:?} {host}");
        }
    }
}
