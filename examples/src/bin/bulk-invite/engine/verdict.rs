//! What a failed call means for its people, as a function of the error: no clock, no calls.

use std::time::Duration;

use clerk_core::{ApiError, Effect, Error, ErrorCode, ErrorKind};

use crate::outcome::{Evidence, Outcome, Settlement};
use crate::people::Identity;

/// What to do after a failed call.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// Nothing happened, and it may go well later: send it again, after this wait if one is given.
    Again { wait: Option<Duration>, why: &'static str },
    /// Nothing happened, because Clerk refuses somebody.
    Refused(Refusal),
    /// Nothing happened, and nothing would happen to the others either.
    Stop(String),
    /// Nobody knows what happened: read what Clerk has, and never send it again. `stop` says why the others are not
    /// sent.
    Ambiguous {
        wait: Option<Duration>,
        stop: Option<String>,
    },
}

/// Whom Clerk refuses, and why.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    /// Those whom it names.
    pub(super) named: Vec<(Identity, Settlement)>,
    /// For somebody whom it does not name.
    pub(super) unnamed: Settlement,
}

/// The 400s that hold for the whole instance. So do all 401, 402 and 404, and the 403s that are not about an address.
const STOPPING: [ErrorCode; 2] = [
    ErrorCode::DEV_MONTHLY_EMAIL_LIMIT_EXCEEDED,
    ErrorCode::INVITATIONS_NOT_SUPPORTED,
];

pub(super) fn verdict(error: &Error) -> Verdict {
    if error.effect() != Effect::None {
        return Verdict::Ambiguous {
            wait: error.retry_after(),
            stop: is_of_the_whole_run(error).then(|| explain(error)),
        };
    }
    match error.kind() {
        ErrorKind::RateLimited => Verdict::Again {
            wait: error.retry_after(),
            why: "the rate limit",
        },
        ErrorKind::Transport | ErrorKind::Timeout => Verdict::Again {
            wait: None,
            why: "Clerk to be reached again",
        },
        ErrorKind::Conflict => Verdict::Again {
            wait: error.retry_after(),
            why: "something else to be done with",
        },
        _ if is_of_the_whole_run(error) => Verdict::Stop(explain(error)),
        _ => Verdict::Refused(refusal(error)),
    }
}

/// Whether the next call would fail in the same way, whoever is in it.
fn is_of_the_whole_run(error: &Error) -> bool {
    let has = |codes: &[ErrorCode]| error.api_errors().iter().any(|e| codes.contains(e.code()));
    match error.kind() {
        ErrorKind::Authentication | ErrorKind::PaymentRequired | ErrorKind::NotFound | ErrorKind::UnexpectedStatus => {
            true
        }
        ErrorKind::Forbidden => !has(&[ErrorCode::NOT_ALLOWED_ACCESS]),
        _ => has(&STOPPING),
    }
}

/// An error in one line, with what to do about it.
pub(super) fn explain(error: &Error) -> String {
    let what_to_do = match error.kind() {
        ErrorKind::Authentication => "check that CLERK_SECRET_KEY is whole, not revoked, and of this instance",
        ErrorKind::PaymentRequired => "the instance's plan does not include it, or its quota is used up",
        ErrorKind::NotFound | ErrorKind::UnexpectedStatus => "check --api-url",
        ErrorKind::Forbidden => "the instance does not allow it",
        ErrorKind::Transport | ErrorKind::Timeout if error.effect() == Effect::None => {
            "check the network and --api-url"
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

fn refusal(error: &Error) -> Refusal {
    let named = error.api_errors().iter().flat_map(|api_error| {
        let settlement = refused_by(api_error);
        api_error
            .email_addresses()
            .map(move |address| (Identity::of(address.as_str()), settlement.clone()))
    });
    // Of several errors, one that names nobody is about whoever is not named.
    let mut errors = error.api_errors().iter();
    let about_the_unnamed = errors.clone().find(|e| e.email_addresses().next().is_none());
    Refusal {
        named: named.collect(),
        unnamed: match about_the_unnamed.or_else(|| errors.next()) {
            Some(api_error) => refused_by(api_error),
            None => Settlement::new(Outcome::Refused, Evidence::Refusal, error.to_string()),
        },
    }
}

fn refused_by(error: &ApiError) -> Settlement {
    let code = error.code();
    let outcome = if *code == ErrorCode::DUPLICATE_RECORD {
        Outcome::AlreadyInvited
    } else if *code == ErrorCode::FORM_IDENTIFIER_EXISTS {
        Outcome::ExistingUser
    } else {
        Outcome::Refused
    };
    let said = error.long_message().unwrap_or_else(|| error.message());
    let reason = match (said, error.param_name()) {
        ("", _) => code.to_string(),
        (said, Some(param)) if outcome == Outcome::Refused => format!("{code} ({param}): {said}"),
        (said, _) => format!("{code}: {said}"),
    };
    Settlement::new(outcome, Evidence::Refusal, reason)
}
