//! The wire form of each request, the requests that are refused, and redaction of email addresses.

use std::fmt::Debug;

use clerk_core::Endpoint;
use clerk_core::api::instance::{GetInstance, ListInstanceOrganizationInvitations};
use clerk_core::api::invitations::{
    CreateInvitation, CreateInvitationBulk, DeleteInvitation, InvitationOrder, ListInvitations, RevokeInvitation,
};
use clerk_core::api::organization_invitations::{
    CreateOrganizationInvitation, CreateOrganizationInvitationBulk, CreateOrganizationInvitationSingle,
    GetOrganizationInvitation, ListOrganizationInvitations, ListPendingOrganizationInvitations,
    OrganizationInvitationOrder, RevokeOrganizationInvitation,
};
use clerk_core::api::users::{CountUsers, ListUserOrganizationInvitations, ListUsers};
use clerk_core::api::waitlist_entries::{
    CreateWaitlistEntry, CreateWaitlistEntryBulk, DeleteWaitlistEntry, InviteWaitlistEntry, ListWaitlistEntries,
    RejectWaitlistEntry, WaitlistEntryOrder,
};
use clerk_core::model::{InvitationStatus, InvitationTemplate, Metadata, UserId, WaitlistEntryStatus};

/// Returns method, path with query, and body, as `POST /invitations {"email_address":"a@x.test"}`.
fn sent(endpoint: &impl Endpoint) -> String {
    let request = endpoint.request().expect("a valid request");
    let mut sent = format!("{} {}", request.operation().method(), request.path());
    if !request.query_string().is_empty() {
        sent.extend(["?", request.query_string()]);
    }
    if let Some(body) = request.body() {
        sent.extend([" ", std::str::from_utf8(body).expect("JSON is UTF-8")]);
    }
    sent
}

fn seat() -> Metadata {
    Metadata::from_json(r#"{"seat":1}"#).expect("an object")
}

#[test]
fn invitation_requests_have_the_documented_wire_form() {
    let whole = CreateInvitation::new("a@x.test")
        .public_metadata(seat())
        .redirect_url("https://x.test/in")
        .notify(false)
        .ignore_existing(true)
        .expires_in_days(365)
        .template(InvitationTemplate::WaitlistInvitation);
    let people = [CreateInvitation::new("a@x.test"), CreateInvitation::new("b@x.test")];
    let list = ListInvitations::new()
        .status(InvitationStatus::Revoked)
        .query("a+b@x.test")
        .order_by(InvitationOrder::ExpiresAt)
        .limit(500)
        .offset(0);
    let id = "inv_1".into();
    let cases = [
        (sent(&people[0]), r#"POST /invitations {"email_address":"a@x.test"}"#),
        (
            sent(&whole),
            concat!(
                r#"POST /invitations {"email_address":"a@x.test","public_metadata":{"seat":1},"#,
                r#""redirect_url":"https://x.test/in","notify":false,"ignore_existing":true,"expires_in_days":365,"#,
                r#""template_slug":"waitlist_invitation"}"#
            ),
        ),
        (
            sent(&CreateInvitationBulk::new(&people)),
            r#"POST /invitations/bulk [{"email_address":"a@x.test"},{"email_address":"b@x.test"}]"#,
        ),
        (sent(&ListInvitations::new()), "GET /invitations?paginated=true"),
        (
            sent(&list),
            concat!(
                "GET /invitations?status=revoked&query=a%2Bb%40x.test&order_by=%2Bexpires_at&paginated=true",
                "&limit=500&offset=0"
            ),
        ),
        (sent(&RevokeInvitation::new(&id)), "POST /invitations/inv_1/revoke"),
        (sent(&DeleteInvitation::new(&id)), "DELETE /invitations/inv_1"),
    ];
    for (sent, expected) in cases {
        assert_eq!(sent, expected);
    }
}

#[test]
fn organization_invitation_requests_have_the_documented_wire_form() {
    let (organization, id, user) = ("org_1".into(), "orginv_1".into(), UserId::from("user_1"));
    let person = CreateOrganizationInvitation::new("a@x.test", "org:member");
    let whole = person
        .clone()
        .inviter(user.clone())
        .public_metadata(seat())
        .private_metadata(seat())
        .redirect_url("https://x.test/in")
        .notify(false)
        .expires_in_days(1);
    let people = [
        person.clone(),
        CreateOrganizationInvitation::new("b@x.test", "org:admin"),
    ];
    let list = ListOrganizationInvitations::new("org_1")
        .status(InvitationStatus::Pending)
        .status(InvitationStatus::Expired)
        .email_address("a@x.test")
        .order_by(OrganizationInvitationOrder::EmailAddress)
        .limit(1)
        .offset(7);
    let of_instance = ListInstanceOrganizationInvitations::new()
        .status(InvitationStatus::Pending)
        .status(InvitationStatus::Accepted)
        .query("a@x.test")
        .order_by(OrganizationInvitationOrder::CreatedAt)
        .limit(20);
    let of_user = ListUserOrganizationInvitations::new("user_1")
        .status(InvitationStatus::Pending)
        .limit(20);
    let revoke = RevokeOrganizationInvitation::new(&organization, &id);
    let cases = [
        (
            sent(&CreateOrganizationInvitationSingle::new(&organization, &person)),
            r#"POST /organizations/org_1/invitations {"email_address":"a@x.test","role":"org:member"}"#,
        ),
        (
            sent(&CreateOrganizationInvitationSingle::new(&organization, &whole)),
            concat!(
                r#"POST /organizations/org_1/invitations {"email_address":"a@x.test","role":"org:member","#,
                r#""inviter_user_id":"user_1","public_metadata":{"seat":1},"private_metadata":{"seat":1},"#,
                r#""redirect_url":"https://x.test/in","notify":false,"expires_in_days":1}"#
            ),
        ),
        (
            sent(&CreateOrganizationInvitationBulk::new(&organization, &people)),
            concat!(
                r#"POST /organizations/org_1/invitations/bulk [{"email_address":"a@x.test","role":"org:member"},"#,
                r#"{"email_address":"b@x.test","role":"org:admin"}]"#
            ),
        ),
        (
            sent(&list),
            concat!(
                "GET /organizations/org_1/invitations?status=pending&status=expired&email_address=a%40x.test",
                "&order_by=%2Bemail_address&limit=1&offset=7"
            ),
        ),
        (
            sent(&ListPendingOrganizationInvitations::new("org_1").limit(2).offset(3)),
            "GET /organizations/org_1/invitations/pending?limit=2&offset=3",
        ),
        (
            sent(&GetOrganizationInvitation::new(&organization, &id)),
            "GET /organizations/org_1/invitations/orginv_1",
        ),
        (sent(&revoke), "POST /organizations/org_1/invitations/orginv_1/revoke"),
        (
            sent(&revoke.requesting_user_id(&user)),
            r#"POST /organizations/org_1/invitations/orginv_1/revoke {"requesting_user_id":"user_1"}"#,
        ),
        (
            sent(&of_instance),
            "GET /organization_invitations?status=pending&status=accepted&query=a%40x.test&order_by=%2Bcreated_at&limit=20",
        ),
        (
            sent(&of_user),
            "GET /users/user_1/organization_invitations?status=pending&limit=20",
        ),
    ];
    for (sent, expected) in cases {
        assert_eq!(sent, expected);
    }
}

#[test]
fn waitlist_user_and_instance_requests_have_the_documented_wire_form() {
    let id = "wle_1".into();
    let silent = CreateWaitlistEntry::new("a@x.test").notify(false);
    let invite = InviteWaitlistEntry::new(&id);
    let list = ListWaitlistEntries::new()
        .status(WaitlistEntryStatus::Pending)
        .query("a@x.test")
        .order_by(WaitlistEntryOrder::InvitedAtDescending)
        .limit(3)
        .offset(4);
    let people = ["a@x.test", "b+c@x.test"];
    let cases = [
        (
            sent(&CreateWaitlistEntry::new("a@x.test")),
            r#"POST /waitlist_entries {"email_address":"a@x.test"}"#,
        ),
        (
            sent(&CreateWaitlistEntryBulk::new(&[silent])),
            r#"POST /waitlist_entries/bulk [{"email_address":"a@x.test","notify":false}]"#,
        ),
        (
            sent(&list),
            "GET /waitlist_entries?status=pending&query=a%40x.test&order_by=-invited_at&limit=3&offset=4",
        ),
        (sent(&invite), "POST /waitlist_entries/wle_1/invite"),
        (
            sent(&invite.ignore_existing(true)),
            r#"POST /waitlist_entries/wle_1/invite {"ignore_existing":true}"#,
        ),
        (
            sent(&RejectWaitlistEntry::new(&id)),
            "POST /waitlist_entries/wle_1/reject",
        ),
        (sent(&DeleteWaitlistEntry::new(&id)), "DELETE /waitlist_entries/wle_1"),
        (
            sent(&ListUsers::new().email_addresses(people).limit(100).offset(5)),
            "GET /users?email_address=a%40x.test&email_address=b%2Bc%40x.test&limit=100&offset=5",
        ),
        (sent(&CountUsers::new()), "GET /users/count"),
        (
            sent(&CountUsers::new().email_addresses(people)),
            "GET /users/count?email_address=a%40x.test&email_address=b%2Bc%40x.test",
        ),
        (sent(&GetInstance::new()), "GET /instance"),
    ];
    for (sent, expected) in cases {
        assert_eq!(sent, expected);
    }
}

#[test]
fn refuses_requests_that_clerk_would_refuse() {
    fn refused(endpoint: &impl Endpoint) -> String {
        let error = endpoint.request().expect_err("an invalid request").to_string();
        let (_, reason) = error
            .split_once(" was not sent: ")
            .expect("the message names the operation");
        assert!(!reason.contains("x.test"), "{reason} contains an address");
        reason.to_owned()
    }
    let organization = "org_1".into();
    let person = CreateOrganizationInvitation::new("a@x.test", "org:member");
    let create = |person| refused(&CreateOrganizationInvitationSingle::new(&organization, &person));
    let bulk = |people: &[_]| refused(&CreateOrganizationInvitationBulk::new(&organization, people));
    let entries = |count| vec![CreateWaitlistEntry::new("a@x.test"); count];
    let cases = [
        (
            create(CreateOrganizationInvitation::new(" ", "org:member")),
            "email_address is empty",
        ),
        (
            create(CreateOrganizationInvitation::new("a@x.test", "")),
            "role is empty",
        ),
        (
            create(person.clone().expires_in_days(0)),
            "expires_in_days must be 1 to 365",
        ),
        (
            create(person.clone().expires_in_days(366)),
            "expires_in_days must be 1 to 365",
        ),
        (bulk(&[]), "there is nobody to invite"),
        (bulk(&vec![person.clone(); 11]), "11 people are more than the 10"),
        (
            bulk(&[person.clone(), person.expires_in_days(0)]),
            "item 1: expires_in_days must be 1 to 365",
        ),
        (refused(&CreateWaitlistEntry::new("")), "email_address is empty"),
        (
            refused(&CreateWaitlistEntryBulk::new(&[])),
            "there is nobody to put on the waitlist",
        ),
        (
            refused(&CreateWaitlistEntryBulk::new(&entries(51))),
            "51 people are more than the 50",
        ),
        (refused(&ListInvitations::new().limit(0)), "limit must be 1 to 500"),
        (
            refused(&ListOrganizationInvitations::new("org_1").limit(501)),
            "limit must be 1 to 500",
        ),
        (
            refused(&ListPendingOrganizationInvitations::new("org_1").limit(501)),
            "limit must be",
        ),
        (
            refused(&ListInstanceOrganizationInvitations::new().limit(501)),
            "limit must be 1 to 500",
        ),
        (
            refused(&ListUserOrganizationInvitations::new("user_1").limit(501)),
            "limit must be",
        ),
        (
            refused(&ListWaitlistEntries::new().limit(501)),
            "limit must be 1 to 500",
        ),
        (refused(&ListUsers::new().limit(501)), "limit must be 1 to 500"),
        (
            refused(&ListUsers::new().email_addresses(vec!["a@x.test"; 101])),
            "101 values of email_address are more than the 100 that one call accepts",
        ),
        (
            refused(&CountUsers::new().email_addresses(vec!["a@x.test"; 101])),
            "101 values of email_address are more than the 100 that one call accepts",
        ),
        (
            refused(&ListOrganizationInvitations::new("..")),
            "organization_id must not be empty",
        ),
    ];
    for (reason, expected) in cases {
        assert!(reason.starts_with(expected), "{reason:?} instead of {expected:?}");
    }
}

#[test]
fn requests_redact_email_addresses_links_and_search_texts() {
    let secret = "ada@x.test";
    let url = "https://x.test/?for=ada@x.test";
    let organization = "org_1".into();
    let people = [CreateOrganizationInvitation::new(secret, "org:member").redirect_url(url)];
    let entries = [CreateWaitlistEntry::new(secret)];
    let shown: [&dyn Debug; 9] = [
        &CreateInvitation::new(secret).redirect_url(url),
        &CreateOrganizationInvitationSingle::new(&organization, &people[0]),
        &CreateOrganizationInvitationBulk::new(&organization, &people),
        &ListOrganizationInvitations::new("org_1").email_address(secret),
        &ListInstanceOrganizationInvitations::new().query(secret),
        &CreateWaitlistEntryBulk::new(&entries),
        &ListWaitlistEntries::new().query(secret),
        &ListUsers::new().email_addresses([secret]),
        &CountUsers::new().email_addresses([secret]),
    ];
    for shown in shown {
        let shown = format!("{shown:?}");
        assert!(!shown.contains("x.test") && shown.contains("<redacted>"), "{shown}");
    }
}

#[test]
fn operation_names_are_unique_and_only_creating_operations_are_not_idempotent() {
    let mut names: Vec<_> = clerk_core::api::operations().map(clerk_core::Operation::name).collect();
    let once: Vec<_> = clerk_core::api::operations()
        .filter(|operation| !operation.is_idempotent())
        .map(clerk_core::Operation::name)
        .collect();
    let creates = |name: &str| {
        ["Create", "create", "InviteWaitlistEntry", "AssignPermission"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    for name in &once {
        assert!(creates(name), "{name} is not marked as idempotent");
    }
    for name in names.iter().filter(|name| creates(name)) {
        let repeats = ["CreateWaitlistEntry", "CreateBulkWaitlistEntries", "CreateTestingToken"].contains(name);
        assert_eq!(once.contains(name), !repeats, "{name}");
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn an_invitation_is_made_from_an_address_and_read_back_from_its_json() {
    let invitation = CreateInvitation::from("ada@example.com")
        .public_metadata(Metadata::from_json(r#"{"seat":9007199254740993}"#).expect("an object"))
        .redirect_url("https://example.com")
        .expires_in_days(14)
        .notify(false);
    let json = serde_json::to_string(&invitation).expect("JSON");
    let read: CreateInvitation = serde_json::from_str(&json).expect("the same invitation");
    assert_eq!(read, invitation);
    assert_eq!(read.get_expires_in_days(), Some(14));
    assert_eq!(read.get_notify(), Some(false));
    assert!(read.get_redirect_url().is_some_and(|url| *url == "https://example.com"));
    let misspelled = serde_json::from_str::<CreateInvitation>(r#"{"email_address":"a@example.com","expires":1}"#);
    assert!(misspelled.is_err());
}
