//! What keeps [`FakeClerk`] from carrying a request out: keys, limits, faults.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::middleware::{Quota, RateLimits};
use clerk_core::{CallOptions, Delivery, Effect, Environment, ErrorKind, SecretKey, TransportErrorKind as Kind};
use clerk_testkit::fake::{BulkOn5xx, FakeOperation, Fault, FaultPlan, Moment, WindowKind};
use clerk_testkit::{FakeClerk, ManualClock};
use fake_support::{Answer, call, request, send};
use http::StatusCode;
use serde_json::json;

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn people(first: usize, count: usize) -> serde_json::Value {
    (first..first + count)
        .map(|i| json!({ "email_address": format!("p{i}@example.com") }))
        .collect()
}

fn bulk(fake: &FakeClerk, first: usize, count: usize) -> Answer {
    call(fake, "POST", "/invitations/bulk", people(first, count))
}

#[test]
fn the_key_decides_who_gets_in() {
    let cases = [
        (None, 401, Some("authentication_invalid")),
        (Some("sk_test_fake"), 401, Some("authorization_header_format_invalid")),
        (Some("Basic c2s6"), 401, Some("authorization_header_format_invalid")),
        (Some("Bearer "), 401, Some("authorization_header_format_invalid")),
        (Some("Bearer sk_test_other"), 401, Some("clerk_key_invalid")),
        (Some("Bearer sk_test_fake"), 200, None),
    ];
    let fake = FakeClerk::builder()
        .limits(RateLimits::none().with_all(Quota::new(1, s(10))))
        .build();
    for (authorization, status, code) in cases {
        let mut request = request("GET", "/invitations", "");
        request.headers_mut().remove("authorization");
        if let Some(value) = authorization {
            request
                .headers_mut()
                .insert("authorization", value.parse().expect("a value"));
        }
        let answer = send(&fake, request).expect("an answer");
        assert_eq!(
            answer.status, status,
            "{authorization:?}; what has no key costs nothing"
        );
        assert!(code.is_none_or(|code| answer.code() == code), "{authorization:?}");
    }
}

#[test]
fn another_key_makes_another_instance() {
    let key = SecretKey::new("sk_live_mine").expect("a key");
    let fake = FakeClerk::builder().secret_key(key).build();
    assert_eq!(call(&fake, "GET", "/invitations", "").code(), "clerk_key_invalid");
    assert_eq!(fake.client().environment(), Environment::Production);
    pollster::block_on(fake.client().invitations().list(&Default::default())).expect("its own client gets in");
    for text in [
        format!("{fake:?}"),
        format!("{:?}", fake.client()),
        format!("{:?}", fake.log()),
    ] {
        assert!(!text.contains("mine") && !text.contains("sk_test_fake"), "{text}");
    }
}

#[test]
fn an_operation_that_is_not_simulated_gets_a_code_of_the_fakes_own() {
    let fake = FakeClerk::builder()
        .faults(FaultPlan::new().on_call(None, 1, Fault::Refused))
        .build();
    for (method, path) in [
        ("GET", "/nothing"),
        ("PUT", "/invitations"),
        ("GET", "/invitations/inv_fake000001"),
    ] {
        let answer = call(&fake, method, path, "");
        assert_eq!(
            (answer.status, answer.code()),
            (400, "fake_not_simulated"),
            "{method} {path}"
        );
        let message = answer.json["errors"][0]["long_message"].as_str().expect("a message");
        let asked = format!("The fake does not simulate {method} /v1{path}.");
        assert!(message.starts_with(&asked), "{message}");
        for operation in FakeOperation::ALL {
            assert!(message.contains(operation.name()), "{operation}: {message}");
        }
        assert_eq!(fake.log().last().expect("a call").operation, None);
    }
    let mut outside = request("GET", "", "");
    *outside.uri_mut() = "https://api.clerk.com/invitations".parse().expect("a URI");
    let answer = send(&fake, outside).expect("an answer");
    assert_eq!((answer.status, answer.code()), (404, "resource_not_found"));
}

#[test]
fn a_body_has_to_be_json_and_of_a_fair_size() {
    let person = json!({ "email_address": "ada@example.com" }).to_string();
    let with_type = |value: Option<&str>, body: &str| {
        let mut request = request("POST", "/invitations", body);
        request.headers_mut().remove("content-type");
        if let Some(value) = value {
            request
                .headers_mut()
                .insert("content-type", value.parse().expect("a value"));
        }
        send(&FakeClerk::new(), request).expect("an answer")
    };
    for wrong in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
    ] {
        let answer = with_type(wrong, &person);
        assert_eq!(
            (answer.status, answer.code()),
            (415, "unsupported_content_type"),
            "{wrong:?}"
        );
    }
    assert_eq!(with_type(Some("Application/JSON ; charset=utf-8"), &person).status, 200);
    let large = format!("{person}{}", " ".repeat(1 << 20));
    let answer = with_type(Some("application/json"), &large);
    assert_eq!((answer.status, answer.code()), (413, "request_body_too_large"));
}

#[test]
fn the_documented_limits_hold_for_each_endpoint_apart() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder().clock(clock.clone()).build();
    clock.advance(s(100));
    for i in 0..25 {
        assert_eq!(bulk(&fake, i, 1).status, 200);
        clock.advance(s(1));
    }
    assert_eq!(fake.budget_left(FakeOperation::CreateBulkInvitations), Some(0));
    clock.advance(Duration::from_millis(500));
    let answer = bulk(&fake, 25, 1);
    assert_eq!((answer.status, answer.code()), (429, "too_many_requests"));
    assert_eq!(answer.header("retry-after"), Some("3575"), "3574.5 s, rounded up");
    assert_eq!(answer.meta()["resets_in"], 3575);
    for i in 0..100 {
        let person = json!({ "email_address": format!("s{i}@example.com") });
        assert_eq!(call(&fake, "POST", "/invitations", person).status, 200, "{i}");
        clock.advance(Duration::from_millis(101));
    }
    let person = json!({ "email_address": "last@example.com" });
    assert_eq!(call(&fake, "POST", "/invitations", person).status, 429);
    assert_eq!(call(&fake, "GET", "/invitations", "").status, 200);
}

#[test]
fn the_wait_that_is_asked_for_is_enough_and_no_longer_than_needed() {
    for (window, free) in [(WindowKind::Fixed, 2), (WindowKind::Sliding, 1)] {
        let clock = ManualClock::new();
        let limits = RateLimits::parse("bulk=2/60s", Environment::Development).expect("limits");
        let fake = FakeClerk::builder()
            .clock(clock.clone())
            .limits(limits)
            .window(window)
            .build();
        assert_eq!(bulk(&fake, 0, 1).status, 200);
        clock.advance(s(20));
        assert_eq!(bulk(&fake, 1, 11).status, 400, "a refused call costs a place too");
        let refused = bulk(&fake, 2, 1);
        assert_eq!(refused.header("retry-after"), Some("40"), "{window:?}");
        clock.advance(Duration::from_millis(39_999));
        assert_eq!(bulk(&fake, 2, 1).header("retry-after"), Some("1"), "{window:?}");
        clock.advance(Duration::from_millis(1));
        assert_eq!(
            fake.budget_left(FakeOperation::CreateBulkInvitations),
            Some(free),
            "{window:?}"
        );
        assert_eq!(bulk(&fake, 2, 1).status, 200, "{window:?}");
    }
}

#[test]
fn the_limit_of_all_calls_counts_all_calls() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder().clock(clock.clone()).build();
    for _ in 0..100 {
        assert_eq!(call(&fake, "GET", "/invitations", "").status, 200);
    }
    assert_eq!(bulk(&fake, 0, 1).header("retry-after"), Some("10"));
    assert_eq!(fake.budget_left(FakeOperation::CreateBulkInvitations), Some(25));
    clock.advance(s(10));
    assert_eq!(bulk(&fake, 0, 1).status, 200);
}

#[test]
fn what_each_fault_does_as_a_transport() {
    use Moment::{AfterEffect, BeforeEffect};
    let no_answer = |kind, delivery| Err((kind, delivery));
    let error = StatusCode::SERVICE_UNAVAILABLE;
    // The fault, what its sender sees, and how many mails went out.
    let cases = [
        (Fault::Refused, no_answer(Kind::Connect, Delivery::NotSent), 0),
        (
            Fault::Lost(BeforeEffect),
            no_answer(Kind::Closed, Delivery::MaybeDelivered),
            0,
        ),
        (
            Fault::Lost(AfterEffect),
            no_answer(Kind::Closed, Delivery::MaybeDelivered),
            2,
        ),
        (Fault::Truncated, no_answer(Kind::Closed, Delivery::MaybeDelivered), 2),
        (Fault::Late(s(60)), no_answer(Kind::Closed, Delivery::MaybeDelivered), 0),
        (Fault::ServerError(error, BeforeEffect), Ok(503), 0),
        (Fault::ServerError(error, AfterEffect), Ok(503), 2),
        (Fault::Garbage, Ok(200), 2),
        (Fault::TooManyRequests(s(30)), Ok(429), 0),
    ];
    for (fault, seen, mails) in cases {
        let plan = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 1, fault);
        let fake = FakeClerk::builder().faults(plan).build();
        let result = send(&fake, request("POST", "/invitations/bulk", people(0, 2)));
        let result = result
            .map(|answer| answer.status)
            .map_err(|error| (error.kind(), error.delivery()));
        assert_eq!(result, seen, "{fault}");
        assert_eq!(fake.mails().values().sum::<u64>(), mails, "{fault}");
        let record = &fake.log()[0];
        let answered = if fault == Fault::Truncated {
            Some(200)
        } else {
            seen.ok()
        };
        assert_eq!((record.fault, record.status), (Some(fault), answered), "{fault}");
        assert_eq!(record.created.len() as u64, mails, "{fault}");
        assert_eq!(
            fake.calls(FakeOperation::CreateBulkInvitations),
            u64::from(fault != Fault::Refused),
            "{fault}"
        );
    }
}

#[test]
fn a_hanging_call_never_ends_and_its_effect_is_as_planned() {
    for (moment, mails) in [(Moment::BeforeEffect, 0), (Moment::AfterEffect, 1)] {
        let plan = FaultPlan::new().on_call(None, 1, Fault::Hang(moment));
        let clock = ManualClock::new();
        let fake = FakeClerk::builder().clock(clock.clone()).faults(plan).build();
        let clerk = fake.client().with_options(CallOptions::new().no_retry());
        let ada = CreateInvitation::new("ada@example.com");
        let ended = clock.drive(async { clerk.invitations().create(&ada).await });
        let error = ended.expect("the client's timeout ends it").expect_err("no answer");
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Unknown));
        assert_eq!(fake.mails_to("ada@example.com"), mails);
    }
}

#[test]
fn a_5xx_leaves_all_or_half_of_a_bulk_call() {
    let fault = Fault::ServerError(StatusCode::INTERNAL_SERVER_ERROR, Moment::AfterEffect);
    for (rule, count, invited) in [
        (BulkOn5xx::Atomic, 5, 5),
        (BulkOn5xx::Partial, 5, 3),
        (BulkOn5xx::Partial, 2, 1),
    ] {
        let plan = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 1, fault);
        let fake = FakeClerk::builder().faults(plan).bulk_on_5xx(rule).build();
        assert_eq!(bulk(&fake, 0, count).code(), "internal_clerk_error");
        let addresses: Vec<_> = fake.mails().into_keys().collect();
        let expected: Vec<_> = (0..invited).map(|i| format!("p{i}@example.com")).collect();
        assert_eq!(addresses, expected, "{rule:?}");
    }
}

#[test]
fn a_5xx_does_not_hide_that_a_request_would_be_refused() {
    let fault = Fault::ServerError(StatusCode::BAD_GATEWAY, Moment::AfterEffect);
    let fake = FakeClerk::builder()
        .faults(FaultPlan::new().on_calls(None, 1..=2, fault))
        .build();
    assert_eq!(bulk(&fake, 0, 11).code(), "bulk_size_exceeded");
    let gateway = bulk(&fake, 0, 1);
    assert_eq!(
        (gateway.status, gateway.header("content-type")),
        (502, Some("text/html"))
    );
}

#[test]
fn a_late_effect_comes_when_it_is_due() {
    let clock = ManualClock::new();
    let plan = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 1, Fault::Late(s(60)));
    let fake = FakeClerk::builder().clock(clock.clone()).faults(plan).build();
    assert!(send(&fake, request("POST", "/invitations/bulk", people(0, 2))).is_err());
    clock.advance(Duration::from_millis(59_999));
    assert!(fake.mails().is_empty());
    assert_eq!(call(&fake, "GET", "/invitations", "").json, json!([]));
    clock.advance(Duration::from_millis(1));
    assert_eq!(
        call(&fake, "GET", "/invitations", "").json.as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(fake.mails().len(), 2);
}

#[test]
fn late_effects_come_in_the_order_of_their_times_and_count_from_then() {
    let clock = ManualClock::new();
    let plan = FaultPlan::new()
        .on_call(FakeOperation::CreateBulkInvitations, 1, Fault::Late(s(60)))
        .on_call(FakeOperation::CreateBulkInvitations, 2, Fault::Late(s(20)));
    let fake = FakeClerk::builder()
        .clock(clock.clone())
        .read_lag(s(30))
        .faults(plan)
        .build();
    for first in [0, 1] {
        assert!(send(&fake, request("POST", "/invitations/bulk", people(first, 1))).is_err());
    }
    // Nobody asks before both are listed.
    clock.advance(s(90));
    let listed = call(&fake, "GET", "/invitations?order_by=%2Bcreated_at", "").json;
    let told = |index: usize| {
        let since_start = |field: &str| listed[index][field].as_i64().expect("a time") - ManualClock::START.as_millis();
        let address = listed[index]["email_address"].as_str().expect("an address").to_owned();
        (address, since_start("created_at"), since_start("expires_at"))
    };
    let month = 30 * 24 * 3_600_000;
    assert_eq!(told(0), ("p1@example.com".to_owned(), 20_000, 20_000 + month));
    assert_eq!(told(1), ("p0@example.com".to_owned(), 60_000, 60_000 + month));
}

#[test]
fn a_429_of_the_plan_blocks_its_endpoint_alone_until_it_is_over() {
    let clock = ManualClock::new();
    let plan = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 1, Fault::TooManyRequests(s(30)));
    let fake = FakeClerk::builder().clock(clock.clone()).faults(plan).build();
    assert_eq!(bulk(&fake, 0, 1).header("retry-after"), Some("30"));
    clock.advance(s(29));
    assert_eq!(bulk(&fake, 0, 1).header("retry-after"), Some("1"));
    let person = json!({ "email_address": "ada@example.com" });
    assert_eq!(call(&fake, "POST", "/invitations", person).status, 200);
    clock.advance(s(1));
    assert_eq!(bulk(&fake, 0, 1).status, 200);
}

#[test]
fn an_answer_takes_as_long_as_the_latency_and_the_effect_comes_first() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder().clock(clock.clone()).latency(s(2)).build();
    let ada = CreateInvitation::new("ada@example.com");
    let invitation = clock
        .drive(fake.client().invitations().create(&ada))
        .expect("it ends")
        .expect("invited");
    assert_eq!(invitation.created_at, ManualClock::START);
    assert_eq!(clock.elapsed(), s(2));
}

fn log_of(seed: u64) -> String {
    let clock = ManualClock::new();
    let plan = FaultPlan::new().with_chance_of_any(None, 40).seed(seed);
    let fake = FakeClerk::builder().clock(clock.clone()).faults(plan).build();
    for i in 0..40 {
        let _ = send(&fake, request("POST", "/invitations/bulk", people(3 * i, 5)));
        let _ = send(&fake, request("GET", "/invitations?limit=500&query=p1", ""));
        clock.advance(s(97));
    }
    fake.log().iter().map(|record| format!("{record}\n")).collect()
}

#[test]
fn the_same_seed_gives_the_same_log_to_the_byte() {
    let log = log_of(11);
    assert_eq!(log, log_of(11));
    assert_ne!(log, log_of(12));
    for told in [
        "refused",
        "lost-after-effect",
        "late/10s",
        "\"codes\":[\"duplicate_record\"]",
        "inv_fake0000",
    ] {
        assert!(log.contains(told), "{told} is not in the log");
    }
}

#[test]
fn a_run_with_a_retry_takes_the_same_time_again() {
    let run = || {
        let clock = ManualClock::new();
        let fake = FakeClerk::builder()
            .clock(clock.clone())
            .faults(FaultPlan::new().on_call(FakeOperation::CreateInvitation, 1, Fault::Refused))
            .build();
        let clerk = fake.client();
        let ada = CreateInvitation::new("ada@example.com");
        let created = clock.drive(clerk.invitations().create(&ada)).expect("no stall");
        created.expect("created by the retry");
        (clock.elapsed(), fake.log())
    };
    let (elapsed, log) = run();
    assert!(log.len() == 2 && !elapsed.is_zero(), "{log:?}");
    assert_eq!(run(), (elapsed, log));
}

#[test]
fn a_reset_makes_everything_as_it_was() {
    let plan = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 2, Fault::Refused);
    let fake = FakeClerk::builder()
        .faults(plan)
        .pending_invitation("old@example.com")
        .build();
    let round = || {
        assert_eq!(bulk(&fake, 0, 1).json[0]["id"], "inv_fake000002");
        assert!(send(&fake, request("POST", "/invitations/bulk", people(1, 1))).is_err());
        assert_eq!(fake.mails().len(), 1);
    };
    round();
    fake.reset();
    assert!(fake.mails().is_empty() && fake.log().is_empty());
    assert_eq!(fake.budget_left(FakeOperation::CreateBulkInvitations), Some(25));
    round();
}

#[test]
fn each_call_is_told_in_order() {
    let (told, heard) = std::sync::mpsc::channel();
    let fake = FakeClerk::builder()
        .on_call(move |record| drop(told.send(record.to_string())))
        .build();
    bulk(&fake, 0, 1);
    call(&fake, "GET", "/invitations", "");
    let heard: Vec<String> = heard.try_iter().collect();
    let logged: Vec<String> = fake.log().iter().map(ToString::to_string).collect();
    assert_eq!(heard, logged);
    assert_eq!(heard.len(), 2);
}
