use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use clerk_core::{Clock, HttpRequest, HttpResponse, HttpTransport, SystemClock, TransportError};
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, SET_COOKIE};

use super::body::Body;
use super::format::{Interaction, Outcome, RecordedError, RecordedResponse, millis};
use super::request::{RecordedRequest, scrubbed_headers};
use super::scrub::{Keep, Scrubber};
use super::{Cassette, CassetteError};
use crate::verify::{VerifyError, panic_unless_panicking};

/// Keeps what passes through it for a file.
///
/// Clones are handles to the same recorder: give one to the client and keep one. [`save`](Self::save) writes the file.
/// Dropping the last handle does so too if there is something new, and panics if that fails; but while the thread is
/// panicking nothing is written, since a test that failed is not to be repeated.
///
/// It stands at the wire, below the client's retries: each attempt is one interaction. One that was dropped before its end, as
/// by a timeout, is kept as such and hangs when it is replayed.
pub struct Record<T> {
    inner: Arc<T>,
    tape: Arc<Tape>,
}

/// What a [`Record`] keeps, and by which clock.
#[derive(Debug, Clone)]
pub struct RecordOptions {
    keep: Keep,
    headers: Vec<String>,
    clock: Arc<dyn Clock>,
}

struct Tape {
    path: PathBuf,
    options: RecordOptions,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    takes: Vec<Take>,
    /// Values of `Authorization` that were sent, without their scheme.
    credentials: Vec<String>,
    has_news: bool,
}

/// One request as it was, and what it ended in.
struct Take {
    request: HttpRequest,
    outcome: TakeOutcome,
    elapsed: Duration,
}

enum TakeOutcome {
    Response(HttpResponse),
    /// The error without its message, and that message.
    Error(RecordedError),
    Abandoned,
}

impl RecordOptions {
    /// Every address is replaced, times are the system's, and the headers are `content-type`, `retry-after`,
    /// `clerk-trace-id`, `cf-ray` and `clerk-api-version`.
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

    /// Leaves the addresses of this domain as they are, such as those of `example.com`, which nobody has.
    #[must_use]
    pub fn keep_domain(mut self, domain: &str) -> Self {
        self.keep.domain(domain);
        self
    }

    /// Leaves this address as it is.
    #[must_use]
    pub fn keep_address(mut self, address: &str) -> Self {
        self.keep.address(address);
        self
    }

    /// Keeps this header too. Those that carry credentials (`Authorization`, cookies) are never kept.
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

    /// Tells by this clock how long each request took.
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
    /// Records what passes through `inner` for the file at `path`.
    pub fn new(inner: T, path: impl Into<PathBuf>, options: RecordOptions) -> Self {
        let tape = Tape {
            path: path.into(),
            options,
            state: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
            tape: Arc::new(tape),
        }
    }

    /// What was recorded so far. A request that has not ended counts as dropped.
    pub fn cassette(&self) -> Cassette {
        self.tape.state().cassette(&self.tape.options)
    }

    /// Writes the file, and the folders that it lies in.
    ///
    /// # Errors
    ///
    /// [`CassetteError::Secret`] if a key would show in it, [`CassetteError::Write`] if it cannot be written.
    pub fn save(&self) -> Result<(), CassetteError> {
        self.tape.save()
    }
}

impl Tape {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save(&self) -> Result<(), CassetteError> {
        let mut state = self.state();
        state.has_news = false;
        let json = state.cassette(&self.options).to_json_without(&state.credentials)?;
        drop(state);
        let folder = self.path.parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&self.path, json))
            .map_err(|source| CassetteError::Write {
                path: self.path.clone(),
                source,
            })
    }
}

impl State {
    fn cassette(&self, options: &RecordOptions) -> Cassette {
        let mut scrubber = Scrubber::new(options.keep.clone());
        let takes = self.takes.iter();
        let interactions = takes
            .map(|take| take.interaction(&options.headers, &mut scrubber))
            .collect();
        Cassette::new(options.keep.clone(), interactions)
    }
}

impl Take {
    fn interaction(&self, headers: &[String], scrubber: &mut Scrubber) -> Interaction {
        Interaction {
            request: RecordedRequest::scrubbed(&self.request, headers, scrubber).into_owned(),
            outcome: match &self.outcome {
                TakeOutcome::Response(response) => Outcome::Response(RecordedResponse {
                    status: response.status().as_u16(),
                    headers: scrubbed_headers(response.headers(), headers, scrubber),
                    body: Body::scrubbed(response.body(), scrubber).into_owned(),
                }),
                TakeOutcome::Error(error) => Outcome::Error(RecordedError {
                    message: error
                        .message
                        .clone()
                        .map(|message| scrubber.string(message.into()).into_owned()),
                    ..error.clone()
                }),
                TakeOutcome::Abandoned => Outcome::Abandoned,
            },
            elapsed_ms: millis(self.elapsed),
        }
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        if self.state().has_news && !std::thread::panicking() {
            panic_unless_panicking(self.save().map_err(|error| VerifyError::new(error.to_string())));
        }
    }
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for Record<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let mut watch = Watch::begin(&self.tape, &request);
        let result = self.inner.send(request).await;
        watch.outcome = match &result {
            Ok(response) => TakeOutcome::Response(response.clone()),
            Err(error) => TakeOutcome::Error(RecordedError::new(error, message(error))),
        };
        result
    }
}

/// Keeps what a request ended in when it is dropped, which is when the request has ended or was given up.
struct Watch<'a> {
    tape: &'a Tape,
    index: usize,
    began: Duration,
    outcome: TakeOutcome,
}

impl<'a> Watch<'a> {
    fn begin(tape: &'a Tape, request: &HttpRequest) -> Self {
        let mut state = tape.state();
        if let Some(value) = request
            .headers()
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
        {
            let credential = value.rsplit(' ').next().unwrap_or(value).to_owned();
            if !credential.is_empty() && !state.credentials.contains(&credential) {
                state.credentials.push(credential);
            }
        }
        state.has_news = true;
        state.takes.push(Take {
            request: request.clone(),
            outcome: TakeOutcome::Abandoned,
            elapsed: Duration::ZERO,
        });
        let index = state.takes.len() - 1;
        drop(state);
        let began = tape.options.clock.now();
        Self {
            tape,
            index,
            began,
            outcome: TakeOutcome::Abandoned,
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let elapsed = self.tape.options.clock.now().saturating_sub(self.began);
        let mut state = self.tape.state();
        state.has_news = true;
        let take = &mut state.takes[self.index];
        take.elapsed = elapsed;
        take.outcome = std::mem::replace(&mut self.outcome, TakeOutcome::Abandoned);
    }
}

/// What the sources of an error say, outermost first.
fn message(error: &TransportError) -> Option<String> {
    let sources = std::iter::successors(error.source(), |&error| error.source());
    let messages: Vec<String> = sources.map(ToString::to_string).collect();
    (!messages.is_empty()).then(|| messages.join(": "))
}

impl<T> Clone for Record<T> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            tape: Arc::clone(&self.tape),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Record<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("inner", &self.inner)
            .field("path", &self.tape.path)
            .field("interactions", &self.tape.state().takes.len())
            .finish_non_exhaustive()
    }
}
