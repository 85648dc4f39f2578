use crate::api::paging_params::{PagingParams, list_endpoint};
use crate::api::setters::setters;
use crate::model::{WaitlistEntry, WaitlistEntryStatus};
use crate::operation::Operation;
use crate::sensitive::Sensitive;
use crate::text::text_enum;

/// Lists waitlist entries. Without filters, Clerk returns the ten newest.
///
/// ```
/// use clerk_core::api::waitlist_entries::{ListWaitlistEntries, WaitlistEntryOrder};
/// use clerk_core::model::WaitlistEntryStatus;
///
/// let first_come = ListWaitlistEntries::new()
///     .status(WaitlistEntryStatus::Pending)
///     .order_by(WaitlistEntryOrder::CreatedAt)
///     .limit(500);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListWaitlistEntries {
    status: Option<WaitlistEntryStatus>,
    query: Option<Sensitive>,
    order_by: Option<WaitlistEntryOrder>,
    paging: PagingParams,
}

text_enum! {
    /// The order in which Clerk lists waitlist entries.
    #[non_exhaustive]
    pub enum WaitlistEntryOrder {
        /// Oldest first.
        CreatedAt = "+created_at",
        /// Newest first, the default.
        CreatedAtDescending = "-created_at",
        /// By email address, from A to Z.
        EmailAddress = "+email_address",
        /// By email address, from Z to A.
        EmailAddressDescending = "-email_address",
        /// Earliest invited first.
        InvitedAt = "+invited_at",
        /// Latest invited first.
        InvitedAtDescending = "-invited_at",
    }
}

impl ListWaitlistEntries {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get("ListWaitlistEntries", "/waitlist_entries");

    /// Creates a list without filters.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! {
    ListWaitlistEntries {
        /// Lists only entries with this status.
        status: WaitlistEntryStatus,
        /// Lists only entries whose email address or id matches this text. Clerk does not document the match as exact, so
        /// compare the addresses in the response.
        query: impl Into<Sensitive>,
        /// Sets the order.
        order_by: WaitlistEntryOrder,
    }
}

list_endpoint!(ListWaitlistEntries -> WaitlistEntry, |list| {
    ListWaitlistEntries::OPERATION
        .request()
        .query_opt("status", list.status.as_ref())
        .query_opt("query", list.query.as_ref().map(Sensitive::as_str))
        .query_opt("order_by", list.order_by)
});
