use serde::{Deserialize, Serialize};

use super::{EmailAddress, EmailAddressId, Timestamp, UserId, open_enum};

/// A user, reduced to what inviting needs: the id and the email addresses.
///
/// Clerk returns many more fields. [`Response::body`](crate::Response::body) contains all of them, and an
/// [`Endpoint`](crate::Endpoint) of your own can decode them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The id of the primary email address.
    #[serde(default)]
    pub primary_email_address_id: Option<EmailAddressId>,
    /// The user's email addresses, verified or not.
    pub email_addresses: Vec<UserEmailAddress>,
    /// When the user was created.
    pub created_at: Timestamp,
    /// When the user was last changed.
    pub updated_at: Timestamp,
}

/// An email address of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserEmailAddress {
    /// The id of the email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EmailAddressId>,
    /// The email address.
    pub email_address: EmailAddress,
    /// The verification of the email address. `None` if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<EmailAddressVerification>,
}

impl UserEmailAddress {
    /// Returns whether the user has proven to own the email address.
    pub fn is_verified(&self) -> bool {
        let verification = self.verification.as_ref();
        verification.is_some_and(|verification| verification.status == VerificationStatus::Verified)
    }
}

/// The verification of an email address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmailAddressVerification {
    /// The status of the verification.
    pub status: VerificationStatus,
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
