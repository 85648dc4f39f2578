//! The spans and events of a run with a 429 and a timeout, and of a call that waits, by field.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_core::api::invitations::{CreateInvitation, ListInvitations};
use clerk_core::run::{Lanes, Outcome};
use clerk_core::{Client, SecretKey};
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
use clerk_testkit::{FakeClerk, ManualClock};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// Part of the key and of each address.
const HIDDEN: &str = "hidden";

/// The fields of a span or an event, with `name`, and for a span `parent`.
type Fields = BTreeMap<String, String>;

struct Values<'f>(&'f mut Fields);

impl Visit for Values<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(
            field.name().to_owned(),
            format!("{value:?}").trim_matches('"').to_owned(),
        );
    }
}

/// Keeps the spans that were closed, and the events.
#[derive(Debug, Clone, Default)]
struct Capture(Arc<Mutex<Vec<Fields>>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        let mut fields = Fields::from([("name".to_owned(), span.name().to_owned())]);
        if let Some(parent) = span.parent() {
            fields.insert("parent".to_owned(), parent.name().to_owned());
        }
        attributes.record(&mut Values(&mut fields));
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        values.record(&mut Values(span.extensions_mut().get_mut().unwrap()));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::from([("name".to_owned(), "event".to_owned())]);
        if let Some(parent) = context.event_span(event) {
            fields.insert("parent".to_owned(), parent.name().to_owned());
        }
        event.record(&mut Values(&mut fields));
        self.0.lock().unwrap().push(fields);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let span = context.span(&id).unwrap();
        let fields = span.extensions_mut().remove::<Fields>().unwrap();
        self.0.lock().unwrap().push(fields);
    }
}

/// Returns what `work` traces, and checks that nothing of it shows a key or an address.
fn trace(work: impl FnOnce()) -> Vec<Fields> {
    let capture = Capture::default();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(capture.clone()), work);
    let traced = std::mem::take(&mut *capture.0.lock().unwrap());
    for fields in &traced {
        let shown = format!("{fields:?}").to_lowercase();
        assert!(
            !shown.contains(HIDDEN) && !shown.contains('@') && !shown.contains("%40"),
            "{shown}"
        );
    }
    traced
}

fn client(plan: FaultPlan) -> (Client, ManualClock) {
    let clock = ManualClock::new();
    let key = SecretKey::new("sk_test_hidden").unwrap();
    let fake = FakeClerk::builder()
        .secret_key(key)
        .clock(clock.clone())
        .faults(plan)
        .build();
    let clerk = fake.client_builder().clock(clock.clone()).build().unwrap();
    (clerk, clock)
}

/// Asserts that some span or event has these fields.
#[track_caller]
fn assert_traced(traced: &[Fields], expected: &[(&str, &str)]) {
    let has = |fields: &Fields| {
        expected
            .iter()
            .all(|(name, value)| fields.get(*name).is_some_and(|v| v == value))
    };
    assert!(traced.iter().any(has), "{expected:?} is not in {traced:#?}");
}

#[test]
fn a_run_with_a_429_and_a_timeout_is_traced_without_keys_and_addresses() {
    let bulk = FakeOperation::CreateBulkInvitations;
    let plan = FaultPlan::new()
        .on_call(bulk, 1, Fault::TooManyRequests(Duration::from_secs(20)))
        .on_call(bulk, 2, Fault::Hang(Moment::BeforeEffect));
    let (clerk, clock) = client(plan);
    let traced = trace(|| {
        let people = ["hidden1@example.com", "hidden2@example.com"].map(CreateInvitation::new);
        let run = clerk.invitations().invite_all(people).lanes(Lanes::Bulk).run();
        assert_eq!(clock.drive(run).unwrap().count(Outcome::Created), 2);
    });

    let attempt = [
        ("name", "clerk.attempt"),
        ("parent", "clerk.call"),
        ("otel.kind", "client"),
        ("otel.name", "POST /v1/invitations/bulk"),
        ("http.request.method", "POST"),
        ("url.template", "/v1/invitations/bulk"),
        ("clerk.operation", "CreateBulkInvitations"),
        ("clerk.attempt", "1"),
    ];
    let with = |rest: &[(&'static str, &'static str)]| [&attempt[..], rest].concat();
    let limited = [
        ("http.response.status_code", "429"),
        ("error.type", "429"),
        ("clerk.retry_after_seconds", "20.0"),
    ];
    assert_traced(&traced, &with(&limited));
    let timed_out = [
        ("error.type", "timeout"),
        ("clerk.delivery", "maybe_delivered"),
        ("otel.status_code", "ERROR"),
    ];
    assert_traced(&traced, &with(&timed_out));
    assert_traced(&traced, &with(&[("http.response.status_code", "200")]));
    let call = [("name", "clerk.call"), ("clerk.operation", "CreateBulkInvitations")];
    assert_traced(
        &traced,
        &[&call[..], &[("error.type", "timeout"), ("clerk.effect", "unknown")]].concat(),
    );
    assert_traced(
        &traced,
        &[
            &call[..],
            &[("error.type", "rate_limited"), ("clerk.effect", "not_applied")],
        ]
        .concat(),
    );
    assert_traced(&traced, &[("name", "event"), ("message", "the run waits, 20 s")]);
    let refused = traced
        .iter()
        .find(|fields| fields.get("error.type").is_some_and(|kind| kind == "429"));
    assert!(refused.unwrap()["clerk.trace_id"].starts_with("trace_fake"));
}

#[test]
fn a_call_that_waits_has_one_span_for_each_attempt_and_an_event_for_the_wait() {
    let list = FakeOperation::ListInvitations;
    let (clerk, clock) = client(FaultPlan::new().on_call(list, 1, Fault::TooManyRequests(Duration::from_secs(7))));
    let traced = trace(|| {
        let list = ListInvitations::new().query("hidden@example.com");
        clock.drive(clerk.invitations().list(&list)).unwrap().unwrap();
    });

    let wait = [
        ("name", "event"),
        ("parent", "clerk.call"),
        ("message", "retry after, 7 s"),
        ("clerk.attempt", "2"),
    ];
    assert_traced(&traced, &wait);
    assert_traced(
        &traced,
        &[
            ("name", "clerk.attempt"),
            ("clerk.attempt", "2"),
            ("http.request.resend_count", "1"),
        ],
    );
    assert_traced(
        &traced,
        &[
            ("name", "clerk.call"),
            ("clerk.attempts", "2"),
            ("http.response.status_code", "200"),
        ],
    );
}

#[test]
fn an_attempt_that_is_dropped_is_abandoned() {
    let (clerk, clock) =
        client(FaultPlan::new().on_call(FakeOperation::ListInvitations, 1, Fault::Hang(Moment::BeforeEffect)));
    let list = ListInvitations::new();
    let traced = trace(|| {
        let mut call = Box::pin(clerk.invitations().list(&list));
        let pending = std::future::poll_fn(|context| std::task::Poll::Ready(call.as_mut().poll(context).is_pending()));
        assert!(clock.drive(pending).unwrap());
    });
    assert_traced(&traced, &[("name", "clerk.attempt"), ("error.type", "abandoned")]);
}
