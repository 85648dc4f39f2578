use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use clerk_core::{Clock, Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind};

use super::difference::diff;
use super::error::called;
use super::format::{Interaction, Outcome};
use super::request::RecordedRequest;
use super::scrub::{Places, Scrubber, has_pseudonym};
use super::{Cassette, CassetteError};
use crate::difference::{Difference, distance, write_list};
use crate::verify::{VerifyError, panic_unless_panicking};

/// Answers from a [`Cassette`]. Nothing goes out, and no time passes unless a [clock](Self::paced) is given.
///
/// Clones are handles to the same replay: give one to the client and keep one. What matches is told
/// [at the module](super). Finding an answer takes the same time in a long cassette as in a short one.
///
/// A request that was not recorded is refused with an error that names the nearest one and what differs; it is not
/// retried. Messages show the addresses of those whom a request so far has named, and the pseudonyms of all others.
/// [`verify`](Self::verify) reports such requests, and recorded ones that were not made. Dropping the last handle does
/// so by a panic, unless the thread is panicking already or `verify` has been called since the last request.
#[derive(Clone)]
pub struct Replay {
    shared: Arc<Shared>,
}

struct Shared {
    /// The file that was read, for messages.
    path: Option<PathBuf>,
    interactions: Vec<Interaction>,
    /// The response of each interaction that has one.
    responses: Vec<Option<Result<Prepared, String>>>,
    state: Mutex<State>,
}

/// A response ready to be given: its body is not to be written, nor searched for people, each time.
struct Prepared {
    response: HttpResponse,
    places: Places,
}

struct State {
    /// For each key, those not used yet, the first recorded first.
    unused: HashMap<Box<[u8]>, VecDeque<usize>>,
    used: Vec<bool>,
    used_count: usize,
    scrubber: Scrubber,
    in_order: bool,
    allow_unused: bool,
    clock: Option<Arc<dyn Clock>>,
    mismatches: Vec<String>,
    is_verified: bool,
}

/// Beyond so many mismatches, or unused interactions, a report only counts.
const MOST_REPORTED: usize = 10;

impl Replay {
    /// Answers from `cassette`.
    pub fn new(cassette: Cassette) -> Self {
        let mut unused: HashMap<Box<[u8]>, VecDeque<usize>> = HashMap::new();
        for (index, interaction) in cassette.interactions.iter().enumerate() {
            let key = interaction.request.key().into();
            unused.entry(key).or_default().push_back(index);
        }
        let state = State {
            unused,
            used: vec![false; cassette.interactions.len()],
            used_count: 0,
            scrubber: Scrubber::new(cassette.keep),
            in_order: false,
            allow_unused: false,
            clock: None,
            mismatches: Vec::new(),
            is_verified: false,
        };
        let responses = cassette
            .interactions
            .iter()
            .map(|interaction| match &interaction.outcome {
                Outcome::Response(recorded) => Some(recorded.to_http().map(Prepared::new)),
                Outcome::Error(_) | Outcome::Abandoned => None,
            });
        let shared = Shared {
            path: cassette.path,
            responses: responses.collect(),
            interactions: cassette.interactions,
            state: Mutex::new(state),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Answers from the cassette at `path`.
    ///
    /// # Errors
    ///
    /// Those of [`Cassette::load`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CassetteError> {
        Cassette::load(path).map(Self::new)
    }

    /// Refuses a request that is not the next one recorded. Requests are then to be made one after another.
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

    /// Takes as long for each answer, by `clock`, as it took when it was recorded.
    #[must_use]
    pub fn paced(self, clock: impl Clock) -> Self {
        self.shared.state().clock = Some(Arc::new(clock));
        self
    }

    /// Whether every request was recorded and every recorded one was made.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] lists those that were not, and names the file that the cassette was read from.
    pub fn verify(&self) -> Result<(), VerifyError> {
        self.shared.state().is_verified = true;
        self.shared.check()
    }
}

/// What a recorded request ended in, ready to be given again.
struct Answer {
    result: Option<Result<HttpResponse, TransportError>>,
    pace: Option<(Arc<dyn Clock>, Duration)>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &HttpRequest) -> Answer {
        let mut state = self.state();
        state.is_verified = false;
        let request = RecordedRequest::scrubbed(request, &[], &mut state.scrubber);
        let Some(index) = state.take(&request.key()) else {
            let text = self.mismatch(&state, &request);
            state.mismatches.push(text.clone());
            return Answer {
                result: Some(Err(refused(VerifyError::new(with_note(text))))),
                pace: None,
            };
        };
        let interaction = &self.interactions[index];
        let result = match (&self.responses[index], &interaction.outcome) {
            (Some(Ok(prepared)), _) => Some(Ok(prepared.with_people(&state.scrubber))),
            (Some(Err(reason)), _) => Some(Err(refused(reason.clone()))),
            (None, Outcome::Error(recorded)) => Some(Err(recorded.to_error())),
            (None, _) => None,
        };
        let clock = state.clock.clone();
        Answer {
            result,
            pace: clock.map(|clock| (clock, interaction.elapsed())),
        }
    }

    /// Says of a request that was not recorded which recorded one is nearest and what differs.
    fn mismatch(&self, state: &State, request: &RecordedRequest<'_>) -> String {
        let name = state.scrubber.told(request.name());
        let mut text = format!("{name} was not recorded like this. ");
        if state.mismatches.len() >= MOST_REPORTED {
            return text + "It is one of many";
        }
        let differences_from = |index: usize| diff(&self.interactions[index].request, request);
        if state.in_order {
            let Some(next) = state.used.iter().position(|used| !used) else {
                return text + "The cassette is at its end";
            };
            text.push_str(&format!("The next, interaction {next}, differs in"));
            write_told(differences_from(next), &state.scrubber, &mut text);
            return text;
        }
        let candidates = (0..self.interactions.len()).map(|index| (index, differences_from(index)));
        let nearest = candidates.min_by_key(|(index, differences)| (distance(differences), state.used[*index]));
        match nearest {
            None => text.push_str("The cassette is empty"),
            Some((index, differences)) if differences.is_empty() => {
                return format!("{name} was made more often than it was recorded, as interaction {index}");
            }
            Some((index, differences)) => {
                let used = if state.used[index] { " used already," } else { "" };
                text.push_str(&format!("The nearest, interaction {index},{used} differs in"));
                write_told(differences, &state.scrubber, &mut text);
            }
        }
        text
    }

    fn check(&self) -> Result<(), VerifyError> {
        let state = self.state();
        let mut problems: Vec<String> = state.mismatches.iter().take(MOST_REPORTED).cloned().collect();
        if state.mismatches.len() > MOST_REPORTED {
            problems.push(format!(
                "{} requests more were not recorded",
                state.mismatches.len() - MOST_REPORTED
            ));
        }
        if !state.allow_unused {
            let unused: Vec<usize> = (0..state.used.len()).filter(|&index| !state.used[index]).collect();
            problems.extend(unused.iter().take(MOST_REPORTED).map(|&index| {
                let name = state.scrubber.told(self.interactions[index].request.name());
                format!("{name}, interaction {index}, was recorded and not made")
            }));
            if unused.len() > MOST_REPORTED {
                problems.push(format!(
                    "{} more were recorded and not made",
                    unused.len() - MOST_REPORTED
                ));
            }
        }
        let headline = format!("{} was not replayed as recorded", called(self.path.as_deref()));
        VerifyError::of_problems(&headline, &problems).map_err(|error| VerifyError::new(with_note(error.to_string())))
    }
}

impl Prepared {
    fn new(response: HttpResponse) -> Self {
        let places = Places::find(response.body());
        Self { response, places }
    }

    /// The response with the addresses of those whom `scrubber` has seen.
    fn with_people(&self, scrubber: &Scrubber) -> HttpResponse {
        let response = self.response.clone();
        response.map(|body| scrubber.restore(&body, &self.places).map_or(body, Into::into))
    }
}

impl State {
    /// The first unused interaction of this key, which is used from now on.
    fn take(&mut self, key: &[u8]) -> Option<usize> {
        let indices = self.unused.get_mut(key)?;
        let &index = indices.front()?;
        // In order, those used are always the first.
        if self.in_order && index != self.used_count {
            return None;
        }
        indices.pop_front();
        self.used[index] = true;
        self.used_count += 1;
        Some(index)
    }
}

/// Lists the differences, and calls those whom the caller has named as the caller does.
fn write_told(differences: Vec<Difference>, scrubber: &Scrubber, text: &mut String) {
    let told = |value: Option<String>| value.map(|value| scrubber.told(value));
    let differences = differences.into_iter().map(|difference| Difference {
        place: scrubber.told(difference.place),
        expected: told(difference.expected),
        actual: told(difference.actual),
    });
    // Writing to a string does not fail.
    let _ = write_list(&differences.collect::<Vec<_>>(), text);
}

/// A message, and what a pseudonym is if it has one.
fn with_note(message: String) -> String {
    if has_pseudonym(&message) {
        message + "\n (person-…@example.com is the cassette's pseudonym for someone whose address no request has held)"
    } else {
        message
    }
}

fn refused(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent).with_source(reason)
}

#[async_trait]
impl HttpTransport for Replay {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let answer = self.shared.answer(&request);
        if let Some((clock, elapsed)) = answer.pace {
            clock.sleep(elapsed).await;
        }
        match answer.result {
            Some(result) => result,
            None => pending().await,
        }
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
