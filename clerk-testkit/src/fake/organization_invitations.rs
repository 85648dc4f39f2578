//! Invitations to organizations: a file for what is kept, one for reading requests, one for who may be invited, one for
//! each kind of operation.

mod admit;
mod create;
mod invitation;
mod list;
mod refusals;
mod request;
mod single;

pub(super) use create::{create, create_bulk};
pub(super) use invitation::{CreateOrganizationInvitation, OrganizationInvitation};
pub(super) use list::{list, list_of_instance, list_of_user, list_pending};
pub(super) use single::{get, revoke};
