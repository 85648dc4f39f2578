//! Organizations.
//!
//! The request types are [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

use crate::api::query_params::{list, orders};
use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{DeletedObject, Metadata, Organization, OrganizationId, Page, UserId};
use crate::nullable::Nullable;
use crate::operation::Operation;
use crate::sensitive::Sensitive;

impl Client {
    /// Returns the operations on organizations.
    pub const fn organizations(&self) -> OrganizationsApi<'_> {
        OrganizationsApi { client: self }
    }
}

resource! {
    /// Operations on organizations, returned by [`Client::organizations`].
    pub struct OrganizationsApi;

    also [ListOrganizations];

    /// Reads one organization by its id or its slug (`GET /v1/organizations/{organization_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization does not exist.
    pub struct GetOrganization<'a>(organization_id: &'a OrganizationId)
    = Operation::get("GetOrganization", "/organizations/{organization_id}")
    => fn get -> Organization;

    /// Creates an organization. Its creator becomes the first member (`POST /v1/organizations`).
    ///
    /// # Errors
    ///
    /// [`FormIdentifierExists`](crate::ErrorCode::FormIdentifierExists) if another organization has the slug, or
    /// `organization_creator_not_found`.
    pub struct CreateOrganization<'a>(; name: String) {
        /// The user who becomes the first member, with the creator role.
        created_by: &'a UserId,
        /// Metadata that the frontend can read.
        public_metadata: &'a Metadata,
        /// Metadata that only the backend can read.
        private_metadata: &'a Metadata,
        /// The name in URLs: lowercase letters, digits and dashes; unique in the instance.
        slug: String,
        /// The number of memberships that the organization may have; 0 for no limit.
        max_allowed_memberships: u64,
        /// When the organization was created elsewhere (RFC 3339), for imports.
        created_at: String,
        /// The key of the role set.
        role_set_key: String,
    }
    = Operation::post("CreateOrganization", "/organizations")
    => send create -> Organization;

    /// Changes the fields of an organization that are set. `None` clears a field, as in `role_set_key(None)`. Metadata is changed by [`MergeOrganizationMetadata`]
    /// (`PATCH /v1/organizations/{organization_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization does not exist, or
    /// [`FormIdentifierExists`](crate::ErrorCode::FormIdentifierExists) if another organization has the slug.
    pub struct UpdateOrganization<'a>(organization_id: &'a OrganizationId) {
        /// The name.
        name: String,
        /// The name in URLs: lowercase letters, digits and dashes; unique in the instance.
        slug: String,
        /// The number of memberships that the organization may have; 0 for no limit.
        max_allowed_memberships: Nullable<u64>,
        /// When the organization was created elsewhere (RFC 3339), for imports.
        created_at: String,
        /// The key of the role set.
        role_set_key: Nullable<String>,
        /// Whether administrators may delete the organization.
        admin_delete_enabled: bool,
    }
    = Operation::patch("UpdateOrganization", "/organizations/{organization_id}").idempotent()
    => send update -> Organization;

    /// Deletes an organization, with its memberships and invitations (`DELETE /v1/organizations/{organization_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization does not exist. After a
    /// retry, it can mean that the first attempt deleted the organization.
    pub struct DeleteOrganization<'a>(organization_id: &'a OrganizationId)
    = Operation::delete("DeleteOrganization", "/organizations/{organization_id}")
    => fn delete -> DeletedObject;

    /// Merges metadata into that of an organization, at every level. A key whose value is `null` is removed (`PATCH
    /// /v1/organizations/{organization_id}/metadata`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization does not exist.
    pub struct MergeOrganizationMetadata<'a>(organization_id: &'a OrganizationId) {
        /// Metadata that the frontend can read.
        public_metadata: &'a Metadata,
        /// Metadata that only the backend can read.
        private_metadata: &'a Metadata,
    }
    = Operation::patch("MergeOrganizationMetadata", "/organizations/{organization_id}/metadata").idempotent()
    => send update_metadata -> Organization;

    /// Replaces the metadata of an organization that is set (`PUT /v1/organizations/{organization_id}/metadata`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization does not exist.
    pub struct ReplaceOrganizationMetadata<'a>(organization_id: &'a OrganizationId) {
        /// Metadata that the frontend can read.
        public_metadata: &'a Metadata,
        /// Metadata that only the backend can read.
        private_metadata: &'a Metadata,
    }
    = Operation::put("ReplaceOrganizationMetadata", "/organizations/{organization_id}/metadata")
    => send replace_metadata -> Organization;
}

impl OrganizationsApi<'_> {
    /// Lists organizations (`GET /v1/organizations`), newest first by default.
    ///
    /// Returns one page; [`Client::pages`] reads all.
    ///
    /// # Errors
    ///
    /// Those of every call. Nothing is sent for a limit that Clerk does not accept.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn list(self, list: &ListOrganizations) -> Result<Page<Organization>> {
        self.client.execute(list).await
    }
}

list! {
    /// Lists organizations. Without filters, Clerk returns the ten newest.
    pub struct ListOrganizations() {
        /// Makes Clerk count the members of each organization.
        one include_members_count: bool,
        /// Makes Clerk say whether a member of each organization lacks a second factor.
        one include_missing_member_with_elevated_permissions: bool,
        /// Lists only organizations whose id, name or slug matches this text.
        one query: Sensitive,
        /// Lists only organizations that one of these users belongs to; with a minus sign before an id, all others.
        many user_ids as "user_id": UserId,
        /// Lists only the organizations with these ids; with a minus sign before an id, all others.
        many organization_ids as "organization_id": OrganizationId,
        /// Sets the order.
        one order_by: OrganizationOrder,
    }
    = Operation::get("ListOrganizations", "/organizations") => Organization;
}

orders! {
    /// The order in which Clerk lists organizations.
    pub enum OrganizationOrder {
        CreatedAt, CreatedAtDescending = "+created_at", "-created_at";
        Name, NameDescending = "+name", "-name";
        MembersCount, MembersCountDescending = "+members_count", "-members_count";
    }
}
