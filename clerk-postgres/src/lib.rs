#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate self as clerk_postgres;

mod archive;
mod backoff;
mod budget;
mod error;
mod intake;
mod journal;
mod lease;
mod migrations;
mod observer;
mod outbox;
mod people;
mod race;
mod recipient;
mod records;
mod schema;
mod status;
mod store;
mod submission;
mod worker;

pub use sqlx;

pub use archive::Archived;
pub use budget::InstanceBudget;
pub use error::{Error, ErrorKind};
pub use journal::OutboxJournal;
pub use lease::Leadership;
pub use observer::{WorkerEvent, WorkerObserver};
pub use outbox::{Outbox, Target};
pub use recipient::Recipient;
pub use schema::{InvalidSchema, Schema};
pub use status::{BatchStatus, Counts, Filter, PersonStatus, Stage, Statuses};
pub use store::Store;
pub use submission::{BatchId, Submit, Submitted};
pub use worker::{Worker, WorkerError};

#[cfg(test)]
mod scale;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
#[cfg(test)]
mod test_outbox;
