//! The permissions that roles give to members of organizations.
//!
//! The request types are [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

use crate::api::query_params::{list, orders};
use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{DeletedObject, OrganizationPermission, OrganizationPermissionId, Page};
use crate::operation::Operation;

impl Client {
    /// Returns the operations on permissions in organizations.
    pub const fn organization_permissions(&self) -> OrganizationPermissionsApi<'_> {
        OrganizationPermissionsApi { client: self }
    }
}

resource! {
    /// Operations on permissions in organizations, returned by [`Client::organization_permissions`].
    pub struct OrganizationPermissionsApi;

    also [ListOrganizationPermissions];

    /// Reads one permission (`GET /v1/organization_permissions/{permission_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the permission does not exist.
    pub struct GetOrganizationPermission<'a>(permission_id: &'a OrganizationPermissionId)
    = Operation::get("GetOrganizationPermission", "/organization_permissions/{permission_id}")
    => fn get -> OrganizationPermission;

    /// Creates a permission (`POST /v1/organization_permissions`).
    ///
    /// # Errors
    ///
    /// [`FormIdentifierExists`](crate::ErrorCode::FormIdentifierExists) if another one has the key.
    pub struct CreateOrganizationPermission(; name: String, key: String) {
        /// What it is for.
        description: String,
    }
    = Operation::post("CreateOrganizationPermission", "/organization_permissions")
    => send create -> OrganizationPermission;

    /// Changes the fields of a permission that are set (`PATCH /v1/organization_permissions/{permission_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the permission does not exist.
    pub struct UpdateOrganizationPermission<'a>(permission_id: &'a OrganizationPermissionId) {
        /// The name.
        name: String,
        /// The key, such as `org:reports:read`.
        key: String,
        /// What it is for.
        description: String,
    }
    = Operation::patch("UpdateOrganizationPermission", "/organization_permissions/{permission_id}").idempotent()
    => send update -> OrganizationPermission;

    /// Deletes a permission (`DELETE /v1/organization_permissions/{permission_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the permission does not exist, or
    /// `organization_system_permission_not_modifiable`.
    pub struct DeleteOrganizationPermission<'a>(permission_id: &'a OrganizationPermissionId)
    = Operation::delete("DeleteOrganizationPermission", "/organization_permissions/{permission_id}")
    => fn delete -> DeletedObject;
}

impl OrganizationPermissionsApi<'_> {
    /// Lists the permissions of the instance (`GET /v1/organization_permissions`), newest first by default.
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
    pub async fn list(self, list: &ListOrganizationPermissions) -> Result<Page<OrganizationPermission>> {
        self.client.execute(list).await
    }
}

list! {
    /// Lists permissions. Clerk returns the ten newest.
    pub struct ListOrganizationPermissions() {
        /// Lists only those whose id, name or key matches this text.
        one query: String,
        /// Sets the order.
        one order_by: OrganizationPermissionOrder,
    }
    = Operation::get("ListOrganizationPermissions", "/organization_permissions") => OrganizationPermission;
}

orders! {
    /// The order in which Clerk lists permissions.
    pub enum OrganizationPermissionOrder {
        CreatedAt, CreatedAtDescending = "+created_at", "-created_at";
        Name, NameDescending = "+name", "-name";
        Key, KeyDescending = "+key", "-key";
    }
}
