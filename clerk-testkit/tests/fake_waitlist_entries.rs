//! How [`FakeClerk`] handles the waitlist.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::time::Duration;

use clerk_core::api::waitlist_entries::{CreateWaitlistEntry, InviteWaitlistEntry, ListWaitlistEntries};
use clerk_core::model::{InvitationStatus, WaitlistEntry, WaitlistEntryId, WaitlistEntryStatus};
use clerk_core::{Client, Error};
use clerk_testkit::fake::IgnoreExisting;
use clerk_testkit::{FakeClerk, ManualClock};
use fake_support::{call, refusal};
use pollster::block_on;
use serde_json::{Value, json};

fn entry(number: u32) -> WaitlistEntryId {
    WaitlistEntryId::from(format!("wle_fake{number:06}"))
}

#[test]
fn an_entry_has_the_documented_fields() {
    let fake = FakeClerk::builder().clock(ManualClock::new()).build();
    let start = ManualClock::START.as_millis();
    let answer = call(
        &fake,
        "POST",
        "/waitlist_entries",
        json!({ "email_address": "Ada@Example.com" }),
    );
    let mut expected = json!({
        "object": "waitlist_entry",
        "id": "wle_fake000001",
        "email_address": "ada@example.com",
        "status": "pending",
        "is_locked": false,
        "created_at": start,
        "updated_at": start,
        "invitation": null,
    });
    assert_eq!((answer.status, &answer.json), (200, &expected));
    let invited = call(&fake, "POST", "/waitlist_entries/wle_fake000001/invite", "");
    let listed = call(&fake, "GET", "/invitations", "");
    expected["status"] = json!("invited");
    expected["invitation"] = listed.json[0].clone();
    assert_eq!((invited.status, &invited.json), (200, &expected));
    assert_eq!(expected["invitation"]["id"], "inv_fake000001");
    assert_eq!(fake.log()[1].created, ["inv_fake000001"]);
}

#[test]
fn each_method_of_the_sdk_works() {
    let fake = FakeClerk::new();
    let clerk = fake.client();
    let waitlist = clerk.waitlist_entries();
    block_on(async {
        let ada = CreateWaitlistEntry::new("ada@example.com");
        let first = waitlist.create(&ada).await.expect("waits");
        assert_eq!(waitlist.create(&ada).await.expect("waits already"), first);
        assert_eq!(fake.mails_to("ada@example.com"), 1, "one confirmation");

        let people = [
            CreateWaitlistEntry::new("bob@example.com").notify(false),
            CreateWaitlistEntry::new("ADA@example.com"),
            CreateWaitlistEntry::new("cy@example.com"),
        ];
        let entries = waitlist.create_bulk(&people).await.expect("wait");
        let ids: Vec<_> = entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["wle_fake000002", "wle_fake000001", "wle_fake000003"]);
        assert_eq!(
            (fake.mails_to("bob@example.com"), fake.mails_to("cy@example.com")),
            (0, 1)
        );

        let invited = waitlist.invite(&first.id).await.expect("invited");
        assert_eq!(invited.status, WaitlistEntryStatus::Invited);
        assert_eq!(
            invited.invitation.expect("an invitation").status,
            InvitationStatus::Pending
        );
        assert_eq!(fake.mails_to("ada@example.com"), 2);
        fake.sign_up("ada@example.com");
        let rejected = waitlist.reject(&entry(2)).await.expect("rejected");
        assert_eq!(rejected.status, WaitlistEntryStatus::Rejected);
        assert!(waitlist.delete(&entry(3)).await.expect("deleted").deleted);

        let page = waitlist
            .list(&ListWaitlistEntries::new().limit(1))
            .await
            .expect("a list");
        assert_eq!((page.total_count, &page.data[0].id), (Some(2), &entry(2)));
        let completed = ListWaitlistEntries::new().status(WaitlistEntryStatus::Completed);
        let completed = waitlist.list(&completed).await.expect("a list");
        assert_eq!(
            completed.data.iter().map(|entry| &entry.id).collect::<Vec<_>>(),
            [&first.id]
        );
    });
}

/// Builds a fake with entries of every kind: 1 is pending, 2 locked, 3 invited, 4 rejected, 5 completed, 6 belongs to a
/// user, and 7 to an address that was invited without the waitlist.
fn world() -> FakeClerk {
    let fake = FakeClerk::builder()
        .waitlist_entry("a@example.com")
        .locked_waitlist_entry("b@example.com")
        .waitlist_entry("c@example.com")
        .waitlist_entry("d@example.com")
        .waitlist_entry("e@example.com")
        .waitlist_entry("user@example.com")
        .waitlist_entry("invited@example.com")
        .existing_user("user@example.com")
        .pending_invitation("invited@example.com")
        .build();
    let clerk = fake.client();
    block_on(clerk.waitlist_entries().invite(&entry(3))).expect("invited");
    block_on(clerk.waitlist_entries().reject(&entry(4))).expect("rejected");
    fake.sign_up("e@example.com");
    fake
}

type Attempt = fn(&Client, &WaitlistEntryId) -> Result<(), Error>;

#[test]
fn each_action_depends_on_the_status_of_the_entry() {
    let invite: Attempt = |clerk, id| block_on(clerk.waitlist_entries().invite(id)).map(drop);
    let insist: Attempt =
        |clerk, id| block_on(clerk.execute(&InviteWaitlistEntry::new(id).ignore_existing(true))).map(drop);
    let reject: Attempt = |clerk, id| block_on(clerk.waitlist_entries().reject(id)).map(drop);
    let delete: Attempt = |clerk, id| block_on(clerk.waitlist_entries().delete(id)).map(drop);
    let cases = [
        (invite, 1, None),
        (invite, 2, Some((409, "waitlist_entry_locked"))),
        (invite, 3, Some((409, "waitlist_entry_already_invited"))),
        (insist, 3, None),
        (invite, 4, None),
        (invite, 5, Some((409, "waitlist_entry_already_completed"))),
        (insist, 5, Some((409, "waitlist_entry_already_completed"))),
        (invite, 6, Some((422, "form_identifier_exists"))),
        (insist, 6, None),
        (invite, 7, Some((400, "duplicate_record"))),
        (insist, 7, None),
        (invite, 8, Some((404, "resource_not_found"))),
        (reject, 1, None),
        (reject, 2, Some((409, "waitlist_entry_locked"))),
        (reject, 3, None),
        (reject, 4, Some((409, "waitlist_entry_already_rejected"))),
        (reject, 5, Some((409, "waitlist_entry_already_completed"))),
        (reject, 8, Some((404, "resource_not_found"))),
        (delete, 1, None),
        (delete, 2, Some((409, "waitlist_entry_locked"))),
        (delete, 3, Some((409, "waitlist_entry_already_invited"))),
        (delete, 4, Some((409, "waitlist_entry_already_rejected"))),
        (delete, 5, Some((409, "waitlist_entry_already_completed"))),
        (delete, 8, Some((404, "resource_not_found"))),
    ];
    for (index, (attempt, number, expected)) in cases.into_iter().enumerate() {
        let result = attempt(&world().client(), &entry(number));
        let refused = result.err().map(|error| refusal(&error));
        let expected = expected.map(|(status, code)| (status, code.to_owned()));
        assert_eq!(refused, expected, "case {index}, entry {number}");
    }
}

#[test]
fn the_setting_decides_whether_ignore_existing_bypasses_users() {
    for (rule, single, bulk) in [
        (IgnoreExisting::PerOperation, 200, 422),
        (IgnoreExisting::RefusesUsers, 422, 422),
        (IgnoreExisting::BypassesUsers, 200, 200),
    ] {
        let fake = FakeClerk::builder()
            .waitlist_entry("user@example.com")
            .existing_user("user@example.com")
            .ignore_existing(rule)
            .build();
        let user = json!({ "email_address": "user@example.com", "ignore_existing": true });
        let invite = "/waitlist_entries/wle_fake000001/invite";
        for (path, body, status) in [
            (invite, json!({}), 422),
            ("/invitations", user.clone(), single),
            ("/invitations/bulk", json!([user]), bulk),
            (invite, json!({ "ignore_existing": true }), single),
        ] {
            let answer = call(&fake, "POST", path, body);
            assert_eq!(answer.status, status, "{rule}, {path}: {}", answer.json);
        }
    }
}

#[test]
fn creation_checks_its_body() {
    let people = |count: usize| -> Value {
        (0..count)
            .map(|i| json!({ "email_address": format!("p{i}@example.com") }))
            .collect()
    };
    let (single, bulk) = ("/waitlist_entries", "/waitlist_entries/bulk");
    let ada = json!({ "email_address": "ada@example.com" });
    for (path, body, status, code) in [
        (single, json!({}), 422, "form_param_missing"),
        (
            single,
            json!({ "email_address": "ada" }),
            422,
            "form_param_format_invalid",
        ),
        (
            single,
            json!({ "email_address": "ada@example.com", "role": "x" }),
            422,
            "form_param_unknown",
        ),
        (single, json!([ada]), 422, "form_param_value_invalid"),
        (bulk, people(0), 422, "form_param_value_invalid"),
        (bulk, people(51), 400, "bulk_size_exceeded"),
        (
            bulk,
            json!([ada, { "email_address": "ADA@example.com" }]),
            422,
            "form_param_duplicate",
        ),
    ] {
        let fake = FakeClerk::new();
        let answer = call(&fake, "POST", path, &body);
        assert_eq!((answer.status, answer.code()), (status, code), "{path} {body}");
        assert!(fake.mails().is_empty());
    }
    let fifty = call(&FakeClerk::new(), "POST", bulk, people(50));
    assert_eq!(fifty.json.as_array().map(Vec::len), Some(50), "an array");
}

#[test]
fn the_list_is_filtered_ordered_and_paged() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder()
        .clock(clock.clone())
        .read_lag(Duration::from_secs(30))
        .build();
    let clerk = fake.client();
    let list = |query: &str| -> (String, Value) {
        let answer = call(&fake, "GET", &format!("/waitlist_entries?{query}"), "");
        assert_eq!(answer.status, 200, "{query}: {}", answer.json);
        let page: Vec<WaitlistEntry> = serde_json::from_value(answer.json["data"].clone()).expect("entries");
        let found: Vec<_> = page.iter().map(|entry| &entry.email_address.as_str()[..1]).collect();
        (found.join(" "), answer.json["total_count"].clone())
    };
    for address in ["b@example.com", "c@example.com", "a@other.example"] {
        block_on(clerk.waitlist_entries().create(&CreateWaitlistEntry::new(address))).expect("waits");
        clock.advance(Duration::from_millis(1));
    }
    assert_eq!(list("").0, "", "nothing is listed yet");
    clock.advance(Duration::from_secs(30));
    for number in [2, 1] {
        block_on(clerk.waitlist_entries().invite(&entry(number))).expect("invited");
        clock.advance(Duration::from_millis(1));
    }
    for (query, expected, total) in [
        ("", "a c b", 3),
        ("order_by=%2Bcreated_at", "b c a", 3),
        ("order_by=email_address", "a b c", 3),
        ("order_by=-email_address", "c b a", 3),
        ("order_by=invited_at", "a c b", 3),
        ("order_by=-invited_at", "b c a", 3),
        ("status=pending", "a", 1),
        ("status=invited", "c b", 2),
        ("query=EXAMPLE.com", "c b", 2),
        ("query=wle_fake000003", "a", 1),
        ("limit=1&offset=2", "b", 3),
    ] {
        assert_eq!(list(query), (expected.to_owned(), json!(total)), "{query}");
    }
    for query in ["status=accepted", "order_by=expires_at", "limit=0"] {
        let answer = call(&fake, "GET", &format!("/waitlist_entries?{query}"), "");
        assert_eq!(
            (answer.status, answer.code()),
            (422, "form_param_value_invalid"),
            "{query}"
        );
    }
}
