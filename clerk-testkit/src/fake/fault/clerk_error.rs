use std::error::Error as StdError;
use std::fmt;
use std::str::FromStr;

use clerk_core::ErrorCode;
use http::StatusCode;
use serde_json::{Value, json};

use crate::fake::error::Refusal;

/// One of Clerk's refusals that matter to invitations, by its code, to be used as a [`Fault`](super::Fault).
///
/// It parses from its code, or from a status for the first of the table with that status: `402` is `insufficient_seats`.
///
/// ```
/// use clerk_testkit::fake::{ClerkError, FakeOperation, Fault, FaultPlan};
///
/// let over_quota: ClerkError = "quota_exceeded".parse()?;
/// let plan = FaultPlan::new().on_call(FakeOperation::CreateInvitation, 3, Fault::ClerkError(over_quota));
/// # Ok::<(), clerk_testkit::fake::UnknownClerkError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClerkError(&'static Row);

#[derive(PartialEq, Eq)]
struct Row {
    status: StatusCode,
    code: &'static str,
    meta: Meta,
}

/// The details that Clerk adds to an error.
#[derive(PartialEq, Eq)]
enum Meta {
    None,
    /// The parameter at fault.
    Param(&'static str),
    /// The addresses of the request below this key.
    Addresses(&'static str),
    /// A number below this key.
    Number(&'static str, u64),
    /// A list of names below this key.
    Names(&'static str, &'static str),
}

const fn row(status: StatusCode, code: &'static str, meta: Meta) -> Row {
    Row { status, code, meta }
}

const BAD_REQUEST: StatusCode = StatusCode::BAD_REQUEST;
const PAYMENT_REQUIRED: StatusCode = StatusCode::PAYMENT_REQUIRED;
const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
const CONFLICT: StatusCode = StatusCode::CONFLICT;
const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

static TABLE: &[Row] = &[
    row(BAD_REQUEST, "duplicate_record", Meta::Addresses("email_addresses")),
    row(BAD_REQUEST, "already_a_member_in_organization", Meta::None),
    row(BAD_REQUEST, "organization_invitation_not_unique", Meta::None),
    row(BAD_REQUEST, "invitation_already_accepted", Meta::None),
    row(BAD_REQUEST, "invitation_already_revoked", Meta::None),
    row(BAD_REQUEST, "invitations_not_supported", Meta::None),
    row(
        BAD_REQUEST,
        "dev_monthly_email_limit_exceeded",
        Meta::Number("dev_monthly_email_limit", 100),
    ),
    row(BAD_REQUEST, "feature_not_enabled", Meta::None),
    row(BAD_REQUEST, "bulk_size_exceeded", Meta::None),
    row(StatusCode::UNAUTHORIZED, "clerk_key_invalid", Meta::None),
    row(
        StatusCode::UNAUTHORIZED,
        "authorization_header_format_invalid",
        Meta::None,
    ),
    row(
        PAYMENT_REQUIRED,
        "insufficient_seats",
        Meta::Number("seats_quantity", 1),
    ),
    row(
        PAYMENT_REQUIRED,
        "unsupported_subscription_plan_features",
        Meta::Names("unsupported_features", "custom_roles"),
    ),
    row(FORBIDDEN, "not_allowed_access", Meta::Addresses("identifiers")),
    row(FORBIDDEN, "action_blocked", Meta::None),
    row(FORBIDDEN, "authorization_invalid", Meta::None),
    row(FORBIDDEN, "quota_exceeded", Meta::None),
    row(FORBIDDEN, "user_quota_exceeded", Meta::None),
    row(FORBIDDEN, "organization_quota_exceeded", Meta::None),
    row(FORBIDDEN, "organization_membership_quota_exceeded", Meta::None),
    row(FORBIDDEN, "organization_not_enabled_in_instance", Meta::None),
    row(
        FORBIDDEN,
        "missing_organization_permission",
        Meta::Names("permissions", "org:sys_memberships:manage"),
    ),
    row(StatusCode::NOT_FOUND, "resource_not_found", Meta::None),
    row(
        StatusCode::NOT_FOUND,
        "organization_not_found_or_unauthorized",
        Meta::None,
    ),
    row(CONFLICT, "conflict", Meta::None),
    row(CONFLICT, "resource_locked", Meta::None),
    row(CONFLICT, "waitlist_entry_already_invited", Meta::None),
    row(CONFLICT, "waitlist_entry_already_completed", Meta::None),
    row(CONFLICT, "waitlist_entry_locked", Meta::None),
    row(UNPROCESSABLE, "form_identifier_exists", Meta::Param("email_address")),
    row(UNPROCESSABLE, "form_param_format_invalid", Meta::Param("email_address")),
    row(UNPROCESSABLE, "form_param_value_invalid", Meta::Param("redirect_url")),
    row(UNPROCESSABLE, "form_param_unknown", Meta::Param("redirect_url")),
    row(UNPROCESSABLE, "form_param_missing", Meta::Param("email_address")),
    row(
        UNPROCESSABLE,
        "form_param_exceeds_allowed_size",
        Meta::Param("public_metadata"),
    ),
    row(UNPROCESSABLE, "personal_accounts_not_allowed", Meta::None),
];

impl ClerkError {
    /// Returns all errors of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(Self)
    }

    /// Returns the code.
    pub const fn code(self) -> &'static str {
        self.0.code
    }

    /// Returns the status of the response.
    pub const fn status(self) -> StatusCode {
        self.0.status
    }
}

/// Refuses a request with this body.
pub(crate) fn refuse(error: ClerkError, body: &[u8]) -> Refusal {
    let hint = format!("The fault plan asks for {error}.");
    let code = ErrorCode::from(error.code());
    let refusal = Refusal::new(error.status(), code, "refused by the fault plan", hint);
    match error.0.meta {
        Meta::None => refusal,
        Meta::Param(name) => refusal.with_meta(json!({ "param_name": name })),
        Meta::Addresses(key) => refusal.with_meta(json!({ key: addresses(body) })),
        Meta::Number(key, number) => refusal.with_meta(json!({ key: number })),
        Meta::Names(key, name) => refusal.with_meta(json!({ key: [name] })),
    }
}

/// Returns the addresses in the body of a request for one person or several.
fn addresses(body: &[u8]) -> Vec<Value> {
    let people = match serde_json::from_slice(body) {
        Ok(Value::Array(people)) => people,
        Ok(person) => vec![person],
        Err(_) => Vec::new(),
    };
    let addresses = people.into_iter().map(|mut person| person["email_address"].take());
    addresses.filter(Value::is_string).collect()
}

impl FromStr for ClerkError {
    type Err = UnknownClerkError;

    fn from_str(text: &str) -> Result<Self, UnknownClerkError> {
        let matches = |error: &Self| error.code() == text || error.status().as_str() == text;
        Self::all().find(matches).ok_or(UnknownClerkError)
    }
}

impl fmt::Display for ClerkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for ClerkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClerkError({} {})", self.status().as_str(), self.code())
    }
}

/// The error for a text that is neither a code nor a status of [`ClerkError::all`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UnknownClerkError;

impl fmt::Display for UnknownClerkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown code; use one of these: ")?;
        let codes: Vec<&str> = ClerkError::all().map(ClerkError::code).collect();
        f.write_str(&codes.join(", "))
    }
}

clerk_core::debug_as_display!(UnknownClerkError);

impl StdError for UnknownClerkError {}
