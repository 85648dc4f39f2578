use serde::Serialize;

use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{DeletedObject, WaitlistEntry, WaitlistEntryId};
use crate::operation::Operation;

pub(super) static INVITE: Operation =
    Operation::post("InviteWaitlistEntry", "/waitlist_entries/{waitlist_entry_id}/invite");

// Rejecting twice is refused and changes nothing.
pub(super) static REJECT: Operation =
    Operation::post("RejectWaitlistEntry", "/waitlist_entries/{waitlist_entry_id}/reject").idempotent();

pub(super) static DELETE: Operation = Operation::delete("DeleteWaitlistEntry", "/waitlist_entries/{waitlist_entry_id}");

/// Invites a person who is on the waitlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct InviteWaitlistEntry<'a> {
    #[serde(skip)]
    id: &'a WaitlistEntryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignore_existing: Option<bool>,
}

impl<'a> InviteWaitlistEntry<'a> {
    /// Invites the person of this entry.
    pub const fn new(id: &'a WaitlistEntryId) -> Self {
        Self {
            id,
            ignore_existing: None,
        }
    }

    /// Whether to invite even if an invitation is pending for the address; Clerk does not unless told `true`.
    ///
    /// With it, sending the request twice can invite twice.
    #[must_use]
    pub const fn ignore_existing(mut self, ignore: bool) -> Self {
        self.ignore_existing = Some(ignore);
        self
    }
}

impl Endpoint for InviteWaitlistEntry<'_> {
    type Output = WaitlistEntry;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = INVITE.request().path_param("waitlist_entry_id", self.id)?;
        match self.ignore_existing {
            Some(_) => request.json(self),
            None => Ok(request),
        }
    }
}

/// Denies a person who is on the waitlist access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RejectWaitlistEntry<'a> {
    id: &'a WaitlistEntryId,
}

impl<'a> RejectWaitlistEntry<'a> {
    /// Rejects this entry.
    pub const fn new(id: &'a WaitlistEntryId) -> Self {
        Self { id }
    }
}

impl Endpoint for RejectWaitlistEntry<'_> {
    type Output = WaitlistEntry;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        REJECT.request().path_param("waitlist_entry_id", self.id)
    }
}

/// Deletes a pending waitlist entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeleteWaitlistEntry<'a> {
    id: &'a WaitlistEntryId,
}

impl<'a> DeleteWaitlistEntry<'a> {
    /// Deletes this entry.
    pub const fn new(id: &'a WaitlistEntryId) -> Self {
        Self { id }
    }
}

impl Endpoint for DeleteWaitlistEntry<'_> {
    type Output = DeletedObject;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        DELETE.request().path_param("waitlist_entry_id", self.id)
    }
}
