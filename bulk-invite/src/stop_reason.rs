//! Explains why a run stopped, and what to do about it.

use std::error::Error as StdError;
use std::iter;
use std::time::Duration;

use clerk_core::run::Stop;
use clerk_core::{ApiError, Effect, Error, ErrorKind};

use crate::duration;
use crate::people::Recipient;

/// Describes in one line why a run of `recipients` stopped.
pub(crate) fn describe(stop: &Stop, max_wait: Duration, recipients: &[Recipient]) -> String {
    match stop {
        Stop::Requested => "the run was interrupted".to_owned(),
        Stop::Error(error) => describe_error(error),
        Stop::RateLimited { wait } => format!(
            "Clerk's rate limits require a wait of {}, and --max-wait allows {}",
            duration::format(*wait),
            duration::format(max_wait)
        ),
        Stop::ChangedRow { position } => match recipients.get(*position) {
            Some(recipient) => format!(
                "line {}: an earlier attempt may have invited {}, and the row has changed since. Restore the row, then run \
                 again.",
                recipient.position.line, recipient.email_address
            ),
            None => stop.to_string(),
        },
        stop => stop.to_string(),
    }
}

/// Describes an error in one line, followed by Clerk's message and by what to do.
fn describe_error(error: &Error) -> String {
    let advice = match error.kind() {
        ErrorKind::Authentication => {
            "check that CLERK_SECRET_KEY is complete, belongs to this instance and is not revoked"
        }
        ErrorKind::PaymentRequired => "the instance's plan does not include this, or its quota is used up",
        ErrorKind::NotFound | ErrorKind::UnexpectedStatus => {
            "check --api-url or CLERK_API_URL, and --organization and the roles if you use them"
        }
        ErrorKind::Forbidden => "the instance's settings do not allow this",
        ErrorKind::Transport | ErrorKind::Timeout if error.effect() == Effect::NotApplied => {
            "check the network connection, and --api-url or CLERK_API_URL"
        }
        ErrorKind::Server => "Clerk, or a proxy in front of it, failed; run again later",
        _ => "",
    };
    let message = error.api_errors().first().map_or("", ApiError::message);
    let mut text = error.to_string();
    if let Some(cause) = innermost_cause(error) {
        text = format!("{text} ({cause})");
    }
    for more in [message, advice] {
        if !more.is_empty() {
            text.push_str(": ");
            text.push_str(more);
        }
    }
    text
}

/// Returns the last error of the source chain, such as `Connection refused`. The errors before it repeat what failed.
fn innermost_cause(error: &Error) -> Option<&(dyn StdError + 'static)> {
    iter::successors(error.source(), |&error| error.source()).last()
}
