//! Reading lists page by page.

mod items;
mod pages;

pub use items::Items;
pub use pages::Pages;

use crate::endpoint::Endpoint;
use crate::model::Page;

/// An endpoint that returns a list page by page, selected by the query parameters `limit` and `offset`.
///
/// [`Client::pages`](crate::Client::pages) reads all pages. All lists of the SDK implement it. For your own, name the item
/// type:
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
    /// The type of the entries.
    type Item: Send + 'static;
}

impl<E: Paged + ?Sized> Paged for &E {
    type Item = E::Item;
}
