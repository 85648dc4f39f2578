use std::fmt;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use clerk_core::model::Timestamp;
use clerk_core::{Clock, Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind};

use super::difference::diff;
use super::error::{CassetteError, display_name};
use super::fields::Fields;
use super::format::{Cassette, Interaction, Outcome};
use super::lookup::{Lookup, Unused};
use super::request::RecordedRequest;
use super::scrub::{Pseudonyms, Scrubber};
use crate::difference::{Difference, distance, write_list};
use crate::verify::{VerifyError, panic_unless_panicking};

/// Responds from a [`Cassette`]. Nothing is sent, and no time passes unless there is a [clock](Self::paced).
///
/// Clones are handles to the same replay: give one to the client and keep one. The docs of the [module](super) say which
/// requests match. Finding a response takes as long in a large cassette as in a small one.
///
/// A request that was not recorded fails with an error that names the nearest recorded request and the differences. It is
/// not retried. [`verify`](Self::verify) reports such requests, and recorded requests that were not made. Dropping the last
/// handle also does, with a panic, unless the thread is panicking already or `verify` has been called since the last
/// request.
///
/// Messages show addresses that a request has contained so far, and pseudonyms for all others.
#[derive(Clone)]
pub struct Replay {
    shared: Arc<Shared>,
}

struct Shared {
    /// The file that was read, for messages.
    path: Option<PathBuf>,
    interactions: Vec<Interaction>,
    redact: Fields,
    /// The headers that rules compare.
    headers: Vec<String>,
    lookup: Lookup,
    /// The response of each interaction that has one.
    responses: Vec<Option<Result<PreparedResponse, String>>>,
    state: Mutex<State>,
}

/// A response whose body is converted and searched for pseudonyms once.
struct PreparedResponse {
    response: HttpResponse,
    pseudonyms: Pseudonyms,
}

struct State {
    unused: Unused,
    used: Vec<bool>,
    used_count: usize,
    scrubber: Scrubber,
    in_order: bool,
    allow_unused: bool,
    repeat_last: bool,
    max_age: Option<(Duration, Timestamp)>,
    clock: Option<Arc<dyn Clock>>,
    mismatches: Vec<String>,
    is_verified: bool,
}

/// The number of mismatches, and of unused interactions, beyond which a report only counts.
const MOST_REPORTED: usize = 10;

impl Replay {
    /// Responds from `cassette`.
    pub fn new(cassette: Cassette) -> Self {
        let (lookup, unused) = Lookup::new(&cassette);
        let state = State {
            unused,
            used: vec![false; cassette.interactions.len()],
            used_count: 0,
            scrubber: Scrubber::new(cassette.keep),
            in_order: false,
            allow_unused: false,
            repeat_last: false,
            max_age: None,
            clock: None,
            mismatches: Vec::new(),
            is_verified: false,
        };
        let responses = cassette
            .interactions
            .iter()
            .map(|interaction| match &interaction.outcome {
                Outcome::Response(recorded) => Some(recorded.to_http().map(PreparedResponse::new)),
                Outcome::Error(_) | Outcome::Abandoned => None,
            });
        let shared = Shared {
            path: cassette.path,
            redact: cassette.redact,
            headers: lookup.headers(),
            lookup,
            responses: responses.collect(),
            interactions: cassette.interactions,
            state: Mutex::new(state),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Responds from the cassette at `path`.
    ///
    /// # Errors
    ///
    /// Those of [`Cassette::load`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CassetteError> {
        Cassette::load(path).map(Self::new)
    }

    /// Refuses requests that are not in the recorded order. Make them one after another.
    #[must_use]
    pub fn in_order(self) -> Self {
        self.shared.state().in_order = true;
        self
    }

    /// Does not report recorded requests that were not made.
    #[must_use]
    pub fn allow_unused(self) -> Self {
        self.shared.state().allow_unused = true;
        self
    }

    /// Repeats the last response to equal requests any number of times, as needed for polling. In a file, `"repeat": true` does
    /// so for an interaction.
    #[must_use]
    pub fn repeat_last(self) -> Self {
        self.shared.state().repeat_last = true;
        self
    }

    /// Reports what was recorded more than `age` before the wall time of `clock`, when it is [verified](Self::verify).
    #[must_use]
    pub fn max_age(self, age: Duration, clock: &dyn Clock) -> Self {
        self.shared.state().max_age = Some((age, clock.wall()));
        self
    }

    /// Delays each response by its recorded duration, measured by `clock`.
    #[must_use]
    pub fn paced(self, clock: impl Clock) -> Self {
        self.shared.state().clock = Some(Arc::new(clock));
        self
    }

    /// Returns the answer to a request, if it was recorded.
    pub(super) fn find(&self, request: &HttpRequest) -> Option<Answer> {
        self.shared.find(request, |_, _| None)
    }

    /// Checks that every request was recorded, and that every recorded request was made.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] lists the exceptions, and names the file that the cassette was read from.
    pub fn verify(&self) -> Result<(), VerifyError> {
        self.shared.state().is_verified = true;
        self.shared.check()
    }
}

/// The outcome of a recorded request. `None` hangs.
pub(super) struct Answer {
    result: Option<Result<HttpResponse, TransportError>>,
    pace: Option<(Arc<dyn Clock>, Duration)>,
}

impl Answer {
    pub(super) async fn give(self) -> Result<HttpResponse, TransportError> {
        if let Some((clock, elapsed)) = self.pace {
            clock.sleep(elapsed).await;
        }
        match self.result {
            Some(result) => result,
            None => pending().await,
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &HttpRequest) -> Answer {
        self.find(request, |state, request| {
            let text = self.mismatch(state, request);
            state.mismatches.push(text.clone());
            Some(Answer {
                result: Some(Err(refused(VerifyError::new(with_note(text))))),
                pace: None,
            })
        })
        .unwrap_or_else(|| Answer {
            result: None,
            pace: None,
        })
    }

    /// Finds the answer to a request, or calls `otherwise`.
    fn find(
        &self,
        request: &HttpRequest,
        otherwise: impl FnOnce(&mut State, &RecordedRequest<'_>) -> Option<Answer>,
    ) -> Option<Answer> {
        let mut state = self.state();
        let state = &mut *state;
        state.is_verified = false;
        let request = RecordedRequest::new(request, &self.headers, &self.redact, &mut state.scrubber);
        let Some(index) = self.take(state, &request) else {
            return otherwise(state, &request);
        };
        let interaction = &self.interactions[index];
        let result = match (&self.responses[index], &interaction.outcome) {
            (Some(Ok(prepared)), _) => Some(Ok(prepared.restored(&state.scrubber))),
            (Some(Err(reason)), _) => Some(Err(refused(reason.clone()))),
            (None, Outcome::Error(recorded)) => Some(Err(recorded.to_error())),
            (None, _) => None,
        };
        let clock = state.clock.clone();
        Some(Answer {
            result,
            pace: clock.map(|clock| (clock, interaction.elapsed())),
        })
    }

    /// Returns the interaction that responds to a request, and marks it as used.
    fn take(&self, state: &mut State, request: &RecordedRequest<'_>) -> Option<usize> {
        let (used_count, in_order) = (state.used_count, state.in_order);
        let used = &state.used;
        // In order, the used interactions are always the first ones.
        let is_next = |index: usize| !in_order || index == used_count || (used[index] && index + 1 == used_count);
        let found = self.lookup.find(&state.unused, &self.interactions, request, is_next)?;
        let index = found.index;
        let is_last = state.repeat_last && state.unused.is_last(&found);
        if !is_last && !self.interactions[index].repeat {
            state.unused.remove(&found);
        }
        if !state.used[index] {
            state.used[index] = true;
            state.used_count += 1;
        }
        Some(index)
    }

    /// Describes the nearest recorded request to one that was not recorded.
    fn mismatch(&self, state: &State, request: &RecordedRequest<'_>) -> String {
        let name = state.scrubber.message(request.name());
        let mut text = format!("{name} does not match a recorded request. ");
        if state.mismatches.len() >= MOST_REPORTED {
            return text + "It is one of many such requests";
        }
        let differences_from =
            |index: usize| diff(self.lookup.rules(index), &self.interactions[index].request, request);
        if state.in_order {
            let Some(next) = state.used.iter().position(|used| !used) else {
                return text + "All recorded requests were made already";
            };
            text.push_str(&format!("The next one, interaction {next}, differs in"));
            write_differences(differences_from(next), &state.scrubber, &mut text);
            return text;
        }
        let candidates = (0..self.interactions.len()).map(|index| (index, differences_from(index)));
        let nearest = candidates.min_by_key(|(index, differences)| (distance(differences), state.used[*index]));
        match nearest {
            None => text.push_str("The cassette is empty"),
            Some((index, differences)) if differences.is_empty() => {
                return format!("{name} was made more often than it was recorded, last as interaction {index}");
            }
            Some((index, differences)) => {
                let used = if state.used[index] { " (already used)" } else { "" };
                text.push_str(&format!("The nearest one, interaction {index}{used}, differs in"));
                write_differences(differences, &state.scrubber, &mut text);
            }
        }
        text
    }

    fn check(&self) -> Result<(), VerifyError> {
        let state = self.state();
        let mut problems: Vec<String> = state.mismatches.iter().take(MOST_REPORTED).cloned().collect();
        if let Some(more) = more_than_reported(state.mismatches.len()) {
            problems.push(format!("{more} more requests do not match recorded ones"));
        }
        if let Some((age, now)) = state.max_age {
            let interactions = self.interactions.iter().enumerate();
            let outdated = interactions.filter(|(_, interaction)| interaction.is_older_than(age, now));
            let outdated: Vec<String> = outdated
                .map(|(index, interaction)| interaction.describe_age(index, age))
                .collect();
            problems.extend(outdated.iter().take(MOST_REPORTED).cloned());
            if let Some(more) = more_than_reported(outdated.len()) {
                problems.push(format!("{more} more requests were recorded too long ago"));
            }
        }
        if !state.allow_unused {
            let unused: Vec<usize> = (0..state.used.len()).filter(|&index| !state.used[index]).collect();
            problems.extend(unused.iter().take(MOST_REPORTED).map(|&index| {
                let name = state.scrubber.message(self.interactions[index].request.name());
                format!("{name}, interaction {index}, was recorded but not made")
            }));
            if let Some(more) = more_than_reported(unused.len()) {
                problems.push(format!("{more} more requests were recorded but not made"));
            }
        }
        if problems.is_empty() {
            return Ok(());
        }
        let headline = format!(
            "the requests differ from {}. Fix the code or the test, or record the cassette again if the change is intended",
            display_name(self.path.as_deref())
        );
        let result = VerifyError::from_problems(&headline, &problems);
        result.map_err(|error| VerifyError::new(with_note(error.to_string())))
    }
}

fn more_than_reported(count: usize) -> Option<usize> {
    count.checked_sub(MOST_REPORTED).filter(|&more| more > 0)
}

impl PreparedResponse {
    fn new(response: HttpResponse) -> Self {
        // A body that is not text was not scrubbed.
        let pseudonyms = str::from_utf8(response.body()).map(Pseudonyms::find);
        Self {
            pseudonyms: pseudonyms.unwrap_or_default(),
            response,
        }
    }

    /// Returns the response with the addresses that the caller has used.
    fn restored(&self, scrubber: &Scrubber) -> HttpResponse {
        self.response.clone().map(|body| {
            let text = str::from_utf8(&body).ok();
            let restored = text.and_then(|text| scrubber.restore(text, &self.pseudonyms));
            restored.map_or(body, Into::into)
        })
    }
}

/// Lists the differences with the addresses that the caller has used.
fn write_differences(differences: Vec<Difference>, scrubber: &Scrubber, text: &mut String) {
    let message = |value: Option<String>| value.map(|value| scrubber.message(value));
    let differences = differences.into_iter().map(|difference| Difference {
        place: scrubber.message(difference.place),
        expected: message(difference.expected),
        actual: message(difference.actual),
    });
    // Writing to a string does not fail.
    let _ = write_list(&differences.collect::<Vec<_>>(), text);
}

/// Explains pseudonyms if the message has any.
fn with_note(message: String) -> String {
    if Pseudonyms::find(&message).is_empty() {
        message
    } else {
        message
            + "\n (person-…@example.com is a pseudonym of the cassette for an address that no request has contained so far)"
    }
}

fn refused(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent).with_source(reason)
}

#[async_trait]
impl HttpTransport for Replay {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let answer = self.shared.answer(&request);
        answer.give().await
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let is_verified = self.state().is_verified;
        if !is_verified && !std::thread::panicking() {
            panic_unless_panicking(self.check());
        }
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.state();
        f.debug_struct("Replay")
            .field("interactions", &state.used.len())
            .field("used", &state.used_count)
            .field("mismatches", &state.mismatches.len())
            .finish_non_exhaustive()
    }
}
