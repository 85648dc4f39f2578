//! How [`FakeClerk`] lists invitations and users.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::time::Duration;

use clerk_core::ErrorCode;
use clerk_core::api::users::{CountUsers, ListUsers};
use clerk_core::model::EnvironmentType;
use clerk_testkit::{FakeClerk, ManualClock};
use fake_support::{call, invite, invite_all, listed};
use serde_json::json;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn lists_are_filtered_ordered_and_paged() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder().clock(clock.clone()).build();
    for (address, days) in [
        ("b@example.com", 9),
        ("c@example.com", 1),
        ("a@other.example", 5),
        ("d@example.com", 3),
    ] {
        let body = json!({ "email_address": address, "expires_in_days": days });
        assert_eq!(call(&fake, "POST", "/invitations", body).status, 200);
        clock.advance(Duration::from_millis(1));
    }
    // Two with the same time of creation: the second comes first in descending order.
    invite_all(&fake, &["e@example.com", "f@example.com"]);
    clock.advance(2 * DAY);
    fake.sign_up("d@example.com");
    assert_eq!(
        call(&fake, "POST", "/invitations/inv_fake000003/revoke", "").status,
        200
    );

    let cases = [
        ("", "f e d c b"),
        ("order_by=-created_at", "f e d c b"),
        ("order_by=%2Bcreated_at", "b c d e f"),
        ("order_by=created_at", "b c d e f"),
        ("order_by=email_address", "b c d e f"),
        ("order_by=-email_address", "f e d c b"),
        ("order_by=expires_at", "c d b e f"),
        ("order_by=-expires_at", "f e b d c"),
        ("status=pending", "f e b"),
        ("status=accepted", "d"),
        ("status=expired", "c"),
        ("status=revoked", "a"),
        ("status=revoked&status=accepted", "d a"),
        ("query=EXAMPLE.com", "f e d c b"),
        ("query=b%40example.com", "b"),
        ("query=inv_fake000002", "c"),
        ("query=inv_fake", ""),
        ("limit=2", "f e"),
        ("limit=2&offset=4", "b"),
        ("offset=9", ""),
        ("limit=500&paginated=false", "f e d c b"),
        ("__clerk_api_version=2026-05-12", "f e d c b"),
    ];
    for (query, expected) in cases {
        let found: Vec<_> = listed(&fake, query)
            .iter()
            .map(|address| address[..1].to_owned())
            .collect();
        assert_eq!(found.join(" "), expected, "{query}");
    }
    let page = call(&fake, "GET", "/invitations?paginated=true&limit=1&status=pending", "");
    assert_eq!(page.json["total_count"], 3);
    assert_eq!(page.json["data"].as_array().map(Vec::len), Some(1));

    for (query, code, param) in [
        ("status=open", "form_param_value_invalid", "status"),
        ("order_by=name", "form_param_value_invalid", "order_by"),
        ("order_by=+created_at", "form_param_value_invalid", "order_by"),
        ("limit=0", "form_param_value_invalid", "limit"),
        ("limit=501", "form_param_value_invalid", "limit"),
        ("limit=ten", "form_param_type_invalid", "limit"),
        ("offset=-1", "form_param_type_invalid", "offset"),
        ("paginated=yes", "form_param_type_invalid", "paginated"),
    ] {
        let answer = call(&fake, "GET", &format!("/invitations?{query}"), "");
        assert_eq!((answer.status, answer.code()), (422, code), "{query}");
        assert_eq!(answer.meta()["param_name"], param, "{query}");
    }
}

#[test]
fn a_page_has_ten_items_by_default() {
    let fake = FakeClerk::new();
    for tens in ["a", "b"] {
        let people: Vec<_> = (0..10).map(|i| format!("{tens}{i}@example.com")).collect();
        let people: Vec<_> = people.iter().map(String::as_str).collect();
        assert_eq!(invite_all(&fake, &people).status, 200);
    }
    assert_eq!(listed(&fake, "").len(), 10);
    assert_eq!(listed(&fake, "limit=20").len(), 20);
}

#[test]
fn read_lag_delays_lists_but_not_duplicate_checks() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder()
        .clock(clock.clone())
        .read_lag(Duration::from_secs(30))
        .build();
    invite(&fake, "ada@example.com");
    assert_eq!(listed(&fake, "").len(), 0);
    assert_eq!(invite(&fake, "ada@example.com").code(), "duplicate_record");
    clock.advance(Duration::from_millis(29_999));
    assert_eq!(listed(&fake, "").len(), 0);
    clock.advance(Duration::from_millis(1));
    assert_eq!(listed(&fake, "").len(), 1);
}

#[test]
fn users_are_found_by_address() {
    let fake = FakeClerk::builder()
        .existing_user("Ada@example.com")
        .existing_user("bob@example.com")
        .build();
    invite(&fake, "eve@example.com");
    fake.sign_up("eve@example.com");
    let found = |query: &str| {
        let answer = call(&fake, "GET", &format!("/users?{query}"), "");
        assert_eq!(answer.status, 200, "{query}: {}", answer.json);
        let users = answer.json.as_array().expect("an array").iter();
        let addresses = users.map(|user| {
            user["email_addresses"][0]["email_address"]
                .as_str()
                .expect("an address")[..3]
                .to_owned()
        });
        addresses.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found(""), "eve bob ada");
    assert_eq!(found("order_by=-created_at"), "eve bob ada");
    assert_eq!(found("order_by=%2Bcreated_at"), "ada bob eve");
    assert_eq!(found("order_by=-email_address"), "eve bob ada");
    assert_eq!(
        found("email_address=ADA%40example.com&email_address=eve%40example.com&email_address=no%40example.com"),
        "eve ada"
    );
    assert_eq!(found("query=example&limit=1&offset=1"), "bob");
    assert_eq!(found("email_address=nobody%40example.com"), "");

    for (query, count) in [("", 3), ("?query=example", 3), ("?email_address=ADA%40example.com", 1)] {
        let answer = call(&fake, "GET", &format!("/users/count{query}"), "").json;
        assert_eq!(answer, json!({ "object": "total_count", "total_count": count }));
    }

    let many = "email_address=a%40example.com&".repeat(101);
    assert_eq!(
        call(&fake, "GET", &format!("/users?{many}"), "").code(),
        "form_param_array_size_exceeded"
    );
}

#[test]
fn the_sdk_lists_and_counts_users_and_reads_the_instance() {
    let fake = FakeClerk::builder()
        .existing_user("Ada@example.com")
        .existing_user("bob@example.com")
        .member("org_1", "ada@example.com")
        .build();
    let clerk = fake.client();
    pollster::block_on(async {
        let known = ListUsers::new().email_addresses(["ADA@example.com", "nobody@example.com"]);
        let users = clerk.users().list(&known).await.expect("a list").data;
        assert_eq!(users.len(), 1);
        assert_eq!(Some(&users[0].id), fake.user_id("ada@example.com").as_ref());
        for (count, expected) in [
            (CountUsers::new(), 2),
            (
                CountUsers::new().email_addresses(["bob@example.com", "nobody@example.com"]),
                1,
            ),
        ] {
            assert_eq!(clerk.users().count(&count).await.expect("a count"), expected);
        }
        let ada = clerk.users().get(&users[0].id).await.expect("a user");
        assert_eq!(ada.email_addresses[0].email_address, "ada@example.com");
        let error = clerk.users().get("user_none").await.expect_err("no such user");
        assert_eq!(error.code(), Some(&ErrorCode::ResourceNotFound));
        let instance = clerk.instance().get().await.expect("the instance");
        assert_eq!(instance.environment_type, EnvironmentType::Development);
    });
    let count = call(&fake, "GET", "/users/count?query=bob", "");
    assert_eq!(count.json, json!({ "object": "total_count", "total_count": 1 }));
}

#[test]
fn refuses_a_parameter_that_is_not_simulated_with_the_fakes_own_code() {
    for (path, part_of_message) in [
        (
            "/invitations?user_id=user_fake000001",
            "the query parameter user_id. It simulates these for the operation: limit, offset, order_by, status, paginated, query.",
        ),
        ("/users/count?limit=1", "the query parameter limit."),
        ("/invitations?statu=pending", "the query parameter statu."),
        ("/waitlist_entries?paginated=true", "the query parameter paginated."),
    ] {
        let answer = call(&FakeClerk::new(), "GET", path, "");
        assert_eq!((answer.status, answer.code()), (400, "fake_not_simulated"), "{path}");
        let message = answer.json["errors"][0]["long_message"].as_str().expect("a message");
        assert!(message.contains(part_of_message), "{path}: {message}");
    }
    let unknown = call(&FakeClerk::new(), "GET", "/users?order_by=shoe_size", "");
    assert_eq!((unknown.status, unknown.code()), (422, "form_param_value_invalid"));
}
