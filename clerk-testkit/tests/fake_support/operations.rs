//! A request to each operation of the SDK that succeeds.

use clerk_core::{HttpRequest, Operation};
use clerk_testkit::FakeClerk;
use serde_json::{Value, json};

use super::{call, request};

/// Builds a fake that has everything that the paths and bodies below name.
pub(crate) fn world() -> FakeClerk {
    let fake = FakeClerk::builder()
        .administrator("org_1", "boss@example.com")
        .member("org_1", "member@example.com")
        .existing_user("stranger@example.com")
        .pending_organization_invitation("org_1", "old@example.com")
        .pending_invitation("old@example.com")
        .waitlist_entry("waiting@example.com")
        .build();
    for (path, body) in [
        (
            "/email_addresses",
            json!({ "user_id": USER, "email_address": "second@example.com" }),
        ),
        (
            "/phone_numbers",
            json!({ "user_id": USER, "phone_number": "+12025550100" }),
        ),
        ("/organization_roles", json!({ "name": "Old", "key": "org:old" })),
        (
            "/organization_permissions",
            json!({ "name": "Old", "key": "org:old:read" }),
        ),
        ("/organizations/org_1/domains", json!({ "name": "old.example.com" })),
        ("/allowlist_identifiers", json!({ "identifier": "old@example.com" })),
        ("/blocklist_identifiers", json!({ "identifier": "bad@example.com" })),
        ("/redirect_urls", json!({ "url": "old://callback" })),
        ("/sessions", json!({ "user_id": USER })),
        ("/sign_in_tokens", json!({ "user_id": USER })),
    ] {
        let answer = call(&fake, "POST", path, body);
        assert_eq!(answer.status, 200, "{path}: {}", answer.json);
    }
    fake
}

const USER: &str = "user_fake000001";

/// Returns the body of a request that succeeds in [`world`], or null for none.
pub(crate) fn body_of(operation: &str) -> Value {
    let person = json!({ "email_address": "ada@example.com" });
    let invited = json!({ "email_address": "ada@example.com", "role": "org:member" });
    let stranger = "user_fake000003";
    match operation {
        "CreateInvitation" | "CreateWaitlistEntry" => person,
        "CreateBulkInvitations" | "CreateBulkWaitlistEntries" => json!([person]),
        "CreateOrganizationInvitation" => invited,
        "CreateOrganizationInvitationBulk" => json!([invited]),
        "CreateUser" => json!({ "email_address": ["ada@example.com"], "first_name": "Ada" }),
        "UsersBan" | "UsersUnban" => json!({ "user_ids": [USER] }),
        "CreateEmailAddress" => json!({ "user_id": USER, "email_address": "third@example.com" }),
        "CreatePhoneNumber" => json!({ "user_id": USER, "phone_number": "+12025550101" }),
        "CreateOrganization" => json!({ "name": "Analytical Engines", "created_by": USER }),
        "CreateOrganizationMembership" => json!({ "user_id": stranger, "role": "org:member" }),
        "UpdateOrganizationMembership" => json!({ "role": "org:admin" }),
        "CreateOrganizationRole" => json!({ "name": "Billing", "key": "org:billing" }),
        "CreateOrganizationPermission" => json!({ "name": "Read", "key": "org:reports:read" }),
        "CreateOrganizationDomain" => json!({ "name": "example.com" }),
        "CreateAllowlistIdentifier" | "CreateBlocklistIdentifier" => json!({ "identifier": "ada@example.com" }),
        "CreateRedirectURL" => json!({ "url": "https://example.com/callback" }),
        "createSession" | "CreateSignInToken" => json!({ "user_id": USER }),
        name if name.starts_with("Update") || name.contains("Metadata") => json!({}),
        _ => Value::Null,
    }
}

/// Returns the path of a request that succeeds in [`world`].
pub(crate) fn path_of(operation: &Operation) -> String {
    let invitation_id = if operation.path().starts_with("/organizations") {
        "orginv_fake000001"
    } else {
        "inv_fake000001"
    };
    let identifier_id = match operation.path().contains("allowlist") {
        true => "alid_fake000001",
        false => "blid_fake000001",
    };
    // The removal of the last administrator is refused.
    let user_id = match operation.path().contains("/memberships/") {
        true => "user_fake000002",
        false => USER,
    };
    // The member role has the first permission removed from it, and the old one added.
    let permission_id = match operation.name() {
        "RemovePermissionFromOrganizationRole" => "perm_fake000003",
        _ => "perm_fake000009",
    };
    let role_id = match operation.name() {
        "RemovePermissionFromOrganizationRole" => "role_fake000002",
        _ => "role_fake000003",
    };
    operation
        .path()
        .replace("{organization_id}", "org_1")
        .replace("{invitation_id}", invitation_id)
        .replace("{waitlist_entry_id}", "wle_fake000001")
        .replace("{user_id}", user_id)
        .replace("{email_address_id}", "idn_fake000001_2")
        .replace("{phone_number_id}", "idn_fake000001_3")
        .replace("{organization_role_id}", role_id)
        .replace("{permission_id}", permission_id)
        .replace("{domain_id}", "orgdmn_fake000001")
        .replace("{identifier_id}", identifier_id)
        .replace("{session_id}", "sess_fake000001")
        .replace("{sign_in_token_id}", "sit_fake000001")
        .replace("{id}", "ru_fake000001")
}

/// Returns a request that succeeds in [`world`].
pub(crate) fn request_of(operation: &Operation) -> HttpRequest {
    let path = match operation.name() {
        "GetSessionList" => format!("{}?user_id={USER}", path_of(operation)),
        _ => path_of(operation),
    };
    let body = match body_of(operation.name()) {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    request(operation.method().as_str(), &path, body)
}
