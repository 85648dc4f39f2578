use std::panic::Location;
use std::sync::Arc;

use super::expectation::Expectation;
use super::incoming::Incoming;
use super::times::count;
use crate::difference::{distance, write_list};

/// Describes the nearest expectation to a request that none accepted.
pub(super) fn unexpected(incoming: &Incoming<'_>, expectations: &[Arc<Expectation>]) -> String {
    let mut text = format!("{} was not expected. ", incoming.name());
    if let Some(attempt) = incoming.retry() {
        text.push_str(&format!(
            "It is attempt {attempt} of one call, because the client retries after a 429, a 5xx or a failure. "
        ));
    }
    let with_differences = expectations.iter().map(|e| (e, e.matcher.differences(incoming)));
    let nearest = with_differences
        .min_by_key(|(expectation, differences)| (distance(differences), !expectation.has_calls_left()));
    let Some((nearest, differences)) = nearest else {
        return text + "The mock has no expectations: add one with `expect` and `respond`";
    };
    let location = nearest.location;
    if !differences.is_empty() {
        text.push_str(&format!("The nearest expectation, at {location}, differs in"));
        // Writing to a string does not fail.
        let _ = write_list(&differences, &mut text);
    } else if let Some(earlier) = nearest.blocked_by() {
        let (name, earlier_at) = (earlier.matcher.name(), earlier.location);
        text.push_str(&format!(
            "It matches the expectation at {location}, which `in_order` allows only after {name}, expected at \
             {earlier_at}"
        ));
    } else {
        let times = nearest.count().times;
        text.push_str(&format!(
            "It matches the expectation at {location}, which allows it {times} and is used up: allow more calls with \
             `times`, or expect it again"
        ));
    }
    text
}

/// Says how often an expectation was called instead.
pub(super) fn unmet(expectation: &Expectation) -> String {
    let (name, location) = (expectation.matcher.name(), expectation.location);
    let count_now = *expectation.count();
    let was = match count_now.calls {
        0 => "was never called".to_owned(),
        calls => format!("was called {}", count(calls)),
    };
    format!("{name}, expected {} at {location}, {was}", count_now.times)
}

/// Says that an expectation is not possible, or not complete.
pub(super) fn invalid_expectation(name: &str, location: &Location<'_>, reason: &str) -> String {
    format!("the expectation of {name} at {location} is invalid: {reason}")
}

/// Says that an expectation has a reply that is not possible.
pub(super) fn invalid_reply(expectation: &Expectation, reason: &str) -> String {
    let (name, location) = (expectation.matcher.name(), expectation.location);
    format!("the reply to {name}, expected at {location}, is invalid: {reason}")
}

/// Says that an operation cannot read a reply.
pub(super) fn undecodable_reply(expectation: &Expectation, operation: &str, reason: &str) -> String {
    let (name, location) = (expectation.matcher.name(), expectation.location);
    let fix = if reason.starts_with("expected an array, got an object (") {
        "Reply with an array, as `Reply::invitations` does"
    } else if reason.contains("got an object at [0] (") {
        // An array of the fields' values would also do.
        "Reply with an object, as `Reply::invitation` and `Reply::page` do"
    } else {
        "Fix the body"
    };
    format!(
        "the reply to {name}, expected at {location}, is not a response to {operation}: {reason}. {fix}, or use \
         `Reply::bytes`, which is not checked"
    )
}
