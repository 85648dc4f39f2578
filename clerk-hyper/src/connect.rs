//! Establishes connections: dialing and TLS within one time limit.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use rustls::ClientConfig;
use tower_service::Service;

use crate::dial::Dial;
use crate::proxy::BoxError;
use crate::tokio_clock::within;

/// Dials and, for `https`, sets up TLS. Fails with [`ConnectTimedOut`] after `limit`.
#[derive(Clone)]
pub(crate) struct Connector {
    inner: HttpsConnector<Dial>,
    limit: Duration,
}

impl Connector {
    /// Creates a connector that offers HTTP/2 and HTTP/1.1, or HTTP/2 only, by ALPN (RFC 7301).
    pub(crate) fn new(tls: ClientConfig, dial: Dial, http2_only: bool, limit: Duration) -> Self {
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
        let inner = if http2_only {
            builder.enable_http2().wrap_connector(dial)
        } else {
            builder.enable_all_versions().wrap_connector(dial)
        };
        Self { inner, limit }
    }
}

impl Service<Uri> for Connector {
    type Response = <HttpsConnector<Dial> as Service<Uri>>::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.inner.call(uri);
        let limit = self.limit;
        Box::pin(async move {
            within(limit, connecting)
                .await
                .unwrap_or_else(|| Err(ConnectTimedOut(limit).into()))
        })
    }
}

/// The connection was not established in time.
#[derive(Debug)]
pub(crate) struct ConnectTimedOut(pub(crate) Duration);

impl fmt::Display for ConnectTimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the connection was not established within {:?}", self.0)
    }
}

impl StdError for ConnectTimedOut {}
