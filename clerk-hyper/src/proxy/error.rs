use std::error::Error as StdError;
use std::fmt;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// There is no connection through a proxy: it cannot be reached, or did not open one, for which the source is a
/// [`ProxyError`]. The request was not sent.
///
/// It is a source of the [`TransportError`](clerk_core::TransportError).
pub struct TunnelError {
    /// The host and port.
    pub(super) proxy: String,
    pub(super) cause: BoxError,
}

impl fmt::Display for TunnelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no connection through the proxy {}", self.proxy)
    }
}

clerk_core::debug_as_display!(TunnelError);

impl StdError for TunnelError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.cause)
    }
}

/// The reason why a proxy did not open a connection to the target. The request was not sent.
///
/// It is the source of a [`TunnelError`].
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyError {
    /// An HTTP proxy refused the connection with this status. 407 means that credentials are missing or wrong.
    Status(u16),
    /// A SOCKS proxy refused the connection with this reply (RFC 1928, section 6).
    SocksReply(u8),
    /// A SOCKS proxy asks for credentials in a form that was not offered, or accepts none.
    SocksMethod,
    /// A SOCKS proxy does not accept the credentials.
    SocksCredentials,
    /// The proxy does not speak its protocol.
    Malformed,
    /// The proxy closed the connection before it answered.
    Closed,
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self {
            Self::Status(407) => "the proxy requires credentials, or those given are wrong (status 407)",
            Self::Status(403) => "the proxy does not allow connections to this server (status 403)",
            Self::Status(status) => return write!(f, "the proxy did not connect to the server (status {status})"),
            Self::SocksReply(reply) => {
                let meaning = socks_reply(*reply);
                return write!(
                    f,
                    "the SOCKS proxy did not connect to the server: {meaning} (reply {reply})"
                );
            }
            Self::SocksMethod => "the SOCKS proxy requires credentials, or a form of them that is not supported",
            Self::SocksCredentials => "the SOCKS proxy does not accept the credentials",
            Self::Malformed => "the proxy gave a malformed answer; check its scheme and port",
            Self::Closed => "the proxy closed the connection without an answer",
        };
        f.write_str(reason)
    }
}

clerk_core::debug_as_display!(ProxyError);

impl StdError for ProxyError {}

const fn socks_reply(reply: u8) -> &'static str {
    match reply {
        1 => "general failure",
        2 => "not allowed by its rules",
        3 => "network unreachable",
        4 => "host unreachable or unknown",
        5 => "connection refused",
        6 => "time to live expired",
        7 => "command not supported",
        8 => "address type not supported",
        _ => "unknown reason",
    }
}
