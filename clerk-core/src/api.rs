//! Clerk's operations: a file for each resource.

pub mod invitations;
