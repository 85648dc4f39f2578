//! Clerk's operations: a file for each resource.
//!
//! Who wants to invite people to the application is at [`invitations`]; to an organization of it, at
//! [`organization_invitations`].

mod bulk;
pub mod instance;
pub mod invitations;
mod invitee;
pub mod organization_invitations;
mod rate_limits;
mod resource;
#[cfg(test)]
mod tests;
pub mod users;
pub mod waitlist_entries;
mod window;

use crate::operation::Operation;

/// All operations that the SDK has, as data.
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
