//! Errors of creating a client or a transport.

use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;

use clerk_core::BuildError;
use rustls::pki_types::pem;

use crate::proxy::InvalidProxy;

/// The reason why a client or a transport could not be created.
#[non_exhaustive]
pub enum SetupError {
    /// The environment variable of this name is not set or empty.
    MissingVariable(&'static str),
    /// The environment variable of this name has an invalid value. The source says why, without the value.
    MalformedVariable(&'static str, BuildError),
    /// The environment variable of this name is not the URL of a proxy. The source says why, without the value.
    MalformedProxy(&'static str, InvalidProxy),
    /// A file of root certificates cannot be read, or contains none.
    CertificateFile {
        /// The path of the file.
        path: PathBuf,
        /// The reason.
        source: pem::Error,
    },
    /// There is no root certificate to verify servers with.
    ///
    /// Install the system's certificates (the package is often named `ca-certificates`), enable the feature
    /// `webpki-roots`, or add a certificate with `HyperTransportBuilder::add_root_certificate`.
    NoRootCertificates,
    /// An added root certificate is malformed, or TLS could not be configured.
    Tls(rustls::Error),
    /// The client could not be built.
    Client(BuildError),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingVariable(name) => write!(
                f,
                "the environment variable {name} is not set or empty; set it and start again"
            ),
            Self::MalformedVariable(name, _) => write!(f, "the environment variable {name} has an invalid value"),
            Self::MalformedProxy(name, _) => write!(f, "the environment variable {name} is not the URL of a proxy"),
            Self::CertificateFile { path, .. } => write!(f, "no root certificates in {path:?}"),
            Self::NoRootCertificates => f.write_str(
                "there are no root certificates to verify servers with: install the system's (ca-certificates), enable \
                 the feature webpki-roots of clerk-hyper, or add one to the transport",
            ),
            Self::Tls(_) => f.write_str("TLS could not be set up"),
            Self::Client(_) => f.write_str("the client could not be built"),
        }
    }
}

clerk_core::debug_as_display!(SetupError);

impl StdError for SetupError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::MalformedVariable(_, error) | Self::Client(error) => Some(error),
            Self::MalformedProxy(_, error) => Some(error),
            Self::CertificateFile { source, .. } => Some(source),
            Self::Tls(error) => Some(error),
            Self::MissingVariable(_) | Self::NoRootCertificates => None,
        }
    }
}
