//! The instance's users: the fake keeps an address of each and no more.

mod count;
mod filter;
mod list;
mod user;

pub(super) use count::count;
pub(super) use list::list;
pub(super) use user::{User, Users};
