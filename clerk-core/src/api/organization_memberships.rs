//! The memberships of users in organizations.
//!
//! The request types are [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

use crate::api::query_params::{list, orders};
use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{EmailAddress, Metadata, OrganizationId, OrganizationMembership, Page, Timestamp, UserId};
use crate::operation::Operation;
use crate::sensitive::Sensitive;

impl Client {
    /// Returns the operations on memberships in organizations.
    pub const fn organization_memberships(&self) -> OrganizationMembershipsApi<'_> {
        OrganizationMembershipsApi { client: self }
    }
}

resource! {
    /// Operations on memberships in organizations, returned by [`Client::organization_memberships`].
    pub struct OrganizationMembershipsApi;

    also [ListOrganizationMemberships, ListInstanceOrganizationMemberships];

    /// Makes a user a member of an organization (`POST /v1/organizations/{organization_id}/memberships`).
    ///
    /// # Errors
    ///
    /// [`AlreadyAMemberInOrganization`](crate::ErrorCode::AlreadyAMemberInOrganization),
    /// [`OrganizationMembershipQuotaExceeded`](crate::ErrorCode::OrganizationMembershipQuotaExceeded), or
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) for the organization, the user or the role.
    pub struct CreateOrganizationMembership<'a>(organization_id: &'a OrganizationId; user_id: UserId, role: String) {
        /// Metadata that the frontend can read.
        public_metadata: &'a Metadata,
        /// Metadata that only the backend can read.
        private_metadata: &'a Metadata,
    }
    = Operation::post("CreateOrganizationMembership", "/organizations/{organization_id}/memberships")
    => fn create -> OrganizationMembership;

    /// Changes the role of a member (`PATCH /v1/organizations/{organization_id}/memberships/{user_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization does not exist or the user is
    /// not a member, or `organization_minimum_permissions_needed` for the last administrator.
    pub struct UpdateOrganizationMembership<'a>(organization_id: &'a OrganizationId, user_id: &'a UserId; role: String)
    = Operation::patch("UpdateOrganizationMembership", "/organizations/{organization_id}/memberships/{user_id}").idempotent()
    => fn update -> OrganizationMembership;

    /// Removes a member from an organization (`DELETE /v1/organizations/{organization_id}/memberships/{user_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization does not exist or the user is
    /// not a member, or `organization_minimum_permissions_needed` for the last administrator.
    pub struct DeleteOrganizationMembership<'a>(organization_id: &'a OrganizationId, user_id: &'a UserId)
    = Operation::delete("DeleteOrganizationMembership", "/organizations/{organization_id}/memberships/{user_id}")
    => fn delete -> OrganizationMembership;

    /// Merges metadata into that of a membership, at every level. A key whose value is `null` is removed (`PATCH
    /// /v1/organizations/{organization_id}/memberships/{user_id}/metadata`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization does not exist or the user is
    /// not a member.
    pub struct UpdateOrganizationMembershipMetadata<'a>(organization_id: &'a OrganizationId, user_id: &'a UserId) {
        /// Metadata that the frontend can read.
        public_metadata: &'a Metadata,
        /// Metadata that only the backend can read.
        private_metadata: &'a Metadata,
    }
    = Operation::patch("UpdateOrganizationMembershipMetadata", "/organizations/{organization_id}/memberships/{user_id}/metadata").idempotent()
    => send update_metadata -> OrganizationMembership;
}

impl OrganizationMembershipsApi<'_> {
    /// Lists the members of an organization (`GET /v1/organizations/{organization_id}/memberships`), newest first by
    /// default.
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
    pub async fn list(self, list: &ListOrganizationMemberships) -> Result<Page<OrganizationMembership>> {
        self.client.execute(list).await
    }

    /// Lists the memberships in all organizations (`GET /v1/organization_memberships`), newest first by default.
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
    pub async fn list_all(self, list: &ListInstanceOrganizationMemberships) -> Result<Page<OrganizationMembership>> {
        self.client.execute(list).await
    }
}

list! {
    /// Lists the members of an organization. Without filters, Clerk returns the ten newest.
    pub struct ListOrganizationMemberships(organization_id: OrganizationId) {
        /// Lists only members with one of these ids; with a minus sign before an id, all others.
        many user_ids as "user_id": UserId,
        /// Lists only members with one of these email addresses.
        many email_addresses as "email_address": EmailAddress,
        /// Lists only members with one of these phone numbers.
        many phone_numbers as "phone_number": Sensitive,
        /// Lists only members with one of these user names.
        many usernames as "username": Sensitive,
        /// Lists only members with one of these wallets.
        many web3_wallets as "web3_wallet": Sensitive,
        /// Lists only members with one of these roles.
        many roles as "role": String,
        /// Lists only members with an address, a phone number, a name or an id that matches this text.
        one query: Sensitive,
        /// Lists only members with an email address that contains this text.
        one email_address_query: Sensitive,
        /// Lists only members with a phone number that contains this text.
        one phone_number_query: Sensitive,
        /// Lists only members whose user name contains this text.
        one username_query: Sensitive,
        /// Lists only members whose first or last name contains this text.
        one name_query: Sensitive,
        /// Lists only members who were last active before this time.
        one last_active_at_before: Timestamp,
        /// Lists only members who were last active after this time.
        one last_active_at_after: Timestamp,
        /// Lists only memberships that were created before this time.
        one created_at_before: Timestamp,
        /// Lists only memberships that were created after this time.
        one created_at_after: Timestamp,
        /// Sets the order.
        one order_by: OrganizationMembershipOrder,
    }
    = Operation::get("ListOrganizationMemberships", "/organizations/{organization_id}/memberships")
        => OrganizationMembership;
}

list! {
    /// Lists the memberships in all organizations of the instance. Clerk returns the ten newest.
    pub struct ListInstanceOrganizationMemberships() {
        /// Sets the order.
        one order_by: OrganizationMembershipOrder,
    }
    = Operation::get("InstanceGetOrganizationMemberships", "/organization_memberships") => OrganizationMembership;
}

orders! {
    /// The order in which Clerk lists memberships.
    pub enum OrganizationMembershipOrder {
        CreatedAt, CreatedAtDescending = "+created_at", "-created_at";
        Email, EmailDescending = "+email_address", "-email_address";
        PhoneNumber, PhoneNumberDescending = "+phone_number", "-phone_number";
        FirstName, FirstNameDescending = "+first_name", "-first_name";
        LastName, LastNameDescending = "+last_name", "-last_name";
        Username, UsernameDescending = "+username", "-username";
    }
}
