//! Clerk's operations, one module for each resource.
//!
//! To invite people to the application, see [`invitations`]; to invite them to an organization, see
//! [`organization_invitations`].

mod checks;
pub mod instance;
pub mod invitations;
pub mod organization_invitations;
mod paging_params;
mod rate_limits;
mod resource;
mod setters;
pub mod users;
pub mod waitlist_entries;

use crate::operation::Operation;

/// Returns all operations of the SDK, as data.
///
/// ```
/// use clerk_core::api;
///
/// assert!(api::operations().any(|operation| operation.name() == "CreateBulkInvitations"));
/// ```
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    [
        invitations::OPERATIONS,
        organization_invitations::OPERATIONS,
        waitlist_entries::OPERATIONS,
        users::OPERATIONS,
        instance::OPERATIONS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
