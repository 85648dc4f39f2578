use clerk_core::model::{Metadata, Timestamp};
use serde::Serialize;
use serde_json::json;

use super::organization::{ADMIN, Organizations, role_name};
use super::user::User;
use crate::fake::store::{Store, Stored, stored};

/// A request to make a user a member of an organization.
#[derive(Debug, Clone)]
pub(crate) struct NewMember {
    pub(crate) email_address: String,
    pub(crate) role: String,
    pub(crate) public_metadata: Metadata,
    pub(crate) private_metadata: Metadata,
}

impl NewMember {
    pub(crate) fn new(email_address: &str, role: &str) -> Self {
        Self {
            email_address: email_address.to_owned(),
            role: role.to_owned(),
            public_metadata: Metadata::default(),
            private_metadata: Metadata::default(),
        }
    }
}

/// The membership of a user in an organization.
#[derive(Debug)]
pub(crate) struct Membership {
    id: String,
    pub(crate) organization_id: String,
    pub(crate) email_address: String,
    pub(crate) role: String,
    public_metadata: Metadata,
    private_metadata: Metadata,
    pub(crate) created_at: Timestamp,
}

stored!(Membership, "orgmem_fake");

impl Store<Membership> {
    /// Makes the user of an address a member, unless it is one. Returns the membership if it is new.
    pub(crate) fn create(&mut self, organization_id: &str, new: NewMember, wall: Timestamp) -> Option<&Membership> {
        if self.role_of(organization_id, &new.email_address).is_some() {
            return None;
        }
        Some(self.insert_with(|_, id| Membership {
            id,
            organization_id: organization_id.to_owned(),
            email_address: new.email_address,
            role: new.role,
            public_metadata: new.public_metadata,
            private_metadata: new.private_metadata,
            created_at: wall,
        }))
    }

    /// Returns the role of a member, or `None` if the address is not a member's.
    pub(crate) fn role_of(&self, organization_id: &str, email_address: &str) -> Option<&str> {
        self.by_address(email_address)
            .find(|membership| membership.organization_id == organization_id)
            .map(|membership| membership.role.as_str())
    }

    pub(crate) fn count(&self, organization_id: &str) -> usize {
        self.iter()
            .filter(|membership| membership.organization_id == organization_id)
            .count()
    }
}

impl Membership {
    /// Returns the membership as Clerk's API shows it. `members_count` is the number of members of its organization.
    pub(crate) fn view<'a>(
        &'a self,
        organizations: &'a Organizations,
        users: &'a Store<User>,
        members_count: usize,
    ) -> impl Serialize + 'a {
        #[derive(Serialize)]
        struct View<'a, O, U> {
            object: &'static str,
            id: &'a str,
            role: &'a str,
            role_name: String,
            permissions: &'static [&'static str],
            public_metadata: &'a Metadata,
            private_metadata: &'a Metadata,
            organization: Option<O>,
            public_user_data: Option<U>,
            created_at: Timestamp,
            updated_at: Timestamp,
        }

        let user = users.find(&self.email_address);
        View {
            object: "organization_membership",
            id: &self.id,
            role: &self.role,
            role_name: role_name(&self.role),
            permissions: match self.role.as_str() {
                ADMIN => &["org:sys_memberships:manage", "org:sys_memberships:read"],
                _ => &["org:sys_memberships:read"],
            },
            public_metadata: &self.public_metadata,
            private_metadata: &self.private_metadata,
            organization: organizations
                .get(&self.organization_id)
                .map(|organization| organization.view(members_count)),
            public_user_data: user.map(|user| {
                json!({
                    "user_id": user.id(),
                    "first_name": user.first_name(),
                    "last_name": user.last_name(),
                    "identifier": user.email_address,
                    "image_url": "https://fake.clerk.test/images/user.png",
                    "profile_image_url": "https://fake.clerk.test/images/user.png",
                    "has_image": false,
                })
            }),
            created_at: self.created_at,
            updated_at: self.created_at,
        }
    }
}
