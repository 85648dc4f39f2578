//! The email addresses of users.
//!
//! The request types are [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

use crate::api::resource::resource;
use crate::client::Client;
use crate::model::{DeletedObject, EmailAddress, EmailAddressId, UserEmailAddress, UserId};
use crate::operation::Operation;

impl Client {
    /// Returns the operations on the email addresses of users.
    pub const fn email_addresses(&self) -> EmailAddressesApi<'_> {
        EmailAddressesApi { client: self }
    }
}

resource! {
    /// Operations on the email addresses of users, returned by [`Client::email_addresses`].
    pub struct EmailAddressesApi;

    also [];

    /// Reads one email address of a user (`GET /v1/email_addresses/{email_address_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the email address does not exist.
    pub struct GetEmailAddress<'a>(email_address_id: &'a EmailAddressId)
    = Operation::get("GetEmailAddress", "/email_addresses/{email_address_id}")
    => fn get -> UserEmailAddress;

    /// Adds an email address to a user (`POST /v1/email_addresses`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist, or
    /// [`FormIdentifierExists`](crate::ErrorCode::FormIdentifierExists) if another user has the email address.
    pub struct CreateEmailAddress(; user_id: UserId, email_address: EmailAddress) {
        /// Whether it counts as verified.
        verified: bool,
        /// Whether it becomes the primary one, which requires that it is verified.
        primary: bool,
        /// Whether Clerk tells the user about the new primary email address.
        notify_primary_email_address_changed: bool,
    }
    = Operation::post("CreateEmailAddress", "/email_addresses")
    => send create -> UserEmailAddress;

    /// Changes whether an email address is verified or primary (`PATCH /v1/email_addresses/{email_address_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the email address does not exist.
    pub struct UpdateEmailAddress<'a>(email_address_id: &'a EmailAddressId) {
        /// Whether it counts as verified.
        verified: bool,
        /// Whether it becomes the primary one, which requires that it is verified.
        primary: bool,
        /// Whether Clerk tells the user about the new primary email address.
        notify_primary_email_address_changed: bool,
    }
    = Operation::patch("UpdateEmailAddress", "/email_addresses/{email_address_id}").idempotent()
    => send update -> UserEmailAddress;

    /// Removes an email address from its user (`DELETE /v1/email_addresses/{email_address_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the email address does not exist, or
    /// `last_required_identification_deletion_failed` if the user needs it.
    pub struct DeleteEmailAddress<'a>(email_address_id: &'a EmailAddressId)
    = Operation::delete("DeleteEmailAddress", "/email_addresses/{email_address_id}")
    => fn delete -> DeletedObject;
}
