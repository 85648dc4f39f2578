//! Creates a client in one line.

use std::env::VarError;

use clerk_core::{BuildError, Client, ClientBuilder, HttpTransport, InvalidSecretKey, SecretKey};

use crate::error::SetupError;
use crate::tokio_clock::TokioClock;
use crate::transport::HyperTransport;

const SECRET_KEY: &str = "CLERK_SECRET_KEY";
const API_URL: &str = "CLERK_API_URL";

/// Creates a client with the secret key in the environment variable `CLERK_SECRET_KEY`.
///
/// If `CLERK_API_URL` is set and not empty, it is the client's base URL. The proxy is that of
/// [`proxy_from_env`](crate::HyperTransportBuilder::proxy_from_env). Every other setting has its default.
///
/// # Errors
///
/// - [`SetupError::MissingVariable`] if `CLERK_SECRET_KEY` is not set or empty.
/// - [`SetupError::MalformedVariable`] if a variable has an invalid value. The error names the variable and does not
///   show the value.
/// - [`SetupError::MalformedProxy`] if a variable is not the URL of a proxy.
/// - [`SetupError::NoRootCertificates`] if there is no certificate to verify servers with.
pub fn from_env() -> Result<Client, SetupError> {
    build(builder_from_env()?)
}

/// Returns the builder of the client that [`from_env`] creates, to change its other settings.
///
/// ```no_run
/// use std::time::Duration;
///
/// let clerk = clerk_hyper::builder_from_env()?.attempt_timeout(Duration::from_secs(10)).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Those of [`from_env`]. A base URL that is invalid is an error of [`ClientBuilder::build`].
pub fn builder_from_env() -> Result<ClientBuilder, SetupError> {
    builder_from_variables(|name| std::env::var(name))
}

/// Returns a client's builder with your transport and a [`TokioClock`], so that the client waits on Tokio's timer.
///
/// ```
/// use clerk_hyper::{HttpResponse, SecretKey, transport_fn};
///
/// let transport = transport_fn(async |_request| Ok(HttpResponse::new("[]".into())));
/// let clerk = clerk_hyper::builder_with(SecretKey::new("sk_test_abc")?, transport).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn builder_with(secret_key: SecretKey, transport: impl HttpTransport) -> ClientBuilder {
    Client::builder(secret_key, transport).clock(TokioClock::new())
}

/// Creates a client with this secret key and the default settings.
///
/// # Errors
///
/// [`SetupError::NoRootCertificates`] if there is no certificate to verify servers with.
pub fn client(secret_key: SecretKey) -> Result<Client, SetupError> {
    builder(secret_key)?.build().map_err(SetupError::Client)
}

/// Returns a client's builder with a default [`HyperTransport`] and a [`TokioClock`].
///
/// To change the settings of the transport, use [`HyperTransport::builder`] and [`Client::builder`].
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
/// [`SetupError::NoRootCertificates`] if there is no certificate to verify servers with.
pub fn builder(secret_key: SecretKey) -> Result<ClientBuilder, SetupError> {
    Ok(builder_with(secret_key, HyperTransport::new()?))
}

fn builder_from_variables(read: impl Fn(&str) -> Result<String, VarError>) -> Result<ClientBuilder, SetupError> {
    let value = |name, malformed: BuildError| match read(name) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(SetupError::MalformedVariable(name, malformed)),
    };
    let malformed_key = |error: InvalidSecretKey| SetupError::MalformedVariable(SECRET_KEY, error.into());

    let secret_key = value(SECRET_KEY, InvalidSecretKey::Characters.into())?;
    let secret_key = secret_key.ok_or(SetupError::MissingVariable(SECRET_KEY))?;
    let secret_key = SecretKey::new(secret_key).map_err(malformed_key)?;
    let transport = HyperTransport::builder().proxy_from_env()?.build()?;
    let mut builder = builder_with(secret_key, transport);
    if let Some(url) = value(API_URL, BuildError::BaseUrl)? {
        builder = builder.base_url(url);
    }
    Ok(builder)
}

/// Builds a client of [`builder_from_env`]. The base URL is the only setting that can still be invalid.
fn build(builder: ClientBuilder) -> Result<Client, SetupError> {
    builder
        .build()
        .map_err(|error| SetupError::MalformedVariable(API_URL, error))
}

#[cfg(test)]
mod tests {
    use std::error::Error as StdError;
    use std::ffi::OsString;

    use super::*;

    fn from(variables: &[(&str, Result<&str, VarError>)]) -> Result<Client, SetupError> {
        build(builder_from_variables(|name| {
            let variable = variables.iter().find(|(variable, _)| *variable == name);
            variable.map_or(Err(VarError::NotPresent), |(_, value)| value.clone().map(str::to_owned))
        })?)
    }

    #[test]
    fn errors_name_the_variable_and_hide_its_value() {
        let not_unicode = || Err(VarError::NotUnicode(OsString::from("sk_test_hidden")));
        let missing = "the environment variable CLERK_SECRET_KEY is not set or empty; set it and start again";
        let key = "the environment variable CLERK_SECRET_KEY has an invalid value";
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
    fn clerk_api_url_is_the_base_url() {
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
    fn without_the_features_for_roots_there_are_no_root_certificates() {
        assert!(matches!(HyperTransport::new(), Err(SetupError::NoRootCertificates)));
    }
}
