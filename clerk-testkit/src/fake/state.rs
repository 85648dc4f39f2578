//! Everything that changes, and how a request changes it. No waiting happens here.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clerk_core::model::Timestamp;
use clerk_core::{HttpRequest, HttpResponse};
use http::{HeaderValue, Method, StatusCode};

use super::auth::authorize;
use super::call_record::CallRecord;
use super::config::{BulkOn5xx, Config};
use super::error::{CLERK_TRACE_ID, Refusal, bad_gateway, json_response};
use super::fault::{Fault, FaultRun, Moment};
use super::instance::{Call, Extent, Instance};
use super::limits::Limits;
use super::routes::Route;

/// A body that no decoder takes.
const GARBAGE: Bytes = Bytes::from_static(b"{\"data\":[{\"id\":\xff");

#[derive(Debug)]
pub(super) struct State {
    config: Arc<Config>,
    pub(super) instance: Instance,
    pub(super) limits: Limits,
    faults: FaultRun,
    late: Vec<Late>,
    calls: Vec<CallRecord>,
    origin: Duration,
}

/// What a request comes to.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The whole answer.
    Whole(HttpResponse),
    /// The answer, of which only a part arrives.
    Truncated(HttpResponse),
    /// No connection.
    Refused,
    /// The connection closes without an answer.
    Lost,
    /// Nothing, ever.
    Hang,
}

/// When a request came, by both of the clock's times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    pub(super) now: Duration,
    pub(super) wall: Timestamp,
}

impl Arrival {
    fn after(self, duration: Duration) -> Self {
        Self {
            now: self.now.saturating_add(duration),
            wall: self.wall.saturating_add(duration),
        }
    }
}

/// A request to be carried out.
#[derive(Debug, Clone, Copy)]
struct Incoming<'a> {
    request: &'a HttpRequest,
    route: Result<&'a Route, &'a Refusal>,
    arrival: Arrival,
    extent: Extent,
}

/// Where a call goes, and the fault that it meets.
#[derive(Debug)]
pub(crate) struct Routed {
    route: Result<Route, Refusal>,
    pub(crate) fault: Option<Fault>,
}

/// A request that takes effect after its sender has given it up.
#[derive(Debug)]
struct Late {
    due: Arrival,
    request: HttpRequest,
    route: Route,
}

impl State {
    pub(super) fn new(config: Arc<Config>, arrival: Arrival) -> Self {
        Self {
            instance: Instance::new(Arc::clone(&config), arrival),
            limits: Limits::new(config.limits.clone(), config.window),
            faults: FaultRun::new(config.faults.clone()),
            late: Vec::new(),
            calls: Vec::new(),
            origin: arrival.now,
            config,
        }
    }

    pub(super) fn calls(&self) -> &[CallRecord] {
        &self.calls
    }

    /// Carries out what is due by `now` of the requests that take effect late, each at its time.
    pub(super) fn catch_up(&mut self, now: Duration) {
        let mut due: Vec<_> = self.late.extract_if(.., |late| late.due.now <= now).collect();
        due.sort_by_key(|late| late.due.now);
        for late in due {
            let incoming = Incoming {
                request: &late.request,
                route: Ok(&late.route),
                arrival: late.due,
                extent: Extent::Whole,
            };
            // Nobody is left to hear the answer.
            let _ = self.carry_out(incoming, &mut Vec::new());
        }
    }

    /// Routes the next call, and draws the fault that it meets. A request that the fake does not simulate meets none.
    pub(super) fn route(&mut self, method: &Method, path: &str) -> Routed {
        let route = Route::find(method, path);
        let fault = route.as_ref().ok().and_then(|route| self.faults.next(route.operation));
        Routed { route, fault }
    }

    /// Carries out a routed request, as far as its fault lets it.
    pub(super) fn take(&mut self, request: &HttpRequest, routed: Routed, arrival: Arrival) -> Reply {
        self.catch_up(arrival.now);
        let Routed { route, fault } = routed;
        let mut record = CallRecord {
            number: self.calls.len() as u64 + 1,
            at: arrival.now.saturating_sub(self.origin),
            operation: route.as_ref().ok().map(|route| route.operation),
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            status: None,
            codes: Vec::new(),
            created: Vec::new(),
            fault,
        };
        let incoming = Incoming {
            request,
            route: route.as_ref(),
            arrival,
            extent: Extent::Whole,
        };
        let reply = match fault {
            Some(fault) => self.meet(fault, incoming, &mut record),
            None => Reply::Whole(self.answer(incoming, &mut record)),
        };
        if let Reply::Whole(response) | Reply::Truncated(response) = &reply {
            record.status = Some(response.status().as_u16());
        }
        if let Some(on_call) = &self.config.on_call {
            on_call(&record);
        }
        self.calls.push(record);
        reply
    }

    fn meet(&mut self, fault: Fault, incoming: Incoming<'_>, record: &mut CallRecord) -> Reply {
        use Moment::{AfterEffect, BeforeEffect};

        let now = incoming.arrival.now;
        match fault {
            Fault::Refused => Reply::Refused,
            Fault::Lost(BeforeEffect) => Reply::Lost,
            Fault::Hang(BeforeEffect) => Reply::Hang,
            Fault::Lost(AfterEffect) => {
                self.answer(incoming, record);
                Reply::Lost
            }
            Fault::Hang(AfterEffect) => {
                self.answer(incoming, record);
                Reply::Hang
            }
            Fault::Late(after) => {
                if let Ok(route) = incoming.route {
                    self.late.push(Late {
                        due: incoming.arrival.after(after),
                        request: incoming.request.clone(),
                        route: route.clone(),
                    });
                }
                Reply::Lost
            }
            Fault::Truncated => Reply::Truncated(self.answer(incoming, record)),
            Fault::Garbage => Reply::Whole(self.answer(incoming, record).map(|_| GARBAGE)),
            Fault::TooManyRequests(wait) => {
                if let Ok(route) = incoming.route {
                    // A response cannot ask for less than a second.
                    let wait = wait.max(Duration::from_secs(1));
                    self.limits
                        .block(route.operation.operation().rate_limit_key(), wait, now);
                }
                Reply::Whole(self.answer(incoming, record))
            }
            Fault::ServerError(status, moment) => Reply::Whole(self.fail(status, moment, incoming, record)),
        }
    }

    /// Answers with a 5xx, unless the request would be refused before it could come to that.
    fn fail(
        &mut self,
        status: StatusCode,
        moment: Moment,
        mut incoming: Incoming<'_>,
        record: &mut CallRecord,
    ) -> HttpResponse {
        if self.config.bulk_on_5xx == BulkOn5xx::Partial {
            incoming.extent = Extent::Half;
        }
        let outcome = match moment {
            Moment::BeforeEffect => self.let_in(incoming).map(drop),
            Moment::AfterEffect => self.carry_out(incoming, &mut record.created).map(drop),
        };
        match outcome {
            Err(refusal) => refused(&refusal, record),
            Ok(()) if status == StatusCode::BAD_GATEWAY => bad_gateway(),
            Ok(()) => refused(&Refusal::server_error(status), record),
        }
    }

    fn answer(&mut self, incoming: Incoming<'_>, record: &mut CallRecord) -> HttpResponse {
        match self.carry_out(incoming, &mut record.created) {
            Ok(body) => {
                let mut response = json_response(body);
                mark(&mut response, record);
                response
            }
            Err(refusal) => refused(&refusal, record),
        }
    }

    /// Carries the request out; the ids of what it makes go to `created`.
    fn carry_out(&mut self, incoming: Incoming<'_>, created: &mut Vec<String>) -> Result<Bytes, Refusal> {
        let route = self.let_in(incoming)?;
        (route.handler)(
            &mut self.instance,
            &mut Call {
                request: incoming.request,
                params: &route.params,
                at: incoming.arrival,
                extent: incoming.extent,
                created,
            },
        )
    }

    /// Lets in a request that is for something known, has the key, and comes within the limits.
    fn let_in<'a>(&mut self, incoming: Incoming<'a>) -> Result<&'a Route, Refusal> {
        let route = incoming.route.map_err(Clone::clone)?;
        authorize(incoming.request.headers(), &self.config.secret_key)?;
        self.limits
            .take(route.operation.operation().rate_limit_key(), incoming.arrival.now)
            .map_err(Refusal::too_many_requests)?;
        Ok(route)
    }
}

fn refused(refusal: &Refusal, record: &mut CallRecord) -> HttpResponse {
    record.codes = refusal.codes().map(str::to_owned).collect();
    let mut response = refusal.response(&record.trace_id());
    mark(&mut response, record);
    response
}

/// Puts the trace id on the response.
fn mark(response: &mut HttpResponse, record: &CallRecord) {
    if let Ok(trace_id) = HeaderValue::try_from(record.trace_id()) {
        response.headers_mut().insert(CLERK_TRACE_ID.clone(), trace_id);
    }
}
