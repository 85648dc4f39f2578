//! The key of an instance, kept from showing.

use std::error::Error as StdError;
use std::fmt;

use http::HeaderValue;

/// The secret key of a Clerk instance, `sk_test_…` or `sk_live_…`.
///
/// It shows nowhere: `Debug` tells the environment alone, there is no `Display`, and the header that carries it is
/// marked sensitive.
///
/// ```
/// use clerk_core::{Environment, SecretKey};
///
/// let key = SecretKey::new("sk_test_abc123")?;
/// assert_eq!(key.environment(), Environment::Development);
/// assert_eq!(format!("{key:?}"), "SecretKey(sk_test_<redacted>)");
/// # Ok::<(), clerk_core::InvalidSecretKey>(())
/// ```
#[derive(Clone)]
pub struct SecretKey {
    authorization: HeaderValue,
    environment: Environment,
}

/// Which kind of instance a key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Environment {
    /// A development instance, `sk_test_…`: all operations together are limited to 100 calls in 10 seconds.
    Development,
    /// A production instance, `sk_live_…`: all operations together are limited to 1,000 calls in 10 seconds.
    Production,
}

impl Environment {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Development => "sk_test_",
            Self::Production => "sk_live_",
        }
    }
}

impl SecretKey {
    /// Takes the key as Clerk's dashboard shows it. Whitespace around it is dropped.
    ///
    /// # Errors
    ///
    /// [`InvalidSecretKey`] if it does not begin with `sk_test_` or `sk_live_` or holds what no key holds. The error
    /// does not show it.
    pub fn new(key: impl AsRef<str>) -> Result<Self, InvalidSecretKey> {
        let key = key.as_ref().trim();
        if key.is_empty() {
            return Err(InvalidSecretKey::Empty);
        }
        let environment = [Environment::Development, Environment::Production]
            .into_iter()
            .find(|environment| key.starts_with(environment.prefix()))
            .ok_or(InvalidSecretKey::Prefix)?;
        let secret = &key[environment.prefix().len()..];
        let is_part_of_key = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-');
        if secret.is_empty() || !secret.bytes().all(is_part_of_key) {
            return Err(InvalidSecretKey::Characters);
        }
        let mut authorization =
            HeaderValue::try_from(format!("Bearer {key}")).map_err(|_| InvalidSecretKey::Characters)?;
        authorization.set_sensitive(true);
        Ok(Self {
            authorization,
            environment,
        })
    }

    /// Which kind of instance the key belongs to.
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// Whether a request with this `Authorization` header (RFC 6750, 2.1) was made with the key: what a server that
    /// stands in for Clerk asks.
    pub fn authorizes(&self, authorization: &HeaderValue) -> bool {
        self.authorization == authorization
    }

    /// The value of the `Authorization` header (RFC 6750, 2.1), marked sensitive.
    pub(crate) fn authorization(&self) -> HeaderValue {
        self.authorization.clone()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({}<redacted>)", self.environment.prefix())
    }
}

/// Why a text is not a secret key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidSecretKey {
    /// There is nothing.
    Empty,
    /// It begins with neither `sk_test_` nor `sk_live_`. A publishable key (`pk_…`) is not a secret key.
    Prefix,
    /// Behind the prefix there is nothing, or something other than ASCII letters, digits, `_` and `-`.
    Characters,
}

impl fmt::Display for InvalidSecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the secret key is empty",
            Self::Prefix => "the secret key does not begin with sk_test_ or sk_live_ (is it the publishable key?)",
            Self::Characters => "the secret key is cut off or holds a character that no key holds",
        })
    }
}

impl StdError for InvalidSecretKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_key() {
        use Environment::{Development, Production};
        use InvalidSecretKey::{Characters, Empty, Prefix};
        let cases = [
            ("sk_test_abc", Ok(Development)),
            (" sk_live_aB9-_\n", Ok(Production)),
            ("", Err(Empty)),
            ("  ", Err(Empty)),
            ("pk_test_abc", Err(Prefix)),
            ("Bearer sk_test_abc", Err(Prefix)),
            ("sk_test_", Err(Characters)),
            ("sk_test_a b", Err(Characters)),
            ("sk_test_a\r\nX: y", Err(Characters)),
            ("sk_live_ключ", Err(Characters)),
        ];
        for (text, expected) in cases {
            let environment = SecretKey::new(text).map(|key| key.environment());
            assert_eq!(environment, expected, "{text:?}");
        }
    }

    #[test]
    fn the_header_is_sensitive() {
        let key = SecretKey::new("sk_test_abc").expect("valid");
        assert_eq!(key.authorization(), "Bearer sk_test_abc");
        assert_eq!(format!("{:?}", key.authorization()), "Sensitive");
        assert!(key.authorizes(&HeaderValue::from_static("Bearer sk_test_abc")));
        assert!(!key.authorizes(&HeaderValue::from_static("Bearer sk_test_abd")));
    }
}
