use super::addresses::Addresses;
use crate::api::paging_params::{PagingParams, list_endpoint};
use crate::model::{EmailAddress, User};
use crate::operation::Operation;

/// Lists users. Without filters, Clerk returns the ten newest.
///
/// ```
/// use clerk_core::api::users::ListUsers;
///
/// let known = ListUsers::new().email_addresses(["ada@example.com", "charles@example.com"]).limit(100);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListUsers {
    addresses: Addresses,
    paging: PagingParams,
}

impl ListUsers {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get("GetUserList", "/users");

    /// The most addresses that one call accepts: 100.
    pub const MAX_ADDRESSES: usize = Addresses::MAX;

    /// Creates a list without filters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists only users with one of these email addresses, at most [`MAX_ADDRESSES`](Self::MAX_ADDRESSES). Addresses without
    /// a user are ignored. Call it again to add more.
    #[must_use]
    pub fn email_addresses(mut self, addresses: impl IntoIterator<Item = impl Into<EmailAddress>>) -> Self {
        self.addresses.extend(addresses);
        self
    }
}

list_endpoint!(ListUsers -> User, |list| list.addresses.add_to(ListUsers::OPERATION.request())?);
