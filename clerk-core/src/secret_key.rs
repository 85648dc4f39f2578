//! The secret key of an instance.

use std::error::Error as StdError;
use std::fmt;

use http::HeaderValue;

/// The secret key of a Clerk instance, `sk_test_…` or `sk_live_…`.
///
/// The key is never shown: `Debug` shows only its prefix, there is no `Display`, and the header that carries the key is
/// marked as sensitive.
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

/// The kind of instance that a key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Environment {
    /// A development instance, `sk_test_…`. Clerk limits all operations together to 100 calls in 10 seconds.
    Development,
    /// A production instance, `sk_live_…`. Clerk limits all operations together to 1,000 calls in 10 seconds.
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
    /// Parses a key as Clerk's dashboard shows it. Surrounding whitespace is ignored.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecretKey`] if the text does not start with `sk_test_` or `sk_live_`, or has a character that keys do
    /// not have. The error does not contain the text.
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

    /// Returns the kind of instance that the key belongs to.
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// Returns whether an `Authorization` header (RFC 6750, 2.1) carries this key. Servers that simulate Clerk need it.
    pub fn authorizes(&self, authorization: &HeaderValue) -> bool {
        self.authorization == authorization
    }

    /// Returns the value of the `Authorization` header (RFC 6750, 2.1), marked as sensitive.
    pub(crate) fn authorization(&self) -> HeaderValue {
        self.authorization.clone()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({}<redacted>)", self.environment.prefix())
    }
}

/// The error of [`SecretKey::new`]. It never contains the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidSecretKey {
    /// The text is empty.
    Empty,
    /// The text starts with neither `sk_test_` nor `sk_live_`. A publishable key (`pk_…`) is not a secret key.
    Prefix,
    /// Nothing follows the prefix, or something other than ASCII letters, digits, `_` and `-`.
    Characters,
}

impl fmt::Display for InvalidSecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the secret key is empty: copy it from the dashboard",
            Self::Prefix => {
                "the secret key does not start with sk_test_ or sk_live_: copy the secret key, not the publishable key"
            }
            Self::Characters => {
                "the secret key is truncated or has an invalid character: copy it again from the dashboard"
            }
        })
    }
}

impl StdError for InvalidSecretKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_secret_keys() {
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
    fn marks_the_header_as_sensitive() {
        let key = SecretKey::new("sk_test_abc").expect("valid");
        assert_eq!(key.authorization(), "Bearer sk_test_abc");
        assert_eq!(format!("{:?}", key.authorization()), "Sensitive");
        assert!(key.authorizes(&HeaderValue::from_static("Bearer sk_test_abc")));
        assert!(!key.authorizes(&HeaderValue::from_static("Bearer sk_test_abd")));
    }
}
