//! The state of a fake, and how a request changes it. Nothing here waits.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clerk_core::model::Timestamp;
use clerk_core::{Clock, Delivery, HttpRequest, HttpResponse, RateLimitKey, SecretKey};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use serde_json::Value;

use super::announcements::announce;
use super::call_record::CallRecord;
use super::config::{BulkOn5xx, Config};
use super::endpoint::FakeEndpoint;
use super::error::{API_VERSION, CLERK_TRACE_ID, Refusal, bad_gateway, json_response};
use super::fault::{self, Fault, FaultPlan, FaultRun, Moment};
use super::instance::{Call, Extent, HandlerResult, Instance, PathParams};
use super::instance_config::InstanceConfig;
use super::limits::Limits;
use super::routes::Route;
use super::seed::Seed;
use super::store::Arrival;

const CLERK_API_VERSION: &str = "clerk-api-version";

/// A body that does not decode.
const GARBAGE: Bytes = Bytes::from_static(b"{\"data\":[{\"id\":\xff");

#[derive(Debug)]
pub(super) struct State {
    config: Arc<Config>,
    pub(super) instance: Instance,
    pub(super) limits: Limits,
    faults: FaultRun,
    late: Vec<LateRequest>,
    calls: Vec<CallRecord>,
    started: Duration,
    /// The time by which the fake is ahead of its clock.
    advanced: Duration,
    /// The milliseconds by which the time of day was ahead of the clock's at the start.
    wall_offset: i64,
}

/// What the sender of a request sees.
#[derive(Debug)]
pub(crate) enum Reply {
    Whole(HttpResponse),
    /// A response that breaks off.
    Truncated(HttpResponse),
    /// No connection.
    Refused,
    /// A connection that closes without a response.
    Lost,
    /// Silence.
    Hang,
}

/// The route of a call, and the fault that it meets.
#[derive(Debug)]
pub(crate) struct Routed {
    route: Result<Route, Refusal>,
    /// The operation that the application has added, with the parameters of its path. It replaces the route.
    endpoint: Option<(FakeEndpoint, PathParams)>,
    pub(crate) fault: Option<Fault>,
}

/// A request with its route.
#[derive(Debug, Clone, Copy)]
struct Incoming<'a> {
    request: &'a HttpRequest,
    route: Result<&'a Route, &'a Refusal>,
    arrival: Arrival,
    extent: Extent,
}

/// A request that takes effect after its sender has given up.
#[derive(Debug)]
struct LateRequest {
    due: Arrival,
    request: HttpRequest,
    route: Route,
}

impl State {
    pub(super) fn new(config: Arc<Config>, arrival: Arrival) -> Self {
        let wall = config.start.unwrap_or(arrival.wall);
        let wall_offset = wall.as_millis().saturating_sub(arrival.wall.as_millis());
        let arrival = Arrival { wall, ..arrival };
        Self {
            instance: Instance::new(&config.instance, arrival),
            limits: Limits::new(config.limits.clone(), config.window),
            faults: FaultRun::new(config.faults.clone()),
            late: Vec::new(),
            calls: Vec::new(),
            started: arrival.now,
            advanced: Duration::ZERO,
            wall_offset,
            config,
        }
    }

    pub(super) fn time(&self, clock: &dyn Clock) -> Arrival {
        let Arrival { now, wall } = Arrival::from_clock(clock);
        let wall = Timestamp::from_millis(wall.as_millis().saturating_add(self.wall_offset));
        Arrival { now, wall }.after(self.advanced)
    }

    pub(super) fn advance(&mut self, duration: Duration) {
        self.advanced = self.advanced.saturating_add(duration);
    }

    /// Returns everything that the instance stores, and the settings.
    pub(super) fn snapshot(&self, at: Arrival) -> Value {
        let mut snapshot = self.instance.snapshot(at);
        snapshot["settings"] = self.config.settings();
        snapshot
    }

    /// Adds what a seed contains, except for its settings.
    pub(super) fn seed(&mut self, seed: &Seed, at: Arrival) {
        let mut added = InstanceConfig::default();
        seed.add_to(&mut added);
        self.instance.add(&added, at);
        let instance = &mut Arc::make_mut(&mut self.config).instance;
        instance.roles.extend(added.roles);
        instance.malformed.extend(added.malformed);
        instance.access.extend(added.access);
    }

    /// Replaces the plan of faults. Its rules count calls from now on.
    pub(super) fn set_faults(&mut self, plan: FaultPlan) {
        self.faults = FaultRun::new(plan);
    }

    pub(super) fn calls(&self) -> &[CallRecord] {
        &self.calls
    }

    /// Executes the late requests that are due by `now`, each at its own time.
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
            // The connection has closed, so the response goes nowhere.
            let _ = self.execute(incoming, &mut Vec::new());
        }
    }

    /// Routes the next call, and draws the fault that it meets. A request without a route meets none.
    pub(super) fn route(&mut self, method: &Method, path: &str) -> Routed {
        let mut endpoints = self.config.endpoints.iter().rev();
        let endpoint = endpoints.find_map(|endpoint| Some((endpoint.clone(), endpoint.params(method, path)?)));
        let route = Route::find(method, path);
        if endpoint.is_some() {
            return Routed {
                route,
                endpoint,
                fault: None,
            };
        }
        let fault = route.as_ref().ok().and_then(|route| self.faults.next(route.operation));
        Routed { route, endpoint, fault }
    }

    /// Replies to a routed request, and records the call.
    pub(super) fn reply(&mut self, request: &HttpRequest, routed: Routed, arrival: Arrival) -> Reply {
        self.catch_up(arrival.now);
        let Routed { route, endpoint, fault } = routed;
        let mut record = CallRecord {
            number: self.calls.len() as u64 + 1,
            at: arrival.now.saturating_sub(self.started),
            operation: match &endpoint {
                Some(_) => None,
                None => route.as_ref().ok().map(|route| route.operation),
            },
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
        let reply = match (endpoint, fault) {
            (Some((endpoint, params)), _) => self.reply_of(&endpoint, &params, incoming, &mut record),
            (None, Some(fault)) => self.reply_with_fault(fault, incoming, &mut record),
            (None, None) => Reply::Whole(self.respond(incoming, &mut record)),
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

    /// Returns the reply of an operation that the application has added.
    fn reply_of(
        &mut self,
        endpoint: &FakeEndpoint,
        params: &PathParams,
        incoming: Incoming<'_>,
        record: &mut CallRecord,
    ) -> Reply {
        let key = endpoint.operation.rate_limit_key();
        if let Err(refusal) = self.admit_key(incoming.request, key, incoming.arrival.now) {
            return Reply::Whole(refuse(&refusal, record));
        }
        match endpoint.handle(incoming.request, params).into_result() {
            Some(Ok(response)) => Reply::Whole(with_trace_id(response, record)),
            Some(Err(error)) if error.delivery() == Delivery::NotSent => Reply::Refused,
            Some(Err(_)) => Reply::Lost,
            None => Reply::Hang,
        }
    }

    fn reply_with_fault(&mut self, fault: Fault, incoming: Incoming<'_>, record: &mut CallRecord) -> Reply {
        use Moment::{AfterEffect, BeforeEffect};

        let now = incoming.arrival.now;
        match fault {
            Fault::Refused => Reply::Refused,
            Fault::Lost(BeforeEffect) => Reply::Lost,
            Fault::Hang(BeforeEffect) => Reply::Hang,
            Fault::Lost(AfterEffect) => {
                self.respond(incoming, record);
                Reply::Lost
            }
            Fault::Hang(AfterEffect) => {
                self.respond(incoming, record);
                Reply::Hang
            }
            Fault::Late(delay) => {
                if let Ok(route) = incoming.route {
                    self.late.push(LateRequest {
                        due: incoming.arrival.after(delay),
                        request: incoming.request.clone(),
                        route: route.clone(),
                    });
                }
                Reply::Lost
            }
            Fault::Truncated => Reply::Truncated(self.respond(incoming, record)),
            Fault::Garbage => Reply::Whole(self.respond(incoming, record).map(|_| GARBAGE)),
            Fault::TooManyRequests(wait) => {
                if let Ok(route) = incoming.route {
                    // `Retry-After` has whole seconds.
                    let wait = wait.max(Duration::from_secs(1));
                    self.limits.block(route.rate_limit_key(), wait, now);
                }
                Reply::Whole(self.respond(incoming, record))
            }
            Fault::ServerError(status, moment) => Reply::Whole(self.fail(status, moment, incoming, record)),
            Fault::ClerkError(error) => {
                let refusal = match self.admit(incoming) {
                    Ok(_) => fault::refuse(error, incoming.request.body()),
                    Err(refusal) => refusal,
                };
                Reply::Whole(refuse(&refusal, record))
            }
        }
    }

    /// Responds with a 5xx, unless the request is refused before.
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
        let result = match moment {
            Moment::BeforeEffect => self.admit(incoming).map(drop),
            Moment::AfterEffect => self.execute(incoming, &mut record.created).map(drop),
        };
        match result {
            Err(refusal) => refuse(&refusal, record),
            Ok(()) if status == StatusCode::BAD_GATEWAY => bad_gateway(),
            Ok(()) => refuse(&Refusal::server_error(status), record),
        }
    }

    fn respond(&mut self, incoming: Incoming<'_>, record: &mut CallRecord) -> HttpResponse {
        match self.execute(incoming, &mut record.created) {
            Ok(body) => with_trace_id(json_response(body), record),
            Err(refusal) => refuse(&refusal, record),
        }
    }

    /// Lets the request take effect. The ids of what it creates are added to `created`.
    fn execute(&mut self, incoming: Incoming<'_>, created: &mut Vec<String>) -> HandlerResult {
        let route = self.admit(incoming)?;
        let mut call = Call {
            request: incoming.request,
            params: &route.params,
            config: &self.config.instance,
            at: incoming.arrival,
            extent: incoming.extent,
            created,
        };
        let body = (route.handler)(&mut self.instance, &mut call)?;
        let name = route.operation.name();
        announce(&mut self.instance, name, &body, created, incoming.arrival);
        Ok(body)
    }

    /// Admits a request that has a route and the key, and is within the limits.
    fn admit<'a>(&mut self, incoming: Incoming<'a>) -> Result<&'a Route, Refusal> {
        let route = incoming.route.map_err(Clone::clone)?;
        self.admit_key(incoming.request, route.rate_limit_key(), incoming.arrival.now)?;
        Ok(route)
    }

    /// Admits a request that has the key of the instance and is within the limits of this rate-limit key.
    fn admit_key(&mut self, request: &HttpRequest, key: RateLimitKey, now: Duration) -> Result<(), Refusal> {
        check_api_version(request.headers())?;
        authenticate(request.headers(), &self.config.secret_key)?;
        self.limits.take(key, now).map_err(Refusal::too_many_requests)
    }
}

/// Refuses a version of the API that is not a date, or that is newer than the fake. The header is optional.
fn check_api_version(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(version) = headers.get(CLERK_API_VERSION) else {
        return Ok(());
    };
    let has_form_of_date = |version: &str| {
        let mut pairs = version.bytes().zip(API_VERSION.bytes());
        version.len() == API_VERSION.len()
            && pairs.all(|(byte, known)| byte == known || (byte.is_ascii_digit() && known.is_ascii_digit()))
    };
    // Dates in this form are in the order of their text.
    match version.to_str() {
        Ok(version) if has_form_of_date(version) && version <= API_VERSION => Ok(()),
        _ => Err(Refusal::api_version_invalid()),
    }
}

/// Refuses a request that does not carry the instance's key.
fn authenticate(headers: &HeaderMap, key: &SecretKey) -> Result<(), Refusal> {
    let Some(authorization) = headers.get(AUTHORIZATION) else {
        return Err(Refusal::authentication_missing());
    };
    if key.authorizes(authorization) {
        return Ok(());
    }
    let token = authorization.as_bytes().strip_prefix(b"Bearer ");
    Err(if token.is_some_and(|token| !token.is_empty()) {
        Refusal::key_invalid()
    } else {
        Refusal::authorization_malformed()
    })
}

fn refuse(refusal: &Refusal, record: &mut CallRecord) -> HttpResponse {
    record.codes = refusal.codes().map(str::to_owned).collect();
    with_trace_id(refusal.response(&record.trace_id()), record)
}

fn with_trace_id(mut response: HttpResponse, record: &CallRecord) -> HttpResponse {
    if let Ok(trace_id) = HeaderValue::try_from(record.trace_id()) {
        response.headers_mut().insert(CLERK_TRACE_ID.clone(), trace_id);
    }
    response
}
