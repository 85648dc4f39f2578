//! Reading lists that Clerk gives a page at a time.

mod items;
mod pages;
#[cfg(test)]
mod tests;

pub use items::Items;
pub use pages::Pages;

use crate::endpoint::Endpoint;
use crate::model::Page;

/// An endpoint that lists, a page at a time, by the query parameters `limit` and `offset`.
///
/// [`Client::pages`](crate::Client::pages) reads all its pages. All lists of the SDK are such; one of yours becomes one by
/// naming its item:
///
/// ```
/// use clerk_core::model::Page;
/// use clerk_core::{Endpoint, EndpointRequest, InvalidRequest, Operation, Paged};
///
/// struct ListRoles;
///
/// impl Endpoint for ListRoles {
///     type Output = Page<serde_json::Value>;
///
///     fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
///         Ok(Operation::get("ListOrganizationRoles", "/organization_roles").request())
///     }
/// }
///
/// impl Paged for ListRoles {
///     type Item = serde_json::Value;
/// }
/// ```
pub trait Paged: Endpoint<Output = Page<Self::Item>> {
    /// What is listed.
    type Item: Send + 'static;
}

impl<E: Paged + ?Sized> Paged for &E {
    type Item = E::Item;
}
