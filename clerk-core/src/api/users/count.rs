use super::addresses::Addresses;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{EmailAddress, TotalCount};
use crate::operation::Operation;

/// Counts users. Without filters, Clerk counts all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountUsers {
    addresses: Addresses,
}

impl CountUsers {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get("GetUsersCount", "/users/count");

    /// The most addresses that one call accepts: 100.
    pub const MAX_ADDRESSES: usize = Addresses::MAX;

    /// Creates a count without filters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts only users with one of these email addresses, at most [`MAX_ADDRESSES`](Self::MAX_ADDRESSES). Call it again to
    /// add more.
    #[must_use]
    pub fn email_addresses(mut self, addresses: impl IntoIterator<Item = impl Into<EmailAddress>>) -> Self {
        self.addresses.extend(addresses);
        self
    }
}

impl Endpoint for CountUsers {
    type Output = TotalCount;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        self.addresses.add_to(Self::OPERATION.request())
    }
}
