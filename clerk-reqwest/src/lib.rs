#![doc = include_str!("../README.md")]

mod classify;
mod transport;

pub use clerk_core::*;
pub use reqwest;

pub use transport::ReqwestTransport;
