use clerk_core::model::Timestamp;
use serde_json::{Value, json};

use crate::fake::store::{Store, Stored, stored};

/// A user with one email address.
#[derive(Debug)]
pub(crate) struct User {
    number: u64,
    id: String,
    pub(crate) email_address: String,
    pub(crate) created_at: Timestamp,
}

stored!(User, "user_fake");

impl Store<User> {
    /// Creates a user with an address, unless there is one.
    pub(crate) fn create(&mut self, email_address: &str, wall: Timestamp) {
        if self.find(email_address).is_none() {
            self.insert_with(|number, id| User {
                number,
                id,
                email_address: email_address.to_owned(),
                created_at: wall,
            });
        }
    }

    /// Returns the user of an address.
    pub(crate) fn find(&self, email_address: &str) -> Option<&User> {
        self.by_address(email_address).next()
    }
}

impl User {
    /// Returns the user as Clerk's API shows it, with all required fields.
    pub(crate) fn view(&self) -> Value {
        let address_id = format!("idn_fake{:06}", self.number);
        json!({
            "object": "user",
            "id": &self.id,
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
