//! The wire form of requests, pages and responses.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod models;
mod pages;
mod requests;
