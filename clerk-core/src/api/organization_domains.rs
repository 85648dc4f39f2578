//! The email domains of organizations.
//!
//! The request types are [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

use crate::api::query_params::{list, orders, query_text};
use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{DeletedObject, EnrollmentMode, OrganizationDomain, OrganizationDomainId, OrganizationId, Page};
use crate::operation::Operation;

impl Client {
    /// Returns the operations on domains of organizations.
    pub const fn organization_domains(&self) -> OrganizationDomainsApi<'_> {
        OrganizationDomainsApi { client: self }
    }
}

resource! {
    /// Operations on domains of organizations, returned by [`Client::organization_domains`].
    pub struct OrganizationDomainsApi;

    also [ListOrganizationDomains, ListAllOrganizationDomains];

    /// Adds a domain to an organization, verified by default (`POST /v1/organizations/{organization_id}/domains`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization does not exist.
    pub struct CreateOrganizationDomain<'a>(organization_id: &'a OrganizationId) {
        /// The domain, such as `example.com`.
        name: String,
        /// How users of the domain join; manually by default.
        enrollment_mode: EnrollmentMode,
        /// Whether the domain counts as verified.
        verified: bool,
    }
    = Operation::post("CreateOrganizationDomain", "/organizations/{organization_id}/domains")
    => send create -> OrganizationDomain;

    /// Changes the fields of a domain that are set (`PATCH /v1/organizations/{organization_id}/domains/{domain_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization or the domain does not exist.
    pub struct UpdateOrganizationDomain<'a>(organization_id: &'a OrganizationId, domain_id: &'a OrganizationDomainId) {
        /// How users of the domain join.
        enrollment_mode: EnrollmentMode,
        /// Whether the domain counts as verified.
        verified: bool,
    }
    = Operation::patch("UpdateOrganizationDomain", "/organizations/{organization_id}/domains/{domain_id}").idempotent()
    => send update -> OrganizationDomain;

    /// Removes a domain from its organization (`DELETE /v1/organizations/{organization_id}/domains/{domain_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization or the domain does not exist.
    pub struct DeleteOrganizationDomain<'a>(organization_id: &'a OrganizationId, domain_id: &'a OrganizationDomainId)
    = Operation::delete("DeleteOrganizationDomain", "/organizations/{organization_id}/domains/{domain_id}")
    => fn delete -> DeletedObject;
}

impl OrganizationDomainsApi<'_> {
    /// Lists the domains of an organization (`GET /v1/organizations/{organization_id}/domains`), newest first by
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
    pub async fn list(self, list: &ListOrganizationDomains) -> Result<Page<OrganizationDomain>> {
        self.client.execute(list).await
    }

    /// Lists the domains of all organizations (`GET /v1/organization_domains`), newest first by default.
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
    pub async fn list_all(self, list: &ListAllOrganizationDomains) -> Result<Page<OrganizationDomain>> {
        self.client.execute(list).await
    }
}

query_text! {
    EnrollmentMode => |mode| mode.as_str().to_owned(),
}

list! {
    /// Lists the domains of an organization. Clerk returns the ten newest.
    pub struct ListOrganizationDomains(organization_id: OrganizationId) {
        /// Lists only domains that are verified, or only those that are not.
        one verified: bool,
        /// Lists only domains with this mode.
        one enrollment_mode: EnrollmentMode,
    }
    = Operation::get("ListOrganizationDomains", "/organizations/{organization_id}/domains") => OrganizationDomain;
}

list! {
    /// Lists the domains of all organizations. Clerk returns the ten newest.
    pub struct ListAllOrganizationDomains() {
        /// Lists only domains of this organization.
        one organization_id: OrganizationId,
        /// Lists only domains that are verified, or only those that are not.
        one verified: bool,
        /// Lists only domains with one of these modes.
        many enrollment_modes as "enrollment_mode": EnrollmentMode,
        /// Lists only domains whose name contains this text, or whose id it is.
        one query: String,
        /// Lists only these domains.
        many domains: String,
        /// Sets the order.
        one order_by: OrganizationDomainOrder,
    }
    = Operation::get("ListAllOrganizationDomains", "/organization_domains") => OrganizationDomain;
}

orders! {
    /// The order in which Clerk lists domains.
    pub enum OrganizationDomainOrder {
        Name, NameDescending = "+name", "-name";
        CreatedAt, CreatedAtDescending = "+created_at", "-created_at";
    }
}
