//! Invitations to the application: a file for what is kept, one for reading requests, one for who may be invited, one
//! for each kind of operation.

mod admit;
mod create;
mod invitation;
mod list;
mod refusals;
mod request;
mod take_back;

pub(super) use create::{create, create_bulk, invite};
pub(super) use invitation::{Invitation, NewInvitation};
pub(super) use list::list;
pub(super) use take_back::{delete, revoke};
