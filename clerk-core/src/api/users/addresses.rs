use crate::endpoint::EndpointRequest;
use crate::error::InvalidRequest;
use crate::model::EmailAddress;

/// The email addresses to look users up by: the query parameter `email_address`, once for each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Addresses(Vec<EmailAddress>);

impl Addresses {
    /// The most addresses that one call accepts.
    pub(super) const MAX: usize = 100;

    pub(super) fn extend(&mut self, addresses: impl IntoIterator<Item = impl Into<EmailAddress>>) {
        self.0.extend(addresses.into_iter().map(Into::into));
    }

    /// Adds the parameters to the query.
    pub(super) fn add_to(&self, request: EndpointRequest) -> Result<EndpointRequest, InvalidRequest> {
        let count = self.0.len();
        if count > Self::MAX {
            return Err(request.invalid(format!("{count} addresses are more than the 100 that one call accepts")));
        }
        Ok(request.query_all("email_address", self.0.iter().map(EmailAddress::as_str)))
    }
}
