//! The secret key of an instance.

use std::env::VarError;
use std::error::Error as StdError;
use std::fmt;
use std::str::FromStr;

use http::HeaderValue;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The secret key of a Clerk instance, `sk_test_…` or `sk_live_…`.
///
/// The key is never shown: `Debug` shows only its prefix, there is no `Display`, and the header that carries the key is
/// marked as sensitive. Serde reads a key, and writes it redacted, as `Debug` shows it.
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

    /// Parses the key in the environment variable `CLERK_SECRET_KEY`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecretKey`] if the variable is not set, or its value is not a key.
    pub fn from_env() -> Result<Self, InvalidSecretKey> {
        Self::from_variable(std::env::var("CLERK_SECRET_KEY"))
    }

    fn from_variable(value: Result<String, VarError>) -> Result<Self, InvalidSecretKey> {
        match value {
            Ok(key) => Self::new(key),
            Err(VarError::NotPresent) => Err(InvalidSecretKey::NotSet),
            Err(VarError::NotUnicode(_)) => Err(InvalidSecretKey::Characters),
        }
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

impl FromStr for SecretKey {
    type Err = InvalidSecretKey;

    fn from_str(key: &str) -> Result<Self, InvalidSecretKey> {
        Self::new(key)
    }
}

impl TryFrom<&str> for SecretKey {
    type Error = InvalidSecretKey;

    fn try_from(key: &str) -> Result<Self, InvalidSecretKey> {
        Self::new(key)
    }
}

impl TryFrom<String> for SecretKey {
    type Error = InvalidSecretKey;

    fn try_from(key: String) -> Result<Self, InvalidSecretKey> {
        Self::new(key)
    }
}

impl<'de> Deserialize<'de> for SecretKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Writes the prefix alone: `sk_test_<redacted>`.
impl Serialize for SecretKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}<redacted>", self.environment.prefix()))
    }
}

/// The error of [`SecretKey::new`] and [`SecretKey::from_env`]. It never contains the text.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidSecretKey {
    /// The environment variable `CLERK_SECRET_KEY` is not set.
    NotSet,
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
            Self::NotSet => "the environment variable CLERK_SECRET_KEY is not set: set it to the instance's secret key",
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

crate::debug_as_display!(InvalidSecretKey);

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
    fn serde_reads_a_key_and_writes_it_redacted() {
        let key: SecretKey = serde_json::from_str("\"sk_live_hidden\"").expect("a key");
        assert_eq!(key.authorization(), "Bearer sk_live_hidden");
        assert_eq!(serde_json::to_string(&key).expect("JSON"), "\"sk_live_<redacted>\"");
        let error = serde_json::from_str::<SecretKey>("\"hidden\"").expect_err("no key");
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error}");
    }

    #[test]
    fn reads_the_key_from_a_variable() {
        use InvalidSecretKey::{Characters, NotSet, Prefix};
        let cases = [
            (Ok("sk_test_abc\n".to_owned()), None),
            (Ok("hidden".to_owned()), Some(Prefix)),
            (Err(VarError::NotPresent), Some(NotSet)),
            (Err(VarError::NotUnicode("hidden".into())), Some(Characters)),
        ];
        for (value, error) in cases {
            assert_eq!(SecretKey::from_variable(value).err(), error);
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
