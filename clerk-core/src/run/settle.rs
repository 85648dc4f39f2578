//! What a failed call means for the people in it and for the run, as a function of the error.

use super::Outcome;

use crate::error::{ApiError, Error, ErrorCode, ErrorKind};
use crate::model::NormalizedEmailAddress;
use crate::transport::Effect;

/// What a failed attempt means.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Clerk refused the call because of somebody in it.
    Refused(Refusal),
    /// Nothing happened: the same call may do later.
    Later,
    /// The people may have been invited all the same.
    Ambiguous,
    /// No call will do before somebody mends something.
    Hopeless,
}

/// What settles a person whom Clerk refuses.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) outcome: Outcome,
    pub(super) code: ErrorCode,
    pub(super) reason: String,
    /// Whom Clerk names. It does not always say.
    pub(super) named: Vec<NormalizedEmailAddress>,
}

/// Codes that are about the instance and not about the people.
const OF_THE_INSTANCE: &[ErrorCode] = &[
    ErrorCode::DEV_MONTHLY_EMAIL_LIMIT_EXCEEDED,
    ErrorCode::INVITATIONS_NOT_SUPPORTED,
    ErrorCode::ACTION_BLOCKED,
    ErrorCode::CLERK_KEY_INVALID,
    ErrorCode::ORGANIZATION_MEMBERSHIP_QUOTA_EXCEEDED,
];

const ALREADY_INVITED: &[ErrorCode] = &[
    ErrorCode::DUPLICATE_RECORD,
    ErrorCode::ORGANIZATION_INVITATION_NOT_UNIQUE,
];

const EXISTING_USER: &[ErrorCode] = &[
    ErrorCode::FORM_IDENTIFIER_EXISTS,
    ErrorCode::ALREADY_A_MEMBER_IN_ORGANIZATION,
];

pub(super) fn verdict(error: &Error) -> Verdict {
    if error.effect() != Effect::NotApplied {
        return Verdict::Ambiguous;
    }
    match error.kind() {
        ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::RateLimited => Verdict::Later,
        ErrorKind::Rejected | ErrorKind::Conflict => of_refusal(error),
        // Any other 403 is about a plan, a quota or the instance.
        ErrorKind::Forbidden if error.code() == Some(&ErrorCode::NOT_ALLOWED_ACCESS) => of_refusal(error),
        _ => Verdict::Hopeless,
    }
}

fn of_refusal(error: &Error) -> Verdict {
    match error.api_errors().first() {
        Some(first) if !OF_THE_INSTANCE.contains(first.code()) => Verdict::Refused(Refusal::of(first)),
        _ => Verdict::Hopeless,
    }
}

impl Refusal {
    fn of(error: &ApiError) -> Self {
        let code = error.code().clone();
        let outcome = if ALREADY_INVITED.contains(&code) {
            Outcome::AlreadyInvited
        } else if EXISTING_USER.contains(&code) {
            Outcome::ExistingUser
        } else {
            Outcome::Refused
        };
        let named = error
            .email_addresses()
            .map(|address| NormalizedEmailAddress::new(address.as_str()));
        Self {
            outcome,
            reason: error.long_message().unwrap_or(error.message()).to_owned(),
            named: named.collect(),
            code,
        }
    }
}
