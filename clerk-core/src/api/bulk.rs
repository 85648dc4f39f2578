use serde::Serialize;

use crate::endpoint::EndpointRequest;
use crate::error::InvalidRequest;

/// What a bulk call is checked for before it is sent. Its body is a bare array of its people.
pub(super) struct Bulk {
    /// How many people one call takes.
    pub(super) max: usize,
    /// What they are there for, such as `to invite`.
    pub(super) purpose: &'static str,
    /// What to do about more of them.
    pub(super) instead: &'static str,
}

impl Bulk {
    /// For a call that invites.
    pub(super) const fn of_invitations(max: usize) -> Self {
        Self {
            max,
            purpose: "to invite",
            instead: "`invite_all` takes any number",
        }
    }

    /// Writes the body, unless there are too few or too many people, or one has a `problem`.
    pub(super) fn json<T: Serialize>(
        &self,
        request: EndpointRequest,
        people: &[T],
        problem: fn(&T) -> Option<&'static str>,
    ) -> Result<EndpointRequest, InvalidRequest> {
        let Self { max, purpose, instead } = self;
        let count = people.len();
        if count == 0 {
            return Err(request.invalid(format!("there is nobody {purpose}: one call takes 1 to {max} people")));
        }
        if count > *max {
            return Err(request.invalid(format!(
                "{count} people are more than the {max} that one call takes: {instead}"
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
