use std::error::Error as StdError;
use std::fmt;

use crate::secret_key::InvalidSecretKey;

/// The error of [`ClientBuilder::build`](crate::ClientBuilder::build).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// The secret key is malformed.
    SecretKey(InvalidSecretKey),
    /// The base URL is not an absolute `http` or `https` URL, or has user information, a query or a fragment.
    BaseUrl,
    /// The base URL is plain `http` and its host is not loopback, so the secret key would be sent unencrypted. Use `https`, or
    /// call `allow_insecure_http()` if the network is trusted.
    InsecureBaseUrl,
    /// The user agent has a character that a header value cannot have (RFC 9110, 5.5).
    UserAgent,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SecretKey(error) => return error.fmt(f),
            Self::BaseUrl => "the base URL must be an absolute http or https URL without user name, query or fragment",
            Self::InsecureBaseUrl => {
                "the base URL is plain http and its host is not loopback, so the secret key would be sent unencrypted: \
                 use https, or call allow_insecure_http()"
            }
            Self::UserAgent => "the user agent has a character that a header value cannot have: use visible ASCII",
        })
    }
}

crate::debug_as_display!(BuildError);

impl StdError for BuildError {}

impl From<InvalidSecretKey> for BuildError {
    fn from(error: InvalidSecretKey) -> Self {
        Self::SecretKey(error)
    }
}
