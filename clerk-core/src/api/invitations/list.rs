use crate::api::paging_params::{PagingParams, list_endpoint};
use crate::api::setters::setters;
use crate::model::{Invitation, InvitationStatus};
use crate::operation::Operation;
use crate::sensitive::Sensitive;
use crate::text::text_enum;

/// Lists invitations to the application. Without filters, Clerk returns the ten newest, revoked ones excluded.
///
/// ```
/// use clerk_core::api::invitations::{InvitationOrder, ListInvitations};
/// use clerk_core::model::InvitationStatus;
///
/// let oldest_pending = ListInvitations::new()
///     .status(InvitationStatus::Pending)
///     .order_by(InvitationOrder::CreatedAt)
///     .limit(500);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListInvitations {
    status: Option<InvitationStatus>,
    query: Option<Sensitive>,
    order_by: Option<InvitationOrder>,
    paging: PagingParams,
}

text_enum! {
    /// The order in which Clerk lists invitations.
    #[non_exhaustive]
    pub enum InvitationOrder {
        /// Oldest first.
        CreatedAt = "+created_at",
        /// Newest first, the default.
        CreatedAtDescending = "-created_at",
        /// By email address, from A to Z.
        EmailAddress = "+email_address",
        /// By email address, from Z to A.
        EmailAddressDescending = "-email_address",
        /// Earliest expiry first.
        ExpiresAt = "+expires_at",
        /// Latest expiry first.
        ExpiresAtDescending = "-expires_at",
    }
}

impl ListInvitations {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get("ListInvitations", "/invitations");

    /// Creates a list without filters.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! {
    ListInvitations {
        /// Lists only invitations with this status. Clerk lists revoked invitations only on request.
        status: InvitationStatus,
        /// Lists only invitations whose email address or id matches this text. Clerk does not document the match as exact, so
        /// compare the addresses in the response.
        query: impl Into<Sensitive>,
        /// Sets the order.
        order_by: InvitationOrder,
    }
}

list_endpoint!(ListInvitations -> Invitation, |list| {
    ListInvitations::OPERATION
        .request()
        .query_opt("status", list.status.as_ref())
        .query_opt("query", list.query.as_ref().map(Sensitive::as_str))
        .query_opt("order_by", list.order_by)
        // Makes Clerk include the total count.
        .query("paginated", true)
});
