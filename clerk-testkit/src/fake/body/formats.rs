//! Fields that have a form of their own.

use std::collections::BTreeSet;

use clerk_core::model::EmailAddress;
use http::Uri;

use super::{Fields, Null};
use crate::fake::address;
use crate::fake::error::ErrorItem;

const EMAIL_ADDRESS: &str = "email_address";
const EXPIRES_IN_DAYS: &str = "expires_in_days";
const REDIRECT_URL: &str = "redirect_url";

impl Fields {
    /// Takes out `email_address`, as Clerk keeps it; empty if it is refused. Those in `malformed` are refused whatever
    /// their form.
    pub(in crate::fake) fn take_address(&mut self, malformed: &BTreeSet<String>) -> String {
        let Some(typed) = self.take_required::<String>(EMAIL_ADDRESS) else {
            return String::new();
        };
        let identity = address::identity(&typed);
        if EmailAddress::from(typed.as_str()).validate().is_err() || malformed.contains(&identity) {
            self.refuse(ErrorItem::param_format_invalid(EMAIL_ADDRESS));
        }
        identity
    }

    /// Takes out `redirect_url`, which says nothing about the answer.
    pub(in crate::fake) fn take_redirect_url(&mut self, null: Null) {
        let url: Option<String> = self.take(REDIRECT_URL, null);
        let is_url = |url: &str| url.parse::<Uri>().is_ok_and(|uri| uri.scheme().is_some());
        if url.is_some_and(|url| !is_url(&url)) {
            self.refuse(ErrorItem::param_format_invalid(REDIRECT_URL));
        }
    }

    /// Takes out `expires_in_days`.
    pub(in crate::fake) fn take_expiry(&mut self) -> Option<u32> {
        let days: i64 = self.take(EXPIRES_IN_DAYS, Null::Accepted)?;
        let valid = u32::try_from(days).ok().filter(|days| (1..=365).contains(days));
        if valid.is_none() {
            self.refuse(ErrorItem::param_value_invalid(EXPIRES_IN_DAYS));
        }
        valid
    }
}
