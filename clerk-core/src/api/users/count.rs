use super::addresses::Addresses;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{EmailAddress, TotalCount};
use crate::operation::Operation;

/// Which users to count. Nothing set counts all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountUsers {
    addresses: Addresses,
}

impl CountUsers {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get("GetUsersCount", "/users/count");

    /// The most addresses that one call takes: 100.
    pub const MAX_ADDRESSES: usize = Addresses::MAX;

    /// Counts without filter.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only users who have one of these addresses: up to [`MAX_ADDRESSES`](Self::MAX_ADDRESSES). Called again, it adds.
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
