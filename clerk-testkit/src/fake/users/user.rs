use std::collections::HashMap;

use clerk_core::model::Timestamp;
use serde_json::{Value, json};

use crate::fake::error::Refusal;

const ID_PREFIX: &str = "user_fake";

/// The users, in the order of their creation.
#[derive(Debug, Default)]
pub(in crate::fake) struct Users {
    in_order: Vec<User>,
    index_by_address: HashMap<String, usize>,
}

/// A user as the fake keeps it.
#[derive(Debug)]
pub(in crate::fake) struct User {
    number: usize,
    pub(in crate::fake) email_address: String,
    pub(super) created_at: Timestamp,
}

impl Users {
    /// Has a user with this address from now on, if there was none.
    pub(in crate::fake) fn add(&mut self, email_address: &str, wall: Timestamp) {
        if self.has(email_address) {
            return;
        }
        self.index_by_address
            .insert(email_address.to_owned(), self.in_order.len());
        self.in_order.push(User {
            number: self.in_order.len() + 1,
            email_address: email_address.to_owned(),
            created_at: wall,
        });
    }

    pub(in crate::fake) fn has(&self, email_address: &str) -> bool {
        self.index_by_address.contains_key(email_address)
    }

    pub(in crate::fake) fn iter(&self) -> impl Iterator<Item = &User> {
        self.in_order.iter()
    }

    /// The user of this id.
    pub(in crate::fake) fn get(&self, id: &str) -> Result<&User, Refusal> {
        let found = self.iter().find(|user| user.id() == id);
        found.ok_or_else(|| Refusal::not_found("There is no user of this id."))
    }

    /// The user who has this address.
    pub(in crate::fake) fn of_address(&self, email_address: &str) -> Option<&User> {
        self.in_order.get(*self.index_by_address.get(email_address)?)
    }
}

impl User {
    pub(in crate::fake) fn id(&self) -> String {
        format!("{ID_PREFIX}{:06}", self.number)
    }

    /// The user as the API shows it: all that is required of one.
    pub(super) fn shown(&self) -> Value {
        let address_id = format!("idn_fake{:06}", self.number);
        json!({
            "object": "user",
            "id": self.id(),
            "primary_email_address_id": &address_id,
            "email_addresses": [{
                "object": "email_address",
                "id": &address_id,
                "email_address": &self.email_address,
                "reserved": false,
                "verification": null,
                "linked_to": [],
                "created_at": self.created_at,
                "updated_at": self.created_at,
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
            "created_at": self.created_at,
            "updated_at": self.created_at,
            "delete_self_enabled": true,
            "create_organization_enabled": true,
            "last_active_at": null,
            "mfa_enabled_at": null,
            "mfa_disabled_at": null,
            "legal_accepted_at": null,
        })
    }
}
