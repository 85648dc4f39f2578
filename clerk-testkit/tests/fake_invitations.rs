//! What [`FakeClerk`] does with invitations.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::time::Duration;

use clerk_testkit::fake::{FakeOperation, IgnoreExisting};
use clerk_testkit::{FakeClerk, ManualClock};
use fake_support::{Answer, call};
use serde_json::{Value, json};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn invite(fake: &FakeClerk, address: &str) -> Answer {
    call(fake, "POST", "/invitations", json!({ "email_address": address }))
}

fn invite_all(fake: &FakeClerk, addresses: &[&str]) -> Answer {
    let people: Vec<_> = addresses
        .iter()
        .map(|address| json!({ "email_address": address }))
        .collect();
    call(fake, "POST", "/invitations/bulk", Value::from(people))
}

/// The addresses that a list shows, in its order.
fn listed(fake: &FakeClerk, query: &str) -> Vec<String> {
    let answer = call(fake, "GET", &format!("/invitations?{query}"), "");
    assert_eq!(answer.status, 200, "{query}: {}", answer.json);
    let items = answer.json.as_array().expect("a bare array");
    items
        .iter()
        .map(|item| item["email_address"].as_str().expect("an address").to_owned())
        .collect()
}

#[test]
fn an_invitation_is_what_clerk_documents() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder().clock(clock).build();
    let body = r#"{"email_address":" Ada@Example.com","public_metadata":{"n":9007199254740993.10,"k":1},
        "redirect_url":"https://www.example.com/up","notify":null,"ignore_existing":null,"expires_in_days":2,
        "template_slug":"waitlist_invitation"}"#;
    let answer = call(&fake, "POST", "/invitations", body);
    let expected = json!({
        "object": "invitation",
        "id": "inv_fake000001",
        "email_address": "ada@example.com",
        "public_metadata": answer.json["public_metadata"],
        "revoked": false,
        "status": "pending",
        "url": "https://fake.clerk.test/v1/tickets/accept?ticket=fake_ticket_000001",
        "expires_at": ManualClock::START.as_millis() + 2 * 86_400_000,
        "created_at": ManualClock::START.as_millis(),
        "updated_at": ManualClock::START.as_millis(),
    });
    assert_eq!((answer.status, &answer.json), (200, &expected));
    assert_eq!(answer.header("clerk-trace-id"), Some("trace_fake000001"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let text = std::str::from_utf8(answer.response.body()).expect("UTF-8");
    assert!(
        text.contains(r#"{"n":9007199254740993.10,"k":1}"#),
        "metadata is kept as it was sent: {text}"
    );
}

#[test]
fn requests_that_are_not_as_they_should_be_are_refused() {
    const SINGLE: &str = "/invitations";
    const BULK: &str = "/invitations/bulk";
    let person = |fields: &str| format!(r#"{{"email_address":"ada@example.com",{fields}}}"#);
    let people = |count: usize| {
        let people: Vec<_> = (0..count)
            .map(|i| json!({ "email_address": format!("p{i}@example.com") }))
            .collect();
        Value::from(people).to_string()
    };
    let cases = [
        (SINGLE, "{}".to_owned(), 422, "form_param_missing", "email_address"),
        (
            SINGLE,
            r#"{"email_address":null}"#.to_owned(),
            422,
            "form_param_nil",
            "email_address",
        ),
        (
            SINGLE,
            r#"{"email_address":7}"#.to_owned(),
            422,
            "form_param_type_invalid",
            "email_address",
        ),
        (
            SINGLE,
            r#"{"email_address":"ada"}"#.to_owned(),
            422,
            "form_param_format_invalid",
            "email_address",
        ),
        (
            SINGLE,
            r#"{"email_address":""}"#.to_owned(),
            422,
            "form_param_format_invalid",
            "email_address",
        ),
        (
            SINGLE,
            r#"{"email_address":"Bad@example.com"}"#.to_owned(),
            422,
            "form_param_format_invalid",
            "email_address",
        ),
        (SINGLE, person(r#""role":"admin""#), 422, "form_param_unknown", "role"),
        (
            SINGLE,
            person(r#""notify":"yes""#),
            422,
            "form_param_type_invalid",
            "notify",
        ),
        (
            SINGLE,
            person(r#""public_metadata":[]"#),
            422,
            "form_param_value_invalid",
            "public_metadata",
        ),
        (
            SINGLE,
            person(r#""public_metadata":null"#),
            422,
            "form_param_nil",
            "public_metadata",
        ),
        (
            SINGLE,
            person(r#""redirect_url":null"#),
            422,
            "form_param_nil",
            "redirect_url",
        ),
        (
            SINGLE,
            person(r#""redirect_url":"sign-up""#),
            422,
            "form_param_format_invalid",
            "redirect_url",
        ),
        (
            SINGLE,
            person(r#""expires_in_days":0"#),
            422,
            "form_param_value_invalid",
            "expires_in_days",
        ),
        (
            SINGLE,
            person(r#""expires_in_days":366"#),
            422,
            "form_param_value_invalid",
            "expires_in_days",
        ),
        (
            SINGLE,
            person(r#""expires_in_days":-1"#),
            422,
            "form_param_value_invalid",
            "expires_in_days",
        ),
        (
            SINGLE,
            person(r#""expires_in_days":1.5"#),
            422,
            "form_param_type_invalid",
            "expires_in_days",
        ),
        (
            SINGLE,
            person(r#""template_slug":"other""#),
            422,
            "form_param_value_invalid",
            "template_slug",
        ),
        (
            SINGLE,
            person(r#""template_slug":null"#),
            422,
            "form_param_nil",
            "template_slug",
        ),
        (SINGLE, "[]".to_owned(), 422, "form_param_value_invalid", ""),
        (SINGLE, "{".to_owned(), 400, "request_body_invalid", ""),
        (SINGLE, String::new(), 400, "request_body_invalid", ""),
        (BULK, "[]".to_owned(), 422, "form_param_value_invalid", ""),
        (BULK, "{}".to_owned(), 422, "form_param_value_invalid", ""),
        (BULK, "[7]".to_owned(), 422, "form_param_value_invalid", ""),
        (BULK, people(11), 400, "bulk_size_exceeded", ""),
        (BULK, "nonsense".to_owned(), 400, "request_body_invalid", ""),
        (
            BULK,
            r#"[{"email_address":"a@example.com"},{"email_address":"nobody"}]"#.to_owned(),
            422,
            "form_param_format_invalid",
            "email_address",
        ),
    ];
    for (path, body, status, code, param) in cases {
        let fake = FakeClerk::builder().malformed("bad@example.com").build();
        let answer = call(&fake, "POST", path, &body);
        assert_eq!((answer.status, answer.code()), (status, code), "{path} {body}");
        let expected = if param.is_empty() {
            Value::Null
        } else {
            json!({ "param_name": param })
        };
        assert_eq!(answer.meta(), &expected, "{path} {body}");
        assert_eq!(answer.json["clerk_trace_id"], "trace_fake000001");
        assert_eq!(answer.header("clerk-trace-id"), Some("trace_fake000001"));
        assert_eq!(listed(&fake, ""), Vec::<String>::new(), "{path} {body}");
        assert!(fake.mails().is_empty());
    }
    let fake = FakeClerk::new();
    let nulls = r#"[{"email_address":"a@example.com","public_metadata":null,"redirect_url":null,"notify":null,
        "ignore_existing":null,"expires_in_days":null}]"#;
    assert_eq!(
        call(&fake, "POST", BULK, nulls).status,
        200,
        "bulk takes null in these fields"
    );
    assert_eq!(call(&fake, "POST", BULK, people(10)).status, 200);
}

#[test]
fn every_wrong_field_of_a_person_is_named() {
    let body = json!({ "email_address": "ada", "notify": 1, "who": "me" });
    let answer = call(&FakeClerk::new(), "POST", "/invitations", body);
    let errors = answer.json["errors"].as_array().expect("errors").iter();
    let params: Vec<_> = errors
        .map(|error| error["meta"]["param_name"].as_str().unwrap_or(""))
        .collect();
    assert_eq!(params, ["email_address", "notify", "who"]);
}

#[test]
fn an_address_has_one_pending_invitation() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder()
        .clock(clock.clone())
        .pending_invitation("Ada@example.com")
        .build();
    let refused = |address: &str| {
        let answer = invite(&fake, address);
        let is_duplicate = answer.status == 400 && answer.code() == "duplicate_record";
        assert!(!is_duplicate || answer.meta()["email_addresses"] == json!(["ada@example.com"]));
        is_duplicate
    };
    assert!(refused("ada@example.com"));
    assert!(refused(" ADA@Example.com "));
    let ignoring = json!({ "email_address": "ada@example.com", "ignore_existing": true });
    assert_eq!(call(&fake, "POST", "/invitations", ignoring).status, 200);

    assert_eq!(
        call(&fake, "POST", "/invitations/inv_fake000001/revoke", "").status,
        200
    );
    assert!(refused("ada@example.com"), "the second is pending");
    assert_eq!(call(&fake, "DELETE", "/invitations/inv_fake000002", "").status, 200);
    assert_eq!(invite(&fake, "ada@example.com").status, 200, "neither is pending");

    clock.advance(30 * DAY - Duration::from_millis(1));
    assert!(refused("ada@example.com"));
    clock.advance(Duration::from_millis(1));
    assert_eq!(invite(&fake, "ada@example.com").status, 200, "the last has expired");
    assert_eq!(fake.mails_to("ada@example.com"), 3);
}

#[test]
fn a_bulk_call_invites_all_or_nobody() {
    let fake = FakeClerk::builder()
        .pending_invitation("a@example.com")
        .pending_invitation("b@example.com")
        .existing_user("user@example.com")
        .blocked("spam@example.com")
        .blocked("*@evil.example")
        .build();
    let cases = [
        (
            &["new@example.com", "A@example.com", "b@example.com"][..],
            400,
            "duplicate_record",
            json!({ "email_addresses": ["a@example.com", "b@example.com"] }),
        ),
        (
            &["new@example.com", "other@example.com", "New@example.com"],
            400,
            "duplicate_record",
            json!({ "email_addresses": ["new@example.com"] }),
        ),
        (
            &["new@example.com", "User@example.com"],
            422,
            "form_identifier_exists",
            json!({ "param_name": "email_address" }),
        ),
        (
            &["Spam@example.com", "new@example.com", "x@evil.example"],
            403,
            "not_allowed_access",
            json!({ "identifiers": ["spam@example.com", "x@evil.example"] }),
        ),
    ];
    for (addresses, status, code, meta) in cases {
        let answer = invite_all(&fake, addresses);
        assert_eq!(
            (answer.status, answer.code(), answer.meta()),
            (status, code, &meta),
            "{addresses:?}"
        );
    }
    assert!(fake.mails().is_empty());
    assert_eq!(listed(&fake, "").len(), 2);
    assert_eq!(
        fake.budget_left(FakeOperation::CreateBulkInvitations),
        Some(21),
        "a refused call costs its place"
    );

    let answer = invite_all(&fake, &["new@example.com", "other@example.com"]);
    let ids: Vec<_> = answer
        .json
        .as_array()
        .expect("a bare array")
        .iter()
        .map(|item| &item["id"])
        .collect();
    assert_eq!(ids, ["inv_fake000003", "inv_fake000004"]);
}

#[test]
fn ignore_existing_holds_for_each_person_apart() {
    let fake = FakeClerk::builder().pending_invitation("a@example.com").build();
    let people = |first: bool, second: bool| {
        json!([
            { "email_address": "a@example.com", "ignore_existing": first },
            { "email_address": "b@example.com", "ignore_existing": first },
            { "email_address": "b@example.com", "ignore_existing": second },
        ])
    };
    assert_eq!(
        call(&fake, "POST", "/invitations/bulk", people(false, true)).status,
        400
    );
    assert_eq!(
        call(&fake, "POST", "/invitations/bulk", people(true, false)).status,
        400
    );
    assert_eq!(call(&fake, "POST", "/invitations/bulk", people(true, true)).status, 200);
    assert_eq!(fake.mails_to("b@example.com"), 2);
}

#[test]
fn ignore_existing_bypasses_users_only_if_told_so() {
    for (rule, status) in [
        (IgnoreExisting::RefusesUsers, 422),
        (IgnoreExisting::BypassesUsers, 200),
    ] {
        let fake = FakeClerk::builder()
            .existing_user("ada@example.com")
            .ignore_existing(rule)
            .build();
        assert_eq!(invite(&fake, "ada@example.com").status, 422, "{rule:?}");
        let ignoring = json!({ "email_address": "ada@example.com", "ignore_existing": true });
        assert_eq!(
            call(&fake, "POST", "/invitations", &ignoring).status,
            status,
            "{rule:?}"
        );
        let in_bulk = call(&fake, "POST", "/invitations/bulk", json!([ignoring]));
        assert_eq!(in_bulk.status, status, "{rule:?}");
    }
}

#[test]
fn an_allowlist_keeps_out_who_is_not_on_it() {
    let fake = FakeClerk::builder()
        .allowed("*@example.com")
        .allowed("ada@other.example")
        .blocked("eve@example.com")
        .build();
    for (address, status) in [
        ("bob@example.com", 200),
        ("ada@other.example", 200),
        ("bob@other.example", 403),
        ("bob@sub.example.com", 403),
        ("eve@example.com", 403),
    ] {
        assert_eq!(invite(&fake, address).status, status, "{address}");
    }
}

#[test]
fn mails_are_counted_and_notify_false_sends_none() {
    let fake = FakeClerk::new();
    let people = json!([
        { "email_address": "a@example.com", "notify": false },
        { "email_address": "B@example.com", "notify": true },
        { "email_address": "c@example.com" },
    ]);
    assert_eq!(call(&fake, "POST", "/invitations/bulk", people).status, 200);
    let mails = fake.mails();
    let mails: Vec<_> = mails
        .iter()
        .map(|(address, count)| (address.as_str(), *count))
        .collect();
    assert_eq!(mails, [("b@example.com", 1), ("c@example.com", 1)]);
    assert_eq!((fake.mails_to("b@EXAMPLE.com"), fake.mails_to("a@example.com")), (1, 0));
}

#[test]
fn revoking_and_deleting() {
    let fake = FakeClerk::new();
    for address in ["a@example.com", "b@example.com"] {
        assert_eq!(invite(&fake, address).status, 200);
    }
    fake.sign_up("B@example.com");
    let revoke = |id: &str| call(&fake, "POST", &format!("/invitations/{id}/revoke"), "");
    let delete = |id: &str| call(&fake, "DELETE", &format!("/invitations/{id}"), "");

    let revoked = revoke("inv_fake000001");
    assert_eq!(
        (&revoked.json["status"], &revoked.json["revoked"]),
        (&json!("revoked"), &json!(true))
    );
    assert_eq!(revoke("inv_fake000001").code(), "invitation_already_revoked");
    assert_eq!(revoke("inv_fake000002").code(), "invitation_already_accepted");
    assert_eq!(invite(&fake, "b@example.com").code(), "form_identifier_exists");
    for id in ["inv_fake000003", "inv_fake1", "nothing", "a%2Fb"] {
        let answer = revoke(id);
        assert_eq!((answer.status, answer.code()), (404, "resource_not_found"), "{id}");
    }
    let deleted = delete("inv_fake000001");
    let expected = json!({ "object": "invitation", "id": "inv_fake000001", "deleted": true });
    assert_eq!((deleted.status, deleted.json), (200, expected));
    assert_eq!(delete("inv_fake000001").code(), "resource_not_found");
    assert_eq!(listed(&fake, "status=revoked"), Vec::<String>::new());
}

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
    // Two of the same moment: the later comes first where the newest do.
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
fn a_page_holds_ten_unless_asked_otherwise() {
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
fn with_a_read_lag_an_invitation_is_listed_late_and_counts_at_once() {
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
