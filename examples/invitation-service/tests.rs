//! Tests of the service against a fake of Clerk.
//!
//! Tokio's time is paused, so hours of rate limits pass at once. The journals are in memory: while nothing but a thread of its own
//! writes a file, Tokio finds nothing to do and lets the time pass.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use clerk_hyper::run::journal::{Journal, JournalError, MemoryJournal};
use clerk_hyper::{Clock, TokioClock};
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeClerkBuilder, FakeOperation, Fault, FaultPlan, Moment};
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};
use tower::ServiceExt;

use crate::routes::router;
use crate::runs::{OpenJournal, Runs};

const HOUR: Duration = Duration::from_secs(3600);

/// Returns the builder of a fake on Tokio's time. Its clients have the same clock.
fn fake() -> FakeClerkBuilder {
    FakeClerk::builder().clock(TokioClock::new())
}

/// What remains when the service ends.
struct Stage {
    fake: FakeClerk,
    folder: TempDir,
    journals: Arc<Mutex<BTreeMap<u64, Arc<MemoryJournal>>>>,
}

impl Stage {
    fn new(fake: FakeClerkBuilder) -> Self {
        Self {
            fake: fake.build(),
            folder: tempdir().expect("a folder"),
            journals: Arc::default(),
        }
    }

    /// Starts the service.
    async fn start(&self) -> (Router, Runs) {
        let journals = Arc::clone(&self.journals);
        let open: OpenJournal = Box::new(move |id| -> Result<Arc<dyn Journal>, JournalError> {
            let mut journals = journals.lock().expect("no panic");
            Ok(Arc::clone(journals.entry(id).or_default()) as _)
        });
        let folder = self.folder.path().into();
        let runs = Runs::start(self.fake.client(), folder, open).await.expect("a service");
        (router(runs.clone()), runs)
    }
}

fn request(method: &str, path: &str, body: &Value) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", "application/json");
    request.body(Body::from(body.to_string())).expect("a request")
}

async fn call(service: &Router, request: Request<Body>) -> (StatusCode, HeaderMap, Value) {
    let response = service.clone().oneshot(request).await.expect("a response");
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    (
        head.status,
        head.headers,
        serde_json::from_slice(&body).unwrap_or_default(),
    )
}

async fn get(service: &Router, path: &str) -> Value {
    call(service, request("GET", path, &Value::Null)).await.2
}

/// Waits until a run has ended, and returns its progress.
async fn ended(service: &Router, clock: &dyn Clock, id: u64) -> Value {
    for _ in 0..10_000 {
        let progress = get(service, &format!("/invitations/{id}")).await;
        if progress["status"] == "done" || progress["status"] == "stopped" {
            return progress;
        }
        clock.sleep(Duration::from_secs(10)).await;
    }
    panic!("run {id} does not end");
}

fn team(size: usize) -> Value {
    let people: Vec<_> = (0..size).map(|number| format!("p{number}@example.com")).collect();
    json!({ "people": people })
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_with_the_outcome_of_each_person() {
    let stage = Stage::new(fake().existing_user("ada@example.com"));
    let (service, _runs) = stage.start().await;

    let people = json!({ "people": ["ada@example.com", "grace@example.com", "not an address"] });
    let (status, headers, progress) = call(&service, request("POST", "/invitations", &people)).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(headers["location"], "/invitations/1");
    assert_eq!((&progress["id"], &progress["people"]), (&json!(1), &json!(3)));

    let progress = ended(&service, &*stage.fake.clock(), 1).await;
    assert_eq!(progress["status"], "done");
    assert_eq!(
        progress["outcomes"],
        json!({ "existing_user": 1, "created": 1, "invalid": 1 })
    );
    let people = get(&service, "/invitations/1/people").await;
    let people = people.as_array().expect("an array");
    let grace = people
        .iter()
        .find(|person| person["email_address"] == "grace@example.com");
    assert_eq!(grace.expect("grace")["outcome"], "created");
    assert_eq!(stage.fake.mails_to("grace@example.com"), 1);
}

#[tokio::test(start_paused = true)]
async fn progress_shows_the_wait_for_the_rate_limits() {
    let stage = Stage::new(fake());
    let (service, _runs) = stage.start().await;
    let clock = stage.fake.clock();
    let began = clock.now();

    call(&service, request("POST", "/invitations", &team(500))).await;
    clock.sleep(HOUR / 2).await;
    let progress = get(&service, "/invitations/1").await;
    assert_eq!(progress["status"], "running");
    assert_eq!(progress["outcomes"]["created"], 350);
    assert!(progress["waiting_seconds"].as_u64() > Some(0), "{progress}");

    let progress = ended(&service, &*clock, 1).await;
    assert_eq!(progress["outcomes"], json!({ "created": 500 }));
    assert!(clock.now() - began > HOUR);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_service_continues_when_it_starts_again() {
    let stage = Stage::new(fake());
    let (service, runs) = stage.start().await;
    call(&service, request("POST", "/invitations", &team(500))).await;
    call(
        &service,
        request("POST", "/invitations", &json!({ "people": ["ada@example.com"] })),
    )
    .await;
    stage.fake.clock().sleep(HOUR / 2).await;
    runs.stop();
    runs.finished().await;
    let progress = get(&service, "/invitations/1").await;
    assert_eq!(
        (&progress["status"], &progress["message"]),
        (&json!("stopped"), &json!("stopped on request"))
    );
    assert_eq!(stage.fake.mails().len(), 350);

    let (service, _runs) = stage.start().await;
    ended(&service, &*stage.fake.clock(), 2).await;
    let progress = get(&service, "/invitations/1").await;
    assert_eq!(progress["outcomes"], json!({ "created": 150, "created_earlier": 350 }));
    assert_eq!(stage.fake.mails().len(), 501);
    assert!(stage.fake.mails().values().all(|mails| *mails == 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_clerk_stopped_can_be_resumed() {
    let unauthorized = Fault::ClerkError("clerk_key_invalid".parse().expect("a code of Clerk"));
    let plan = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 1, unauthorized);
    let stage = Stage::new(fake().faults(plan));
    let (service, _runs) = stage.start().await;

    call(&service, request("POST", "/invitations", &team(20))).await;
    let progress = ended(&service, &*stage.fake.clock(), 1).await;
    assert_eq!(progress["status"], "stopped");
    assert!(
        progress["message"]
            .as_str()
            .expect("a message")
            .contains("clerk_key_invalid")
    );

    let resume = || request("POST", "/invitations/1/resume", &Value::Null);
    assert_eq!(call(&service, resume()).await.0, StatusCode::ACCEPTED);
    assert_eq!(ended(&service, &*stage.fake.clock(), 1).await["status"], "done");
    assert_eq!(stage.fake.mails().len(), 20);
    assert_eq!(call(&service, resume()).await.0, StatusCode::CONFLICT);
}

#[tokio::test(start_paused = true)]
async fn a_browser_that_disconnects_does_not_cancel_an_invitation() {
    // Clerk asks to wait for half a minute, and the browser leaves meanwhile.
    let busy = Fault::TooManyRequests(Duration::from_secs(30));
    let stage = Stage::new(fake().faults(FaultPlan::new().on_call(FakeOperation::CreateInvitation, 1, busy)));
    let (service, runs) = stage.start().await;

    let ada = json!({ "email_address": "ada@example.com" });
    tokio::select! {
        response = service.oneshot(request("POST", "/invitation", &ada)) => panic!("{response:?}"),
        () = stage.fake.clock().sleep(Duration::from_secs(10)) => {}
    }
    runs.stop();
    runs.finished().await;
    assert_eq!(stage.fake.mails_to("ada@example.com"), 1);
}

#[tokio::test(start_paused = true)]
async fn failed_calls_have_a_status_and_say_whether_they_took_effect() {
    let clerk_error = |code: &str| Some(Fault::ClerkError(code.parse().expect("a code of Clerk")));
    let cases = [
        ("new@example.com", None, 201, Value::Null),
        ("not an address", None, 422, json!("not_applied")),
        ("user@example.com", None, 422, json!("not_applied")),
        ("blocked@example.com", None, 403, json!("not_applied")),
        (
            "new@example.com",
            clerk_error("clerk_key_invalid"),
            502,
            json!("not_applied"),
        ),
        ("new@example.com", clerk_error("402"), 502, json!("not_applied")),
        ("new@example.com", Some(Fault::Refused), 503, json!("not_applied")),
        (
            "new@example.com",
            Some(Fault::TooManyRequests(2 * HOUR)),
            503,
            json!("not_applied"),
        ),
        (
            "new@example.com",
            Some(Fault::Lost(Moment::AfterEffect)),
            502,
            json!("unknown"),
        ),
        (
            "new@example.com",
            Some(Fault::Hang(Moment::AfterEffect)),
            504,
            json!("unknown"),
        ),
        ("new@example.com", Some(Fault::Garbage), 502, json!("applied")),
    ];
    for (address, fault, expected, effect) in cases {
        let mut plan = FaultPlan::new();
        if let Some(fault) = fault {
            plan = plan.with_chance(FakeOperation::CreateInvitation, 100, fault);
        }
        let stage = Stage::new(
            fake()
                .existing_user("user@example.com")
                .blocked("blocked@example.com")
                .faults(plan),
        );
        let (service, _runs) = stage.start().await;
        let body = json!({ "email_address": address });
        let (status, headers, body) = call(&service, request("POST", "/invitation", &body)).await;
        assert_eq!(
            (status.as_u16(), &body["effect"]),
            (expected, &effect),
            "{address} {fault:?} {body}"
        );
        let is_rate_limited = matches!(fault, Some(Fault::TooManyRequests(_)));
        assert_eq!(headers.contains_key("retry-after"), is_rate_limited, "{fault:?}");
        assert!(!body.to_string().contains('@'), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn requests_that_make_no_sense_are_refused() {
    let (service, _runs) = Stage::new(fake()).start().await;
    let cases = [
        (request("GET", "/invitations/7", &Value::Null), 404),
        (request("GET", "/invitations/7/people", &Value::Null), 404),
        (request("POST", "/invitations/7/resume", &Value::Null), 404),
        (request("POST", "/invitations", &team(0)), 422),
        (request("POST", "/invitations", &team(10_001)), 422),
        (request("POST", "/invitations", &json!({ "persons": [] })), 422),
    ];
    for (request, expected) in cases {
        let shown = format!("{} {}", request.method(), request.uri());
        assert_eq!(call(&service, request).await.0, expected, "{shown}");
    }
}
