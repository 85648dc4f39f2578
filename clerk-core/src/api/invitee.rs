use crate::model::EmailAddress;

/// The longest that an invitation can be valid, in days.
pub(super) const MAX_EXPIRES_IN_DAYS: u16 = 365;

/// What is wrong with an address whatever the instance, if anything is.
pub(super) fn address_problem(address: &EmailAddress) -> Option<&'static str> {
    let is_empty = address.as_str().trim().is_empty();
    is_empty.then_some("email_address is empty")
}

/// What is wrong with how long an invitation is to be valid.
pub(super) fn expiry_problem(days: Option<u16>) -> Option<&'static str> {
    let is_possible = days.is_none_or(|days| (1..=MAX_EXPIRES_IN_DAYS).contains(&days));
    (!is_possible).then_some("expires_in_days must be 1 to 365")
}
