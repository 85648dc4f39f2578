//! How [`FakeClerk`] accepts invitations: what becomes of their metadata, and their links.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::api::organization_memberships::ListOrganizationMemberships;
use clerk_core::api::organizations::CreateOrganization;
use clerk_core::model::{InvitationStatus, Metadata, User, UserId};
use clerk_core::{Client, Operation};
use clerk_testkit::fake::{FakeOperation, TicketError};
use clerk_testkit::mock::Reply;
use clerk_testkit::{FakeClerk, ManualClock};
use fake_support::{call, invite};
use pollster::block_on;
use serde_json::json;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn metadata(json: &str) -> Metadata {
    Metadata::from_json(json).expect("metadata")
}

fn user(clerk: &Client, id: &UserId) -> User {
    block_on(clerk.users().get(id)).expect("a user")
}

#[test]
fn a_person_who_signs_up_gets_the_metadata_of_the_invitation_and_a_verified_address() {
    let fake = FakeClerk::new();
    let clerk = fake.client();
    let ada = CreateInvitation::new("Ada@example.com").public_metadata(metadata(r#"{"team":"engines","n":1}"#));
    let invitation = block_on(clerk.invitations().create(&ada)).expect("an invitation");
    let id = fake
        .accept(invitation.url.expect("a link"))
        .expect("a pending invitation");

    let ada = user(&clerk, &id);
    assert_eq!(ada.public_metadata, metadata(r#"{"team":"engines","n":1}"#));
    let [email] = ada.email_addresses.as_slice() else {
        panic!("not one address: {ada:?}");
    };
    assert_eq!(email.email_address.as_str(), "ada@example.com");
    assert!(email.is_verified());

    // A later invitation adds its metadata, whether it is accepted by ticket or by address.
    let again = CreateInvitation::new("b@example.com").public_metadata(metadata(r#"{"n":2}"#));
    block_on(clerk.invitations().create(&again)).expect("an invitation");
    let b = fake.sign_up("B@example.com");
    assert_eq!(user(&clerk, &b).public_metadata, metadata(r#"{"n":2}"#));
    assert_eq!(fake.user_id("b@example.com"), Some(b));
}

#[test]
fn a_member_gets_the_role_and_the_metadata_of_the_invitation() {
    let fake = FakeClerk::builder().existing_user("boss@example.com").build();
    let clerk = fake.client();
    let boss = fake.user_id("boss@example.com").expect("a user");
    let create = CreateOrganization::new("Acme").created_by(&boss).slug("acme");
    let organization = block_on(clerk.organizations().create(&create)).expect("an organization");
    let by_slug = block_on(clerk.organizations().get("acme")).expect("an organization");
    assert_eq!(by_slug.id, organization.id);

    for (name, by_ticket) in [("ada", true), ("bob", false)] {
        let address = format!("{name}@example.com");
        let new = CreateOrganizationInvitation::new(address.as_str(), "org:admin")
            .public_metadata(metadata(r#"{"desk":7}"#))
            .private_metadata(metadata(r#"{"salary":1}"#));
        let invitations = clerk.organization_invitations();
        let invitation = block_on(invitations.create(&organization.id, &new)).expect("an invitation");
        if by_ticket {
            fake.accept(invitation.url.expect("a link"))
                .expect("a pending invitation");
        } else {
            assert!(fake.join_organization(&organization.id, &address));
        }
        let accepted = block_on(invitations.get(&organization.id, &invitation.id)).expect("an invitation");
        assert_eq!(accepted.status, Some(InvitationStatus::Accepted));
    }
    let list = ListOrganizationMemberships::new(organization.id);
    let members = block_on(clerk.organization_memberships().list(&list)).expect("members");
    let mut seen: Vec<_> = members
        .data
        .iter()
        .map(|member| {
            (
                member.role.as_str(),
                member.public_metadata.as_json(),
                member.organization.name.as_str(),
            )
        })
        .collect();
    seen.sort();
    let expected = ("org:admin", r#"{"desk":7}"#, "Acme");
    assert_eq!(seen, [expected, expected, ("org:admin", "{}", "Acme")]);
}

#[test]
fn a_link_leads_to_the_redirect_url_with_the_ticket_and_the_status() {
    let fake = FakeClerk::builder()
        .existing_user("user@example.com")
        .organization("org_1")
        .build();
    let ticket = "__clerk_ticket=fake_ticket_000001&__clerk_status=sign_up";
    for (redirect_url, expected) in [
        (
            json!("https://example.com/in"),
            format!("https://example.com/in?{ticket}"),
        ),
        (
            json!("https://example.com/in?a=b#c"),
            format!("https://example.com/in?a=b&{ticket}#c"),
        ),
        (json!("/in"), format!("/in?{ticket}")),
        (
            json!(null),
            format!("https://accounts.fake.clerk.test/sign-up?{ticket}"),
        ),
    ] {
        fake.reset();
        let body = json!([{ "email_address": "ada@example.com", "redirect_url": redirect_url }]);
        let answer = call(&fake, "POST", "/invitations/bulk", body);
        let link = answer.json[0]["url"].as_str().expect("a link");
        assert_eq!(fake.follow_link(link), Ok(expected.clone()), "{redirect_url}");
        let id = fake
            .accept(expected)
            .expect("the URL that the link leads to has the ticket");
        assert_eq!(fake.user_id("ada@example.com"), Some(id));
    }
    let body = json!({ "email_address": "user@example.com", "role": "org:member" });
    let answer = call(&fake, "POST", "/organizations/org_1/invitations", body);
    let location = fake
        .follow_link(answer.json["url"].as_str().expect("a link"))
        .expect("a URL");
    assert!(
        location.ends_with("?__clerk_ticket=fake_organization_ticket_000001&__clerk_status=sign_in"),
        "{location}"
    );
}

#[test]
fn a_ticket_of_no_pending_invitation_changes_nothing_and_says_why() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder().clock(clock.clone()).build();
    let clerk = fake.client();
    let ids: Vec<_> = ["accepted", "revoked", "expired"]
        .map(|name| {
            invite(&fake, &format!("{name}@example.com")).json["id"]
                .as_str()
                .expect("an id")
                .to_owned()
        })
        .into();
    fake.sign_up("accepted@example.com");
    block_on(clerk.invitations().revoke(ids[1].as_str())).expect("revoked");
    clock.advance(DAY * 30);
    for (ticket, error) in [
        ("fake_ticket_000001", TicketError::Accepted),
        ("fake_ticket_000002", TicketError::Revoked),
        ("fake_ticket_000003", TicketError::Expired),
        ("fake_ticket_000004", TicketError::Unknown),
        ("fake_organization_ticket_000001", TicketError::Unknown),
        ("", TicketError::Unknown),
    ] {
        assert_eq!(fake.follow_link(ticket), Err(error), "{ticket}");
        assert_eq!(fake.accept(ticket), Err(error), "{ticket}");
    }
    assert_eq!(fake.snapshot()["users"].as_array().map(Vec::len), Some(1));
    let expired = block_on(
        clerk
            .invitations()
            .list(&clerk_core::api::invitations::ListInvitations::new().status(InvitationStatus::Expired)),
    );
    assert_eq!(expired.expect("a list").data.len(), 1);
}

static GET_PLAN: Operation = Operation::get("GetPlan", "/plans/{plan_id}");
static CREATE_INVITATION: Operation = Operation::post("CreateInvitation", "/invitations");

#[test]
fn an_application_adds_and_replaces_operations() {
    let fake = FakeClerk::builder()
        .endpoint(&GET_PLAN, |call| Reply::json(json!({ "id": call.param("plan_id") })))
        .endpoint(&CREATE_INVITATION, |call| {
            let body: serde_json::Value = call.json().expect("JSON");
            Reply::error(418, "teapot").meta(json!({ "email_address": body["email_address"] }))
        })
        .build();
    assert_eq!(call(&fake, "GET", "/plans/a%2Fb", "").json, json!({ "id": "a/b" }));
    let refused = invite(&fake, "ada@example.com");
    assert_eq!((refused.status, refused.code()), (418, "teapot"));
    assert_eq!(refused.meta(), &json!({ "email_address": "ada@example.com" }));
    assert_eq!(
        fake.calls(FakeOperation::CreateInvitation),
        0,
        "the fake's own operation was not called"
    );
    assert_eq!(fake.log().len(), 2);

    let mut request = fake_support::request("GET", "/plans/x", "");
    request.headers_mut().remove("authorization");
    let answer = fake_support::send(&fake, request).expect("a response");
    assert_eq!(answer.status, 401, "own operations need the key too");
}
