//! Which operations lead to webhooks, and where their data is.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::instance::Instance;
use super::store::Arrival;

/// What the event of an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// The object in the response.
    Response,
    /// Each object in the list of the response.
    Each,
    /// Those objects of the response, one or a list, that the call created.
    Created,
}

/// The operation whose creator becomes a member.
const CREATE_ORGANIZATION: &str = "CreateOrganization";

/// Operations, by name, each with its event. Signing up and joining are no operations: they announce their events themselves, and
/// so do the operations on email addresses and phone numbers, whose responses are not the user that they change.
const ANNOUNCEMENTS: &[(&str, &str, About)] = &[
    ("CreateUser", "user.created", About::Response),
    ("UpdateUser", "user.updated", About::Response),
    ("UpdateUserMetadata", "user.updated", About::Response),
    ("ReplaceUserMetadata", "user.updated", About::Response),
    ("BanUser", "user.updated", About::Response),
    ("UnbanUser", "user.updated", About::Response),
    ("LockUser", "user.updated", About::Response),
    ("UnlockUser", "user.updated", About::Response),
    ("UsersBan", "user.updated", About::Each),
    ("UsersUnban", "user.updated", About::Each),
    ("DeleteUser", "user.deleted", About::Response),
    (CREATE_ORGANIZATION, "organization.created", About::Response),
    ("UpdateOrganization", "organization.updated", About::Response),
    ("MergeOrganizationMetadata", "organization.updated", About::Response),
    ("ReplaceOrganizationMetadata", "organization.updated", About::Response),
    ("DeleteOrganization", "organization.deleted", About::Response),
    (
        "CreateOrganizationMembership",
        "organizationMembership.created",
        About::Response,
    ),
    (
        "UpdateOrganizationMembership",
        "organizationMembership.updated",
        About::Response,
    ),
    (
        "UpdateOrganizationMembershipMetadata",
        "organizationMembership.updated",
        About::Response,
    ),
    (
        "DeleteOrganizationMembership",
        "organizationMembership.deleted",
        About::Response,
    ),
    (
        "CreateOrganizationInvitation",
        "organizationInvitation.created",
        About::Response,
    ),
    (
        "CreateOrganizationInvitationBulk",
        "organizationInvitation.created",
        About::Each,
    ),
    (
        "RevokeOrganizationInvitation",
        "organizationInvitation.revoked",
        About::Response,
    ),
    ("CreateWaitlistEntry", "waitlistEntry.created", About::Created),
    ("CreateBulkWaitlistEntries", "waitlistEntry.created", About::Created),
    ("InviteWaitlistEntry", "waitlistEntry.updated", About::Response),
    ("RejectWaitlistEntry", "waitlistEntry.updated", About::Response),
];

/// Announces the events of an operation that succeeded with this response. `created` are the ids of what it created.
pub(super) fn announce(instance: &mut Instance, operation: &str, response: &[u8], created: &[String], at: Arrival) {
    let found = ANNOUNCEMENTS.iter().find(|(name, _, _)| *name == operation);
    let Some((_, event_type, about)) = found else { return };
    let objects = match about {
        About::Response => one(response),
        About::Each => several(response),
        About::Created => several(response).or_else(|| one(response)).map(|objects| {
            let is_created = |object: &&RawValue| id(object).is_some_and(|id| created.contains(&id));
            objects.into_iter().filter(is_created).collect()
        }),
    };
    // A handler of one of these operations always responds with an object or a list.
    for object in objects.unwrap_or_default() {
        instance.events.announce(event_type, object, at.wall);
    }
    if operation == CREATE_ORGANIZATION {
        for id in created {
            instance.announce_members(id, at);
        }
    }
}

fn one(response: &[u8]) -> Option<Vec<&RawValue>> {
    serde_json::from_slice(response).ok().map(|object| vec![object])
}

/// Returns the objects of a bare array or of an envelope.
fn several(response: &[u8]) -> Option<Vec<&RawValue>> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow)]
        data: Vec<&'a RawValue>,
    }

    serde_json::from_slice(response).ok().or_else(|| {
        serde_json::from_slice(response)
            .ok()
            .map(|envelope: Envelope<'_>| envelope.data)
    })
}

fn id(object: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Identified {
        id: String,
    }

    let identified: Identified = serde_json::from_str(object.get()).ok()?;
    Some(identified.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::routes::FakeOperation;

    #[test]
    fn each_announcement_is_of_an_operation_that_the_fake_has() {
        for (name, _, _) in ANNOUNCEMENTS {
            assert!(FakeOperation::from_name(name).is_some(), "{name}");
        }
    }
}
