//! What the faults of [`FakeClerk`] do to a call.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::{CallOptions, Delivery, Effect, ErrorKind, TransportErrorKind as Kind};
use clerk_testkit::fake::{BulkOn5xx, ClerkError, FakeOperation, Fault, FaultPlan, Moment};
use clerk_testkit::{FakeClerk, ManualClock};
use fake_support::{call, invite_people, people, request, s, send};
use http::StatusCode;
use serde_json::json;

#[test]
fn every_error_of_clerk_can_be_asked_for_by_its_code_or_status() {
    let refused = |text: &str| {
        let plan = FaultPlan::parse(&format!("CreateBulkInvitations 1 {text}")).expect(text);
        let fake = FakeClerk::builder().faults(plan).build();
        let response = send(&fake, request("POST", "/invitations/bulk", people(0, 2))).expect("a response");
        assert!(fake.mails().is_empty(), "{text}");
        let error = &response.json["errors"][0];
        (
            response.status,
            error["code"].as_str().expect(text).to_owned(),
            error["meta"].clone(),
        )
    };
    for error in ClerkError::all() {
        let (status, code, _) = refused(error.code());
        assert_eq!((status, code.as_str()), (error.status().as_u16(), error.code()));
    }
    let addresses = json!(["p0@example.com", "p1@example.com"]);
    for (text, status, code, meta) in [
        ("402", 402, "insufficient_seats", json!({ "seats_quantity": 1 })),
        (
            "duplicate_record",
            400,
            "duplicate_record",
            json!({ "email_addresses": addresses }),
        ),
        (
            "not_allowed_access",
            403,
            "not_allowed_access",
            json!({ "identifiers": addresses }),
        ),
        (
            "form_identifier_exists",
            422,
            "form_identifier_exists",
            json!({ "param_name": "email_address" }),
        ),
        ("action_blocked", 403, "action_blocked", json!(null)),
    ] {
        assert_eq!(refused(text), (status, code.to_owned(), meta));
    }
    let unknown = "no_such_code".parse::<ClerkError>().expect_err("unknown").to_string();
    assert!(
        unknown.starts_with("unknown code; use one of these: duplicate_record, "),
        "{unknown}"
    );
}

#[test]
fn each_fault_has_its_error_status_and_effect() {
    use Moment::{AfterEffect, BeforeEffect};
    let no_answer = |kind, delivery| Err((kind, delivery));
    let error = StatusCode::SERVICE_UNAVAILABLE;
    // The fault, the result of the call, and the number of emails.
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
fn a_hanging_call_ends_only_with_the_clients_timeout() {
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
fn a_5xx_after_the_effect_leaves_all_or_half_of_a_bulk_call() {
    let fault = Fault::ServerError(StatusCode::INTERNAL_SERVER_ERROR, Moment::AfterEffect);
    for (rule, count, invited) in [
        (BulkOn5xx::Atomic, 5, 5),
        (BulkOn5xx::Partial, 5, 3),
        (BulkOn5xx::Partial, 2, 1),
    ] {
        let plan = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 1, fault);
        let fake = FakeClerk::builder().faults(plan).bulk_on_5xx(rule).build();
        assert_eq!(invite_people(&fake, 0, count).code(), "internal_clerk_error");
        let addresses: Vec<_> = fake.mails().into_keys().collect();
        let expected: Vec<_> = (0..invited).map(|i| format!("p{i}@example.com")).collect();
        assert_eq!(addresses, expected, "{rule:?}");
    }
}

#[test]
fn a_refused_request_does_not_get_the_5xx_of_the_plan() {
    let fault = Fault::ServerError(StatusCode::BAD_GATEWAY, Moment::AfterEffect);
    let fake = FakeClerk::builder()
        .faults(FaultPlan::new().on_calls(None, 1..=2, fault))
        .build();
    assert_eq!(invite_people(&fake, 0, 11).code(), "bulk_size_exceeded");
    let gateway = invite_people(&fake, 0, 1);
    assert_eq!(
        (gateway.status, gateway.header("content-type")),
        (502, Some("text/html"))
    );
}

#[test]
fn a_late_call_takes_effect_when_it_is_due() {
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
fn late_calls_take_effect_in_the_order_of_their_times() {
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
    // Nothing looks at the fake until both would be listed.
    clock.advance(s(90));
    let listed = call(&fake, "GET", "/invitations?order_by=%2Bcreated_at", "").json;
    let described = |index: usize| {
        let since_start = |field: &str| listed[index][field].as_i64().expect("a time") - ManualClock::START.as_millis();
        let address = listed[index]["email_address"].as_str().expect("an address").to_owned();
        (address, since_start("created_at"), since_start("expires_at"))
    };
    let month = 30 * 24 * 3_600_000;
    assert_eq!(described(0), ("p1@example.com".to_owned(), 20_000, 20_000 + month));
    assert_eq!(described(1), ("p0@example.com".to_owned(), 60_000, 60_000 + month));
}

#[test]
fn a_call_takes_effect_before_its_latency() {
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
