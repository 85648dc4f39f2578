//! The phone numbers of users.
//!
//! The request types are [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

use crate::api::resource::resource;
use crate::client::Client;
use crate::model::{DeletedObject, PhoneNumberId, UserId, UserPhoneNumber};
use crate::operation::Operation;
use crate::sensitive::Sensitive;

impl Client {
    /// Returns the operations on the phone numbers of users.
    pub const fn phone_numbers(&self) -> PhoneNumbersApi<'_> {
        PhoneNumbersApi { client: self }
    }
}

resource! {
    /// Operations on the phone numbers of users, returned by [`Client::phone_numbers`].
    pub struct PhoneNumbersApi;

    also [];

    /// Reads one phone number of a user (`GET /v1/phone_numbers/{phone_number_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the phone number does not exist.
    pub struct GetPhoneNumber<'a>(phone_number_id: &'a PhoneNumberId)
    = Operation::get("GetPhoneNumber", "/phone_numbers/{phone_number_id}")
    => fn get -> UserPhoneNumber;

    /// Adds a phone number to a user (`POST /v1/phone_numbers`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist, or
    /// [`FormIdentifierExists`](crate::ErrorCode::FormIdentifierExists) if another user has the phone number.
    pub struct CreatePhoneNumber(; user_id: UserId, phone_number: Sensitive) {
        /// Whether it counts as verified.
        verified: bool,
        /// Whether it becomes the primary one, which requires that it is verified.
        primary: bool,
        /// Whether it is a second factor.
        reserved_for_second_factor: bool,
    }
    = Operation::post("CreatePhoneNumber", "/phone_numbers")
    => send create -> UserPhoneNumber;

    /// Changes whether a phone number is verified, primary or a second factor (`PATCH
    /// /v1/phone_numbers/{phone_number_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the phone number does not exist.
    pub struct UpdatePhoneNumber<'a>(phone_number_id: &'a PhoneNumberId) {
        /// Whether it counts as verified.
        verified: bool,
        /// Whether it becomes the primary one, which requires that it is verified.
        primary: bool,
        /// Whether it is a second factor.
        reserved_for_second_factor: bool,
    }
    = Operation::patch("UpdatePhoneNumber", "/phone_numbers/{phone_number_id}").idempotent()
    => send update -> UserPhoneNumber;

    /// Removes a phone number from its user (`DELETE /v1/phone_numbers/{phone_number_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the phone number does not exist.
    pub struct DeletePhoneNumber<'a>(phone_number_id: &'a PhoneNumberId)
    = Operation::delete("DeletePhoneNumber", "/phone_numbers/{phone_number_id}")
    => fn delete -> DeletedObject;
}
