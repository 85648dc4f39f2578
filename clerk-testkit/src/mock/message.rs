use std::sync::Arc;

use clerk_core::HttpRequest;

use super::expectation::Expectation;
use super::times::count;
use crate::difference::{distance, write_list};

/// Says of a request that nothing accepted which expectation is nearest and why it did not.
pub(super) fn unexpected(request: &HttpRequest, expectations: &[Arc<Expectation>]) -> String {
    let mut text = format!("{} {} was not expected. ", request.method(), request.uri().path());
    let with_differences = expectations.iter().map(|e| (e, e.matcher.differences(request)));
    let nearest = with_differences
        .min_by_key(|(expectation, differences)| (distance(differences), expectation.calls_left() == 0));
    let Some((nearest, differences)) = nearest else {
        return text + "Nothing is: the mock has no expectations";
    };
    let location = nearest.location;
    if !differences.is_empty() {
        text.push_str(&format!("The nearest expectation, at {location}, differs in"));
        // Writing to a string does not fail.
        let _ = write_list(&differences, &mut text);
    } else if let Some(earlier) = nearest.blocked_by() {
        let (name, earlier_at) = (earlier.matcher.name(), earlier.location);
        text.push_str(&format!(
            "It came too early: the expectation at {location} comes after {name}, expected at {earlier_at}"
        ));
    } else {
        let times = nearest.count().times;
        text.push_str(&format!(
            "It came once too often: the expectation at {location} is to be called {times}"
        ));
    }
    text
}

/// Says of an expectation how often it was called instead.
pub(super) fn unmet(expectation: &Expectation) -> String {
    let (name, location) = (expectation.matcher.name(), expectation.location);
    let count_now = *expectation.count();
    let was = match count_now.calls {
        0 => "was never called".to_owned(),
        calls => format!("was called {}", count(calls)),
    };
    format!("{name}, expected {} at {location}, {was}", count_now.times)
}
