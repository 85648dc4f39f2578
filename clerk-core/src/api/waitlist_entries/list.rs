use crate::api::window::{Window, window_setters};
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{Page, WaitlistEntry, WaitlistEntryStatus};
use crate::operation::Operation;
use crate::paging::Paged;
use crate::sensitive::Sensitive;

/// Which waitlist entries to list. Nothing set lists the ten newest of every status.
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
    window: Window,
}

/// The order of a list of waitlist entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitlistEntryOrder {
    /// Oldest first.
    CreatedAt,
    /// Newest first, the default.
    CreatedAtDescending,
    /// By address, from A to Z.
    EmailAddress,
    /// By address, from Z to A.
    EmailAddressDescending,
    /// The first invited first.
    InvitedAt,
    /// The last invited first.
    InvitedAtDescending,
}

impl WaitlistEntryOrder {
    const fn as_str(self) -> &'static str {
        match self {
            Self::CreatedAt => "+created_at",
            Self::CreatedAtDescending => "-created_at",
            Self::EmailAddress => "+email_address",
            Self::EmailAddressDescending => "-email_address",
            Self::InvitedAt => "+invited_at",
            Self::InvitedAtDescending => "-invited_at",
        }
    }
}

impl ListWaitlistEntries {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get("ListWaitlistEntries", "/waitlist_entries");

    /// Lists without filter.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only entries of this status.
    #[must_use]
    pub fn status(mut self, status: WaitlistEntryStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only entries whose address or id fits this text. Clerk does not promise an exact match: compare the addresses
    /// that come.
    #[must_use]
    pub fn query(mut self, address_or_id: impl Into<Sensitive>) -> Self {
        self.query = Some(address_or_id.into());
        self
    }

    /// The order.
    #[must_use]
    pub fn order_by(mut self, order: WaitlistEntryOrder) -> Self {
        self.order_by = Some(order);
        self
    }
}

window_setters!(ListWaitlistEntries);

impl Endpoint for ListWaitlistEntries {
    type Output = Page<WaitlistEntry>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION
            .request()
            .query_opt("status", self.status.as_ref())
            .query_opt("query", self.query.as_ref().map(Sensitive::as_str))
            .query_opt("order_by", self.order_by.map(WaitlistEntryOrder::as_str));
        self.window.add_to(request)
    }
}

impl Paged for ListWaitlistEntries {
    type Item = WaitlistEntry;
}
