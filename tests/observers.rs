//! What a client's observers see: begins, ends and waits, as text and as JSON.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_core::api::invitations::ListInvitations;
use clerk_core::middleware::{AttemptEnd, BeganAttempt, ObservedAttempt, ObservedWait, Observer};
use clerk_core::{Client, Delivery, SecretKey, TransportError, TransportErrorKind};
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan};
use clerk_testkit::{FakeClerk, ManualClock};
use http::Method;
use serde_json::{Value, json};

/// Returns a client whose first list is answered with a 429 that asks to wait for 7 seconds.
fn limited_once(observe: impl FnOnce(clerk_core::ClientBuilder) -> clerk_core::ClientBuilder) -> (Client, ManualClock) {
    let clock = ManualClock::new();
    let limited = Fault::TooManyRequests(Duration::from_secs(7));
    let fake = FakeClerk::builder()
        .clock(clock.clone())
        .faults(FaultPlan::new().on_call(FakeOperation::ListInvitations, 1, limited))
        .build();
    let key = SecretKey::new(FakeClerk::SECRET_KEY).unwrap();
    let clerk = observe(Client::builder(key, fake).clock(clock.clone()));
    (clerk.build().unwrap(), clock)
}

/// Keeps what every callback displays, and its JSON.
#[derive(Debug, Default)]
struct Story {
    lines: Mutex<Vec<String>>,
    json: Mutex<Vec<Value>>,
}

impl Story {
    fn push(&self, line: String, event: &impl serde::Serialize) {
        self.lines.lock().unwrap().push(line);
        self.json.lock().unwrap().push(serde_json::to_value(event).unwrap());
    }
}

impl Observer for Story {
    fn attempt_began(&self, attempt: &BeganAttempt<'_>) {
        self.push(format!("begins attempt {}", attempt.number), attempt);
    }

    fn attempt_ended(&self, attempt: &ObservedAttempt<'_>) {
        self.push(attempt.to_string(), attempt);
    }

    fn waiting(&self, wait: &ObservedWait) {
        self.push(wait.to_string(), wait);
    }
}

#[test]
fn several_observers_see_begins_ends_and_waits() {
    let (story, ends) = (Arc::new(Story::default()), Arc::new(Mutex::new(Vec::new())));
    let seen = Arc::clone(&ends);
    let (clerk, clock) = limited_once(|clerk| {
        let clerk = clerk.observer(Arc::clone(&story));
        clerk.on_attempt(move |attempt| seen.lock().unwrap().push(attempt.number))
    });
    let list = ListInvitations::new();
    clock
        .drive(clerk.invitations().list(&list))
        .expect("it ends")
        .expect("a list");

    let without_trace_id = |line: &String| line.split(" (trace id ").next().unwrap_or_default().to_owned();
    let lines: Vec<_> = story.lines.lock().unwrap().iter().map(without_trace_id).collect();
    assert_eq!(
        lines,
        [
            "begins attempt 1",
            "ListInvitations GET /invitations, attempt 1: status 429 after 0 s, retry after 7 s",
            "ListInvitations waits 7 s before attempt 2 (retry_after)",
            "begins attempt 2",
            "ListInvitations GET /invitations, attempt 2: status 200 after 0 s",
        ]
    );
    assert_eq!(*ends.lock().unwrap(), [1, 2]);
}

#[test]
fn what_observers_see_can_be_logged_as_json() {
    let story = Arc::new(Story::default());
    let (clerk, clock) = limited_once(|clerk| clerk.observer(Arc::clone(&story)));
    let list = ListInvitations::new();
    clock
        .drive(clerk.invitations().list(&list))
        .expect("it ends")
        .expect("a list");

    let json = story.json.lock().unwrap();
    let attempt = json!({
        "operation": "ListInvitations", "method": "GET", "path": "/invitations", "number": 1, "request_bytes": 0,
    });
    assert_eq!(json[0], attempt);
    let mut limited = attempt;
    let ended = json!({
        "elapsed_seconds": 0.0, "end": "response", "status": 429, "bytes": json[1]["bytes"], "retry_after_seconds": 7.0,
        "trace_id": json[1]["trace_id"],
    });
    limited
        .as_object_mut()
        .unwrap()
        .extend(ended.as_object().unwrap().clone());
    assert_eq!(json[1], limited);
    let wait = json!({
        "operation": "ListInvitations", "number": 2, "reason": "retry_after", "wait_seconds": 7.0,
    });
    assert_eq!(json[2], wait);
}

#[test]
fn a_failed_attempt_is_logged_with_its_delivery() {
    let error = TransportError::new(TransportErrorKind::Closed, Delivery::MaybeDelivered);
    let failed = ObservedAttempt::new("CreateUser", &Method::POST, "/users", AttemptEnd::Failure(&error));
    let abandoned = ObservedAttempt::new("CreateUser", &Method::POST, "/users", AttemptEnd::Abandoned);
    let json = serde_json::to_value(&failed).unwrap();
    let fields = ["end", "kind", "delivery", "message"].map(|name| json[name].as_str().unwrap());
    let message = "the connection closed before the response was complete (may have been delivered)";
    assert_eq!(fields, ["failure", "closed", "maybe_delivered", message]);
    assert_eq!(serde_json::to_value(&abandoned).unwrap()["end"], "abandoned");
}
