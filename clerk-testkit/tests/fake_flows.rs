//! The SDK's client on the fake, one flow for each resource: create, read, list, change, delete, and what is refused.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::future::Future;
use std::pin::Pin;

use clerk_core::api::email_addresses::CreateEmailAddress;
use clerk_core::api::instance::{UpdateInstanceRestrictions, UpdateOrganizationSettings};
use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_domains::CreateOrganizationDomain;
use clerk_core::api::organization_memberships::{
    ListOrganizationMemberships, OrganizationMembershipOrder, UpdateOrganizationMembershipMetadata,
};
use clerk_core::api::organization_roles::CreateOrganizationRole;
use clerk_core::api::organizations::{
    CreateOrganization, ListOrganizations, MergeOrganizationMetadata, OrganizationOrder, UpdateOrganization,
};
use clerk_core::api::sessions::{CreateSession, ListSessions};
use clerk_core::api::tokens::CreateSignInToken;
use clerk_core::api::users::{
    CountUsers, CreateUser, ListUserOrganizationMemberships, ListUsers, ReplaceUserMetadata, UpdateUser,
    UpdateUserMetadata, UserOrder,
};
use clerk_core::model::{EmailAddress, Metadata, SessionStatus, User, UserId};
use clerk_core::{Client, Result};
use clerk_testkit::FakeClerk;
use fake_support::refusal;
use pollster::block_on;

type Flow = fn(Client) -> Pin<Box<dyn Future<Output = Result<()>>>>;

/// Expects that a call is refused with this status and code.
macro_rules! refused {
    ($call:expr, $status:literal, $code:literal) => {
        let error = $call.expect_err($code);
        assert_eq!(refusal(&error), ($status, $code.to_owned()));
    };
}

#[test]
fn each_resource_can_be_created_read_changed_and_deleted() {
    let flows: [(&str, Flow); 9] = [
        ("users", |clerk| Box::pin(users(clerk))),
        ("lists of users", |clerk| Box::pin(lists_of_users(clerk))),
        ("email addresses", |clerk| Box::pin(email_addresses(clerk))),
        ("organizations", |clerk| Box::pin(organizations(clerk))),
        ("memberships", |clerk| Box::pin(memberships(clerk))),
        ("roles", |clerk| Box::pin(roles(clerk))),
        ("domains", |clerk| Box::pin(domains(clerk))),
        ("restrictions", |clerk| Box::pin(restrictions(clerk))),
        ("sessions", |clerk| Box::pin(sessions(clerk))),
    ];
    for (name, flow) in flows {
        block_on(flow(FakeClerk::new().client())).expect(name);
    }
}

fn metadata(json: &str) -> Metadata {
    Metadata::from_json(json).expect("an object")
}

async fn create_user(clerk: &Client, address: &str) -> Result<User> {
    let new = CreateUser::new().email_address([EmailAddress::from(address)]);
    clerk.users().create(&new).await
}

async fn users(clerk: Client) -> Result<()> {
    let plan = metadata(r#"{"plan":{"name":"pro","seats":2}}"#);
    let new = CreateUser::new()
        .email_address([
            EmailAddress::from("Ada@Example.com"),
            EmailAddress::from("lovelace@example.com"),
        ])
        .first_name("Ada")
        .username("ada")
        .external_id("app-1")
        .public_metadata(&plan);
    let ada = clerk.users().create(&new).await?;
    let address = ada.primary_email_address().expect("a primary address");
    assert_eq!(
        (address.email_address.as_str(), address.is_verified()),
        ("ada@example.com", true)
    );
    refused!(clerk.users().create(&new).await, 422, "form_identifier_exists");
    refused!(
        clerk.users().create(&CreateUser::new().first_name("Ada")).await,
        422,
        "form_data_missing"
    );
    let short = CreateUser::new().username("grace").password("short");
    refused!(
        clerk.users().create(&short).await,
        422,
        "form_password_length_too_short"
    );

    let update = UpdateUser::new(&ada.id)
        .first_name(None)
        .last_name("Lovelace")
        .username("countess");
    let updated = clerk.users().update(&update).await?;
    let names = (
        updated.first_name,
        updated.last_name.expect("a name"),
        updated.username.expect("a name"),
    );
    assert_eq!(names, (None, "Lovelace".into(), "countess".into()));

    let change = metadata(r#"{"plan":{"seats":null,"trial":true}}"#);
    let merged = clerk
        .users()
        .update_metadata(&UpdateUserMetadata::new(&ada.id).public_metadata(&change))
        .await?;
    assert_eq!(
        merged.public_metadata,
        metadata(r#"{"plan":{"name":"pro","trial":true}}"#)
    );
    let replaced = clerk
        .users()
        .replace_metadata(&ReplaceUserMetadata::new(&ada.id).public_metadata(&change))
        .await?;
    assert_eq!(replaced.public_metadata, change);
    let large = metadata(&format!(r#"{{"text":"{}"}}"#, "x".repeat(8 * 1024)));
    let large = UpdateUserMetadata::new(&ada.id).private_metadata(&large);
    refused!(
        clerk.users().update_metadata(&large).await,
        422,
        "form_param_exceeds_allowed_size"
    );

    assert!(clerk.users().ban(&ada.id).await?.banned && !clerk.users().unban(&ada.id).await?.banned);
    assert!(clerk.users().lock(&ada.id).await?.locked && !clerk.users().unlock(&ada.id).await?.locked);
    assert_eq!(
        clerk.users().delete(&ada.id).await?.external_id.as_deref(),
        Some("app-1")
    );
    refused!(clerk.users().get(&ada.id).await, 404, "resource_not_found");
    refused!(clerk.users().delete(&ada.id).await, 404, "resource_not_found");
    Ok(())
}

async fn lists_of_users(clerk: Client) -> Result<()> {
    for (address, name) in [
        ("c@example.com", "Grace"),
        ("a@example.org", "Joan"),
        ("b@example.com", "Mary"),
    ] {
        let new = CreateUser::new()
            .email_address([EmailAddress::from(address)])
            .first_name(name);
        clerk.users().create(&new).await?;
    }
    let second = UserId::from("user_fake000002");
    clerk.users().ban(&second).await?;
    let list = ListUsers::new;
    for (list, names) in [
        (list(), &["Mary", "Joan", "Grace"][..]),
        (list().order_by(UserOrder::EmailAddress), &["Joan", "Mary", "Grace"]),
        (
            list().order_by(UserOrder::FirstNameDescending).limit(2),
            &["Mary", "Joan"],
        ),
        (
            list().email_addresses(["B@example.com", "nobody@example.com"]),
            &["Mary"],
        ),
        (list().email_address_query("EXAMPLE.com"), &["Mary", "Grace"]),
        (list().name_query("jo"), &["Joan"]),
        (list().query("grac"), &["Grace"]),
        (list().banned(true), &["Joan"]),
        (list().banned(false).offset(1), &["Grace"]),
        (list().user_ids(["-user_fake000001"]), &["Mary", "Joan"]),
        (list().starting_after("user_fake000003").limit(1), &["Joan"]),
        (list().starting_after("user_fake000001"), &[]),
    ] {
        let page = clerk.users().list(&list).await?;
        let found: Vec<&str> = page
            .data
            .iter()
            .filter_map(|user| Some(user.first_name.as_ref()?.as_str()))
            .collect();
        assert_eq!(found, names, "{list:?}");
    }
    assert_eq!(clerk.users().count(&CountUsers::new().banned(false)).await?, 2);
    let cursor = list().starting_after("user_fake000001").order_by(UserOrder::FirstName);
    refused!(clerk.users().list(&cursor).await, 422, "form_param_value_invalid");
    Ok(())
}

async fn email_addresses(clerk: Client) -> Result<()> {
    let ada = create_user(&clerk, "ada@example.com").await?;
    let first = ada.primary_email_address_id.expect("an address");
    refused!(
        clerk.email_addresses().delete(&first).await,
        400,
        "last_required_identification_deletion_failed"
    );
    let new = CreateEmailAddress::new(ada.id.clone(), "lovelace@example.com");
    let second = clerk.email_addresses().create(&new.clone().verified(true)).await?;
    refused!(
        clerk.email_addresses().create(&new).await,
        422,
        "form_identifier_exists"
    );
    assert!(second.is_verified());
    clerk.email_addresses().delete(&first).await?;
    let ada = clerk.users().get(&ada.id).await?;
    assert_eq!(
        (ada.primary_email_address_id, ada.email_addresses.len()),
        (second.id, 1)
    );
    refused!(clerk.email_addresses().get(&first).await, 404, "resource_not_found");
    create_user(&clerk, "ada@example.com").await.map(drop)
}

async fn organizations(clerk: Client) -> Result<()> {
    let ada = create_user(&clerk, "ada@example.com").await?;
    let create = CreateOrganization::new("Analytical Engines");
    let first = clerk
        .organizations()
        .create(&create.clone().created_by(&ada.id))
        .await?;
    let second = clerk.organizations().create(&create).await?;
    let slugs = [&first, &second].map(|organization| organization.slug.as_deref());
    assert_eq!(slugs, [Some("analytical-engines"), Some("analytical-engines-2")]);
    assert_eq!(clerk.organizations().get("analytical-engines-2").await?.id, second.id);
    let taken = UpdateOrganization::new(&second.id).slug("analytical-engines");
    refused!(
        clerk.organizations().update(&taken).await,
        422,
        "form_identifier_exists"
    );
    let update = UpdateOrganization::new(&second.id)
        .name("Looms")
        .max_allowed_memberships(5);
    assert_eq!(clerk.organizations().update(&update).await?.max_allowed_memberships, 5);
    let clear = UpdateOrganization::new(&second.id).max_allowed_memberships(None);
    assert_eq!(clerk.organizations().update(&clear).await?.max_allowed_memberships, 0);
    let change = metadata(r#"{"plan":"pro"}"#);
    let merge = MergeOrganizationMetadata::new(&second.id).public_metadata(&change);
    assert_eq!(
        clerk.organizations().update_metadata(&merge).await?.public_metadata,
        change
    );

    let list = ListOrganizations::new;
    for (list, names) in [
        (list(), &["Looms", "Analytical Engines"][..]),
        (
            list().order_by(OrganizationOrder::MembersCountDescending),
            &["Analytical Engines", "Looms"],
        ),
        (list().query("loo"), &["Looms"]),
        (list().user_ids([ada.id.clone()]), &["Analytical Engines"]),
    ] {
        let page = clerk.organizations().list(&list.include_members_count(true)).await?;
        let found: Vec<&str> = page
            .data
            .iter()
            .map(|organization| organization.name.as_str())
            .collect();
        assert_eq!(found, names);
        assert!(
            page.data
                .iter()
                .all(|organization| organization.members_count.is_some())
        );
    }
    clerk.organizations().delete(&first.id).await?;
    refused!(clerk.organizations().get(&first.id).await, 404, "resource_not_found");
    let of_ada = ListUserOrganizationMemberships::new(ada.id.clone());
    assert_eq!(clerk.users().list_organization_memberships(&of_ada).await?.data, []);
    let off = UpdateOrganizationSettings::new().enabled(false);
    clerk.instance().update_organization_settings(&off).await?;
    refused!(
        clerk.organizations().create(&create).await,
        403,
        "organization_not_enabled_in_instance"
    );
    Ok(())
}

async fn memberships(clerk: Client) -> Result<()> {
    let ada = create_user(&clerk, "ada@example.com").await?;
    let grace = create_user(&clerk, "grace@example.com").await?;
    let joan = create_user(&clerk, "joan@example.com").await?;
    let new = CreateOrganization::new("Looms")
        .created_by(&ada.id)
        .max_allowed_memberships(2u64);
    let id = clerk.organizations().create(&new).await?.id;
    let api = clerk.organization_memberships();
    let membership = api.create(&id, grace.id.clone(), "org:member").await?;
    assert_eq!(membership.organization.id, id);
    refused!(
        api.create(&id, grace.id.clone(), "org:member").await,
        400,
        "already_a_member_in_organization"
    );
    refused!(
        api.create(&id, joan.id.clone(), "org:member").await,
        403,
        "organization_membership_quota_exceeded"
    );
    refused!(
        api.create(&id, joan.id.clone(), "org:none").await,
        404,
        "resource_not_found"
    );

    let list = ListOrganizationMemberships::new(id.clone());
    let by_address = list.clone().order_by(OrganizationMembershipOrder::Email);
    let roles: Vec<String> = api
        .list(&by_address)
        .await?
        .data
        .into_iter()
        .map(|member| member.role)
        .collect();
    assert_eq!(roles, ["org:admin", "org:member"]);
    let found = api.list(&list.clone().query("grace").roles(["org:member"])).await?;
    assert_eq!((found.data.len(), found.total_count), (1, Some(1)));

    refused!(
        api.delete(&id, &ada.id).await,
        400,
        "organization_minimum_permissions_needed"
    );
    refused!(
        api.update(&id, &ada.id, "org:member").await,
        400,
        "organization_minimum_permissions_needed"
    );
    let admin = api.update(&id, &grace.id, "org:admin").await?;
    assert!(admin.permissions.iter().any(|key| key == "org:sys_memberships:manage"));
    let change = metadata(r#"{"desk":7}"#);
    let merge = UpdateOrganizationMembershipMetadata::new(&id, &grace.id).public_metadata(&change);
    assert_eq!(api.update_metadata(&merge).await?.public_metadata, change);
    assert_eq!(api.delete(&id, &ada.id).await?.role, "org:admin");
    clerk.users().delete(&grace.id).await?;
    assert_eq!(api.list(&list).await?.data, []);
    Ok(())
}

async fn roles(clerk: Client) -> Result<()> {
    let api = clerk.organization_roles();
    let role = api
        .create(&CreateOrganizationRole::new("Billing", "org:billing"))
        .await?;
    let again = CreateOrganizationRole::new("Billing", "org:billing");
    refused!(api.create(&again).await, 422, "form_identifier_exists");
    refused!(
        api.create(&CreateOrganizationRole::new("Bad", "billing")).await,
        422,
        "form_param_format_invalid"
    );
    let permission = "perm_fake000007";
    assert_eq!(
        api.assign_permission(&role.id, permission).await?.permissions[0].key,
        "org:sys_billing:read"
    );
    refused!(
        api.assign_permission(&role.id, permission).await,
        409,
        "organization_role_permission_association_exists"
    );
    assert!(
        api.remove_permission(&role.id, permission)
            .await?
            .permissions
            .is_empty()
    );

    let ada = create_user(&clerk, "ada@example.com").await?;
    let id = clerk
        .organizations()
        .create(&CreateOrganization::new("Looms"))
        .await?
        .id;
    clerk
        .organization_memberships()
        .create(&id, ada.id.clone(), "org:billing")
        .await?;
    refused!(api.delete(&role.id).await, 422, "organization_role_assigned_members");
    clerk.organization_memberships().delete(&id, &ada.id).await?;
    api.delete(&role.id).await?;
    refused!(api.get(&role.id).await, 404, "resource_not_found");
    let permissions = clerk.organization_permissions();
    refused!(
        permissions.delete(permission).await,
        403,
        "organization_system_permission_not_modifiable"
    );
    Ok(())
}

async fn domains(clerk: Client) -> Result<()> {
    let id = clerk
        .organizations()
        .create(&CreateOrganization::new("Looms"))
        .await?
        .id;
    let api = clerk.organization_domains();
    let domain = api
        .create(&CreateOrganizationDomain::new(&id).name("example.com"))
        .await?;
    let again = CreateOrganizationDomain::new(&id).name("Example.com");
    refused!(
        api.create(&again).await,
        422,
        "organization_domain_already_exists_same_organization"
    );
    let bad = CreateOrganizationDomain::new(&id).name("example");
    refused!(api.create(&bad).await, 422, "form_param_format_invalid");
    api.delete(&id, &domain.id).await?;
    refused!(api.delete(&id, &domain.id).await, 404, "resource_not_found");
    Ok(())
}

async fn restrictions(clerk: Client) -> Result<()> {
    let invite = |address: &str| CreateInvitation::new(address);
    clerk.allowlist().create("*@example.com").await?;
    clerk.invitations().create(&invite("a@example.org")).await?;
    clerk
        .instance()
        .update_restrictions(&UpdateInstanceRestrictions::new().allowlist(true))
        .await?;
    clerk.invitations().create(&invite("b@example.com")).await?;
    refused!(
        clerk.invitations().create(&invite("b@example.org")).await,
        403,
        "not_allowed_access"
    );

    let blocked = clerk.blocklist().create("mallory@example.com").await?;
    clerk
        .instance()
        .update_restrictions(&UpdateInstanceRestrictions::new().blocklist(true))
        .await?;
    refused!(
        clerk.invitations().create(&invite("Mallory@example.com")).await,
        403,
        "not_allowed_access"
    );
    clerk.blocklist().delete(blocked.id.expect("an id")).await?;
    clerk.invitations().create(&invite("mallory@example.com")).await?;

    let subaddresses = UpdateInstanceRestrictions::new().block_email_subaddresses(true);
    clerk.instance().update_restrictions(&subaddresses).await?;
    refused!(
        clerk.invitations().create(&invite("c+d@example.com")).await,
        403,
        "not_allowed_access"
    );
    Ok(())
}

async fn sessions(clerk: Client) -> Result<()> {
    let ada = create_user(&clerk, "ada@example.com").await?;
    let session = clerk.sessions().create(&CreateSession::new(ada.id.clone())).await?;
    assert!(
        clerk
            .sessions()
            .list(&ListSessions::new().user_id(ada.id.clone()))
            .await?
            .data
            == [session.clone()]
    );
    clerk.users().ban(&ada.id).await?;
    assert_eq!(clerk.sessions().get(&session.id).await?.status, SessionStatus::Revoked);
    refused!(
        clerk.sessions().create(&CreateSession::new(ada.id.clone())).await,
        403,
        "user_banned"
    );
    let token = clerk
        .tokens()
        .create_sign_in(&CreateSignInToken::new(ada.id.clone()))
        .await?;
    clerk.tokens().revoke_sign_in(&token.id).await?;
    refused!(
        clerk.tokens().revoke_sign_in(&token.id).await,
        400,
        "sign_in_token_cannot_be_revoked_code"
    );
    Ok(())
}
