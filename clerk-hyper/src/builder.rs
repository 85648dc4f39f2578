use std::fmt;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;

use crate::setup::SetupError;
use crate::tls;
use crate::transport::HyperTransport;

/// Makes a [`HyperTransport`]: [`HyperTransport::builder`] starts it. Everything has a default.
#[must_use]
pub struct HyperTransportBuilder {
    settings: Settings,
    tls: Tls,
}

/// What a transport is made with, TLS aside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) connect_timeout: Duration,
    pub(crate) pool_idle_timeout: Duration,
    pub(crate) max_response_bytes: usize,
    pub(crate) http2_only: bool,
}

enum Tls {
    Roots(Vec<CertificateDer<'static>>),
    Config(Box<ClientConfig>),
}

impl HyperTransportBuilder {
    /// How long connecting may take unless said otherwise: 10 seconds.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

    /// How long a connection is kept unused unless said otherwise: 15 seconds. Nobody can tell whether a request on a
    /// connection that the server is just closing was delivered, so connections are given up before servers usually do.
    pub const DEFAULT_POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(15);

    /// The largest response that is read unless said otherwise: 16 MiB.
    pub const DEFAULT_MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;

    pub(crate) fn new() -> Self {
        Self {
            settings: Settings {
                connect_timeout: Self::DEFAULT_CONNECT_TIMEOUT,
                pool_idle_timeout: Self::DEFAULT_POOL_IDLE_TIMEOUT,
                max_response_bytes: Self::DEFAULT_MAX_RESPONSE_BYTES,
                http2_only: false,
            },
            tls: Tls::Roots(Vec::new()),
        }
    }

    /// Gives name lookup, TCP and TLS together this long instead of 10 seconds. When it is up the request fails with
    /// [`TransportErrorKind::Timeout`](clerk_core::TransportErrorKind::Timeout) and was not sent.
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// Keeps an unused connection this long instead of 15 seconds. Stay below what the server and everything before
    /// it keeps.
    pub const fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.pool_idle_timeout = timeout;
        self
    }

    /// Reads response bodies of at most this many bytes instead of 16 MiB. A larger one fails with
    /// [`TransportErrorKind::ResponseTooLarge`](clerk_core::TransportErrorKind::ResponseTooLarge).
    pub const fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_response_bytes = bytes;
        self
    }

    /// Speaks HTTP/2 alone: over TLS by ALPN, over plain `http` with prior knowledge (RFC 9113, 3.3). Without it,
    /// `https` uses what the server chooses, and plain `http` is HTTP/1.1.
    pub const fn http2_only(mut self) -> Self {
        self.settings.http2_only = true;
        self
    }

    /// Trusts this certificate too, for a proxy or a test server with a certificate authority of its own.
    ///
    /// A PEM file is read with rustls:
    ///
    /// ```no_run
    /// use clerk_hyper::HyperTransport;
    /// use clerk_hyper::rustls::pki_types::{CertificateDer, pem::PemObject};
    ///
    /// # fn f() -> Result<(), Box<dyn std::error::Error>> {
    /// let certificate = CertificateDer::from_pem_file("proxy-ca.pem")?;
    /// let transport = HyperTransport::builder().add_root_certificate(certificate).build()?;
    /// # Ok(()) }
    /// ```
    ///
    /// It replaces a whole configuration given by [`tls_config`](Self::tls_config) before.
    pub fn add_root_certificate(mut self, certificate: CertificateDer<'static>) -> Self {
        match &mut self.tls {
            Tls::Roots(added) => added.push(certificate),
            Tls::Config(_) => self.tls = Tls::Roots(vec![certificate]),
        }
        self
    }

    /// Uses this TLS configuration, for instance with a client certificate or another cryptography provider. It
    /// replaces all root certificates, those of the crate's features too. Its ALPN protocols are set by the transport.
    pub fn tls_config(mut self, config: ClientConfig) -> Self {
        self.tls = Tls::Config(Box::new(config));
        self
    }

    /// Makes the transport. Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// [`SetupError::NoRootCertificates`], or [`SetupError::Tls`] for an added certificate that is not one.
    pub fn build(self) -> Result<HyperTransport, SetupError> {
        let tls = match self.tls {
            Tls::Roots(added) => tls::config(added)?,
            Tls::Config(mut config) => {
                config.alpn_protocols.clear();
                *config
            }
        };
        Ok(HyperTransport::with_settings(self.settings, tls))
    }
}

impl fmt::Debug for HyperTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransportBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
