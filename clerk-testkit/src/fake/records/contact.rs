//! The email addresses and phone numbers of a user.

use clerk_core::model::Timestamp;
use serde::Serialize;

/// An email address of a user.
#[derive(Debug, Serialize)]
pub(crate) struct EmailAddress {
    pub(crate) id: String,
    object: &'static str,
    pub(crate) email_address: String,
    pub(crate) reserved: bool,
    pub(crate) verification: Verification,
    linked_to: [(); 0],
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A phone number of a user.
#[derive(Debug, Serialize)]
pub(crate) struct PhoneNumber {
    pub(crate) id: String,
    object: &'static str,
    pub(crate) phone_number: String,
    pub(crate) reserved_for_second_factor: bool,
    pub(crate) default_second_factor: bool,
    pub(crate) reserved: bool,
    pub(crate) verification: Verification,
    linked_to: [(); 0],
    backup_codes: Option<()>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A wallet of a user.
#[derive(Debug, Serialize)]
pub(crate) struct Web3Wallet {
    pub(crate) id: String,
    object: &'static str,
    pub(crate) web3_wallet: String,
    verification: Verification,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// How a contact was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Verification {
    object: &'static str,
    status: &'static str,
    strategy: &'static str,
    attempts: Option<u32>,
    expire_at: Option<Timestamp>,
}

const VERIFIED: &str = "verified";

impl Verification {
    /// The application has verified the contact.
    pub(crate) const ADMIN: Self = Self::new("verification_admin", VERIFIED, "admin");
    /// The person has accepted an invitation that was sent to the address.
    pub(crate) const TICKET: Self = Self::new("verification_ticket", VERIFIED, "ticket");
    /// Nobody has verified the address.
    pub(crate) const EMAIL_CODE: Self = Self::new("verification_otp", "unverified", "email_code");
    /// Nobody has verified the phone number.
    pub(crate) const PHONE_CODE: Self = Self::new("verification_otp", "unverified", "phone_code");

    const fn new(object: &'static str, status: &'static str, strategy: &'static str) -> Self {
        Self {
            object,
            status,
            strategy,
            attempts: None,
            expire_at: None,
        }
    }

    pub(crate) fn is_verified(self) -> bool {
        self.status == VERIFIED
    }
}

impl EmailAddress {
    pub(super) fn new(id: String, email_address: String, verification: Verification, at: Timestamp) -> Self {
        Self {
            id,
            object: "email_address",
            email_address,
            reserved: false,
            verification,
            linked_to: [],
            created_at: at,
            updated_at: at,
        }
    }
}

impl PhoneNumber {
    pub(super) fn new(id: String, phone_number: String, verification: Verification, at: Timestamp) -> Self {
        Self {
            id,
            object: "phone_number",
            phone_number,
            reserved_for_second_factor: false,
            default_second_factor: false,
            reserved: false,
            verification,
            linked_to: [],
            backup_codes: None,
            created_at: at,
            updated_at: at,
        }
    }
}

impl Web3Wallet {
    pub(super) const fn new(id: String, web3_wallet: String, at: Timestamp) -> Self {
        Self {
            id,
            object: "web3_wallet",
            web3_wallet,
            verification: Verification::ADMIN,
            created_at: at,
            updated_at: at,
        }
    }
}

/// An email address or a phone number.
pub(crate) trait Contact {
    fn id(&self) -> &str;
    fn is_verified(&self) -> bool;
}

impl Contact for EmailAddress {
    fn id(&self) -> &str {
        &self.id
    }

    fn is_verified(&self) -> bool {
        self.verification.is_verified()
    }
}

impl Contact for PhoneNumber {
    fn id(&self) -> &str {
        &self.id
    }

    fn is_verified(&self) -> bool {
        self.verification.is_verified()
    }
}
