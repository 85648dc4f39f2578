//! The waitlist: people who asked for access to the application.
//!
//! [`Client::waitlist_entries`] returns a handle with a method for each operation. The request types are
//! [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

mod create;
mod create_bulk;
mod list;

pub use create::CreateWaitlistEntry;
pub use create_bulk::CreateWaitlistEntryBulk;
pub use list::{ListWaitlistEntries, WaitlistEntryOrder};

use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{DeletedObject, Page, WaitlistEntry, WaitlistEntryId};
use crate::operation::Operation;

impl Client {
    /// Returns the operations on the waitlist.
    pub const fn waitlist_entries(&self) -> WaitlistEntriesApi<'_> {
        WaitlistEntriesApi { client: self }
    }
}

impl WaitlistEntriesApi<'_> {
    /// Adds one person to the waitlist (`POST /v1/waitlist_entries`). Clerk confirms by email by default.
    ///
    /// If the address is already on the waitlist, Clerk returns the existing entry. The operation is therefore idempotent:
    /// the client retries it, and you can call it again.
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client) -> clerk_core::Result<()> {
    /// use clerk_core::api::waitlist_entries::CreateWaitlistEntry;
    ///
    /// let entry = clerk.waitlist_entries().create(&CreateWaitlistEntry::new("ada@example.com")).await?;
    /// clerk.waitlist_entries().invite(&entry.id).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`FormParamFormatInvalid`](crate::ErrorCode::FormParamFormatInvalid) if the text is not an email address.
    ///
    /// # Cancel safety
    ///
    /// The person may have been added when the future is dropped. Calling again is safe.
    pub async fn create(self, entry: &CreateWaitlistEntry) -> Result<WaitlistEntry> {
        self.client.execute(entry).await
    }

    /// Adds 1 to 50 people to the waitlist in one call (`POST /v1/waitlist_entries/bulk`).
    ///
    /// If an address is already on the waitlist, Clerk returns the existing entry.
    ///
    /// # Errors
    ///
    /// Nothing is sent for an empty slice or more than [`CreateWaitlistEntryBulk::MAX`] people. Clerk refuses the call with
    /// a code such as [`FormParamDuplicate`](crate::ErrorCode::FormParamDuplicate) if an address occurs twice. The other
    /// errors are those of [`create`](Self::create).
    ///
    /// # Cancel safety
    ///
    /// The people may have been added when the future is dropped. Calling again is safe.
    pub async fn create_bulk(self, entries: &[CreateWaitlistEntry]) -> Result<Vec<WaitlistEntry>> {
        self.client.execute(&CreateWaitlistEntryBulk::new(entries)).await
    }

    /// Lists entries (`GET /v1/waitlist_entries`), newest first by default.
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
    pub async fn list(self, list: &ListWaitlistEntries) -> Result<Page<WaitlistEntry>> {
        self.client.execute(list).await
    }
}

resource! {
    /// Operations on the waitlist, returned by [`Client::waitlist_entries`].
    pub struct WaitlistEntriesApi;

    also [CreateWaitlistEntry, CreateWaitlistEntryBulk, ListWaitlistEntries];

    /// Invites a person from the waitlist [to the application](super::invitations)
    /// (`POST /v1/waitlist_entries/{waitlist_entry_id}/invite`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound),
    /// [`WaitlistEntryAlreadyInvited`](crate::ErrorCode::WaitlistEntryAlreadyInvited),
    /// [`WaitlistEntryAlreadyCompleted`](crate::ErrorCode::WaitlistEntryAlreadyCompleted), or
    /// [`WaitlistEntryLocked`](crate::ErrorCode::WaitlistEntryLocked). An error whose [`effect`](crate::Error::effect) is not
    /// `NotApplied` may have invited the person: list the entries before you call again.
    pub struct InviteWaitlistEntry<'a>(waitlist_entry_id: &'a WaitlistEntryId) {
        /// Invites even if an invitation is pending for the address; Clerk's default is `false`. With `true`, sending the
        /// request twice can invite twice.
        ignore_existing: bool,
    }
    = Operation::post("InviteWaitlistEntry", "/waitlist_entries/{waitlist_entry_id}/invite")
    => fn invite -> WaitlistEntry;

    /// Rejects a person on the waitlist (`POST /v1/waitlist_entries/{waitlist_entry_id}/reject`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound),
    /// [`WaitlistEntryAlreadyCompleted`](crate::ErrorCode::WaitlistEntryAlreadyCompleted),
    /// [`WaitlistEntryLocked`](crate::ErrorCode::WaitlistEntryLocked), or
    /// [`WaitlistEntryAlreadyRejected`](crate::ErrorCode::WaitlistEntryAlreadyRejected). After a retry, the last can mean
    /// that the first attempt rejected the entry.
    pub struct RejectWaitlistEntry<'a>(waitlist_entry_id: &'a WaitlistEntryId)
    // Rejecting again fails and changes nothing.
    = Operation::post("RejectWaitlistEntry", "/waitlist_entries/{waitlist_entry_id}/reject").idempotent()
    => fn reject -> WaitlistEntry;

    /// Deletes a pending entry (`DELETE /v1/waitlist_entries/{waitlist_entry_id}`).
    ///
    /// # Errors
    ///
    /// [`WaitlistEntryLocked`](crate::ErrorCode::WaitlistEntryLocked) or another 409 if the entry is not pending, or
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound). After a retry, the latter can mean that the first attempt
    /// deleted the entry.
    pub struct DeleteWaitlistEntry<'a>(waitlist_entry_id: &'a WaitlistEntryId)
    = Operation::delete("DeleteWaitlistEntry", "/waitlist_entries/{waitlist_entry_id}") => fn delete -> DeletedObject;
}
