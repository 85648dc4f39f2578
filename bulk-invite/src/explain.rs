//! Why a run stopped, with what to do about it.

use std::time::Duration;

use clerk_core::run::Stop;
use clerk_core::{ApiError, Effect, Error, ErrorKind};

use crate::human_time::human_time;
use crate::people::Invitee;

/// Why a run of these people stopped, in one line.
pub(crate) fn why_stopped(stop: &Stop, max_wait: Duration, people: &[Invitee]) -> String {
    match stop {
        Stop::Requested => "the run was interrupted".to_owned(),
        Stop::Error(error) => explain(error),
        Stop::RateLimited { wait } => format!(
            "the limits ask for a wait of {}, and --max-wait allows {}",
            human_time(*wait),
            human_time(max_wait)
        ),
        Stop::ChangedRow { position } => match people.get(*position) {
            Some(person) => format!(
                "line {}: {} may have been invited by an attempt that is not settled, and the row has changed since: \
                 restore it and run again",
                person.line, person.email_address
            ),
            None => stop.to_string(),
        },
        stop => stop.to_string(),
    }
}

/// An error in one line, with what to do about it.
fn explain(error: &Error) -> String {
    let what_to_do = match error.kind() {
        ErrorKind::Authentication => "check that CLERK_SECRET_KEY is whole, not revoked, and of this instance",
        ErrorKind::PaymentRequired => "the instance's plan does not include it, or its quota is used up",
        ErrorKind::NotFound | ErrorKind::UnexpectedStatus => {
            "check --api-url or CLERK_API_URL, and --organization and the roles if there are any"
        }
        ErrorKind::Forbidden => "the instance does not allow it",
        ErrorKind::Transport | ErrorKind::Timeout if error.effect() == Effect::NotApplied => {
            "check the network and --api-url or CLERK_API_URL"
        }
        ErrorKind::Server => "Clerk, or something before it, failed",
        _ => "",
    };
    let mut text = error.to_string();
    let said = error.api_errors().first().map_or("", ApiError::message);
    for more in [said, what_to_do] {
        if !more.is_empty() {
            text.push_str(": ");
            text.push_str(more);
        }
    }
    text
}
