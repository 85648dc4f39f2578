use std::error::Error as StdError;
use std::fmt;

use crate::secret_key::InvalidSecretKey;

/// Why a client could not be built.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// The secret key is not one.
    SecretKey(InvalidSecretKey),
    /// The base URL is not an absolute `http` or `https` URL, or has user information, a query or a fragment.
    BaseUrl,
    /// The base URL is plain `http` and not loopback, and would show the key to the network. Use `https`, or say
    /// `allow_insecure_http()` where the network is trusted.
    InsecureBaseUrl,
    /// The application's part of the User-Agent holds what a header cannot hold (RFC 9110, 5.5).
    UserAgent,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SecretKey(error) => return error.fmt(f),
            Self::BaseUrl => "the base URL must be an absolute http or https URL without user, query or fragment",
            Self::InsecureBaseUrl => {
                "the base URL is plain http and not loopback, so the secret key would travel unprotected: \
                 use https, or say allow_insecure_http()"
            }
            Self::UserAgent => "the user agent holds a character that a header cannot hold",
        })
    }
}

impl StdError for BuildError {}

impl From<InvalidSecretKey> for BuildError {
    fn from(error: InvalidSecretKey) -> Self {
        Self::SecretKey(error)
    }
}
