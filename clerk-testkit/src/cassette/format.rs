use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clerk_core::{Delivery, HttpResponse, TransportError, TransportErrorKind};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::CassetteError;
use super::body::Body;
use super::request::{Headers, RecordedRequest};
use super::scrub::{Keep, holds_secret};

/// What was recorded: requests, and what each one ended in.
///
/// [`Record`](super::Record) makes it and [`Replay`](super::Replay) answers from it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cassette {
    version: u32,
    /// Whose addresses are their own, here and in the requests that are to match.
    #[serde(default, skip_serializing_if = "Keep::is_empty")]
    pub(super) keep: Keep,
    /// In the order in which they were begun.
    pub(super) interactions: Vec<Interaction>,
    /// The file that it was read from, for messages.
    #[serde(skip)]
    pub(super) path: Option<PathBuf>,
}

/// One request, and what it ended in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Interaction {
    pub(super) request: RecordedRequest<'static>,
    pub(super) outcome: Outcome,
    /// How long it took by the recorder's clock.
    #[serde(default)]
    pub(super) elapsed_ms: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Response(RecordedResponse),
    Error(RecordedError),
    /// The caller gave it up: it hangs again.
    Abandoned,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordedResponse {
    pub(super) status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: Headers,
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub(super) body: Body<'static>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordedError {
    pub(super) kind: String,
    pub(super) delivery: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retry_after_ms: Option<u64>,
    /// What the error's sources said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
}

impl Cassette {
    /// The version of the format that this crate writes and reads: 1.
    pub const VERSION: u32 = 1;

    pub(super) const fn new(keep: Keep, interactions: Vec<Interaction>) -> Self {
        Self {
            version: Self::VERSION,
            keep,
            interactions,
            path: None,
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`CassetteError::Missing`] if there is no such file, [`CassetteError::Read`] if it cannot be read, or what
    /// [`from_json`](Self::from_json) says of it.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CassetteError> {
        let path = path.as_ref();
        let json = std::fs::read_to_string(path).map_err(|source| match source.kind() {
            ErrorKind::NotFound => CassetteError::Missing {
                path: path.into(),
                record_variable: None,
            },
            _ => CassetteError::Read {
                path: path.into(),
                source,
            },
        })?;
        let mut cassette = Self::from_json(&json).map_err(|error| error.in_file(path))?;
        cassette.path = Some(path.into());
        Ok(cassette)
    }

    /// Reads a file's text.
    ///
    /// # Errors
    ///
    /// [`CassetteError::Format`] if it is not a cassette, [`CassetteError::Version`] if it is one of another version.
    pub fn from_json(json: &str) -> Result<Self, CassetteError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }

        let Versioned { version } = serde_json::from_str(json).map_err(CassetteError::format)?;
        if version != Self::VERSION {
            return Err(CassetteError::Version {
                path: None,
                found: version,
            });
        }
        serde_json::from_str(json).map_err(CassetteError::format)
    }

    /// Writes a file's text.
    ///
    /// # Errors
    ///
    /// [`CassetteError::Secret`] if a secret key would show in it.
    pub fn to_json(&self) -> Result<String, CassetteError> {
        self.to_json_without(&[])
    }

    /// Like [`to_json`](Self::to_json); the values in `known` are secret too.
    pub(super) fn to_json_without(&self, known: &[String]) -> Result<String, CassetteError> {
        let parts = self.interactions.iter().flat_map(|interaction| {
            let request = serde_json::to_vec(&interaction.request);
            [
                ("request", request),
                ("outcome", serde_json::to_vec(&interaction.outcome)),
            ]
        });
        for (index, (part, json)) in parts.enumerate() {
            if holds_secret(&json.map_err(CassetteError::format)?, known) {
                return Err(CassetteError::Secret {
                    interaction: index / 2,
                    part,
                });
            }
        }
        let mut json = serde_json::to_string_pretty(self).map_err(CassetteError::format)?;
        json.push('\n');
        Ok(json)
    }

    /// How many requests it holds.
    pub fn len(&self) -> usize {
        self.interactions.len()
    }

    /// Whether it holds no request.
    pub fn is_empty(&self) -> bool {
        self.interactions.is_empty()
    }
}

impl Interaction {
    pub(super) const fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed_ms)
    }
}

impl RecordedResponse {
    /// The response again. A header or a status that is none, as only an edited file has, is an error.
    pub(super) fn to_http(&self) -> Result<HttpResponse, String> {
        let mut response = HttpResponse::new(self.body.to_bytes());
        *response.status_mut() =
            StatusCode::from_u16(self.status).map_err(|_| format!("{} is not a status", self.status))?;
        for (name, values) in &self.headers {
            let header = HeaderName::try_from(name).map_err(|_| format!("{name:?} is not a header's name"))?;
            for value in values {
                let value = HeaderValue::try_from(value).map_err(|_| format!("{name} has a value that is none"))?;
                response.headers_mut().append(header.clone(), value);
            }
        }
        Ok(response)
    }
}

impl RecordedError {
    pub(super) fn new(error: &TransportError, message: Option<String>) -> Self {
        Self {
            kind: error.kind().as_str().to_owned(),
            delivery: error.delivery().as_str().to_owned(),
            retry_after_ms: error.retry_after().map(millis),
            message,
        }
    }

    /// The error again. A word that is not known counts as the most careful one.
    pub(super) fn to_error(&self) -> TransportError {
        use TransportErrorKind::{Closed, Connect, InvalidRequest, Other, RateLimited, ResponseTooLarge, Timeout};
        let kinds = [Connect, Timeout, Closed, ResponseTooLarge, RateLimited, InvalidRequest];
        let kind = kinds
            .into_iter()
            .find(|kind| kind.as_str() == self.kind)
            .unwrap_or(Other);
        let delivery = match self.delivery.as_str() {
            word if word == Delivery::NotSent.as_str() => Delivery::NotSent,
            _ => Delivery::MaybeDelivered,
        };
        let mut error = TransportError::new(kind, delivery);
        if let Some(millis) = self.retry_after_ms {
            error = error.with_retry_after(Duration::from_millis(millis));
        }
        match &self.message {
            Some(message) => error.with_source(message.clone()),
            None => error,
        }
    }
}

/// Whole milliseconds, rounded down.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
