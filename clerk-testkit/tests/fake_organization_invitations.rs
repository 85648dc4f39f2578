//! How [`FakeClerk`] handles invitations to organizations.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::time::Duration;

use clerk_core::api::instance::ListInstanceOrganizationInvitations;
use clerk_core::api::organization_invitations::{
    CreateOrganizationInvitation, ListOrganizationInvitations, ListPendingOrganizationInvitations,
    RevokeOrganizationInvitation,
};
use clerk_core::api::users::ListUserOrganizationInvitations;
use clerk_core::model::{InvitationStatus, Metadata, OrganizationInvitation};
use clerk_testkit::ManualClock;
use clerk_testkit::fake::{BulkOn5xx, FakeOperation, Fault, FaultPlan, Moment};
use fake_support::organizations::{ada, create, org, person, post, world};
use fake_support::{call, refusal};
use http::StatusCode;
use pollster::block_on;
use serde_json::{Value, json};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn addresses(page: impl IntoIterator<Item = OrganizationInvitation>) -> String {
    let first = |invitation: OrganizationInvitation| invitation.email_address.as_str()[..1].to_owned();
    page.into_iter().map(first).collect::<Vec<_>>().join(" ")
}

#[test]
fn an_invitation_has_the_documented_fields() {
    let fake = world().clock(ManualClock::new()).build();
    let boss = fake.user_id("boss@example.com").expect("a user");
    let body = json!({
        "email_address": " Ada@Example.com", "role": "org:admin", "inviter_user_id": boss.as_str(),
        "public_metadata": { "team": "engines" }, "private_metadata": null, "redirect_url": null, "notify": null,
        "expires_in_days": 2,
    });
    let answer = post(&fake, "", body);
    let expected = json!({
        "object": "organization_invitation",
        "id": "orginv_fake000001",
        "email_address": "ada@example.com",
        "role": "org:admin",
        "role_name": "Admin",
        "organization_id": "org_1",
        "inviter_id": "user_fake000001",
        "public_inviter_data": {
            "user_id": "user_fake000001", "first_name": null, "last_name": null, "has_image": false,
            "image_url": "https://fake.clerk.test/images/user.png", "identifier": "boss@example.com",
        },
        "status": "pending",
        "public_metadata": { "team": "engines" },
        "private_metadata": {},
        "url": "https://fake.clerk.test/v1/tickets/accept?ticket=fake_organization_ticket_000001",
        "expires_at": ManualClock::START.as_millis() + 2 * 86_400_000,
        "created_at": ManualClock::START.as_millis(),
        "updated_at": ManualClock::START.as_millis(),
    });
    assert_eq!((answer.status, answer.json), (200, expected));
    assert_eq!(fake.mails_to("ada@example.com"), 1);
}

#[test]
#[expect(deprecated, reason = "the fake also simulates deprecated operations")]
fn each_method_of_the_sdk_works() {
    let fake = world().organization_role("org:billing").build();
    let clerk = fake.client();
    let invitations = clerk.organization_invitations();
    block_on(async {
        let metadata = Metadata::from_json(r#"{"n":1}"#).expect("metadata");
        let first = ada().private_metadata(metadata.clone()).expires_in_days(3);
        let first = invitations.create(&org("org_1"), &first).await.expect("created");
        assert_eq!(first.private_metadata, Some(metadata));
        assert_eq!(first.inviter_id, None);

        let silent = person("c@example.com").notify(false);
        let billing = CreateOrganizationInvitation::new("b@example.com", "org:billing");
        let more = invitations
            .create_bulk(&org("org_1"), &[billing, silent])
            .await
            .expect("created");
        assert_eq!(
            more.iter().map(|new| new.role_name.as_str()).collect::<Vec<_>>(),
            ["Billing", "Member"]
        );
        let elsewhere = invitations
            .create(&org("org_2"), &ada())
            .await
            .expect("another organization");
        assert_eq!(
            (fake.mails_to("ada@example.com"), fake.mails_to("c@example.com")),
            (2, 0)
        );

        let page = invitations
            .list(&ListOrganizationInvitations::new("org_1").limit(2))
            .await
            .expect("a list");
        assert_eq!((page.total_count, addresses(page)), (Some(3), "c b".to_owned()));
        let pending = ListPendingOrganizationInvitations::new("org_2");
        assert_eq!(
            addresses(invitations.list_pending(&pending).await.expect("a list")),
            "a"
        );

        let same = invitations.get(&org("org_1"), &first.id).await.expect("there");
        assert_eq!(same, first);
        let revoked = invitations.revoke(&org("org_1"), &first.id).await.expect("revoked");
        assert_eq!(revoked.status, Some(InvitationStatus::Revoked));
        let boss = fake.user_id("boss@example.com").expect("a user");
        let organization = org("org_1");
        let in_the_name_of_boss =
            RevokeOrganizationInvitation::new(&organization, &more[0].id).requesting_user_id(&boss);
        let revoked = clerk.execute(&in_the_name_of_boss).await.expect("revoked");
        assert_eq!(revoked.status, Some(InvitationStatus::Revoked));

        let all = ListInstanceOrganizationInvitations::new();
        let all = clerk
            .instance()
            .list_organization_invitations(&all)
            .await
            .expect("a list");
        assert_eq!(all.total_count, Some(4));
        let organization = all.data[0]
            .public_organization_data
            .as_ref()
            .expect("the organization's data");
        assert_eq!(
            (organization.id.as_str(), organization.slug.as_str()),
            ("org_2", "org-2")
        );

        assert!(fake.join_organization("org_2", "Ada@example.com"));
        let ada = fake.user_id("ada@example.com").expect("a user by now");
        let of_ada = clerk
            .users()
            .list_organization_invitations(&ListUserOrganizationInvitations::new(ada))
            .await;
        let of_ada: Vec<_> = of_ada.expect("a list").data;
        assert_eq!(
            of_ada.iter().map(|found| &found.id).collect::<Vec<_>>(),
            [&elsewhere.id, &first.id]
        );
    });
}

#[test]
fn an_address_can_be_invited_again_once_nothing_is_pending() {
    let clock = ManualClock::new();
    let fake = world().clock(clock.clone()).build();
    let clerk = fake.client();
    let first = create(&clerk, &ada().expires_in_days(1)).expect("created");
    clock.advance(DAY - Duration::from_millis(1));
    create(&clerk, &ada()).expect_err("still pending");
    clock.advance(Duration::from_millis(1));
    let second = create(&clerk, &ada()).expect("the first has expired");
    let invitations = clerk.organization_invitations();
    let expired = block_on(invitations.revoke(&org("org_1"), &first.id)).expect_err("expired");
    assert_eq!(refusal(&expired).1, "organization_invitation_not_pending");
    block_on(invitations.revoke(&org("org_1"), &second.id)).expect("revoked");
    create(&clerk, &ada()).expect("the second is revoked");
    assert!(fake.join_organization("org_1", "ada@example.com"));
    let error = create(&clerk, &ada()).expect_err("a member");
    assert_eq!(refusal(&error).1, "already_a_member_in_organization");
    assert!(
        !fake.join_organization("org_1", "ada@example.com"),
        "nothing is pending"
    );
    assert!(
        !fake.join_organization("org_1", "nobody@example.com"),
        "nobody was invited"
    );
    assert_eq!(fake.user_id("nobody@example.com"), None);
}

#[test]
fn joining_gives_the_role_of_the_invitation() {
    let fake = world().build();
    let clerk = fake.client();
    create(
        &clerk,
        &CreateOrganizationInvitation::new("ada@example.com", "org:admin"),
    )
    .expect("created");
    assert!(fake.join_organization("org_1", "ada@example.com"));
    let ada = fake.user_id("ada@example.com").expect("a user");
    create(&clerk, &person("bob@example.com").inviter(ada)).expect("an administrator may invite");
}

#[test]
fn lists_are_filtered_ordered_and_paged() {
    let clock = ManualClock::new();
    let fake = world().clock(clock.clone()).build();
    for (address, days) in [("b@example.com", 9), ("c@example.com", 1), ("a@other.example", 9)] {
        create(&fake.client(), &person(address).expires_in_days(days)).expect("created");
        clock.advance(Duration::from_millis(1));
    }
    let d = json!({ "email_address": "d@example.com", "role": "org:member" });
    assert_eq!(call(&fake, "POST", "/organizations/org_2/invitations", d).status, 200);
    clock.advance(2 * DAY);
    assert_eq!(post(&fake, "/orginv_fake000003/revoke", "").status, 200);
    assert!(fake.join_organization("org_2", "d@example.com"));
    let d = fake.user_id("d@example.com").expect("a user");

    let one = "/organizations/org_1/invitations";
    let every = "/organization_invitations";
    let of_user = format!("/users/{d}/organization_invitations");
    let cases = [
        (one, "", "a c b", 3),
        (one, "order_by=created_at", "b c a", 3),
        (one, "order_by=%2Bemail_address", "a b c", 3),
        (one, "order_by=-email_address", "c b a", 3),
        (one, "status=pending", "b", 1),
        (one, "status=pending&status=revoked", "a b", 2),
        (one, "status=expired&status=accepted", "c", 1),
        (one, "email_address=B%40example.com", "b", 1),
        (one, "email_address=example.com", "", 0),
        (one, "limit=1&offset=1", "c", 3),
        ("/organizations/org_1/invitations/pending", "", "b", 1),
        (every, "", "d a c b", 4),
        (every, "query=EXAMPLE.com", "d c b", 3),
        (every, "status=accepted", "d", 1),
        (every, "order_by=email_address&limit=2", "a b", 4),
        (&of_user, "", "d", 1),
        (&of_user, "status=pending", "", 0),
    ];
    for (path, query, expected, total) in cases {
        let answer = call(&fake, "GET", &format!("{path}?{query}"), "");
        assert_eq!(answer.status, 200, "{path}?{query}: {}", answer.json);
        let items = answer.json["data"].as_array().expect("an envelope").iter();
        let found: Vec<_> = items
            .map(|item| &item["email_address"].as_str().expect("an address")[..1])
            .collect();
        assert_eq!(found.join(" "), expected, "{path}?{query}");
        assert_eq!(answer.json["total_count"], total, "{path}?{query}");
    }
    for (query, code) in [
        ("status=open", "form_param_value_invalid"),
        ("order_by=expires_at", "form_param_value_invalid"),
        ("limit=501", "form_param_value_invalid"),
        ("offset=x", "form_param_type_invalid"),
    ] {
        for path in [one, every] {
            let answer = call(&fake, "GET", &format!("{path}?{query}"), "");
            assert_eq!((answer.status, answer.code()), (422, code), "{path}?{query}");
        }
    }
}

#[test]
fn faults_and_read_lag_apply_to_organization_invitations() {
    let clock = ManualClock::new();
    let fault = Fault::ServerError(StatusCode::INTERNAL_SERVER_ERROR, Moment::AfterEffect);
    let fake = world()
        .clock(clock.clone())
        .faults(FaultPlan::new().on_call(FakeOperation::CreateOrganizationInvitationBulk, 1, fault))
        .bulk_on_5xx(BulkOn5xx::Partial)
        .read_lag(Duration::from_secs(30))
        .build();
    let people: Value = (0..5)
        .map(|i| json!({ "email_address": format!("p{i}@example.com"), "role": "org:member" }))
        .collect();
    assert_eq!(post(&fake, "/bulk", people).code(), "internal_clerk_error");
    assert_eq!(fake.mails().len(), 3, "the first half, rounded up");
    assert_eq!(fake.log()[0].created.len(), 3);
    let total = || call(&fake, "GET", "/organizations/org_1/invitations", "").json["total_count"].clone();
    assert_eq!(total(), 0);
    let by_id = call(&fake, "GET", "/organizations/org_1/invitations/orginv_fake000001", "");
    assert_eq!(by_id.status, 200, "only lists lag");
    clock.advance(Duration::from_secs(30));
    assert_eq!(total(), 3);
}
