//! The instance's users: the fake keeps an address of each and no more.

use std::collections::BTreeMap;

use bytes::Bytes;
use clerk_core::model::Timestamp;
use serde_json::{Value, json};

use super::address::identity;
use super::error::{ErrorItem, Refusal};
use super::instance::{Call, Instance};
use super::page::Paging;
use super::query::Query;

/// How many addresses one call can ask for.
const MAX_ADDRESSES: usize = 100;

/// The parameters that the fake knows of those that Clerk has.
const PARAMETERS: [&str; 5] = ["email_address", "query", "order_by", "limit", "offset"];

/// The users, by address.
#[derive(Debug, Default)]
pub(super) struct Users(BTreeMap<String, User>);

#[derive(Debug)]
struct User {
    number: usize,
    created_at: Timestamp,
}

impl Users {
    /// Has a user with this address from now on, if there was none.
    pub(super) fn add(&mut self, email_address: &str, wall: Timestamp) {
        let number = self.0.len() + 1;
        self.0.entry(email_address.to_owned()).or_insert(User {
            number,
            created_at: wall,
        });
    }

    pub(super) fn has(&self, email_address: &str) -> bool {
        self.0.contains_key(email_address)
    }
}

/// Answers `GetUserList`. A filter or an order that Clerk has and the fake does not is refused, lest it be taken for
/// heeded.
pub(super) fn list(instance: &Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let query = Query::parse(call.request.uri().query().unwrap_or_default());
    let mut errors: Vec<ErrorItem> = query
        .names()
        .filter(|name| !PARAMETERS.contains(name))
        .map(ErrorItem::param_unknown)
        .collect();
    let paging = Paging::read(&query, &mut errors);
    let newest_first = match query.get("order_by") {
        None | Some("-created_at") => true,
        Some("+created_at" | "created_at") => false,
        Some(_) => {
            errors.push(ErrorItem::param_value_invalid("order_by"));
            true
        }
    };
    let asked: Vec<String> = query.all("email_address").map(identity).collect();
    if asked.len() > MAX_ADDRESSES {
        errors.push(ErrorItem::param_array_size_exceeded("email_address"));
    }
    if !errors.is_empty() {
        return Err(Refusal::of_params(errors));
    }
    let text = query.get("query").map(identity).unwrap_or_default();
    let mut found: Vec<(&String, &User)> = instance
        .users
        .0
        .iter()
        .filter(|(address, _)| asked.is_empty() || asked.contains(address))
        .filter(|(address, _)| address.contains(&text))
        .collect();
    found.sort_by_key(|(_, user)| user.number);
    if newest_first {
        found.reverse();
    }
    let page = paging
        .of(&found)
        .map(|(address, user)| shown(address, user).to_string());
    Ok(paging.answer(page, found.len()))
}

/// A user as the API shows it: all that is required of one.
fn shown(address: &str, user: &User) -> Value {
    let number = user.number;
    let address_id = format!("idn_fake{number:06}");
    json!({
        "object": "user",
        "id": format!("user_fake{number:06}"),
        "primary_email_address_id": &address_id,
        "email_addresses": [{
            "object": "email_address",
            "id": &address_id,
            "email_address": address,
            "reserved": false,
            "verification": null,
            "linked_to": [],
            "created_at": user.created_at,
            "updated_at": user.created_at,
        }],
        "username": null,
        "first_name": null,
        "last_name": null,
        "has_image": false,
        "primary_phone_number_id": null,
        "primary_web3_wallet_id": null,
        "password_enabled": false,
        "two_factor_enabled": false,
        "totp_enabled": false,
        "backup_code_enabled": false,
        "phone_numbers": [],
        "web3_wallets": [],
        "passkeys": [],
        "external_accounts": [],
        "saml_accounts": [],
        "enterprise_accounts": [],
        "public_metadata": {},
        "external_id": null,
        "last_sign_in_at": null,
        "banned": false,
        "locked": false,
        "lockout_expires_in_seconds": null,
        "verification_attempts_remaining": null,
        "created_at": user.created_at,
        "updated_at": user.created_at,
        "delete_self_enabled": true,
        "create_organization_enabled": true,
        "last_active_at": null,
        "mfa_enabled_at": null,
        "mfa_disabled_at": null,
        "legal_accepted_at": null,
    })
}
