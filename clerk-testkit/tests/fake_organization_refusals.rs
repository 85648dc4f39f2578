//! Which invitations to organizations [`FakeClerk`] refuses, and with which errors.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use clerk_core::api::organization_invitations::{CreateOrganizationInvitation, ListOrganizationInvitations};
use clerk_core::api::users::ListUserOrganizationInvitations;
use clerk_core::model::{OrganizationInvitationId, UserId};
use clerk_core::{Client, Error};
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::OrganizationDuplicate;
use fake_support::organizations::{ada, create, org, person, post, world};
use fake_support::refusal;
use pollster::block_on;
use serde_json::{Value, json};

#[test]
fn each_refusal_has_its_status_and_code() {
    let unknown_org = |clerk: &Client| block_on(clerk.organization_invitations().create(&org("org_9"), &ada())).err();
    let by = |address: &'static str| {
        move |clerk: &Client, fake: &FakeClerk| {
            let inviter = fake.user_id(address).unwrap_or_else(|| UserId::from("user_fake000099"));
            create(clerk, &ada().inviter(inviter)).err()
        }
    };
    let revoke = |clerk: &Client, id: &str| {
        let id = OrganizationInvitationId::from(id);
        block_on(clerk.organization_invitations().revoke(&org("org_1"), &id))
    };
    type Attempt<'a> = Box<dyn Fn(&Client, &FakeClerk) -> Option<Error> + 'a>;
    let cases: Vec<(&str, Attempt<'_>, u16, &str)> = vec![
        (
            "no such organization",
            Box::new(|clerk, _| unknown_org(clerk)),
            404,
            "resource_not_found",
        ),
        (
            "no such role",
            Box::new(|clerk, _| create(clerk, &CreateOrganizationInvitation::new("ada@example.com", "admin")).err()),
            404,
            "resource_not_found",
        ),
        (
            "no such inviter",
            Box::new(by("nobody@example.com")),
            404,
            "resource_not_found",
        ),
        (
            "an inviter who is not a member",
            Box::new(by("stranger@example.com")),
            403,
            "not_a_member_in_organization",
        ),
        (
            "an inviter who is not an administrator",
            Box::new(by("member@example.com")),
            403,
            "missing_organization_permission",
        ),
        (
            "a member",
            Box::new(|clerk, _| create(clerk, &person("MEMBER@example.com")).err()),
            400,
            "already_a_member_in_organization",
        ),
        (
            "no address",
            Box::new(|clerk, _| create(clerk, &person("ada")).err()),
            422,
            "form_param_format_invalid",
        ),
        (
            "blocked",
            Box::new(|clerk, _| create(clerk, &person("x@evil.example")).err()),
            403,
            "not_allowed_access",
        ),
        (
            "invited already",
            Box::new(|clerk, _| create(clerk, &person("old@example.com")).err()),
            400,
            "organization_invitation_not_unique",
        ),
        (
            "twice in one call",
            Box::new(|clerk, _| {
                let people = [ada(), person("b@example.com"), person("ADA@example.com")];
                block_on(clerk.organization_invitations().create_bulk(&org("org_1"), &people)).err()
            }),
            400,
            "organization_invitation_not_unique",
        ),
        (
            "read in another organization",
            Box::new(|clerk, _| {
                let id = OrganizationInvitationId::from("orginv_fake000001");
                block_on(clerk.organization_invitations().get(&org("org_2"), &id)).err()
            }),
            404,
            "resource_not_found",
        ),
        (
            "revoke nothing",
            Box::new(|clerk, _| revoke(clerk, "orginv_fake000099").err()),
            404,
            "resource_not_found",
        ),
        (
            "revoke twice",
            Box::new(|clerk, _| {
                revoke(clerk, "orginv_fake000001").expect("the first time");
                revoke(clerk, "orginv_fake000001").err()
            }),
            404,
            "organization_invitation_not_pending",
        ),
        (
            "list nothing",
            Box::new(|clerk, _| {
                block_on(
                    clerk
                        .organization_invitations()
                        .list(&ListOrganizationInvitations::new("org_9")),
                )
                .err()
            }),
            404,
            "resource_not_found",
        ),
        (
            "list of nobody",
            Box::new(|clerk, _| {
                let list = ListUserOrganizationInvitations::new("user_fake000099");
                block_on(clerk.users().list_organization_invitations(&list)).err()
            }),
            404,
            "resource_not_found",
        ),
    ];
    for (what, attempt, status, code) in cases {
        let fake = world()
            .pending_organization_invitation("org_1", "old@example.com")
            .blocked("*@evil.example")
            .build();
        let error = attempt(&fake.client(), &fake).expect(what);
        assert_eq!(refusal(&error), (status, code.to_owned()), "{what}");
        assert!(fake.mails().is_empty(), "{what}");
    }
}

#[test]
fn each_wrong_field_is_named() {
    let with = |fields: Value| {
        let mut person = json!({ "email_address": "ada@example.com", "role": "org:member" });
        let all = person.as_object_mut().expect("an object");
        all.extend(fields.as_object().expect("an object").clone());
        person
    };
    for (fields, code, param) in [
        (json!({ "role": null }), "form_param_nil", "role"),
        (json!({ "role": 7 }), "form_param_type_invalid", "role"),
        (json!({ "email_address": null }), "form_param_nil", "email_address"),
        (
            json!({ "public_metadata": [] }),
            "form_param_value_invalid",
            "public_metadata",
        ),
        (
            json!({ "private_metadata": "x" }),
            "form_param_value_invalid",
            "private_metadata",
        ),
        (
            json!({ "expires_in_days": 366 }),
            "form_param_value_invalid",
            "expires_in_days",
        ),
        (
            json!({ "redirect_url": "x" }),
            "form_param_format_invalid",
            "redirect_url",
        ),
        (
            json!({ "ignore_existing": true }),
            "form_param_unknown",
            "ignore_existing",
        ),
        (
            json!({ "template_slug": "invitation" }),
            "form_param_unknown",
            "template_slug",
        ),
    ] {
        for (path, body) in [("", with(fields.clone())), ("/bulk", json!([with(fields.clone())]))] {
            let answer = post(&world().build(), path, body);
            assert_eq!((answer.status, answer.code()), (422, code), "{fields}");
            assert_eq!(answer.meta()["param_name"], param, "{fields}");
        }
    }
    let missing = post(&world().build(), "", json!({ "email_address": "ada@example.com" }));
    assert_eq!(
        (missing.code(), &missing.meta()["param_name"]),
        ("form_param_missing", &json!("role"))
    );
    let eleven: Value = (0..11)
        .map(|i| json!({ "email_address": format!("p{i}@example.com"), "role": "org:member" }))
        .collect();
    for (people, status, code) in [
        (eleven, 400, "bulk_size_exceeded"),
        (json!([]), 422, "form_param_value_invalid"),
    ] {
        let answer = post(&world().build(), "/bulk", people);
        assert_eq!((answer.status, answer.code()), (status, code));
    }
    let unknown_role = post(&world().build(), "", with(json!({ "role": "org:owner" })));
    assert_eq!(
        (unknown_role.status, &unknown_role.meta()["param_name"]),
        (404, &json!("role"))
    );
    let revoke = post(&world().build(), "/orginv_fake000001/revoke", json!({ "user": "x" }));
    assert_eq!(
        (revoke.code(), &revoke.meta()["param_name"]),
        ("form_param_unknown", &json!("user"))
    );
}

#[test]
fn a_duplicate_gets_the_configured_error() {
    let people = json!([
        { "email_address": "new@example.com", "role": "org:member" },
        { "email_address": "OLD@example.com", "role": "org:member" },
    ]);
    for (rule, code, meta) in [
        (
            OrganizationDuplicate::NotUnique,
            "organization_invitation_not_unique",
            Value::Null,
        ),
        (
            OrganizationDuplicate::DuplicateRecord,
            "duplicate_record",
            json!({ "email_addresses": ["old@example.com"] }),
        ),
    ] {
        let fake = world()
            .pending_organization_invitation("org_1", "old@example.com")
            .organization_duplicate(rule)
            .build();
        let answer = post(&fake, "/bulk", &people);
        assert_eq!(
            (answer.status, answer.code(), answer.meta()),
            (400, code, &meta),
            "{rule:?}"
        );
        assert!(fake.mails().is_empty(), "nobody is invited");
    }
}

#[test]
fn a_full_organization_refuses_invitations() {
    let fake = world().membership_limit("org_1", 4).build();
    let clerk = fake.client();
    create(&clerk, &ada()).expect("two members and an invitation");
    let two = [person("b@example.com"), person("c@example.com")];
    let full = block_on(clerk.organization_invitations().create_bulk(&org("org_1"), &two)).expect_err("full");
    assert_eq!(
        refusal(&full),
        (403, "organization_membership_quota_exceeded".to_owned())
    );
    create(&clerk, &two[0]).expect("the last place");
    create(&clerk, &two[1]).expect_err("no place");
    block_on(clerk.organization_invitations().create(&org("org_2"), &two[1])).expect("no limit there");
}
