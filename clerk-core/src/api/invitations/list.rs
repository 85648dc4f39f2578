use crate::api::window::{Window, window_setters};
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{Invitation, InvitationStatus, Page};
use crate::operation::Operation;
use crate::paging::Paged;
use crate::sensitive::Sensitive;

/// Which invitations to list. Nothing set lists the ten newest of every status but revoked.
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
    window: Window,
}

/// The order of a list of invitations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvitationOrder {
    /// Oldest first.
    CreatedAt,
    /// Newest first, the default.
    CreatedAtDescending,
    /// By address, from A to Z.
    EmailAddress,
    /// By address, from Z to A.
    EmailAddressDescending,
    /// The first to expire first.
    ExpiresAt,
    /// The last to expire first.
    ExpiresAtDescending,
}

impl InvitationOrder {
    const fn as_str(self) -> &'static str {
        match self {
            Self::CreatedAt => "+created_at",
            Self::CreatedAtDescending => "-created_at",
            Self::EmailAddress => "+email_address",
            Self::EmailAddressDescending => "-email_address",
            Self::ExpiresAt => "+expires_at",
            Self::ExpiresAtDescending => "-expires_at",
        }
    }
}

impl ListInvitations {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get("ListInvitations", "/invitations");

    /// Lists without filter.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only invitations of this status. Revoked ones are listed only when asked for.
    #[must_use]
    pub fn status(mut self, status: InvitationStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only invitations whose address or id fits this text. Clerk does not promise an exact match: compare the
    /// addresses that come.
    #[must_use]
    pub fn query(mut self, address_or_id: impl Into<Sensitive>) -> Self {
        self.query = Some(address_or_id.into());
        self
    }

    /// The order.
    #[must_use]
    pub fn order_by(mut self, order: InvitationOrder) -> Self {
        self.order_by = Some(order);
        self
    }
}

window_setters!(ListInvitations);

impl Endpoint for ListInvitations {
    type Output = Page<Invitation>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION
            .request()
            .query_opt("status", self.status.as_ref())
            .query_opt("query", self.query.as_ref().map(Sensitive::as_str))
            .query_opt("order_by", self.order_by.map(InvitationOrder::as_str))
            // With it, Clerk also tells the total.
            .query("paginated", true);
        self.window.add_to(request)
    }
}

impl Paged for ListInvitations {
    type Item = Invitation;
}
