use serde::{Deserialize, Serialize};

use super::{EmailAddressId, Metadata, PhoneNumberId, Timestamp, UserEmailAddress, UserId, UserPhoneNumber};
use crate::sensitive::Sensitive;

/// A user.
///
/// Connected accounts, passkeys and wallets are not decoded. [`Response::body`](crate::Response::body) contains them, and an
/// [`Endpoint`](crate::Endpoint) of your own can decode them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The application's own id of the user.
    pub external_id: Option<String>,
    /// The id of the primary email address.
    pub primary_email_address_id: Option<EmailAddressId>,
    /// The id of the primary phone number.
    pub primary_phone_number_id: Option<PhoneNumberId>,
    /// The user's email addresses, verified or not.
    pub email_addresses: Vec<UserEmailAddress>,
    /// The user's phone numbers, verified or not.
    #[serde(default)]
    pub phone_numbers: Vec<UserPhoneNumber>,
    /// The user name.
    pub username: Option<Sensitive>,
    /// The first name.
    pub first_name: Option<Sensitive>,
    /// The last name.
    pub last_name: Option<Sensitive>,
    /// The language and region, such as `en-US`.
    pub locale: Option<String>,
    /// The URL of the user's picture.
    pub image_url: Option<Sensitive>,
    /// Whether the user uploaded the picture.
    #[serde(default)]
    pub has_image: bool,
    /// Metadata that the frontend can read. It starts as the public metadata of the accepted invitation.
    #[serde(default)]
    pub public_metadata: Metadata,
    /// Metadata that only the backend can read.
    pub private_metadata: Option<Metadata>,
    /// Metadata that the frontend can read and write.
    pub unsafe_metadata: Option<Metadata>,
    /// Whether the user has a password.
    #[serde(default)]
    pub password_enabled: bool,
    /// Whether the user signs in with a second factor.
    #[serde(default)]
    pub two_factor_enabled: bool,
    /// Whether an authenticator app is a second factor.
    #[serde(default)]
    pub totp_enabled: bool,
    /// Whether backup codes are a second factor.
    #[serde(default)]
    pub backup_code_enabled: bool,
    /// Whether the user is banned, which prevents sign-ins.
    #[serde(default)]
    pub banned: bool,
    /// Whether the user is locked out after failed sign-ins or by the application.
    #[serde(default)]
    pub locked: bool,
    /// How long the user is still locked out.
    pub lockout_expires_in_seconds: Option<u64>,
    /// The number of sign-ins that may still fail before the user is locked out.
    pub verification_attempts_remaining: Option<u64>,
    /// Whether the user may delete their account.
    #[serde(default)]
    pub delete_self_enabled: bool,
    /// Whether the user may create organizations.
    #[serde(default)]
    pub create_organization_enabled: bool,
    /// The number of organizations that the user may create. `None` if the instance decides, 0 for no limit.
    pub create_organizations_limit: Option<u64>,
    /// When the user last signed in.
    pub last_sign_in_at: Option<Timestamp>,
    /// When the user was last active.
    pub last_active_at: Option<Timestamp>,
    /// When the user accepted the legal documents.
    pub legal_accepted_at: Option<Timestamp>,
    /// When the user was created.
    pub created_at: Timestamp,
    /// When the user was last changed.
    pub updated_at: Timestamp,
}

impl User {
    /// Returns the primary email address, if the user has one.
    pub fn primary_email_address(&self) -> Option<&UserEmailAddress> {
        let id = self.primary_email_address_id.as_ref()?;
        self.email_addresses
            .iter()
            .find(|address| address.id.as_ref() == Some(id))
    }
}
