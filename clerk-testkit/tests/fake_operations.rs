//! [`FakeClerk`] simulates each operation of its route table.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use clerk_testkit::FakeClerk;
use clerk_testkit::fake::FakeOperation;
use fake_support::call;
use serde_json::json;

/// Builds a fake that has everything that the paths and bodies below name.
fn world() -> FakeClerk {
    FakeClerk::builder()
        .administrator("org_1", "boss@example.com")
        .pending_organization_invitation("org_1", "old@example.com")
        .pending_invitation("old@example.com")
        .waitlist_entry("waiting@example.com")
        .build()
}

fn body_of(operation: &str) -> String {
    let person = json!({ "email_address": "ada@example.com" });
    let member = json!({ "email_address": "ada@example.com", "role": "org:member" });
    match operation {
        "CreateInvitation" | "CreateWaitlistEntry" => person.to_string(),
        "CreateBulkInvitations" | "CreateBulkWaitlistEntries" => json!([person]).to_string(),
        "CreateOrganization" => json!({ "name": "Acme" }).to_string(),
        "CreateOrganizationInvitation" => member.to_string(),
        "CreateOrganizationInvitationBulk" => json!([member]).to_string(),
        _ => String::new(),
    }
}

#[test]
fn each_operation_succeeds_and_is_counted_by_its_name() {
    for simulated in FakeOperation::ALL.iter().copied() {
        let operation = simulated.operation();
        let fake = world();
        let user_id = fake.user_id("boss@example.com").expect("a user");
        let invitation_id = if operation.path().starts_with("/organizations") {
            "orginv_fake000001"
        } else {
            "inv_fake000001"
        };
        let path = operation
            .path()
            .replace("{organization_id}", "org_1")
            .replace("{invitation_id}", invitation_id)
            .replace("{waitlist_entry_id}", "wle_fake000001")
            .replace("{user_id}", user_id.as_str());
        let name = operation.name();
        let answer = call(&fake, operation.method().as_str(), &path, body_of(name));
        assert_eq!(answer.status, 200, "{name}: {}", answer.json);
        assert_eq!(FakeOperation::from_name(name), Some(simulated));
        assert_eq!(fake.calls(simulated), 1, "{name}");
        assert_eq!(fake.log()[0].operation, Some(simulated), "{name}");
    }
}
