use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use clerk_core::{Clock, HttpRequest, HttpResponse, HttpTransport, SystemClock, TransportError};
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, SET_COOKIE};

use super::body::Body;
use super::fields::Fields;
use super::format::{Cassette, Interaction, Outcome, RecordedError, RecordedResponse, millis};
use super::replay::Replay;
use super::request::{RecordedRequest, recorded_headers};
use super::rules::MatchRules;
use super::scrub::{Keep, Scrubber};
use super::tape::Tape;
use super::{CassetteError, file};
use crate::date::Date;
use crate::spy::{SpyCall, SpyOutcome, SpyTransport};

/// Records requests and their outcomes for a file.
///
/// Clones are handles to the same recorder: give one to the client and keep one. [`save`](Self::save) writes the file.
/// Dropping the last handle also does if there is something new, and panics if that fails. While the thread is panicking,
/// nothing is written, because a recording of a failed test is of no use.
///
/// The recorder sits below the client's retries, so each attempt is one interaction. An attempt that was dropped before its
/// end, for example by a timeout, is recorded as abandoned and hangs on replay.
pub struct Record<T> {
    spy: SpyTransport<T>,
    /// Responds to the requests that are not recorded again.
    current: Option<Replay>,
    tape: Arc<Tape>,
}

/// Options of a [`Record`].
#[derive(Debug, Clone)]
pub struct RecordOptions {
    pub(super) keep: Keep,
    pub(super) redact: Fields,
    pub(super) rules: MatchRules,
    pub(super) max_age: Option<Duration>,
    pub(super) headers: Vec<String>,
    pub(super) clock: Arc<dyn Clock>,
}

impl RecordOptions {
    /// Replaces every address, measures time by the system's clock, and records the headers `content-type`,
    /// `retry-after`, `clerk-trace-id`, `cf-ray` and `clerk-api-version`.
    pub fn new() -> Self {
        let headers = [
            "content-type",
            "retry-after",
            "clerk-trace-id",
            "cf-ray",
            "clerk-api-version",
        ];
        Self {
            keep: Keep::default(),
            redact: Fields::new(),
            rules: MatchRules::new(),
            max_age: None,
            headers: headers.map(str::to_owned).to_vec(),
            clock: Arc::new(SystemClock::new()),
        }
    }

    /// Keeps addresses of this domain instead of replacing them, for example those of `example.com`, which nobody owns.
    #[must_use]
    pub fn keep_domain(mut self, domain: &str) -> Self {
        self.keep.domain(domain);
        self
    }

    /// Keeps this address instead of replacing it.
    #[must_use]
    pub fn keep_address(mut self, address: &str) -> Self {
        self.keep.address(address);
        self
    }

    /// Records this header too. Headers with credentials (`Authorization`, cookies) are never recorded.
    #[must_use]
    pub fn header(mut self, name: &str) -> Self {
        let is_known = self.headers.iter().any(|known| known.eq_ignore_ascii_case(name));
        let is_credential = [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, SET_COOKIE]
            .iter()
            .any(|credential| credential.as_str().eq_ignore_ascii_case(name));
        if !is_credential && !is_known {
            self.headers.push(name.to_ascii_lowercase());
        }
        self
    }

    /// Replaces these fields of requests and responses by `redacted`. The file lists them, and a replay replaces them in the
    /// requests to match.
    #[must_use]
    pub fn redact(mut self, fields: Fields) -> Self {
        self.redact.extend(fields);
        self
    }

    /// Writes rules into the file by which requests match.
    #[must_use]
    pub fn match_rules(mut self, rules: &MatchRules) -> Self {
        for name in rules.headers() {
            self = self.header(name);
        }
        self.rules = self.rules.with(rules);
        self
    }

    /// Makes [`Record::new_requests`] record again what is older than `age`, by the wall time of the
    /// [clock](Self::clock). To get a warning or an error instead, see [`Cassette::older_than`] and [`Replay::max_age`].
    #[must_use]
    pub const fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Measures the duration of requests by this clock, and dates them.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }
}

impl Default for RecordOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Record<T> {
    /// Records what passes through `inner`, for the file at `path`. What the file contains is replaced, except for what other
    /// recorders write into it in the meantime.
    pub fn new(inner: T, path: impl Into<PathBuf>, options: RecordOptions) -> Self {
        let path = path.into();
        let seen = file::read(&path).unwrap_or_default();
        Self::with_existing(inner, path, options, seen, None)
    }

    /// Records the requests that the file at `path` does not contain. The others get their recorded responses and are kept, as
    /// are comments and rules. Without a file, everything is recorded.
    ///
    /// # Errors
    ///
    /// Those of [`Cassette::load`], except for [`CassetteError::Missing`].
    pub fn new_requests(inner: T, path: impl Into<PathBuf>, options: RecordOptions) -> Result<Self, CassetteError> {
        let path = path.into();
        let (seen, existing) = match file::read(&path) {
            // Another recorder may have created the file just now.
            Ok(text) if text.is_empty() => (text, None),
            Ok(text) => {
                let existing = Cassette::from_json(&text).map_err(|error| error.in_file(&path))?;
                (text, Some(existing))
            }
            Err(CassetteError::Missing { .. }) => (String::new(), None),
            Err(error) => return Err(error),
        };
        Ok(Self::with_existing(inner, path, options, seen, existing))
    }

    fn with_existing(
        inner: T,
        path: PathBuf,
        options: RecordOptions,
        seen: String,
        existing: Option<Cassette>,
    ) -> Self {
        let spy = SpyTransport::with_clock(inner, Arc::clone(&options.clock));
        let current = existing.as_ref().map(|existing| {
            let mut current = existing.clone();
            if let Some(age) = options.max_age {
                let now = options.clock.wall();
                let is_current = |interaction: &Interaction| !interaction.is_older_than(age, now);
                current.interactions.retain(is_current);
            }
            Replay::new(current).allow_unused()
        });
        let tape = Tape::new(path, options, spy.log(), seen, existing);
        Self {
            spy,
            current,
            tape: Arc::new(tape),
        }
    }

    /// Returns what was recorded so far, with the kept part of the file. A request that is in flight counts as abandoned.
    pub fn cassette(&self) -> Cassette {
        self.tape.cassette()
    }

    /// Writes the file, and creates its directory if necessary. What another recorder has written into it meanwhile is kept.
    ///
    /// # Errors
    ///
    /// [`CassetteError::Leak`] if the file would contain a key, or an encoded address or ticket;
    /// [`CassetteError::Write`] if it cannot be written.
    pub fn save(&self) -> Result<(), CassetteError> {
        self.tape.save()
    }
}

pub(super) fn interaction(call: &SpyCall, options: &RecordOptions, scrubber: &mut Scrubber) -> Interaction {
    let headers = &options.headers;
    let request = RecordedRequest::new(call.request(), headers, &options.redact, scrubber).into_owned();
    let mut outcome = match call.outcome() {
        SpyOutcome::Response(response) => Outcome::Response(RecordedResponse {
            status: response.status().as_u16(),
            headers: recorded_headers(response.headers(), headers),
            body: Body::new(response.body()).into_owned(),
        }),
        SpyOutcome::Failure {
            kind,
            delivery,
            retry_after,
            message,
        } => Outcome::Error(RecordedError {
            kind: kind.as_str().to_owned(),
            delivery: delivery.as_str().to_owned(),
            retry_after_ms: retry_after.map(millis),
            message: message.clone(),
        }),
        SpyOutcome::InFlight | SpyOutcome::Abandoned => Outcome::Abandoned,
    };
    options.redact.redact_outcome(&mut outcome);
    outcome.scrub(scrubber);
    Interaction {
        comment: None,
        recorded_at: Some(Date(call.began_at())),
        rules: MatchRules::new(),
        repeat: false,
        request,
        outcome,
        elapsed_ms: millis(call.elapsed()),
    }
}

/// Returns the values of `Authorization` that were sent, without their scheme.
pub(super) fn credentials(calls: &[SpyCall]) -> Vec<String> {
    let mut credentials = Vec::new();
    for call in calls {
        let value = call
            .request()
            .headers()
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let credential = value.unwrap_or_default().rsplit(' ').next().unwrap_or_default();
        if !credential.is_empty() && credentials.iter().all(|known| known != credential) {
            credentials.push(credential.to_owned());
        }
    }
    credentials
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for Record<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        if let Some(answer) = self.current.as_ref().and_then(|current| current.find(&request)) {
            return answer.give().await;
        }
        self.spy.send(request).await
    }
}

impl<T> Clone for Record<T> {
    fn clone(&self) -> Self {
        Self {
            spy: self.spy.clone(),
            current: self.current.clone(),
            tape: Arc::clone(&self.tape),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Record<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("spy", &self.spy)
            .field("path", &self.tape.path())
            .finish_non_exhaustive()
    }
}
