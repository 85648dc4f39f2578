//! The run's transport. It shuffles bulk responses, because Clerk does not promise their order, refuses one value, gives
//! hostile answers, and keeps what was sent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clerk_core::{Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, async_trait};
use clerk_testkit::{FakeClerk, ManualClock};
use fastrand::Rng;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::breakage::{
    Break, call_ambiguous_unsent, hide_acceptance, make_old, name_the_requested, relabel_by_position,
};
use crate::hostile::{Hostility, HostilityRun};
use crate::log::Log;
use crate::scenario::{Action, REFUSED_ROLE, REFUSED_URL};

/// How often the transport sends a call that invited nobody, if it forgets its bound.
const FORGOTTEN_BOUND: u32 = 60;

/// The transport of all processes of a seed. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    fake: FakeClerk,
    clock: ManualClock,
    state: Arc<Mutex<State>>,
    broken: Option<Break>,
    log: Log,
}

#[derive(Debug)]
struct State {
    shuffle: Option<Rng>,
    hostile: Option<HostilityRun>,
    sent: Vec<Sent>,
    /// What the process does that uses the transport.
    action: Option<Action>,
}

/// A call that was to invite people.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) at: Duration,
    /// The normalized addresses.
    pub(crate) people: Vec<String>,
    pub(crate) answer: Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// None has arrived yet, or none ever does.
    Missing,
    /// The answer does not name everyone, and the call may have invited the others.
    Ambiguous,
    /// Everyone was refused because of a value that everyone sent.
    SharedRefusal,
    Other,
}

impl Wire {
    pub(crate) fn new(
        fake: &FakeClerk,
        clock: &ManualClock,
        shuffle: Option<Rng>,
        hostility: Option<&Hostility>,
        broken: Option<Break>,
        log: &Log,
    ) -> Self {
        Self {
            fake: fake.clone(),
            clock: clock.clone(),
            state: Arc::new(Mutex::new(State {
                shuffle,
                hostile: hostility.map(HostilityRun::new),
                sent: Vec::new(),
                action: None,
            })),
            broken,
            log: log.clone(),
        }
    }

    /// Starts with the next process.
    pub(crate) fn start(&self, action: Action) {
        self.state().action = Some(action);
    }

    /// Returns every call so far that was to invite people.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.state().sent.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn forward(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        if let Some(refusal) = refuse_value(request) {
            self.log.line(|| "the value is refused".to_owned());
            return Ok(refusal);
        }
        let answer = self.state().hostile.as_mut().and_then(|hostile| hostile.next(request));
        let Some(answer) = answer else {
            return self.fake.send(request.clone()).await;
        };
        self.log
            .line(|| format!("hostile answer to {}: {answer:?}", request.uri().path()));
        let honest = match answer.takes_effect {
            true => Some(self.fake.send(request.clone()).await?),
            false => None,
        };
        Ok(answer.response(request, honest))
    }

    async fn send_and_reorder(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        if request.uri().path().ends_with("/revoke") && self.revokes_nothing() {
            return Ok(HttpResponse::new("{}".into()));
        }
        let result = self.forward(request).await;
        result.map(|response| self.reorder(request, response))
    }

    fn revokes_nothing(&self) -> bool {
        let action = self.state().action;
        match self.broken {
            Some(Break::RevokeNothing) => action == Some(Action::Undo),
            Some(Break::AgainWithoutRevoke) => matches!(action, Some(Action::Again { .. })),
            _ => false,
        }
    }

    fn reorder(&self, request: &HttpRequest, response: HttpResponse) -> HttpResponse {
        let is_bulk = request.uri().path().ends_with("/bulk") && response.status().is_success();
        if !is_bulk || self.state().shuffle.is_none() {
            return response;
        }
        response.map(|body| {
            let Ok(Value::Array(mut invitations)) = serde_json::from_slice(&body) else {
                return body;
            };
            if let Some(random) = &mut self.state().shuffle {
                random.shuffle(&mut invitations);
            }
            if self.broken == Some(Break::MatchByPosition) {
                relabel_by_position(request, &mut invitations);
            }
            Value::Array(invitations).to_string().into()
        })
    }

    /// Sends a call again that invited nobody.
    async fn send_until_named(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let mut result = self.send_and_keep(request).await;
        for _ in 0..FORGOTTEN_BOUND {
            let names_nobody = |response: &HttpResponse| {
                response.status().is_success() && !people(request.body()).iter().any(|person| names(response, person))
            };
            if request.method() != Method::POST || !result.as_ref().is_ok_and(names_nobody) {
                break;
            }
            result = self.send_and_keep(request).await;
        }
        result
    }

    async fn send_and_keep(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let people = match *request.method() == Method::POST && !request.uri().path().ends_with("/revoke") {
            true => people(request.body()),
            false => Vec::new(),
        };
        if people.is_empty() {
            return self.send_and_reorder(request).await;
        }
        let number = {
            let mut state = self.state();
            state.sent.push(Sent {
                at: self.clock.elapsed(),
                people: people.clone(),
                answer: Answer::Missing,
            });
            state.sent.len() - 1
        };
        let result = self.send_and_reorder(request).await;
        self.state().sent[number].answer = Answer::new(request, &result, &people);
        result
    }
}

#[async_trait]
impl HttpTransport for Wire {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let result = match self.broken {
            Some(Break::ForgetAttemptBound) => self.send_until_named(&request).await,
            _ => self.send_and_keep(&request).await,
        };
        match self.broken {
            Some(Break::ResendAmbiguous) => call_ambiguous_unsent(&request, result),
            Some(Break::AgainToAccepted) => result.map(|response| hide_acceptance(&request, response)),
            Some(Break::AgainToRecent) => result.map(|response| make_old(&request, response)),
            Some(Break::CountStrangersAsSuccess) => result.map(|response| name_the_requested(&request, response)),
            _ => result,
        }
    }
}

impl Answer {
    fn new(request: &HttpRequest, result: &Result<HttpResponse, TransportError>, people: &[String]) -> Self {
        let is_ambiguous = match result {
            Err(error) => error.delivery() == Delivery::MaybeDelivered,
            Ok(response) if response.status().is_success() => !people.iter().all(|person| names(response, person)),
            Ok(response) => response.status().is_server_error(),
        };
        let refuses_value = || result.as_ref().is_ok_and(names_refused_value);
        if is_ambiguous {
            Self::Ambiguous
        } else if refuses_value() && bodies(request.body()).iter().all(sends_refused_value) {
            Self::SharedRefusal
        } else {
            Self::Other
        }
    }
}

fn names(response: &HttpResponse, person: &str) -> bool {
    people(response.body()).iter().any(|named| named == person)
}

/// Returns the normalized addresses in a body that is an object or an array of objects.
fn people(body: &[u8]) -> Vec<String> {
    let address = |body: &Value| Some(body["email_address"].as_str()?.trim().to_ascii_lowercase());
    bodies(body).iter().filter_map(address).collect()
}

fn bodies(body: &[u8]) -> Vec<Value> {
    match serde_json::from_slice(body) {
        Ok(Value::Array(bodies)) => bodies,
        Ok(body @ Value::Object(_)) => vec![body],
        _ => Vec::new(),
    }
}

fn sends_refused_value(body: &Value) -> bool {
    body["redirect_url"] == REFUSED_URL || body["role"] == REFUSED_ROLE
}

fn names_refused_value(response: &HttpResponse) -> bool {
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let parameter = &body["errors"][0]["meta"]["param_name"];
    response.status().is_client_error() && (parameter == "redirect_url" || parameter == "role")
}

/// Refuses a redirect URL as an instance does that has a list of them. The fake has none.
fn refuse_value(request: &HttpRequest) -> Option<HttpResponse> {
    let is_refused = |body: &Value| body["redirect_url"] == REFUSED_URL;
    if request.method() != Method::POST || !bodies(request.body()).iter().any(is_refused) {
        return None;
    }
    let refusal = json!({ "errors": [{
        "code": "form_param_value_invalid", "message": "not allowed", "meta": { "param_name": "redirect_url" },
    }] });
    let mut response = HttpResponse::new(refusal.to_string().into());
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Some(response)
}
