use clerk_core::model::{Metadata, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::image_url;
use super::organization::Organization;
use super::role::role_name;
use super::user::User;
use crate::fake::store::{Index, Store, Stored, stored};

/// A request to make the user of an address a member of an organization.
#[derive(Debug, Clone)]
pub(crate) struct NewMember {
    pub(crate) email_address: String,
    pub(crate) grant: Grant,
}

impl NewMember {
    pub(crate) fn new(email_address: &str, role: &str) -> Self {
        Self {
            email_address: email_address.to_owned(),
            grant: Grant::new(role),
        }
    }
}

/// What a member gets: from an accepted invitation, for example.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) role: String,
    pub(crate) public_metadata: Metadata,
    pub(crate) private_metadata: Metadata,
}

impl Grant {
    pub(crate) fn new(role: &str) -> Self {
        Self {
            role: role.to_owned(),
            public_metadata: Metadata::default(),
            private_metadata: Metadata::default(),
        }
    }
}

/// The membership of a user in an organization.
#[derive(Debug)]
pub(crate) struct OrganizationMembership {
    id: String,
    pub(crate) organization_id: String,
    pub(crate) user_id: String,
    pub(crate) role: String,
    pub(crate) public_metadata: Metadata,
    pub(crate) private_metadata: Metadata,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

stored!(OrganizationMembership, "orgmem_fake", OrganizationId => organization_id, UserId => user_id);

impl Store<OrganizationMembership> {
    /// Makes a user a member, and returns the id of the membership, or `None` for a member, who stays as it is.
    pub(crate) fn create(
        &mut self,
        organization_id: &str,
        user_id: &str,
        grant: Grant,
        wall: Timestamp,
    ) -> Option<String> {
        if self.find(organization_id, user_id).is_some() {
            return None;
        }
        let membership = self.insert_with(|_, id| OrganizationMembership {
            id,
            organization_id: organization_id.to_owned(),
            user_id: user_id.to_owned(),
            role: grant.role,
            public_metadata: grant.public_metadata,
            private_metadata: grant.private_metadata,
            created_at: wall,
            updated_at: wall,
        });
        Some(membership.id.clone())
    }

    pub(crate) fn find(&self, organization_id: &str, user_id: &str) -> Option<&OrganizationMembership> {
        self.by(Index::UserId, user_id)
            .find(|membership| membership.organization_id == organization_id)
    }

    /// Returns the number of members of an organization.
    pub(crate) fn count(&self, organization_id: &str) -> usize {
        self.positions_by(Index::OrganizationId, organization_id).len()
    }
}

impl OrganizationMembership {
    /// Returns the membership as Clerk's API shows it.
    pub(crate) fn view<'a>(
        &'a self,
        organization: &'a Organization,
        user: &'a User,
        permissions: Vec<&'a str>,
    ) -> impl Serialize + use<'a> {
        #[derive(Serialize)]
        struct View<'a> {
            id: &'a str,
            object: &'static str,
            role: &'a str,
            role_name: String,
            permissions: Vec<&'a str>,
            public_metadata: &'a Metadata,
            private_metadata: &'a Metadata,
            organization: &'a Organization,
            public_user_data: Value,
            created_at: Timestamp,
            updated_at: Timestamp,
        }

        View {
            id: &self.id,
            object: "organization_membership",
            role: &self.role,
            role_name: role_name(&self.role),
            permissions,
            public_metadata: &self.public_metadata,
            private_metadata: &self.private_metadata,
            organization,
            public_user_data: json!({
                "user_id": user.id(),
                "first_name": user.first_name,
                "last_name": user.last_name,
                "profile_image_url": null,
                "image_url": image_url("user"),
                "has_image": false,
                "identifier": user.identifier(),
                "username": user.username,
                "banned": user.banned,
            }),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
