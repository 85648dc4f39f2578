//! The blocklist: who must not sign up, if [`UpdateInstanceRestrictions`](super::instance::UpdateInstanceRestrictions) turns it on.
//!
//! The request types are [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

use crate::api::resource::resource;
use crate::client::Client;
use crate::model::{BlocklistIdentifier, BlocklistIdentifierId, DeletedObject, Page};
use crate::operation::Operation;
use crate::sensitive::Sensitive;

impl Client {
    /// Returns the operations on the blocklist.
    pub const fn blocklist(&self) -> BlocklistApi<'_> {
        BlocklistApi { client: self }
    }
}

resource! {
    /// Operations on the blocklist, returned by [`Client::blocklist`].
    pub struct BlocklistApi;

    also [];

    /// Lists the whole blocklist (`GET /v1/blocklist_identifiers`).
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub struct ListBlocklistIdentifiers()
    = Operation::get("ListBlocklistIdentifiers", "/blocklist_identifiers")
    => fn list -> Page<BlocklistIdentifier>;

    /// Adds an email address, a phone number, a wallet, or a pattern such as `*@example.com` to the blocklist (`POST
    /// /v1/blocklist_identifiers`).
    ///
    /// # Errors
    ///
    /// [`FormIdentifierExists`](crate::ErrorCode::FormIdentifierExists) or
    /// [`DuplicateRecord`](crate::ErrorCode::DuplicateRecord) if the list has the identifier.
    pub struct CreateBlocklistIdentifier(; identifier: Sensitive)
    = Operation::post("CreateBlocklistIdentifier", "/blocklist_identifiers")
    => fn create -> BlocklistIdentifier;

    /// Removes an entry from the blocklist (`DELETE /v1/blocklist_identifiers/{identifier_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the entry does not exist.
    pub struct DeleteBlocklistIdentifier<'a>(identifier_id: &'a BlocklistIdentifierId)
    = Operation::delete("DeleteBlocklistIdentifier", "/blocklist_identifiers/{identifier_id}")
    => fn delete -> DeletedObject;
}
