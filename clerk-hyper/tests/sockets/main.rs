//! The transport on real loopback sockets, against servers that misbehave on purpose and count what they read.

#[cfg(any(feature = "native-roots", feature = "webpki-roots"))]
mod client;
mod connections;
mod delivery;
mod http2;
mod server;
mod tls;
