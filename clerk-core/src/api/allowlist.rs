//! The allowlist: who may sign up, if [`UpdateInstanceRestrictions`](super::instance::UpdateInstanceRestrictions) turns it on.
//!
//! The request types are [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

use crate::api::query_params::list;
use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{AllowlistIdentifier, AllowlistIdentifierId, DeletedObject, Page};
use crate::operation::Operation;
use crate::sensitive::Sensitive;

impl Client {
    /// Returns the operations on the allowlist.
    pub const fn allowlist(&self) -> AllowlistApi<'_> {
        AllowlistApi { client: self }
    }
}

resource! {
    /// Operations on the allowlist, returned by [`Client::allowlist`].
    pub struct AllowlistApi;

    also [ListAllowlistIdentifiers];

    /// Adds an email address, a phone number, a wallet, or a pattern such as `*@example.com` to the allowlist (`POST
    /// /v1/allowlist_identifiers`).
    ///
    /// # Errors
    ///
    /// [`FormIdentifierExists`](crate::ErrorCode::FormIdentifierExists) or
    /// [`DuplicateRecord`](crate::ErrorCode::DuplicateRecord) if the list has the identifier.
    pub struct CreateAllowlistIdentifier(; identifier: Sensitive) {
        /// Whether Clerk invites an email address that is added; its default is `false`.
        notify: bool,
    }
    = Operation::post("CreateAllowlistIdentifier", "/allowlist_identifiers")
    => fn create -> AllowlistIdentifier;

    /// Removes an entry from the allowlist (`DELETE /v1/allowlist_identifiers/{identifier_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the entry does not exist.
    pub struct DeleteAllowlistIdentifier<'a>(identifier_id: &'a AllowlistIdentifierId)
    = Operation::delete("DeleteAllowlistIdentifier", "/allowlist_identifiers/{identifier_id}")
    => fn delete -> DeletedObject;
}

impl AllowlistApi<'_> {
    /// Lists the allowlist (`GET /v1/allowlist_identifiers`), newest first by default.
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
    pub async fn list(self, list: &ListAllowlistIdentifiers) -> Result<Page<AllowlistIdentifier>> {
        self.client.execute(list).await
    }
}

list! {
    /// Lists the allowlist. Clerk returns the ten newest entries.
    pub struct ListAllowlistIdentifiers() {}
    // `paginated` makes Clerk include the total count.
    = Operation::get("ListAllowlistIdentifiers", "/allowlist_identifiers") => AllowlistIdentifier, paginated = true;
}
