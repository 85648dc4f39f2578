//! How [`FakeClerk`] handles invitations to the application.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::time::Duration;

use clerk_testkit::fake::{FakeOperation, IgnoreExisting, PendingDuplicate};
use clerk_testkit::{FakeClerk, ManualClock};
use fake_support::{call, invite, invite_all, listed};
use serde_json::json;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn an_invitation_has_the_documented_fields() {
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
fn an_instance_that_accepts_duplicates_invites_an_address_again() {
    let fake = FakeClerk::builder()
        .pending_duplicate(PendingDuplicate::Accepted)
        .organization("org_1")
        .build();
    let to_organization = json!({ "email_address": "ada@example.com", "role": "org:member" });
    for _ in 0..2 {
        assert_eq!(invite(&fake, "ada@example.com").status, 200);
        let to_organization = call(&fake, "POST", "/organizations/org_1/invitations", &to_organization);
        assert_eq!(to_organization.status, 200);
    }
    assert_eq!(fake.mails_to("ada@example.com"), 4);
    let twice = invite_all(&fake, &["grace@example.com", "Grace@example.com"]);
    assert_eq!(twice.code(), "duplicate_record", "twice in one call is refused");
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
        "a refused call counts against the limit"
    );

    let answer = invite_all(&fake, &["new@example.com", "other@example.com"]);
    let ids: Vec<_> = answer
        .json
        .as_array()
        .expect("an array")
        .iter()
        .map(|item| &item["id"])
        .collect();
    assert_eq!(ids, ["inv_fake000003", "inv_fake000004"]);
}

#[test]
fn ignore_existing_applies_to_each_person() {
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
fn ignore_existing_bypasses_users_only_if_configured() {
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
fn an_allowlist_refuses_every_other_address() {
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
fn emails_are_counted_and_notify_false_sends_none() {
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
fn revokes_and_deletes_invitations() {
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
