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
/// ```no_run
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

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn from(variables: &[(&str, Result<&str, VarError>)]) -> Result<Client, SetupError> {
        from_variables(|name| {
            let variable = variables.iter().find(|(variable, _)| *variable == name);
            variable.map_or(Err(VarError::NotPresent), |(_, value)| value.clone().map(str::to_owned))
        })
    }

    #[test]
    fn what_is_wrong_with_the_environment_is_named_and_not_shown() {
        let not_unicode = || Err(VarError::NotUnicode(OsString::from("sk_test_hidden")));
        let missing = "the environment variable CLERK_SECRET_KEY is not set or empty";
        let key = "the environment variable CLERK_SECRET_KEY cannot be used";
        let cases = [
            (vec![], missing),
            (vec![(SECRET_KEY, Ok(" "))], missing),
            (vec![(SECRET_KEY, Ok("pk_test_hidden"))], key),
            (vec![(SECRET_KEY, Ok("sk_test_hid den"))], key),
            (vec![(SECRET_KEY, not_unicode())], key),
        ];
        for (variables, expected) in cases {
            let error = from(&variables).expect_err("no client");
            assert_eq!(error.to_string(), expected, "{variables:?}");
            let cause = error.source().map(ToString::to_string);
            let shown = format!("{error:?} {error} {cause:?}");
            assert!(!shown.contains("hid"), "{shown}");
        }
    }

    #[cfg(any(feature = "native-roots", feature = "webpki-roots"))]
    #[test]
    fn the_base_url_of_the_environment_is_used() {
        let cases = [
            (Err(VarError::NotPresent), Ok("https://api.clerk.com/v1")),
            (Ok(""), Ok("https://api.clerk.com/v1")),
            (Ok("http://127.0.0.1:4000"), Ok("http://127.0.0.1:4000/v1")),
            (Ok("http://hidden.example.com"), Err(BuildError::InsecureBaseUrl)),
            (Ok("hidden"), Err(BuildError::BaseUrl)),
            (
                Err(VarError::NotUnicode(OsString::from("hidden"))),
                Err(BuildError::BaseUrl),
            ),
        ];
        for (value, expected) in cases {
            let client = from(&[(SECRET_KEY, Ok("sk_test_abc")), (API_URL, value.clone())]);
            match (client, expected) {
                (Ok(client), Ok(url)) => assert!(format!("{client:?}").contains(&format!("base_url: {url},"))),
                (Err(error), Err(reason)) => {
                    assert!(!format!("{error:?}").contains("hidden"), "{error:?}");
                    assert!(matches!(error, SetupError::MalformedVariable(API_URL, cause) if cause == reason));
                }
                (client, expected) => panic!("{value:?} gives {client:?}, not {expected:?}"),
            }
        }
    }

    #[cfg(not(any(feature = "native-roots", feature = "webpki-roots")))]
    #[test]
    fn without_a_feature_there_is_nobody_to_trust() {
        assert!(matches!(HyperTransport::new(), Err(SetupError::NoRootCertificates)));
    }
}
