use serde::{Deserialize, Serialize};

use super::{EmailAddress, EmailAddressId, Timestamp, UserId};

/// A user, as far as inviting needs one: who has which address.
///
/// Clerk tells much more of a user. [`Response::body`](crate::Response::body) has it all, and an
/// [`Endpoint`](crate::Endpoint) of your own decodes it to a type of yours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// Which of the addresses is the primary one.
    #[serde(default)]
    pub primary_email_address_id: Option<EmailAddressId>,
    /// The user's addresses, verified or not.
    pub email_addresses: Vec<UserEmailAddress>,
    /// When the user was created.
    pub created_at: Timestamp,
    /// When the user was last changed.
    pub updated_at: Timestamp,
}

/// An address of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserEmailAddress {
    /// The address's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EmailAddressId>,
    /// The address.
    pub email_address: EmailAddress,
}
