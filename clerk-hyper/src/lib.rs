//! Hyper.
