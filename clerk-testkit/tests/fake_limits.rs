//! How [`FakeClerk`] limits the rate of calls.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::time::Duration;

use clerk_core::Environment;
use clerk_core::middleware::RateLimits;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, WindowKind};
use clerk_testkit::{FakeClerk, ManualClock};
use fake_support::{call, invite_people, s};
use serde_json::json;

#[test]
fn enforces_the_documented_limit_of_each_endpoint() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder().clock(clock.clone()).build();
    clock.advance(s(100));
    for i in 0..25 {
        assert_eq!(invite_people(&fake, i, 1).status, 200);
        clock.advance(s(1));
    }
    assert_eq!(fake.budget_left(FakeOperation::CreateBulkInvitations), Some(0));
    clock.advance(Duration::from_millis(500));
    let answer = invite_people(&fake, 25, 1);
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
fn retry_after_is_the_time_until_the_limit_allows_a_call() {
    for (window, free) in [(WindowKind::Fixed, 2), (WindowKind::Sliding, 1)] {
        let clock = ManualClock::new();
        let limits = RateLimits::parse("bulk=2/60s", Environment::Development).expect("limits");
        let fake = FakeClerk::builder()
            .clock(clock.clone())
            .limits(limits)
            .window(window)
            .build();
        assert_eq!(invite_people(&fake, 0, 1).status, 200);
        clock.advance(s(20));
        assert_eq!(
            invite_people(&fake, 1, 11).status,
            400,
            "a refused call counts against the limit"
        );
        let refused = invite_people(&fake, 2, 1);
        assert_eq!(refused.header("retry-after"), Some("40"), "{window:?}");
        clock.advance(Duration::from_millis(39_999));
        assert_eq!(
            invite_people(&fake, 2, 1).header("retry-after"),
            Some("1"),
            "{window:?}"
        );
        clock.advance(Duration::from_millis(1));
        assert_eq!(
            fake.budget_left(FakeOperation::CreateBulkInvitations),
            Some(free),
            "{window:?}"
        );
        assert_eq!(invite_people(&fake, 2, 1).status, 200, "{window:?}");
    }
}

#[test]
fn the_limit_of_all_calls_counts_every_endpoint() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder().clock(clock.clone()).build();
    for _ in 0..100 {
        assert_eq!(call(&fake, "GET", "/invitations", "").status, 200);
    }
    assert_eq!(invite_people(&fake, 0, 1).header("retry-after"), Some("10"));
    assert_eq!(fake.budget_left(FakeOperation::CreateBulkInvitations), Some(25));
    clock.advance(s(10));
    assert_eq!(invite_people(&fake, 0, 1).status, 200);
}

#[test]
fn a_429_fault_blocks_only_its_endpoint_for_its_time() {
    let clock = ManualClock::new();
    let plan = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 1, Fault::TooManyRequests(s(30)));
    let fake = FakeClerk::builder().clock(clock.clone()).faults(plan).build();
    assert_eq!(invite_people(&fake, 0, 1).header("retry-after"), Some("30"));
    clock.advance(s(29));
    assert_eq!(invite_people(&fake, 0, 1).header("retry-after"), Some("1"));
    let person = json!({ "email_address": "ada@example.com" });
    assert_eq!(call(&fake, "POST", "/invitations", person).status, 200);
    clock.advance(s(1));
    assert_eq!(invite_people(&fake, 0, 1).status, 200);
}

#[test]
fn organizations_share_the_documented_limits() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder()
        .clock(clock.clone())
        .organization("org_1")
        .organization("org_2")
        .build();
    for (suffix, limit, operation) in [
        ("", 250, FakeOperation::CreateOrganizationInvitation),
        ("/bulk", 50, FakeOperation::CreateOrganizationInvitationBulk),
    ] {
        for i in 0..=limit {
            let path = format!("/organizations/org_{}/invitations{suffix}", 1 + i % 2);
            let person = json!({ "email_address": format!("p{limit}{i}@example.com"), "role": "org:member" });
            let body = if suffix.is_empty() { person } else { json!([person]) };
            let answer = call(&fake, "POST", &path, body);
            let expected = if i < limit { 200 } else { 429 };
            assert_eq!(answer.status, expected, "{suffix} {i}");
            clock.advance(Duration::from_millis(101));
        }
        assert_eq!(fake.budget_left(operation), Some(0));
    }
    assert_eq!(
        fake.budget_left(FakeOperation::CreateInvitation),
        Some(100),
        "another budget"
    );
}
