#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate self as clerk_postgres;

mod archive;
mod error;
mod intake;
mod migrations;
mod outbox;
mod recipient;
mod schema;
mod status;
mod store;
mod submission;

pub use sqlx;

pub use archive::Archived;
pub use error::{Error, ErrorKind};
pub use outbox::{Outbox, Target};
pub use recipient::Recipient;
pub use schema::{InvalidSchema, Schema};
pub use status::{BatchStatus, Counts, Filter, PersonStatus, Stage, Statuses};
pub use store::Store;
pub use submission::{BatchId, Submit, Submitted};

#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
#[cfg(test)]
mod test_outbox;
