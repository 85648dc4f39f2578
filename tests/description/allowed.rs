//! The differences between the SDK and Clerk's description that are intended, each with its reason.

use crate::differences::{Allowed, Problem};

pub(crate) const ALLOWED: &[Allowed] = &[Allowed {
    operation: "DeleteInvitation",
    places: &[""],
    problem: Problem::NotDescribed,
    reason: "Clerk's own SDKs have it; its docs here say that the description does not",
}];
