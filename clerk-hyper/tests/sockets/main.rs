//! Tests the transport on loopback sockets, with servers that fail on purpose and count what they read.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[cfg(any(feature = "native-roots", feature = "webpki-roots"))]
mod client;
mod connections;
mod connector;
mod delivery;
mod http2;
mod proxy;
mod server;
mod tls;
