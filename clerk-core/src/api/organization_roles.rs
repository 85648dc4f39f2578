//! The roles of members of organizations.
//!
//! The request types are [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

use crate::api::query_params::{list, orders};
use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{DeletedObject, OrganizationPermissionId, OrganizationRole, OrganizationRoleId, Page};
use crate::operation::Operation;

impl Client {
    /// Returns the operations on roles in organizations.
    pub const fn organization_roles(&self) -> OrganizationRolesApi<'_> {
        OrganizationRolesApi { client: self }
    }
}

resource! {
    /// Operations on roles in organizations, returned by [`Client::organization_roles`].
    pub struct OrganizationRolesApi;

    also [ListOrganizationRoles];

    /// Reads one role (`GET /v1/organization_roles/{organization_role_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the role does not exist.
    pub struct GetOrganizationRole<'a>(organization_role_id: &'a OrganizationRoleId)
    = Operation::get("GetOrganizationRole", "/organization_roles/{organization_role_id}")
    => fn get -> OrganizationRole;

    /// Creates a role (`POST /v1/organization_roles`).
    ///
    /// # Errors
    ///
    /// [`FormIdentifierExists`](crate::ErrorCode::FormIdentifierExists) if another one has the key.
    pub struct CreateOrganizationRole(; name: String, key: String) {
        /// What it is for.
        description: String,
        /// What members with the role may do.
        permissions: Vec<OrganizationPermissionId>,
        /// Whether new organizations have the role.
        include_in_initial_role_set: bool,
    }
    = Operation::post("CreateOrganizationRole", "/organization_roles")
    => send create -> OrganizationRole;

    /// Changes the fields of a role that are set (`PATCH /v1/organization_roles/{organization_role_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the role does not exist.
    pub struct UpdateOrganizationRole<'a>(organization_role_id: &'a OrganizationRoleId) {
        /// The name.
        name: String,
        /// The key, such as `org:member`.
        key: String,
        /// What it is for.
        description: String,
        /// What members with the role may do.
        permissions: Vec<OrganizationPermissionId>,
    }
    = Operation::patch("UpdateOrganizationRole", "/organization_roles/{organization_role_id}").idempotent()
    => send update -> OrganizationRole;

    /// Deletes a role that no member has (`DELETE /v1/organization_roles/{organization_role_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the role does not exist, or
    /// `organization_role_assigned_members`.
    pub struct DeleteOrganizationRole<'a>(organization_role_id: &'a OrganizationRoleId)
    = Operation::delete("DeleteOrganizationRole", "/organization_roles/{organization_role_id}")
    => fn delete -> DeletedObject;

    /// Gives a permission to a role (`POST
    /// /v1/organization_roles/{organization_role_id}/permissions/{permission_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the role or the permission does not exist.
    pub struct AssignPermission<'a>(organization_role_id: &'a OrganizationRoleId, permission_id: &'a OrganizationPermissionId)
    = Operation::post("AssignPermissionToOrganizationRole", "/organization_roles/{organization_role_id}/permissions/{permission_id}")
    => fn assign_permission -> OrganizationRole;

    /// Takes a permission from a role (`DELETE
    /// /v1/organization_roles/{organization_role_id}/permissions/{permission_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the role or the permission does not exist.
    pub struct RemovePermission<'a>(organization_role_id: &'a OrganizationRoleId, permission_id: &'a OrganizationPermissionId)
    = Operation::delete("RemovePermissionFromOrganizationRole", "/organization_roles/{organization_role_id}/permissions/{permission_id}")
    => fn remove_permission -> OrganizationRole;
}

impl OrganizationRolesApi<'_> {
    /// Lists the roles of the instance (`GET /v1/organization_roles`), newest first by default.
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
    pub async fn list(self, list: &ListOrganizationRoles) -> Result<Page<OrganizationRole>> {
        self.client.execute(list).await
    }
}

list! {
    /// Lists roles. Clerk returns the ten newest.
    pub struct ListOrganizationRoles() {
        /// Lists only those whose id, name or key matches this text.
        one query: String,
        /// Sets the order.
        one order_by: OrganizationRoleOrder,
    }
    = Operation::get("ListOrganizationRoles", "/organization_roles") => OrganizationRole;
}

orders! {
    /// The order in which Clerk lists roles.
    pub enum OrganizationRoleOrder {
        CreatedAt, CreatedAtDescending = "+created_at", "-created_at";
        Name, NameDescending = "+name", "-name";
        Key, KeyDescending = "+key", "-key";
    }
}
