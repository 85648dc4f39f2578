//! Proxies: which one a request goes through, and the tunnel to the target.

mod address;
mod bypass;
mod error;
mod http_connect;
mod selection;
mod socks5;
mod tunnel;

pub use address::{InvalidProxy, Proxy};
pub(crate) use error::BoxError;
pub use error::{ProxyError, TunnelError};
pub(crate) use selection::Proxies;
pub(crate) use tunnel::Tunnels;
