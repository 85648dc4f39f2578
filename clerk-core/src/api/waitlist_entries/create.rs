use serde::Serialize;

use crate::api::checks;
use crate::api::setters::setters;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{EmailAddress, WaitlistEntry};
use crate::operation::Operation;

/// A person to add to the waitlist. The request is sent to `POST /v1/waitlist_entries`.
///
/// ```
/// use clerk_core::api::waitlist_entries::CreateWaitlistEntry;
///
/// let silently = CreateWaitlistEntry::new("ada@example.com").notify(false);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreateWaitlistEntry {
    email_address: EmailAddress,
    #[serde(skip_serializing_if = "Option::is_none")]
    notify: Option<bool>,
}

impl CreateWaitlistEntry {
    /// The operation that this request calls.
    // If the address is already on the waitlist, Clerk returns the existing entry and creates none.
    pub const OPERATION: &'static Operation = &Operation::post("CreateWaitlistEntry", "/waitlist_entries").idempotent();

    /// Creates an entry for this email address.
    pub fn new(email_address: impl Into<EmailAddress>) -> Self {
        Self {
            email_address: email_address.into(),
            notify: None,
        }
    }

    /// Returns the email address.
    pub const fn email_address(&self) -> &EmailAddress {
        &self.email_address
    }

    /// Returns why every instance would refuse the request, if so. The text never contains the address.
    pub(super) fn problem(&self) -> Option<&'static str> {
        checks::address_problem(&self.email_address)
    }
}

setters! {
    CreateWaitlistEntry {
        /// Sets whether Clerk sends a confirmation email; Clerk's default is `true`.
        notify: bool,
    }
}

impl Endpoint for CreateWaitlistEntry {
    type Output = WaitlistEntry;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION.request();
        match self.problem() {
            Some(problem) => Err(request.invalid(problem)),
            None => request.json(self),
        }
    }
}
