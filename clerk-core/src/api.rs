//! Clerk's operations, one module for each resource.
//!
//! To invite people to the application, see [`invitations`]; to invite them to an organization, see
//! [`organization_invitations`].

pub mod allowlist;
pub mod blocklist;
mod checks;
pub mod email_addresses;
pub mod instance;
pub mod invitations;
pub mod organization_domains;
pub mod organization_invitations;
pub mod organization_memberships;
pub mod organization_permissions;
pub mod organization_roles;
pub mod organizations;
mod paging_params;
pub mod phone_numbers;
mod query_params;
mod rate_limits;
pub mod redirect_urls;
mod resource;
pub mod sessions;
mod setters;
pub mod tokens;
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
        email_addresses::OPERATIONS,
        phone_numbers::OPERATIONS,
        organizations::OPERATIONS,
        organization_memberships::OPERATIONS,
        organization_roles::OPERATIONS,
        organization_permissions::OPERATIONS,
        organization_domains::OPERATIONS,
        allowlist::OPERATIONS,
        blocklist::OPERATIONS,
        redirect_urls::OPERATIONS,
        tokens::OPERATIONS,
        sessions::OPERATIONS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
