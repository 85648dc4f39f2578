use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clerk_core::model::Timestamp;
use clerk_core::{Clock, Delivery, HttpResponse, TransportError, TransportErrorKind};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::fields::{Edit, Fields};
use super::request::{Headers, RecordedRequest, scrub_headers};
use super::rules::MatchRules;
use super::scrub::{Keep, Scrubber};
use super::{CassetteError, file, leak};
use crate::date::Date;

/// Recorded requests and their outcomes.
///
/// [`Record`](crate::Record) creates it and [`Replay`](crate::Replay) responds from it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cassette {
    version: u32,
    /// A note for readers of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// The addresses that are not replaced, neither here nor in the requests to match.
    #[serde(default, skip_serializing_if = "Keep::is_empty")]
    pub(super) keep: Keep,
    /// The fields that are replaced, here and in the requests to match.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub(super) redact: Fields,
    #[serde(default, rename = "match", skip_serializing_if = "MatchRules::is_default")]
    pub(super) rules: MatchRules,
    /// In the order in which the requests were started.
    pub(super) interactions: Vec<Interaction>,
    /// The file that it was read from, for messages.
    #[serde(skip)]
    pub(super) path: Option<PathBuf>,
}

/// A request and its outcome.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Interaction {
    /// A note for readers of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) recorded_at: Option<Date>,
    /// Matches in addition to the rules of the cassette.
    #[serde(default, rename = "match", skip_serializing_if = "MatchRules::is_default")]
    pub(super) rules: MatchRules,
    /// Whether it responds to any number of requests.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) repeat: bool,
    pub(super) request: RecordedRequest<'static>,
    pub(super) outcome: Outcome,
    /// The duration by the recorder's clock.
    #[serde(default)]
    pub(super) elapsed_ms: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Response(RecordedResponse),
    Error(RecordedError),
    /// The caller dropped the request. It hangs on replay.
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
    /// The messages of the error's sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
}

impl Cassette {
    /// The format version that this crate writes and reads: 1.
    pub const VERSION: u32 = 1;

    pub(super) fn new(keep: Keep, interactions: Vec<Interaction>) -> Self {
        Self {
            version: Self::VERSION,
            comment: None,
            keep,
            redact: Fields::new(),
            rules: MatchRules::new(),
            interactions,
            path: None,
        }
    }

    /// Reads a file, and replaces email addresses and tickets that were written into it by hand.
    ///
    /// # Errors
    ///
    /// [`CassetteError::Missing`] if the file does not exist, [`CassetteError::Read`] if it cannot be read, or the errors
    /// of [`from_json`](Self::from_json).
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CassetteError> {
        let path = path.as_ref();
        let json = file::read(path)?;
        let mut cassette = Self::from_json(&json).map_err(|error| error.in_file(path))?;
        cassette.path = Some(path.into());
        Ok(cassette)
    }

    /// Reads the text of a file, and replaces email addresses and tickets that were written into it by hand.
    ///
    /// # Errors
    ///
    /// [`CassetteError::Format`] if the text is not a cassette, [`CassetteError::Version`] if it has another version.
    pub fn from_json(json: &str) -> Result<Self, CassetteError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }

        let parsed = serde_json::from_str(json).map_err(CassetteError::format);
        // A cassette of another version may be valid or not.
        let version = match &parsed {
            Ok(Self { version, .. }) => *version,
            Err(_) => serde_json::from_str(json).map_or(Self::VERSION, |Versioned { version }| version),
        };
        if version != Self::VERSION {
            return Err(CassetteError::Version {
                path: None,
                found: version,
            });
        }
        let mut cassette = parsed?;
        cassette.scrub();
        Ok(cassette)
    }

    /// Replaces the fields to redact, addresses and tickets.
    pub(super) fn scrub(&mut self) {
        let mut scrubber = Scrubber::new(self.keep.clone());
        if let Some(comment) = &mut self.comment {
            scrubber.string(comment);
        }
        for interaction in &mut self.interactions {
            interaction.scrub(&self.redact, &mut scrubber);
        }
    }

    /// Writes the cassette to a file, which it replaces.
    ///
    /// With [`load`](Self::load) and [`redact`](Self::redact), it applies new rules to an existing file. Comments and rules are
    /// kept.
    ///
    /// # Errors
    ///
    /// [`CassetteError::Leak`] if the file would contain a key, or an encoded address or ticket;
    /// [`CassetteError::Write`] if it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), CassetteError> {
        file::update(path.as_ref(), |_| self.to_json())
    }

    /// Replaces these fields in requests and responses by `redacted`, also in the requests to match.
    #[must_use]
    pub fn redact(mut self, fields: Fields) -> Self {
        self.redact.extend(fields);
        self.scrub();
        self
    }

    /// Adds rules by which requests match all interactions.
    #[must_use]
    pub fn match_rules(mut self, rules: &MatchRules) -> Self {
        self.rules = self.rules.with(rules);
        self
    }

    /// Adds rules by which requests match the interaction at `index`. Does nothing if there is none.
    #[must_use]
    pub fn match_rules_at(mut self, index: usize, rules: &MatchRules) -> Self {
        if let Some(interaction) = self.interactions.get_mut(index) {
            interaction.rules = interaction.rules.with(rules);
        }
        self
    }

    /// Makes the interaction at `index` respond to any number of requests, as needed for polling. Of interactions with the
    /// same request, it must be the last one. Does nothing if there is none.
    #[must_use]
    pub fn repeat(mut self, index: usize) -> Self {
        if let Some(interaction) = self.interactions.get_mut(index) {
            interaction.repeat = true;
        }
        self
    }

    /// Describes the interactions that were recorded more than `age` before the clock's wall time.
    pub fn older_than(&self, age: Duration, clock: &dyn Clock) -> Vec<String> {
        let now = clock.wall();
        let interactions = self.interactions.iter().enumerate();
        let outdated = interactions.filter(|(_, interaction)| interaction.is_older_than(age, now));
        outdated
            .map(|(index, interaction)| interaction.describe_age(index, age))
            .collect()
    }

    /// Returns the text of a file.
    ///
    /// # Errors
    ///
    /// [`CassetteError::Leak`] if the text would contain a key, or an encoded address or ticket.
    pub fn to_json(&self) -> Result<String, CassetteError> {
        self.to_json_without(&[])
    }

    /// Does the same as [`to_json`](Self::to_json), and refuses `credentials` too.
    pub(super) fn to_json_without(&self, credentials: &[String]) -> Result<String, CassetteError> {
        let mut json = serde_json::to_string_pretty(self).map_err(CassetteError::format)?;
        leak::check(&json, &self.keep, credentials)?;
        json.push('\n');
        Ok(json)
    }

    /// Returns the number of requests.
    pub fn len(&self) -> usize {
        self.interactions.len()
    }

    /// Whether there are no requests.
    pub fn is_empty(&self) -> bool {
        self.interactions.is_empty()
    }
}

impl Outcome {
    pub(super) fn scrub(&mut self, scrubber: &mut Scrubber) {
        match self {
            Self::Response(response) => {
                scrub_headers(&mut response.headers, scrubber);
                response.body.scrub(scrubber);
            }
            Self::Error(error) => {
                if let Some(message) = &mut error.message {
                    scrubber.string(message);
                }
            }
            Self::Abandoned => {}
        }
    }
}

impl Interaction {
    pub(super) fn scrub(&mut self, redact: &Fields, scrubber: &mut Scrubber) {
        if let Some(comment) = &mut self.comment {
            scrubber.string(comment);
        }
        if !redact.is_empty() {
            redact.edit_request(&mut self.request, Edit::Redact);
            redact.redact_outcome(&mut self.outcome);
        }
        self.request.scrub(scrubber);
        self.outcome.scrub(scrubber);
    }

    pub(super) fn is_older_than(&self, age: Duration, now: Timestamp) -> bool {
        self.recorded_at.is_some_and(|Date(at)| now.saturating_since(at) > age)
    }

    /// Says that the interaction is older than `age`.
    pub(super) fn describe_age(&self, index: usize, age: Duration) -> String {
        let at = self.recorded_at.map(|date| date.to_string()).unwrap_or_default();
        let days = age.as_secs() / (24 * 60 * 60);
        let name = self.request.name();
        format!("{name}, interaction {index}, was recorded at {at}, more than {days} days ago. Record it again")
    }

    pub(super) const fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed_ms)
    }
}

impl RecordedResponse {
    /// Converts back to a response. Fails if the file was edited and has an invalid status or header.
    pub(super) fn to_http(&self) -> Result<HttpResponse, String> {
        let mut response = HttpResponse::new(self.body.to_bytes());
        *response.status_mut() = StatusCode::from_u16(self.status)
            .map_err(|_| format!("the cassette has the invalid status {}", self.status))?;
        for (name, values) in &self.headers {
            let header =
                HeaderName::try_from(name).map_err(|_| format!("the cassette has the invalid header name {name:?}"))?;
            for value in values {
                let value = HeaderValue::try_from(value)
                    .map_err(|_| format!("the cassette has an invalid value for the header {name}"))?;
                response.headers_mut().append(header.clone(), value);
            }
        }
        Ok(response)
    }
}

impl RecordedError {
    /// Converts back to an error. Unknown words count as the most cautious ones.
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

/// Returns whole milliseconds, rounded down.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
