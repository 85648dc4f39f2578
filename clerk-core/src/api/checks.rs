//! Checks of a request before it is sent.

use serde::Serialize;

use crate::endpoint::EndpointRequest;
use crate::error::InvalidRequest;
use crate::model::EmailAddress;

/// The longest validity of an invitation, in days.
pub(super) const MAX_EXPIRES_IN_DAYS: u16 = 365;

/// Returns why every instance would refuse an address, if so.
pub(super) fn address_problem(address: &EmailAddress) -> Option<&'static str> {
    let is_empty = address.as_str().trim().is_empty();
    is_empty.then_some("email_address is empty")
}

/// Returns why every instance would refuse a validity, if so.
pub(super) fn expiry_problem(days: Option<u16>) -> Option<&'static str> {
    let is_valid = days.is_none_or(|days| (1..=MAX_EXPIRES_IN_DAYS).contains(&days));
    (!is_valid).then_some("expires_in_days must be 1 to 365")
}

/// The rules of a bulk call, whose body is a bare array of people.
pub(super) struct Bulk {
    /// The most people that one call accepts.
    pub(super) max: usize,
    /// What the call does with the people, such as `to invite`.
    pub(super) purpose: &'static str,
    /// What to do with more people.
    pub(super) instead: &'static str,
}

impl Bulk {
    /// Returns the rules of a call that invites.
    pub(super) const fn for_invitations(max: usize) -> Self {
        Self {
            max,
            purpose: "to invite",
            instead: "`invite_all` accepts any number",
        }
    }

    /// Sets the body, or fails if there are too few or too many people, or one of them has a `problem`.
    pub(super) fn json<T: Serialize>(
        &self,
        request: EndpointRequest,
        people: &[T],
        problem: fn(&T) -> Option<&'static str>,
    ) -> Result<EndpointRequest, InvalidRequest> {
        let Self { max, purpose, instead } = self;
        let count = people.len();
        if count == 0 {
            return Err(request.invalid(format!("there is nobody {purpose}: one call accepts 1 to {max} people")));
        }
        if count > *max {
            return Err(request.invalid(format!(
                "{count} people are more than the {max} that one call accepts: {instead}"
            )));
        }
        for (index, person) in people.iter().enumerate() {
            if let Some(problem) = problem(person) {
                return Err(request.invalid(format!("item {index}: {problem}")));
            }
        }
        request.json(people)
    }
}
