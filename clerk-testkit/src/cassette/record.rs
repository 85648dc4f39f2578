use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use clerk_core::{Clock, HttpRequest, HttpResponse, HttpTransport, SystemClock, TransportError};
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, SET_COOKIE};

use super::CassetteError;
use super::body::Body;
use super::format::{Cassette, Interaction, Outcome, RecordedError, RecordedResponse, millis};
use super::request::{RecordedRequest, recorded_headers};
use super::scrub::{Keep, Scrubber};
use crate::spy::{CallLog, SpyCall, SpyOutcome, SpyTransport};
use crate::verify::{VerifyError, panic_unless_panicking};

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
    tape: Arc<Tape>,
}

/// Options of a [`Record`].
#[derive(Debug, Clone)]
pub struct RecordOptions {
    keep: Keep,
    headers: Vec<String>,
    clock: Arc<dyn Clock>,
}

/// The calls, and the file that they are for.
struct Tape {
    path: PathBuf,
    options: RecordOptions,
    log: CallLog,
    /// The number of changes to the log that the last save has seen.
    saved_changes: Mutex<u64>,
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
        let is_credential = [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, SET_COOKIE]
            .iter()
            .any(|credential| credential.as_str().eq_ignore_ascii_case(name));
        if !is_credential {
            self.headers.push(name.to_ascii_lowercase());
        }
        self
    }

    /// Measures the duration of requests by this clock.
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
    /// Records what passes through `inner`, for the file at `path`.
    pub fn new(inner: T, path: impl Into<PathBuf>, options: RecordOptions) -> Self {
        let spy = SpyTransport::with_clock(inner, Arc::clone(&options.clock));
        let tape = Tape {
            path: path.into(),
            options,
            log: spy.log(),
            saved_changes: Mutex::new(0),
        };
        Self {
            spy,
            tape: Arc::new(tape),
        }
    }

    /// Returns what was recorded so far. A request that is in flight counts as abandoned.
    pub fn cassette(&self) -> Cassette {
        self.tape.cassette(&self.tape.log.calls())
    }

    /// Writes the file, and creates its directory if necessary.
    ///
    /// # Errors
    ///
    /// [`CassetteError::Leak`] if the file would contain a key, or an encoded address or ticket;
    /// [`CassetteError::Write`] if it cannot be written.
    pub fn save(&self) -> Result<(), CassetteError> {
        self.tape.save()
    }
}

impl Tape {
    fn cassette(&self, calls: &[SpyCall]) -> Cassette {
        let RecordOptions { keep, headers, .. } = &self.options;
        let mut scrubber = Scrubber::new(keep.clone());
        let interactions = calls.iter().map(|call| interaction(call, headers, &mut scrubber));
        Cassette::new(keep.clone(), interactions.collect())
    }

    fn save(&self) -> Result<(), CassetteError> {
        let changes = self.log.changes();
        *self.saved_changes.lock().unwrap_or_else(PoisonError::into_inner) = changes;
        let calls = self.log.calls();
        let json = self.cassette(&calls).to_json_without(&credentials(&calls))?;
        let folder = self.path.parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&self.path, json))
            .map_err(|source| CassetteError::Write {
                path: self.path.clone(),
                source,
            })
    }

    fn has_changed(&self) -> bool {
        *self.saved_changes.lock().unwrap_or_else(PoisonError::into_inner) != self.log.changes()
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        if self.has_changed() && !std::thread::panicking() {
            panic_unless_panicking(self.save().map_err(|error| VerifyError::new(error.to_string())));
        }
    }
}

fn interaction(call: &SpyCall, headers: &[String], scrubber: &mut Scrubber) -> Interaction {
    let request = RecordedRequest::new(call.request(), headers, scrubber).into_owned();
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
    outcome.scrub(scrubber);
    Interaction {
        request,
        outcome,
        elapsed_ms: millis(call.elapsed()),
    }
}

/// Returns the values of `Authorization` that were sent, without their scheme.
fn credentials(calls: &[SpyCall]) -> Vec<String> {
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
        self.spy.send(request).await
    }
}

impl<T> Clone for Record<T> {
    fn clone(&self) -> Self {
        Self {
            spy: self.spy.clone(),
            tape: Arc::clone(&self.tape),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Record<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("spy", &self.spy)
            .field("path", &self.tape.path)
            .finish_non_exhaustive()
    }
}
