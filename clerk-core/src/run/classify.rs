//! What a failed attempt means for its recipients and for the run, as a function of the error.

use super::outcome::Outcome;
use crate::api::waitlist_entries::InviteWaitlistEntry;
use crate::error::{ApiError, Error, ErrorCode, ErrorKind};
use crate::model::NormalizedEmailAddress;
use crate::safe_to_log::is_safe_to_log;
use crate::sensitive::Sensitive;
use crate::transport::Effect;

/// What a failed attempt means.
#[derive(Debug)]
pub(super) enum Classification {
    /// Clerk refused the call because of one of its recipients.
    Refused(Refusal),
    /// The call had no effect, and the same call can succeed later.
    Retryable,
    /// The call may have invited its recipients.
    Ambiguous,
    /// The call had no effect, and no call can succeed until someone changes the instance, its plan or the key.
    Fatal,
}

/// Clerk's refusal of a recipient.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) outcome: Outcome,
    pub(super) code: ErrorCode,
    /// The parameter at fault, if Clerk names one that can be shown.
    pub(super) parameter: Option<String>,
    pub(super) reason: Sensitive,
    /// The recipients that Clerk names. It does not always name one.
    pub(super) named: Vec<NormalizedEmailAddress>,
}

/// Codes that concern the instance and not the recipients.
const INSTANCE_CODES: &[ErrorCode] = &[
    ErrorCode::DevMonthlyEmailLimitExceeded,
    ErrorCode::InvitationsNotSupported,
    ErrorCode::ActionBlocked,
    ErrorCode::ClerkKeyInvalid,
    ErrorCode::OrganizationMembershipQuotaExceeded,
];

const ALREADY_INVITED: &[ErrorCode] = &[
    ErrorCode::DuplicateRecord,
    ErrorCode::OrganizationInvitationNotUnique,
    ErrorCode::WaitlistEntryAlreadyInvited,
];

const EXISTING_USER: &[ErrorCode] = &[
    ErrorCode::FormIdentifierExists,
    ErrorCode::AlreadyAMemberInOrganization,
    ErrorCode::WaitlistEntryAlreadyCompleted,
];

pub(super) fn classify(error: &Error) -> Classification {
    if error.effect() != Effect::NotApplied {
        return Classification::Ambiguous;
    }
    match error.kind() {
        ErrorKind::Transport if error.is_permanent() => Classification::Fatal,
        ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::RateLimited => Classification::Retryable,
        ErrorKind::Rejected | ErrorKind::Conflict => classify_refusal(error),
        // Any other 403 is about a plan, a quota or the instance.
        ErrorKind::Forbidden if error.code() == Some(&ErrorCode::NotAllowedAccess) => classify_refusal(error),
        // Any other 404 is about the organization.
        ErrorKind::NotFound if names_role(error) || is_of_waitlist_entry(error) => classify_refusal(error),
        _ => Classification::Fatal,
    }
}

/// Whether the error is about the role of an invitation to an organization.
fn names_role(error: &Error) -> bool {
    error.api_errors().first().and_then(ApiError::param_name) == Some("role")
}

/// Whether the error is about a waitlist entry, which someone may have deleted meanwhile.
fn is_of_waitlist_entry(error: &Error) -> bool {
    error.operation() == InviteWaitlistEntry::OPERATION.name()
}

fn classify_refusal(error: &Error) -> Classification {
    match error.api_errors().first() {
        Some(first) if !INSTANCE_CODES.contains(first.code()) => Classification::Refused(Refusal::new(first)),
        _ => Classification::Fatal,
    }
}

/// The longest reason that is kept, in characters. Clerk's are sentences.
const MAX_REASON: usize = 1_000;

fn shortened(reason: &str) -> String {
    match reason.char_indices().nth(MAX_REASON) {
        Some((end, _)) => format!("{}…", &reason[..end]),
        None => reason.to_owned(),
    }
}

impl Refusal {
    pub(super) fn new(error: &ApiError) -> Self {
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
            reason: shortened(error.long_message().unwrap_or(error.message())).into(),
            named: named.collect(),
            parameter: error
                .param_name()
                .filter(|name| is_safe_to_log(name))
                .map(str::to_owned),
            // The journal and reports keep the code.
            code: if is_safe_to_log(code.as_str()) {
                code
            } else {
                ErrorCode::from("unprintable")
            },
        }
    }

    pub(super) fn names(&self, address: &NormalizedEmailAddress) -> bool {
        self.named.contains(address)
    }
}
