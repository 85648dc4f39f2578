//! From nothing to a client in one line.

use std::env::VarError;
use std::error::Error as StdError;
use std::fmt;

use clerk_core::{BuildError, Client, ClientBuilder, InvalidSecretKey, SecretKey};

use crate::tokio_clock::TokioClock;
use crate::transport::HyperTransport;

const SECRET_KEY: &str = "CLERK_SECRET_KEY";
const API_URL: &str = "CLERK_API_URL";

/// A client with the key in the environment variable `CLERK_SECRET_KEY`. `CLERK_API_URL`, if set and not empty, is its
/// base URL.
///
/// # Errors
///
/// A [`SetupError`] that names the variable at fault and does not show its value.
pub fn from_env() -> Result<Client, SetupError> {
    from_variables(|name| std::env::var(name))
}

/// A client with this key and every default.
///
/// # Errors
///
/// [`SetupError::NoRootCertificates`].
pub fn client(secret_key: SecretKey) -> Result<Client, SetupError> {
    builder(secret_key)?.build().map_err(SetupError::Client)
}

/// Starts a client on [`HyperTransport`] and [`TokioClock`] with their defaults. For a transport with settings of your
/// own, give it to [`Client::builder`].
///
/// ```
/// use std::time::Duration;
/// use clerk_hyper::SecretKey;
///
/// let clerk = clerk_hyper::builder(SecretKey::new("sk_test_abc")?)?
///     .user_agent("my-app/1.2")
///     .attempt_timeout(Duration::from_secs(10))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`SetupError::NoRootCertificates`].
pub fn builder(secret_key: SecretKey) -> Result<ClientBuilder, SetupError> {
    Ok(Client::builder(secret_key, HyperTransport::new()?).clock(TokioClock::new()))
}

fn from_variables(read: impl Fn(&str) -> Result<String, VarError>) -> Result<Client, SetupError> {
    let value = |name, malformed: BuildError| match read(name) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(SetupError::MalformedVariable(name, malformed)),
    };
    let malformed_key = |error: InvalidSecretKey| SetupError::MalformedVariable(SECRET_KEY, error.into());

    let secret_key = value(SECRET_KEY, InvalidSecretKey::Characters.into())?;
    let secret_key = secret_key.ok_or(SetupError::MissingVariable(SECRET_KEY))?;
    let mut builder = builder(SecretKey::new(secret_key).map_err(malformed_key)?)?;
    if let Some(url) = value(API_URL, BuildError::BaseUrl)? {
        builder = builder.base_url(url);
    }
    // Only the base URL is left to be wrong.
    builder
        .build()
        .map_err(|error| SetupError::MalformedVariable(API_URL, error))
}

/// Why there is no client, or no transport.
#[derive(Debug)]
#[non_exhaustive]
pub enum SetupError {
    /// The environment variable of this name is not set, or is empty. Set it.
    MissingVariable(&'static str),
    /// The value of the environment variable of this name cannot be used. The error says why without showing it.
    MalformedVariable(&'static str, BuildError),
    /// There is no certificate by which a server could be verified. Install the system's (the package is often named
    /// `ca-certificates`), enable the feature `webpki-roots`, or add one to the
    /// [transport](crate::HyperTransportBuilder::add_root_certificate).
    NoRootCertificates,
    /// An added root certificate is not one, or TLS cannot be configured.
    Tls(rustls::Error),
    /// The client could not be built.
    Client(BuildError),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingVariable(name) => write!(f, "the environment variable {name} is not set or empty"),
            Self::MalformedVariable(name, _) => write!(f, "the environment variable {name} cannot be used"),
            Self::NoRootCertificates => f.write_str(
                "no root certificates: install the system's (ca-certificates), enable the feature webpki-roots \
                 of clerk-hyper, or add one to the transport",
            ),
            Self::Tls(_) => f.write_str("TLS could not be set up"),
            Self::Client(_) => f.write_str("the client could not be built"),
        }
    }
}

impl StdError for SetupError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::MalformedVariable(_, error) | Self::Client(error) => Some(error),
            Self::Tls(error) => Some(error),
            Self::MissingVariable(_) | Self::NoRootCertificates => None,
        }
    }
}
