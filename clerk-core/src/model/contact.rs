//! The email addresses and phone numbers of users.

use serde::{Deserialize, Serialize};

use super::{EmailAddress, EmailAddressId, PhoneNumberId, Timestamp, open_enum};
use crate::sensitive::Sensitive;

/// An email address of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserEmailAddress {
    /// The id of the email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EmailAddressId>,
    /// The email address.
    pub email_address: EmailAddress,
    /// Whether the email address is reserved for a sign-up that is not complete.
    #[serde(default)]
    pub reserved: bool,
    /// The verification of the email address. `None` if there was none.
    pub verification: Option<ContactVerification>,
    /// When the email address was added.
    pub created_at: Option<Timestamp>,
    /// When the email address was last changed.
    pub updated_at: Option<Timestamp>,
}

impl UserEmailAddress {
    /// Returns whether the user has proven to own the email address.
    pub fn is_verified(&self) -> bool {
        is_verified(self.verification.as_ref())
    }
}

/// A phone number of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserPhoneNumber {
    /// The id of the phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PhoneNumberId>,
    /// The phone number, such as `+12025550100`.
    pub phone_number: Sensitive,
    /// Whether the phone number is used as a second factor.
    #[serde(default)]
    pub reserved_for_second_factor: bool,
    /// Whether the phone number is the preferred second factor.
    #[serde(default)]
    pub default_second_factor: bool,
    /// Whether the phone number is reserved for a sign-up that is not complete.
    #[serde(default)]
    pub reserved: bool,
    /// The verification of the phone number. `None` if there was none.
    pub verification: Option<ContactVerification>,
    /// When the phone number was added.
    pub created_at: Option<Timestamp>,
    /// When the phone number was last changed.
    pub updated_at: Option<Timestamp>,
}

impl UserPhoneNumber {
    /// Returns whether the user has proven to own the phone number.
    pub fn is_verified(&self) -> bool {
        is_verified(self.verification.as_ref())
    }
}

fn is_verified(verification: Option<&ContactVerification>) -> bool {
    verification.is_some_and(|verification| verification.status == VerificationStatus::Verified)
}

/// The verification of an email address or a phone number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactVerification {
    /// The status of the verification.
    pub status: VerificationStatus,
    /// How it was verified, such as `email_code`, `ticket` or `admin`.
    pub strategy: Option<String>,
}

open_enum! {
    /// The status of a verification.
    pub enum VerificationStatus {
        /// Not verified yet.
        Unverified = "unverified",
        /// Verified.
        Verified = "verified",
        /// Verified by an account of another user, who has to confirm the transfer.
        Transferable = "transferable",
        /// The verification failed.
        Failed = "failed",
        /// The verification was not completed in time.
        Expired = "expired",
    }
}
