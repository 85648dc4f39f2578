//! The README's first code as a program.

#![allow(clippy::print_stdout, reason = "the sample prints")]

include!("sample.rs");
