#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod migrations;
mod outbox;
mod schema;
mod store;

pub use sqlx;

pub use error::{Error, ErrorKind};
pub use outbox::{Outbox, Target};
pub use schema::{InvalidSchema, Schema};
pub use store::Store;
