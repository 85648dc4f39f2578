use clerk_core::model::{Metadata, Timestamp};
use serde_json::{Map, Value, json};

use crate::fake::store::{Store, Stored, stored};

/// A request to create a user.
#[derive(Debug, Clone)]
pub(crate) struct NewUser {
    pub(crate) email_address: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) public_metadata: Metadata,
    pub(crate) private_metadata: Metadata,
}

impl NewUser {
    pub(crate) fn new(email_address: &str) -> Self {
        Self {
            email_address: email_address.to_owned(),
            first_name: None,
            last_name: None,
            public_metadata: Metadata::default(),
            private_metadata: Metadata::default(),
        }
    }
}

/// A user with one email address, which is verified.
#[derive(Debug)]
pub(crate) struct User {
    number: u64,
    id: String,
    pub(crate) email_address: String,
    fields: NewUser,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

stored!(User, "user_fake");

impl Store<User> {
    /// Creates a user, unless the address has one. Returns whether it did.
    pub(crate) fn create(&mut self, new: NewUser, wall: Timestamp) -> bool {
        let is_new = self.find(&new.email_address).is_none();
        if is_new {
            self.insert_with(|number, id| User {
                number,
                id,
                email_address: new.email_address.clone(),
                fields: new,
                created_at: wall,
                updated_at: wall,
            });
        }
        is_new
    }

    /// Returns the user of an address.
    pub(crate) fn find(&self, email_address: &str) -> Option<&User> {
        self.by_address(email_address).next()
    }
}

impl User {
    pub(crate) fn first_name(&self) -> Option<&str> {
        self.fields.first_name.as_deref()
    }

    pub(crate) fn last_name(&self) -> Option<&str> {
        self.fields.last_name.as_deref()
    }

    /// Adds the fields of `metadata` to the public metadata.
    pub(crate) fn add_public_metadata(&mut self, metadata: &Metadata, wall: Timestamp) {
        let fields = |metadata: &Metadata| metadata.get::<Map<String, Value>>().unwrap_or_default();
        let mut merged = fields(&self.fields.public_metadata);
        merged.extend(fields(metadata));
        self.fields.public_metadata = merged.into();
        self.updated_at = wall;
    }

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
                "verification": {
                    "object": "verification_ticket",
                    "status": "verified",
                    "strategy": "ticket",
                    "attempts": null,
                    "expire_at": null,
                },
                "linked_to": [],
                "created_at": self.created_at,
                "updated_at": self.created_at,
            }],
            "username": null,
            "first_name": self.fields.first_name,
            "last_name": self.fields.last_name,
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
            "public_metadata": self.fields.public_metadata,
            "private_metadata": self.fields.private_metadata,
            "external_id": null,
            "last_sign_in_at": null,
            "banned": false,
            "locked": false,
            "lockout_expires_in_seconds": null,
            "verification_attempts_remaining": null,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "delete_self_enabled": true,
            "create_organization_enabled": true,
            "last_active_at": null,
            "mfa_enabled_at": null,
            "mfa_disabled_at": null,
            "legal_accepted_at": null,
        })
    }
}
