//! The waitlist: people who wait for access to the application.
//!
//! [`Client::waitlist_entries`](crate::Client::waitlist_entries) has a method for each operation; the request types here
//! are [endpoints](crate::Endpoint) and can be sent by [`Client::send`](crate::Client::send) for the whole response.

mod create;
mod create_bulk;
mod list;
mod single;

pub use create::CreateWaitlistEntry;
pub use create_bulk::CreateWaitlistEntryBulk;
pub use list::{ListWaitlistEntries, WaitlistEntryOrder};
pub use single::{DeleteWaitlistEntry, InviteWaitlistEntry, RejectWaitlistEntry};

use crate::client::Client;
use crate::error::Result;
use crate::model::{DeletedObject, Page, WaitlistEntry, WaitlistEntryId};
use crate::operation::Operation;

/// The operations of this resource, as data.
pub static OPERATIONS: &[&Operation] = &[
    &create::OPERATION,
    &create_bulk::OPERATION,
    &list::OPERATION,
    &single::INVITE,
    &single::REJECT,
    &single::DELETE,
];

/// Clerk's operations on the waitlist; [`Client::waitlist_entries`] makes it.
#[derive(Debug, Clone, Copy)]
pub struct WaitlistEntriesApi<'a> {
    client: &'a Client,
}

impl<'a> WaitlistEntriesApi<'a> {
    pub(crate) const fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Puts one person on the waitlist (`CreateWaitlistEntry`, `POST /v1/waitlist_entries`), and by default confirms by
    /// mail.
    ///
    /// For an address that waits already, Clerk answers the entry that is there. So the call is repeated after any failure
    /// that may pass, and you may call it again too.
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
    /// [`FORM_PARAM_FORMAT_INVALID`](crate::ErrorCode::FORM_PARAM_FORMAT_INVALID) if the address is none.
    pub async fn create(self, entry: &CreateWaitlistEntry) -> Result<WaitlistEntry> {
        self.client.execute(entry).await
    }

    /// Puts 1 to 50 people on the waitlist in one call (`CreateBulkWaitlistEntries`, `POST /v1/waitlist_entries/bulk`).
    ///
    /// For an address that waits already, Clerk answers the entry that is there.
    ///
    /// # Errors
    ///
    /// Nothing is sent for no people or more than [`CreateWaitlistEntryBulk::MAX`].
    /// [`FORM_PARAM_DUPLICATE`](crate::ErrorCode::FORM_PARAM_DUPLICATE) or the like if an address is there twice, else those of
    /// [`create`](Self::create).
    pub async fn create_bulk(self, entries: &[CreateWaitlistEntry]) -> Result<Vec<WaitlistEntry>> {
        self.client.execute(&CreateWaitlistEntryBulk::new(entries)).await
    }

    /// Lists entries, newest first unless asked otherwise (`ListWaitlistEntries`, `GET /v1/waitlist_entries`).
    ///
    /// One page; [`Client::pages`] reads all.
    ///
    /// # Errors
    ///
    /// Those of any call. Nothing is sent for a limit that Clerk does not take.
    pub async fn list(self, list: &ListWaitlistEntries) -> Result<Page<WaitlistEntry>> {
        self.client.execute(list).await
    }

    /// Invites a person who is on the waitlist (`InviteWaitlistEntry`, `POST /v1/waitlist_entries/{id}/invite`). The
    /// invitation is one [to the application](super::invitations).
    ///
    /// [`InviteWaitlistEntry::ignore_existing`] invites even if an invitation is pending.
    ///
    /// # Errors
    ///
    /// [`RESOURCE_NOT_FOUND`](crate::ErrorCode::RESOURCE_NOT_FOUND),
    /// [`WAITLIST_ENTRY_ALREADY_INVITED`](crate::ErrorCode::WAITLIST_ENTRY_ALREADY_INVITED),
    /// [`WAITLIST_ENTRY_ALREADY_COMPLETED`](crate::ErrorCode::WAITLIST_ENTRY_ALREADY_COMPLETED), or
    /// [`WAITLIST_ENTRY_LOCKED`](crate::ErrorCode::WAITLIST_ENTRY_LOCKED) while a batch action is at work on it. An error whose
    /// [`effect`](crate::Error::effect) is not `None` may have invited the person: list before calling again.
    pub async fn invite(self, id: &WaitlistEntryId) -> Result<WaitlistEntry> {
        self.client.execute(&InviteWaitlistEntry::new(id)).await
    }

    /// Denies a person who is on the waitlist access (`RejectWaitlistEntry`, `POST /v1/waitlist_entries/{id}/reject`).
    ///
    /// # Errors
    ///
    /// [`RESOURCE_NOT_FOUND`](crate::ErrorCode::RESOURCE_NOT_FOUND),
    /// [`WAITLIST_ENTRY_ALREADY_COMPLETED`](crate::ErrorCode::WAITLIST_ENTRY_ALREADY_COMPLETED),
    /// [`WAITLIST_ENTRY_LOCKED`](crate::ErrorCode::WAITLIST_ENTRY_LOCKED), or
    /// [`WAITLIST_ENTRY_ALREADY_REJECTED`](crate::ErrorCode::WAITLIST_ENTRY_ALREADY_REJECTED), which after a retry can mean
    /// that the first attempt did it.
    pub async fn reject(self, id: &WaitlistEntryId) -> Result<WaitlistEntry> {
        self.client.execute(&RejectWaitlistEntry::new(id)).await
    }

    /// Deletes a pending entry (`DeleteWaitlistEntry`, `DELETE /v1/waitlist_entries/{id}`).
    ///
    /// # Errors
    ///
    /// [`WAITLIST_ENTRY_LOCKED`](crate::ErrorCode::WAITLIST_ENTRY_LOCKED) or another 409 if it is not pending, or
    /// [`RESOURCE_NOT_FOUND`](crate::ErrorCode::RESOURCE_NOT_FOUND), which after a retry can mean that the first attempt did
    /// it.
    pub async fn delete(self, id: &WaitlistEntryId) -> Result<DeletedObject> {
        self.client.execute(&DeleteWaitlistEntry::new(id)).await
    }
}
