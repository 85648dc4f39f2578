//! Invitations to the application: a file for what is kept, one for reading requests, one for each kind of operation.

mod create;
mod list;
mod request;
mod store;
mod take_back;

pub(super) use create::{create, create_bulk};
pub(super) use list::list;
pub(super) use store::{Invitation, Invitations, NewInvitation};
pub(super) use take_back::{delete, revoke};
