//! Explains why a run stopped, and what to do about it.

use std::error::Error as StdError;
use std::time::Duration;

use clerk_core::run::Stop;
use clerk_core::{ApiError, Effect, Error, ErrorKind};
use http::StatusCode;

use crate::connection::Connection;
use crate::duration;
use crate::network_problem::NetworkProblem;
use crate::people::Recipient;
use crate::text::message;

/// Describes in one line why a run stopped. `changed` is the recipient of a [`Stop::ChangedRow`].
pub(crate) fn describe(
    stop: &Stop,
    connection: &Connection,
    max_wait: Duration,
    changed: Option<&Recipient>,
) -> String {
    match stop {
        Stop::Requested => "the run was interrupted".to_owned(),
        Stop::Error(error) => describe_error(error, connection.server()),
        Stop::RateLimited { wait } => format!(
            "Clerk's rate limits require a wait of {}, and --max-wait allows {}",
            duration::format(*wait),
            duration::format(max_wait)
        ),
        Stop::ChangedRow { .. } => match changed {
            Some(recipient) => format!(
                "line {}: an earlier attempt may have invited {}, and the row has changed since. Restore the row, then run \
                 again.",
                recipient.position.line, recipient.email_address
            ),
            None => stop.to_string(),
        },
        Stop::RepeatedRefusal { .. } => format!("{stop}, or use --keep-going to try everyone"),
        stop => stop.to_string(),
    }
}

/// Describes in one line what failed, why, and what to do about it.
pub(crate) fn describe_error(error: &Error, server: &str) -> String {
    let (cause, advice) = match NetworkProblem::new(error, server) {
        Some(problem) => (problem.cause, problem.advice),
        None if is_foreign(error) => (not_from_clerk(error, server), foreign_advice(error)),
        None => (clerk_message(error), advice(error.kind())),
    };
    let mut text = summary(error);
    if !cause.is_empty() {
        text = format!("{text}: {cause}");
    }
    match advice {
        "" => text,
        advice => format!("{}. {advice}", text.trim_end_matches('.')),
    }
}

/// Says what failed. The cause of a network problem follows in other words than the transport's.
fn summary(error: &Error) -> String {
    let failure = match error.kind() {
        ErrorKind::Transport => "got no response",
        ErrorKind::Timeout => "timed out",
        _ => return error.to_string(),
    };
    let effect = match error.effect() {
        Effect::Unknown => ", may have taken effect",
        _ => "",
    };
    format!("{} {failure}{effect}", error.operation())
}

/// Whether a response arrived that is not one of Clerk's API. If Clerk itself fails, its response need not be JSON either.
fn is_foreign(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Server => error.status() == Some(StatusCode::NETWORK_AUTHENTICATION_REQUIRED),
        ErrorKind::RateLimited => false,
        _ => error.status().is_some() && error.api_errors().is_empty(),
    }
}

fn not_from_clerk(error: &Error, server: &str) -> String {
    let problem = match error.source() {
        Some(source) => format!(" ({source})"),
        None => String::new(),
    };
    format!("the answer of {server} is not from Clerk's API{problem}")
}

fn foreign_advice(error: &Error) -> &'static str {
    match error.status().map(|status| status.as_u16()) {
        Some(407) => "A proxy asks for credentials: check the proxy's settings.",
        Some(511) => "The network asks for a sign-in: open any web page in a browser, sign in, then run again.",
        Some(404) => "Check --api-url or CLERK_API_URL, and --organization if you use it.",
        _ if error.content_type() == Some("text/html") => {
            "A firewall, a proxy or the sign-in page of the network may answer in Clerk's place: open any web page in a \
             browser. Otherwise, check --api-url or CLERK_API_URL."
        }
        _ => "Check --api-url or CLERK_API_URL, and whether a proxy answers in Clerk's place.",
    }
}

/// Returns the more detailed of the messages in Clerk's first error.
fn clerk_message(error: &Error) -> String {
    let first = error.api_errors().first();
    let long = first
        .and_then(ApiError::long_message)
        .filter(|long| !long.trim().is_empty());
    message(long.or(first.map(ApiError::message)).unwrap_or_default())
}

const fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Authentication => {
            "Check that CLERK_SECRET_KEY is complete, belongs to this instance and is not revoked."
        }
        ErrorKind::PaymentRequired => "The instance's plan does not include this, or its quota is used up.",
        ErrorKind::NotFound => "Check --api-url or CLERK_API_URL, and --organization and the roles if you use them.",
        ErrorKind::Forbidden => "The instance's settings do not allow this.",
        ErrorKind::Server => "Clerk, or a proxy in front of it, failed: run again later.",
        _ => "",
    }
}
