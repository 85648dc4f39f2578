//! The client's middlewares in virtual time: retries, rate limits, timeouts, deadlines and observers.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::invitations::{ListInvitations, RATE_LIMIT_BULK};
use clerk_core::middleware::{AttemptEnd, ObservedAttempt, Observer, Quota, RateLimits, RetryPolicy};
use clerk_core::model::InvitationId;
use clerk_core::{
    CallOptions, Client, ClientBuilder, Clock, Delivery, Effect, Error, ErrorKind, HttpResponse, SecretKey,
    TransportError, TransportErrorKind as Kind, transport_fn,
};
use clerk_testkit::ManualClock;

const INVITATION: &str =
    r#"{"id":"inv_1","email_address":"ada@example.com","status":"pending","created_at":2,"updated_at":3}"#;

/// The result of one attempt.
#[derive(Clone, Copy)]
enum Step {
    Answer(u16, &'static str),
    /// A response with this status and this `Retry-After` in seconds.
    Later(u16, &'static str),
    Fail(Kind, Delivery),
    Hang,
}
use Step::{Answer, Fail, Hang, Later};

/// A transport that plays steps in order and records when each attempt arrived, in seconds.
struct Wire {
    clock: ManualClock,
    steps: Arc<Mutex<VecDeque<Step>>>,
    arrivals: Arc<Mutex<Vec<f64>>>,
}

impl Wire {
    fn new(steps: &[Step]) -> Self {
        Self {
            clock: ManualClock::new(),
            steps: Arc::new(Mutex::new(steps.iter().copied().collect())),
            arrivals: Arc::default(),
        }
    }

    fn builder(&self) -> ClientBuilder {
        let (clock, steps, arrivals) = (self.clock.clone(), Arc::clone(&self.steps), Arc::clone(&self.arrivals));
        let transport = transport_fn(move |_request| {
            arrivals.lock().unwrap().push(clock.now().as_secs_f64());
            let step = steps.lock().unwrap().pop_front().expect("an expected attempt");
            async move {
                match step {
                    Answer(status, body) => Ok(response(status, None, body)),
                    Later(status, seconds) => Ok(response(status, Some(seconds), "")),
                    Fail(kind, delivery) => Err(TransportError::new(kind, delivery)),
                    Hang => std::future::pending().await,
                }
            }
        });
        Client::builder(SecretKey::new("sk_test_abc").expect("a key"), transport)
            .clock(self.clock.clone())
            .retry_seed(7)
    }

    fn client(&self) -> Client {
        self.builder().build().expect("a client")
    }

    fn run<T>(&self, call: impl Future<Output = T>) -> T {
        self.clock.drive(call).expect("the call ends")
    }

    /// The times at which attempts arrived, rounded to seconds.
    fn arrivals(&self) -> Vec<u64> {
        self.arrivals
            .lock()
            .unwrap()
            .iter()
            .map(|at| at.round() as u64)
            .collect()
    }

    fn steps_left(&self) -> usize {
        self.steps.lock().unwrap().len()
    }
}

fn response(status: u16, retry_after: Option<&str>, body: &'static str) -> HttpResponse {
    let mut response = http::Response::builder().status(status);
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    response.body(body.into()).expect("a response")
}

async fn create(clerk: &Client) -> Result<(), Error> {
    let ada = CreateInvitation::new("ada@example.com");
    clerk.invitations().create(&ada).await.map(drop)
}

async fn create_bulk(clerk: &Client) -> Result<(), Error> {
    let ada = [CreateInvitation::new("ada@example.com")];
    clerk.invitations().create_bulk(&ada).await.map(drop)
}

async fn list(clerk: &Client) -> Result<(), Error> {
    clerk.invitations().list(&ListInvitations::new()).await.map(drop)
}

#[test]
fn retries_a_create_only_if_it_certainly_had_no_effect() {
    const OK: Step = Answer(200, INVITATION);
    // The steps, how many of them a create takes, and its result.
    type End = Result<(), (ErrorKind, Effect)>;
    let cases: &[(&[Step], usize, End)] = &[
        (&[Fail(Kind::Connect, Delivery::NotSent), OK], 2, Ok(())),
        (&[Later(429, "3"), OK], 2, Ok(())),
        (
            &[Later(429, "3"), Fail(Kind::Connect, Delivery::NotSent), OK],
            3,
            Ok(()),
        ),
        (&[Answer(500, ""), OK], 1, Err((ErrorKind::Server, Effect::Unknown))),
        (&[Later(503, "3"), OK], 1, Err((ErrorKind::Server, Effect::Unknown))),
        (
            &[Fail(Kind::Closed, Delivery::MaybeDelivered), OK],
            1,
            Err((ErrorKind::Transport, Effect::Unknown)),
        ),
        (&[Hang, OK], 1, Err((ErrorKind::Timeout, Effect::Unknown))),
        (
            &[Answer(403, "<html>"), OK],
            1,
            Err((ErrorKind::Forbidden, Effect::Unknown)),
        ),
        (
            &[Answer(200, "<html>"), OK],
            1,
            Err((ErrorKind::Decode, Effect::Applied)),
        ),
        (
            &[Later(429, "3"), Answer(502, ""), OK],
            2,
            Err((ErrorKind::Server, Effect::Unknown)),
        ),
        (
            &[Fail(Kind::Connect, Delivery::NotSent); 4],
            3,
            Err((ErrorKind::Transport, Effect::NotApplied)),
        ),
    ];
    for (number, (steps, taken, expected)) in cases.iter().enumerate() {
        let wire = Wire::new(steps);
        let result = wire.run(create(&wire.client()));
        let attempts = result
            .as_ref()
            .map_or_else(|error| error.attempts() as usize, |()| *taken);
        assert_eq!(
            result.map_err(|error| (error.kind(), error.effect())),
            *expected,
            "case {number}"
        );
        assert_eq!(steps.len() - wire.steps_left(), *taken, "case {number}");
        assert_eq!(attempts, *taken, "case {number}");
    }
}

#[test]
fn retries_a_read_after_any_transient_failure() {
    let steps = [
        Fail(Kind::Closed, Delivery::MaybeDelivered),
        Answer(502, "<html>"),
        Answer(200, "[]"),
    ];
    let wire = Wire::new(&steps);
    wire.run(list(&wire.client())).expect("the third attempt");
    assert_eq!(wire.arrivals().len(), 3);
}

#[test]
fn reports_the_worst_effect_of_all_attempts() {
    // The first attempt may have revoked the invitation, so the refusal of the second does not prove that nothing happened.
    let refused = r#"{"errors":[{"code":"invitation_already_revoked","message":""}]}"#;
    let wire = Wire::new(&[Fail(Kind::Closed, Delivery::MaybeDelivered), Answer(400, refused)]);
    let id = InvitationId::from("inv_1");
    let error = wire
        .run(async { wire.client().invitations().revoke(&id).await })
        .expect_err("refused");
    assert_eq!(error.effect(), Effect::Unknown);
    assert_eq!(error.attempts(), 2);
}

#[test]
fn fails_at_once_if_the_wait_exceeds_max_wait() {
    let wire = Wire::new(&[Later(429, "1800")]);
    let error = wire
        .run(create(&wire.client()))
        .expect_err("it would wait half an hour");
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.effect(), Effect::NotApplied);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(1800)));
    assert_eq!(wire.clock.elapsed(), Duration::ZERO);
}

#[test]
fn a_429_holds_back_only_its_own_endpoint() {
    let wire = Wire::new(&[Later(429, "1800"), Answer(200, "[]"), Answer(200, INVITATION)]);
    let clerk = wire.client();
    wire.run(create(&clerk)).expect_err("limited");

    let held_back = wire.run(create(&clerk)).expect_err("still limited");
    assert_eq!(held_back.kind(), ErrorKind::RateLimited);
    assert_eq!(held_back.retry_after(), Some(Duration::from_secs(1800)));
    assert_eq!(held_back.attempts(), 0, "nothing was sent");
    assert_eq!(
        held_back.to_string(),
        "CreateInvitation was not sent because of the rate limit, retry after 1800 s"
    );

    wire.run(create_bulk(&clerk)).expect("another endpoint");
    let patient = clerk.with_options(CallOptions::new().max_wait(Duration::from_secs(3600)));
    wire.run(create(&patient)).expect("after the wait");
    assert_eq!(wire.arrivals(), [0, 0, 1800]);
}

/// Returns a client with rate limits. A deadline ends calls that would otherwise wait endlessly in virtual time.
fn limited(wire: &Wire, limits: RateLimits) -> Client {
    let in_a_minute = CallOptions::new().deadline(Duration::from_secs(60));
    let builder = wire.builder().rate_limits(limits).options(in_a_minute);
    builder.build().expect("a client")
}

#[test]
fn enforces_a_configured_rate_limit() {
    let wire = Wire::new(&[Answer(200, "[]"); 5]);
    let limits = RateLimits::none().with(RATE_LIMIT_BULK, Quota::new(2, Duration::from_secs(20)));
    let clerk = limited(&wire, limits);
    wire.run(async {
        for _ in 0..5 {
            create_bulk(&clerk).await.expect("in turn");
        }
    });
    assert_eq!(wire.arrivals(), [0, 0, 20, 20, 40]);
}

#[test]
fn a_call_that_was_not_sent_releases_its_permit() {
    let wire = Wire::new(&[Fail(Kind::Connect, Delivery::NotSent), Answer(200, "[]")]);
    let limits = RateLimits::none().with(RATE_LIMIT_BULK, Quota::new(1, Duration::from_secs(3600)));
    let clerk = wire.builder().rate_limits(limits).build().expect("a client");
    wire.run(create_bulk(&clerk)).expect("the second attempt");
    assert!(wire.clock.elapsed() < Duration::from_secs(1));
}

#[test]
fn the_global_rate_limit_counts_every_call() {
    let wire = Wire::new(&[Answer(200, "[]"), Answer(200, INVITATION), Answer(200, "[]")]);
    let limits = RateLimits::none().with_all(Quota::new(2, Duration::from_secs(10)));
    let clerk = limited(&wire, limits);
    wire.run(async {
        create_bulk(&clerk).await.expect("first");
        create(&clerk).await.expect("second");
        list(&clerk).await.expect("third, in the next window");
    });
    assert_eq!(wire.arrivals(), [0, 0, 10]);
}

#[test]
fn timeouts_and_deadlines_end_a_call_on_time() {
    let s = Duration::from_secs;
    // Options, steps, arrivals of attempts, and end of the call in seconds.
    let cases: &[(CallOptions, &[Step], &[u64], u64)] = &[
        (CallOptions::new(), &[Hang, Hang, Hang], &[0, 30, 61], 91),
        (CallOptions::new().attempt_timeout(s(5)).no_retry(), &[Hang], &[0], 5),
        (CallOptions::new().deadline(s(40)), &[Hang, Hang], &[0, 30], 40),
        (CallOptions::new().deadline(s(10)), &[Later(429, "11")], &[0], 0),
        (
            CallOptions::new().deadline(s(10)),
            &[Later(429, "9"), Hang],
            &[0, 9],
            10,
        ),
    ];
    for (number, (options, steps, arrivals, end)) in cases.iter().enumerate() {
        let wire = Wire::new(steps);
        wire.run(list(&wire.client().with_options(*options)))
            .expect_err("nothing answers");
        assert_eq!(wire.arrivals(), *arrivals, "case {number}");
        assert_eq!(wire.clock.elapsed().as_secs_f64().round() as u64, *end, "case {number}");
    }
}

#[test]
fn backoff_is_reproducible_with_a_seed() {
    let times = || {
        let wire = Wire::new(&[Answer(500, ""); 5]);
        let five = RetryPolicy::default().with_max_attempts(5);
        let clerk = wire.builder().retry(five).build().expect("a client");
        wire.run(list(&clerk)).expect_err("down");
        wire.arrivals.lock().unwrap().clone()
    };
    let first = times();
    assert_eq!(first.len(), 5);
    assert_eq!(first, times());
}

#[test]
fn rejects_invalid_requests_before_sending() {
    let bulk_of = |count: usize| vec![CreateInvitation::new("ada@example.com"); count];
    let days = |days| vec![CreateInvitation::new("ada@example.com").expires_in_days(days)];
    let cases = [
        (bulk_of(0), "there is nobody to invite: one call accepts 1 to 10 people"),
        (
            bulk_of(11),
            "11 people are more than the 10 that one call accepts: `invite_all` accepts any number",
        ),
        (days(0), "item 0: expires_in_days must be 1 to 365"),
        (days(366), "item 0: expires_in_days must be 1 to 365"),
        (vec![CreateInvitation::new(" ")], "item 0: email_address is empty"),
    ];
    let wire = Wire::new(&[]);
    let clerk = wire.client();
    for (people, reason) in cases {
        let error = wire
            .run(async { clerk.invitations().create_bulk(&people).await })
            .expect_err(reason);
        assert_eq!(
            error.to_string(),
            format!("CreateBulkInvitations was not sent: {reason}")
        );
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.effect(), Effect::NotApplied);
        assert_eq!(error.attempts(), 0);
    }
    let empty_id = wire.run(async { clerk.invitations().revoke(&InvitationId::from("")).await });
    assert_eq!(empty_id.expect_err("no id").kind(), ErrorKind::InvalidRequest);
}

#[derive(Debug, Default)]
struct Log(Mutex<Vec<String>>);

impl Observer for Log {
    fn attempt_ended(&self, attempt: &ObservedAttempt<'_>) {
        let end = match attempt.end {
            AttemptEnd::Response { status, bytes, .. } => format!("{} with {bytes} bytes", status.as_u16()),
            AttemptEnd::Failure(error) => error.to_string(),
            AttemptEnd::Abandoned => "abandoned".to_owned(),
            _ => "unknown".to_owned(),
        };
        let (operation, method, path) = (attempt.operation, attempt.method, attempt.path);
        let seconds = attempt.elapsed.as_secs();
        let line = format!("{operation} {method} {path} {seconds} s: {end}");
        self.0.lock().unwrap().push(line);
    }
}

#[test]
fn an_observer_is_notified_once_per_attempt() {
    let steps = [
        Fail(Kind::Connect, Delivery::NotSent),
        Answer(502, "<html>"),
        Hang,
        Hang,
    ];
    let wire = Wire::new(&steps);
    let seen = Arc::new(Log::default());
    let clerk = wire.builder().observer(Arc::clone(&seen)).build().expect("a client");
    wire.run(list(&clerk)).expect_err("down");
    wire.run(async {
        let mut given_up = Box::pin(list(&clerk));
        assert!(poll_fn(|context| Poll::Ready(given_up.as_mut().poll(context).is_pending())).await);
    });
    drop(list(&clerk));
    assert_eq!(
        *seen.0.lock().unwrap(),
        [
            "ListInvitations GET /invitations 0 s: could not connect (not sent)",
            "ListInvitations GET /invitations 0 s: 502 with 6 bytes",
            "ListInvitations GET /invitations 30 s: timed out (may have been delivered)",
            "ListInvitations GET /invitations 0 s: abandoned",
        ]
    );
}
