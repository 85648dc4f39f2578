//! The errors in Clerk's responses.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::model::{EmailAddress, open_enum};
use crate::safe_to_log::{SafeToLog, is_safe_to_log, redact_keys};

/// One error of Clerk's response.
///
/// `Debug` shows only the code and the parameter, because messages and meta can contain email addresses.
#[derive(Clone, PartialEq, Deserialize)]
pub struct ApiError {
    #[serde(default = "no_code", deserialize_with = "code_or_null")]
    code: ErrorCode,
    #[serde(default, deserialize_with = "null_as_default")]
    message: String,
    #[serde(default)]
    long_message: Option<String>,
    #[serde(default)]
    meta: Option<serde_json::Value>,
}

impl ApiError {
    fn redact_keys(&mut self) {
        for text in [Some(&mut self.message), self.long_message.as_mut()]
            .into_iter()
            .flatten()
        {
            if let Cow::Owned(redacted) = redact_keys(text) {
                *text = redacted;
            }
        }
    }

    /// Returns the code. Codes are stable across versions of the API.
    pub const fn code(&self) -> &ErrorCode {
        &self.code
    }

    /// Returns a short message for developers. It can contain an email address.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns a longer message, often suitable for users. It can contain an email address.
    pub fn long_message(&self) -> Option<&str> {
        self.long_message.as_deref()
    }

    /// Returns further details as JSON. Their shape depends on the code.
    pub const fn meta(&self) -> Option<&serde_json::Value> {
        self.meta.as_ref()
    }

    /// Returns the parameter at fault (`meta.param_name`), if Clerk names one. For bulk calls it does not identify the item.
    pub fn param_name(&self) -> Option<&str> {
        self.meta.as_ref()?.get("param_name")?.as_str()
    }

    /// Returns the email addresses at fault, if Clerk names them: `meta.email_addresses` of
    /// [`DuplicateRecord`](ErrorCode::DuplicateRecord), `meta.identifiers` of
    /// [`NotAllowedAccess`](ErrorCode::NotAllowedAccess).
    pub fn email_addresses(&self) -> impl Iterator<Item = EmailAddress> + '_ {
        ["email_addresses", "identifiers"]
            .into_iter()
            .filter_map(|key| self.meta.as_ref()?.get(key)?.as_array())
            .flatten()
            .filter_map(|address| address.as_str().map(EmailAddress::from))
    }
}

/// Writes the code and the parameter, because messages can contain email addresses.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code.fmt(f)?;
        match self.param_name() {
            Some(parameter) => write!(f, " ({})", SafeToLog(parameter)),
            None => Ok(()),
        }
    }
}

impl StdError for ApiError {}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("code", &self.code)
            .field("param_name", &self.param_name().map(|p| SafeToLog(p).to_string()))
            .finish_non_exhaustive()
    }
}

open_enum! {
    /// An error code of Clerk.
    ///
    /// The variants are the codes that matter for invitations. Other codes are kept unchanged: compare them as text.
    ///
    /// ```
    /// use clerk_core::ErrorCode;
    ///
    /// let code = ErrorCode::from("identifier_not_allowed");
    /// let is_duplicate = match &code {
    ///     ErrorCode::DuplicateRecord | ErrorCode::OrganizationInvitationNotUnique => true,
    ///     other => *other == "already_invited",
    /// };
    /// assert!(!is_duplicate);
    /// ```
    pub enum ErrorCode {
        /// 400: invitations are pending for these email addresses.
        DuplicateRecord = "duplicate_record",
        /// 422: a user has this email address.
        FormIdentifierExists = "form_identifier_exists",
        /// 422: the value is not an email address, or has another invalid format.
        FormParamFormatInvalid = "form_param_format_invalid",
        /// 422: a required parameter is missing.
        FormParamMissing = "form_param_missing",
        /// 422: the parameter is `null`.
        FormParamNil = "form_param_nil",
        /// 422: the operation does not have this parameter.
        FormParamUnknown = "form_param_unknown",
        /// 422: the parameter has the wrong type.
        FormParamTypeInvalid = "form_param_type_invalid",
        /// 422: the value is out of range.
        FormParamValueInvalid = "form_param_value_invalid",
        /// 422: the value is too large.
        FormParamValueTooLarge = "form_param_value_too_large",
        /// 422: the same value occurs twice.
        FormParamDuplicate = "form_param_duplicate",
        /// 403: the allowlist, the blocklist or the rule on subaddresses forbids these email addresses.
        NotAllowedAccess = "not_allowed_access",
        /// 400: the bulk call has too many items.
        BulkSizeExceeded = "bulk_size_exceeded",
        /// 400: the development instance has used up its monthly emails.
        DevMonthlyEmailLimitExceeded = "dev_monthly_email_limit_exceeded",
        /// 400: the instance does not support invitations.
        InvitationsNotSupported = "invitations_not_supported",
        /// 403: the instance does not allow the action.
        ActionBlocked = "action_blocked",
        /// 401: the secret key is not valid.
        ClerkKeyInvalid = "clerk_key_invalid",
        /// 404: the resource does not exist.
        ResourceNotFound = "resource_not_found",
        /// 400: the invitation is already revoked.
        InvitationAlreadyRevoked = "invitation_already_revoked",
        /// 400: the invitation is already accepted.
        InvitationAlreadyAccepted = "invitation_already_accepted",
        /// 400: the person is already a member of the organization.
        AlreadyAMemberInOrganization = "already_a_member_in_organization",
        /// 400: an invitation to the organization is already pending for this email address.
        OrganizationInvitationNotUnique = "organization_invitation_not_unique",
        /// 404: the invitation to the organization is already accepted or revoked.
        OrganizationInvitationNotPending = "organization_invitation_not_pending",
        /// 403: the user is not a member of the organization.
        NotAMemberInOrganization = "not_a_member_in_organization",
        /// 403: the organization has reached its limit of members and invitations.
        OrganizationMembershipQuotaExceeded = "organization_membership_quota_exceeded",
        /// 409: the waitlist entry is already invited.
        WaitlistEntryAlreadyInvited = "waitlist_entry_already_invited",
        /// 409: the waitlist entry is already rejected.
        WaitlistEntryAlreadyRejected = "waitlist_entry_already_rejected",
        /// 409: the person on the waitlist has already signed up.
        WaitlistEntryAlreadyCompleted = "waitlist_entry_already_completed",
        /// 409: a batch action is processing the waitlist entry. Call again later.
        WaitlistEntryLocked = "waitlist_entry_locked",
        /// 429: too many calls.
        TooManyRequests = "too_many_requests",
        /// 500: Clerk failed.
        InternalClerkError = "internal_clerk_error",
    }
}

/// The largest body that is read as Clerk's error response, which has a few hundred bytes.
const MAX_ENVELOPE: usize = 256 * 1024;

/// How many errors of a response are kept.
const MAX_ERRORS: usize = 10;

/// The body of Clerk's error responses.
#[derive(Deserialize)]
pub(crate) struct Envelope {
    #[serde(deserialize_with = "first_errors")]
    pub(crate) errors: Vec<ApiError>,
    #[serde(default, rename = "clerk_trace_id")]
    pub(crate) trace_id: Option<String>,
}

/// Reads Clerk's error envelope. Returns `None` for other bodies; unlike other servers' errors, Clerk's have codes.
pub(crate) fn parse_envelope(body: &[u8]) -> Option<Envelope> {
    if body.len() > MAX_ENVELOPE {
        return None;
    }
    let mut envelope: Envelope = serde_json::from_slice(body).ok()?;
    envelope.trace_id = envelope.trace_id.filter(|id| is_safe_to_log(id));
    for error in &mut envelope.errors {
        error.redact_keys();
    }
    let has_code = |error: &ApiError| !error.code.as_str().is_empty();
    envelope.errors.iter().any(has_code).then_some(envelope)
}

/// Reads the first errors, and skips the others.
fn first_errors<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ApiError>, D::Error> {
    struct FirstErrors;

    impl<'de> Visitor<'de> for FirstErrors {
        type Value = Vec<ApiError>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array of errors")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut errors = Vec::new();
            while errors.len() < MAX_ERRORS {
                match seq.next_element()? {
                    Some(error) => errors.push(error),
                    None => return Ok(errors),
                }
            }
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(errors)
        }
    }

    deserializer.deserialize_seq(FirstErrors)
}

fn no_code() -> ErrorCode {
    ErrorCode::from("")
}

fn code_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ErrorCode, D::Error> {
    Option::deserialize(deserializer).map(|code| code.unwrap_or_else(no_code))
}

fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
