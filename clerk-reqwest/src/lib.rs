#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod classify;
mod transport;

pub use clerk_core::*;
pub use reqwest;

pub use transport::ReqwestTransport;
