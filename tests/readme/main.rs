//! The first sample in the README as a program.

#![allow(clippy::print_stdout, reason = "the sample prints")]

include!("sample.rs");
