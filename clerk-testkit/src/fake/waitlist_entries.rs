//! The waitlist: a file for what is kept, one for each kind of operation.

mod create;
mod decide;
mod entry;
mod list;
mod refusals;

pub(super) use create::{create, create_bulk};
pub(super) use decide::{delete, invite, reject};
pub(super) use entry::WaitlistEntry;
pub(super) use list::list;
