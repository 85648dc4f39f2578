#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod classify;
mod transport;

pub use clerk_core::*;
pub use pollster::block_on;
pub use ureq;

pub use transport::UreqTransport;
