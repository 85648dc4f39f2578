use serde::{Deserialize, Serialize};

use super::{EmailAddress, EmailAddressId, Timestamp, UserId};

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
}
