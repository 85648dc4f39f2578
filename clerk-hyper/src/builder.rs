use std::fmt;
use std::path::Path;
use std::time::Duration;

use http::Uri;
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::dial::Dial;
use crate::error::SetupError;
use crate::proxy::{BoxError, Proxies, Proxy, Tunnels};
use crate::tls;
use crate::transport::{HyperTransport, Settings};

/// Configures and builds a [`HyperTransport`]. Every setting has a default.
///
/// [`HyperTransport::builder`] returns one.
#[must_use]
pub struct HyperTransportBuilder {
    settings: Settings,
    tls: Tls,
    dial: Dial,
}

enum Tls {
    Roots(Vec<CertificateDer<'static>>),
    Config(Box<ClientConfig>),
}

impl HyperTransportBuilder {
    /// The default of [`connect_timeout`](Self::connect_timeout): 10 seconds.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

    /// The default of [`pool_idle_timeout`](Self::pool_idle_timeout): 15 seconds.
    ///
    /// It is shorter than the usual timeout of servers. If the server closes a connection at the moment when a request
    /// is written to it, the client cannot know whether the request was delivered.
    pub const DEFAULT_POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(15);

    /// The default of [`max_response_bytes`](Self::max_response_bytes): 16 MiB.
    pub const DEFAULT_MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;

    fn new() -> Self {
        Self {
            settings: Settings {
                connect_timeout: Self::DEFAULT_CONNECT_TIMEOUT,
                pool_idle_timeout: Self::DEFAULT_POOL_IDLE_TIMEOUT,
                max_response_bytes: Self::DEFAULT_MAX_RESPONSE_BYTES,
                http2_only: false,
            },
            tls: Tls::Roots(Vec::new()),
            dial: Dial::Tcp(Tunnels::new(Proxies::None)),
        }
    }

    /// Sets the time limit for establishing a connection: DNS lookup, TCP, proxy and TLS together. 10 seconds by default.
    ///
    /// A request whose connection takes longer fails with
    /// [`TransportErrorKind::Timeout`](clerk_core::TransportErrorKind::Timeout) and is not sent.
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// Sets how long an idle connection stays in the pool. 15 seconds by default.
    ///
    /// Choose a value below the idle timeouts of the server and of every proxy in front of it.
    pub const fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.pool_idle_timeout = timeout;
        self
    }

    /// Sets the maximum size of a response's body in bytes. 16 MiB by default.
    ///
    /// A request whose response is larger fails with
    /// [`TransportErrorKind::ResponseTooLarge`](clerk_core::TransportErrorKind::ResponseTooLarge).
    pub const fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_response_bytes = bytes;
        self
    }

    /// Uses HTTP/2 only: over `https` it is negotiated by ALPN, over `http` it is used with prior knowledge
    /// (RFC 9113, section 3.3).
    ///
    /// By default, the server chooses the version over `https`, and HTTP/1.1 is used over `http`.
    pub const fn http2_only(mut self) -> Self {
        self.settings.http2_only = true;
        self
    }

    /// Adds a trusted root certificate, for example that of a proxy or of a test server with its own certificate
    /// authority.
    ///
    /// Discards a configuration that was set with [`tls_config`](Self::tls_config).
    pub fn add_root_certificate(mut self, certificate: CertificateDer<'static>) -> Self {
        match &mut self.tls {
            Tls::Roots(added) => added.push(certificate),
            Tls::Config(_) => self.tls = Tls::Roots(vec![certificate]),
        }
        self
    }

    /// Adds all certificates in a PEM file as [trusted root certificates](Self::add_root_certificate).
    ///
    /// # Errors
    ///
    /// [`SetupError::CertificateFile`] if the file cannot be read, is malformed or contains no certificate.
    ///
    /// ```no_run
    /// use clerk_hyper::HyperTransport;
    ///
    /// let transport = HyperTransport::builder().add_root_certificates_from_file("proxy-ca.pem")?.build()?;
    /// # Ok::<(), clerk_hyper::SetupError>(())
    /// ```
    pub fn add_root_certificates_from_file(self, path: impl AsRef<Path>) -> Result<Self, SetupError> {
        let path = path.as_ref();
        let read = || {
            let certificates = CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>()?;
            if certificates.is_empty() {
                return Err(pem::Error::NoItemsFound);
            }
            Ok(certificates)
        };
        let certificates = read().map_err(|source| SetupError::CertificateFile {
            path: path.to_owned(),
            source,
        })?;
        Ok(certificates.into_iter().fold(self, Self::add_root_certificate))
    }

    /// Sends all requests through this proxy, whatever the environment says.
    ///
    /// The proxy opens a tunnel (HTTP `CONNECT` or SOCKS), so it does not see the requests of `https`. A plain `http` request
    /// to this machine, as to a fake of Clerk, goes directly unless the proxy is on this machine too.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.dial = Dial::Tcp(Tunnels::new(Proxies::Given(proxy)));
        self
    }

    /// Uses the proxy of the environment: `HTTPS_PROXY` or `HTTP_PROXY` by the scheme of the request, or else `ALL_PROXY`,
    /// in upper or lower case.
    ///
    /// `NO_PROXY` lists what is reached directly: `*`, names with all below them, IP addresses and networks such as
    /// `10.0.0.0/8`; a port can follow a name or address. This machine is always reached directly. Under CGI, where
    /// `REQUEST_METHOD` is set, `HTTP_PROXY` in upper case is ignored.
    ///
    /// # Errors
    ///
    /// [`SetupError::MalformedProxy`] if a variable is not the URL of a [`Proxy`].
    pub fn proxy_from_env(mut self) -> Result<Self, SetupError> {
        let proxies = Proxies::from_variables(|name| std::env::var_os(name))
            .map_err(|(name, error)| SetupError::MalformedProxy(name, error))?;
        self.dial = Dial::Tcp(Tunnels::new(proxies));
        Ok(self)
    }

    /// Opens connections with this function instead of TCP, for example through a Unix socket, a tunnel of your own, or a pipe in
    /// a test. It receives the URI of each request that needs a connection, and replaces the proxy.
    ///
    /// The transport sets up TLS on the connection if the URI is `https`, pools it, and limits the time as for
    /// [`connect_timeout`](Self::connect_timeout). An error of the function means that nothing was sent. A connection that
    /// implements hyper's I/O traits fits when it is wrapped in `hyper_util::rt::TokioIo`.
    ///
    /// ```no_run
    /// use clerk_hyper::HyperTransport;
    /// use tokio::net::TcpStream;
    ///
    /// let transport = HyperTransport::builder()
    ///     .connector(|_target| TcpStream::connect(("gateway.internal", 8443)))
    ///     .build()?;
    /// # Ok::<(), clerk_hyper::SetupError>(())
    /// ```
    pub fn connector<F, Fut, S, E>(mut self, connect: F) -> Self
    where
        F: Fn(Uri) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<S, E>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        E: Into<BoxError>,
    {
        self.dial = Dial::own(connect);
        self
    }

    /// Sets the whole TLS configuration, for example to use a client certificate or another cryptography provider.
    ///
    /// It replaces all root certificates, including those of the features `native-roots` and `webpki-roots`. The
    /// transport sets the ALPN protocols itself.
    pub fn tls_config(mut self, config: ClientConfig) -> Self {
        self.tls = Tls::Config(Box::new(config));
        self
    }

    /// Builds the transport. It connects when it sends its first request.
    ///
    /// # Errors
    ///
    /// - [`SetupError::NoRootCertificates`] if there is no certificate to verify servers with.
    /// - [`SetupError::Tls`] if an added certificate is malformed.
    pub fn build(self) -> Result<HyperTransport, SetupError> {
        let tls = match self.tls {
            Tls::Roots(added) => tls::config(added)?,
            Tls::Config(mut config) => {
                config.alpn_protocols.clear();
                *config
            }
        };
        Ok(HyperTransport::with_settings(self.settings, tls, self.dial))
    }
}

impl HyperTransport {
    /// Creates a transport with the default settings of its [builder](Self::builder).
    ///
    /// This reads the system's root certificates from disk. Create one transport and keep it.
    ///
    /// # Errors
    ///
    /// [`SetupError::NoRootCertificates`] if there is no certificate to verify servers with.
    pub fn new() -> Result<Self, SetupError> {
        Self::builder().build()
    }

    /// Returns a builder with the default settings.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::new()
    }
}

impl fmt::Debug for HyperTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransportBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
