//! Decoding of each response, and redaction of email addresses and links.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use clerk_core::model::*;

/// Decodes `known` with an unknown field added, and asserts that no known field is lost and that `Debug` is redacted.
fn decode<T: DeserializeOwned + Serialize + Debug>(known: &Value) -> T {
    let mut answer = known.clone();
    answer["field_of_tomorrow"] = json!([{}]);
    let model: T = serde_json::from_str(&answer.to_string()).expect("a response as described");
    assert_eq!(serde_json::to_value(&model).expect("JSON"), *known);
    let shown = format!("{model:?}");
    assert!(!shown.contains("x.test"), "{shown}");
    model
}

fn organization_invitation() -> Value {
    json!({
        "id": "orginv_1", "email_address": "ada@x.test", "role": "org:member", "role_name": "Member",
        "organization_id": "org_1", "inviter_id": "user_1",
        "public_inviter_data": {
            "user_id": "user_1", "first_name": null, "last_name": "Byron", "image_url": "https://x.test/1.png",
            "has_image": true, "identifier": "byron@x.test"
        },
        "status": "pending", "public_metadata": { "seat": 1 }, "private_metadata": { "plan": "b" },
        "url": "https://x.test/?ticket=1", "expires_at": 3, "created_at": 1, "updated_at": 2,
        "public_organization_data": { "id": "org_1", "name": "Engines", "slug": "engines", "has_image": false }
    })
}

#[test]
fn decodes_an_organization_invitation() {
    let invitation: OrganizationInvitation = decode(&organization_invitation());
    assert_eq!(invitation.email_address, "ada@x.test");
    assert_eq!(invitation.inviter_id, Some(UserId::from("user_1")));
    assert_eq!(invitation.status, Some(InvitationStatus::Pending));
    assert_eq!(invitation.expires_at, Some(Timestamp::from_millis(3)));
    let inviter = invitation.public_inviter_data.expect("an inviter");
    assert_eq!(inviter.identifier, "byron@x.test");
}

#[test]
fn decodes_an_organization_invitation_without_inviter() {
    let least = json!({
        "id": "orginv_1", "email_address": "ada@x.test", "role": "org:member", "role_name": "Member",
        "inviter_id": null, "public_inviter_data": null, "public_metadata": {}, "url": null, "expires_at": null,
        "created_at": 1, "updated_at": 2
    });
    let invitation: OrganizationInvitation = decode(&least);
    assert_eq!(invitation.public_inviter_data, None);
    assert_eq!(invitation.status, None);
}

#[test]
fn decodes_waitlist_entries_with_known_and_unknown_status() {
    let invited = json!({
        "id": "wle_1", "email_address": "ada@x.test", "status": "invited", "is_locked": false, "created_at": 1,
        "updated_at": 2,
        "invitation": {
            "id": "inv_1", "email_address": "ada@x.test", "public_metadata": { "big": 9_007_199_254_740_993_u64 },
            "status": "pending", "url": "https://x.test/?ticket=1", "created_at": 3, "updated_at": 4
        }
    });
    let entry: WaitlistEntry = decode(&invited);
    assert_eq!(entry.status, WaitlistEntryStatus::Invited);
    assert_eq!(entry.invitation.expect("an invitation").id.as_str(), "inv_1");

    let unknown = json!({
        "id": "wle_1", "email_address": "ada@x.test", "status": "paused", "created_at": 1, "updated_at": 2
    });
    let entry: WaitlistEntry = decode(&unknown);
    assert_eq!(entry.status.as_str(), "paused");
    assert!(matches!(entry.status, WaitlistEntryStatus::Unknown(_)));
}

#[test]
fn decodes_users_counts_and_the_instance() {
    let user: User = decode(&json!({
        "id": "user_1", "primary_email_address_id": "idn_1", "created_at": 1, "updated_at": 2,
        "email_addresses": [{ "id": "idn_1", "email_address": "ada@x.test" }, { "email_address": "ada@y.x.test" }]
    }));
    let addresses: Vec<_> = user.email_addresses.iter().map(|a| a.email_address.as_str()).collect();
    assert_eq!(addresses, ["ada@x.test", "ada@y.x.test"]);

    let count: TotalCount = decode(&json!({ "total_count": 7 }));
    assert_eq!(count.total_count, 7);

    let instance: Instance = decode(&json!({
        "id": "ins_1", "environment_type": "production", "allowed_origins": null, "workspace_id": "org_1"
    }));
    assert_eq!(instance.id.as_str(), "ins_1");
    assert_eq!(instance.environment_type, EnvironmentType::Production);
}

#[test]
fn ids_and_addresses_convert_from_and_to_text() {
    let text = String::from("inv_1");
    let id: InvitationId = "inv_1".parse().expect("every text is an id");
    for same in [InvitationId::from(&text), InvitationId::from(&id), text.clone().into()] {
        assert_eq!(same, id);
    }
    assert_eq!(id, "inv_1");
    assert_eq!("inv_1", id);
    assert_eq!(id, text);
    assert_eq!(String::from(id.clone()), text);

    let by_address = std::collections::BTreeMap::from([(EmailAddress::from("ada@example.com"), 1)]);
    assert_eq!(by_address.get("ada@example.com"), Some(&1));
    let by_id = std::collections::HashMap::from([(id, 1)]);
    assert_eq!(by_id.get("inv_1"), Some(&1));
}

#[test]
fn unknown_values_are_kept_and_displayed_only_if_they_are_safe_to_log() {
    let cases = [
        ("pending", "pending"),
        ("new_status", "new_status"),
        ("ada@example.com", "<unprintable>"),
        ("\u{1b}[31m", "<unprintable>"),
    ];
    for (text, shown) in cases {
        let status = InvitationStatus::from(text);
        assert_eq!((status.as_str(), status.to_string().as_str()), (text, shown));
        assert!(status == text);
    }
    assert_eq!("revoked".parse(), Ok(InvitationStatus::Revoked));
}
