//! The longest durations that a server can request and a caller can configure: nothing overflows.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::invitations::{ListInvitations, RATE_LIMIT_BULK, RATE_LIMIT_SINGLE};
use clerk_core::middleware::{Quota, RateLimits};
use clerk_core::run::{Outcome, Stop};
use clerk_core::{
    CallOptions, Client, ClientBuilder, Clock, ErrorKind, HttpResponse, SecretKey, SystemClock, transport_fn,
};
use clerk_hyper::TokioClock;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan};
use clerk_testkit::{FakeClerk, ManualClock};

/// Returns a client whose server gives each request this response. Its clock starts at one hour.
fn client(status: u16, retry_after: Option<&'static str>) -> (ClientBuilder, ManualClock) {
    let transport = transport_fn(move |_request| async move {
        let mut response = HttpResponse::new("[]".into());
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
        if let Some(wait) = retry_after {
            response.headers_mut().insert("retry-after", wait.parse().unwrap());
        }
        Ok(response)
    });
    let clock = ManualClock::new();
    clock.advance(Duration::from_secs(3600));
    let builder = Client::builder(SecretKey::new("sk_test_abc").unwrap(), transport).clock(clock.clone());
    (builder, clock)
}

#[test]
fn an_endless_retry_after_fails_the_call() {
    for seconds in ["18446744073709551615", "99999999999999999999999"] {
        let (builder, clock) = client(429, Some(seconds));
        let clerk = builder.build().unwrap();
        // The second call is held back by the `Retry-After` of the first, for two hours at most.
        for least in [Duration::from_secs(u64::MAX / 2), Duration::from_secs(7_200)] {
            let error = clock
                .drive(clerk.invitations().list(&ListInvitations::new()))
                .unwrap()
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::RateLimited);
            assert!(error.retry_after() >= Some(least), "{error}");
            assert_eq!(clock.elapsed(), Duration::from_secs(3600));
        }
        let patient = clerk.with_options(CallOptions::new().max_wait(Duration::MAX).deadline(Duration::MAX));
        let error = clock
            .drive(patient.invitations().list(&ListInvitations::new()))
            .unwrap()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(
            clock.elapsed(),
            Duration::from_secs(3_600 + 7_200),
            "the client asked again after two hours"
        );
    }
}

#[test]
fn enforces_a_rate_limit_with_an_endless_window() {
    let once = RateLimits::none().with(RATE_LIMIT_BULK, Quota::new(1, Duration::MAX));
    let (builder, clock) = client(200, None);
    let clerk = builder.rate_limits(once).build().unwrap();
    let people = [CreateInvitation::new("ada@example.com")];
    let invite = || clock.drive(clerk.invitations().create_bulk(&people)).unwrap();
    assert!(invite().is_ok());
    assert_eq!(invite().unwrap_err().kind(), ErrorKind::RateLimited);
}

#[test]
fn a_run_stops_at_an_endless_rate_limit() {
    let people = || (0..40).map(|n| CreateInvitation::new(format!("person{n}@example.com")));
    let longest = Duration::from_secs(u64::MAX);
    let blocked = FaultPlan::new()
        .on_call(FakeOperation::CreateBulkInvitations, 1, Fault::TooManyRequests(longest))
        .on_call(FakeOperation::CreateInvitation, 1, Fault::TooManyRequests(longest));
    let limits = RateLimits::none()
        .with_all(Quota::new(1_000, Duration::from_secs(10)))
        .with(RATE_LIMIT_BULK, Quota::new(1, longest))
        .with(RATE_LIMIT_SINGLE, Quota::new(1, longest));
    let cases = [(blocked, RateLimits::none(), 0), (FaultPlan::new(), limits, 11)];
    for (faults, limits, created) in cases {
        let clock = ManualClock::new();
        let fake = FakeClerk::builder().clock(clock.clone()).faults(faults).build();
        let clerk = fake.client_builder().clock(clock.clone()).build().unwrap();
        clock.advance(Duration::from_secs(3600));
        let run = || {
            clerk
                .invitations()
                .invite_all(people())
                .limits(limits.clone())
                .settle_delay(Duration::MAX)
        };
        clock.drive(run().plan()).unwrap();
        let report = clock.drive(run().run()).unwrap();
        assert!(matches!(report.stopped(), Some(Stop::RateLimited { .. })), "{report:?}");
        assert_eq!(report.count(Outcome::Created), created);
    }
}

#[tokio::test]
async fn an_endless_timeout_never_fires() {
    let clocks: [Box<dyn Fn(ClientBuilder) -> ClientBuilder>; 2] = [
        Box::new(|builder| builder.clock(SystemClock::new())),
        Box::new(|builder| builder.clock(TokioClock::new())),
    ];
    for with_clock in clocks {
        let (builder, _) = client(200, None);
        let clerk = with_clock(builder).attempt_timeout(Duration::MAX).build().unwrap();
        assert!(clerk.invitations().list(&ListInvitations::new()).await.is_ok());
        assert!(clerk.clock().now() < Duration::from_secs(3600));
    }
}
