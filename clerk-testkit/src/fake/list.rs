//! What the lists have in common: which part is asked for, in which order, and of which status.

mod order;
mod page;
mod status;

pub(super) use order::{Order, OrderField};
pub(super) use page::Paging;
pub(super) use status::read_statuses;
