use super::addresses::Addresses;
use crate::api::window::{Window, window_setters};
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{EmailAddress, Page, User};
use crate::operation::Operation;
use crate::paging::Paged;

/// Which users to list. Nothing set lists the ten newest.
///
/// ```
/// use clerk_core::api::users::ListUsers;
///
/// let known = ListUsers::new().email_addresses(["ada@example.com", "charles@example.com"]).limit(100);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListUsers {
    addresses: Addresses,
    window: Window,
}

impl ListUsers {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get("GetUserList", "/users");

    /// The most addresses that one call takes: 100.
    pub const MAX_ADDRESSES: usize = Addresses::MAX;

    /// Lists without filter.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only users who have one of these addresses: up to [`MAX_ADDRESSES`](Self::MAX_ADDRESSES). An address that no user
    /// has is passed over. Called again, it adds.
    #[must_use]
    pub fn email_addresses(mut self, addresses: impl IntoIterator<Item = impl Into<EmailAddress>>) -> Self {
        self.addresses.extend(addresses);
        self
    }
}

window_setters!(ListUsers);

impl Endpoint for ListUsers {
    type Output = Page<User>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = self.addresses.add_to(Self::OPERATION.request())?;
        self.window.add_to(request)
    }
}

impl Paged for ListUsers {
    type Item = User;
}
