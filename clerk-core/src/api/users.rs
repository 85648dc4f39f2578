//! Users, as far as inviting needs them: their addresses, and the organizations they are invited to.
//!
//! [`Client::users`] returns a handle with a method for each operation. The request types are
//! [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

mod list;
mod organization_invitations;

pub use list::{CountUsers, ListUserOrganizationMemberships, ListUsers, UserOrder};
pub use organization_invitations::ListUserOrganizationInvitations;

use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{
    DeletedObject, EmailAddress, EmailAddressId, Metadata, OrganizationInvitation, OrganizationMembership, Page,
    PhoneNumberId, User, UserId,
};
use crate::nullable::Nullable;
use crate::operation::Operation;
use crate::sensitive::Sensitive;

impl Client {
    /// Returns the operations on users.
    pub const fn users(&self) -> UsersApi<'_> {
        UsersApi { client: self }
    }
}

impl UsersApi<'_> {
    /// Lists users (`GetUserList`, `GET /v1/users`), newest first.
    ///
    /// Returns one page; [`Client::pages`] reads all.
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client) -> clerk_core::Result<()> {
    /// use clerk_core::api::users::ListUsers;
    ///
    /// let list = ListUsers::new().email_addresses(["ada@example.com"]);
    /// let is_user = !clerk.users().list(&list).await?.data.is_empty();
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of every call. Nothing is sent for more than [`ListUsers::MAX_ADDRESSES`] addresses or a limit that Clerk does
    /// not accept.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn list(self, list: &ListUsers) -> Result<Page<User>> {
        self.client.execute(list).await
    }

    /// Counts users (`GetUsersCount`, `GET /v1/users/count`).
    ///
    /// # Errors
    ///
    /// Those of every call. Nothing is sent for more than [`CountUsers::MAX_ADDRESSES`] addresses.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn count(self, count: &CountUsers) -> Result<u64> {
        self.client.execute(count).await.map(|count| count.total_count)
    }

    /// Lists the memberships of a user in organizations (`GET /v1/users/{user_id}/organization_memberships`).
    ///
    /// Returns one page; [`Client::pages`] reads all.
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn list_organization_memberships(
        self,
        list: &ListUserOrganizationMemberships,
    ) -> Result<Page<OrganizationMembership>> {
        self.client.execute(list).await
    }

    /// Lists a user's invitations to organizations (`UsersGetOrganizationInvitations`,
    /// `GET /v1/users/{user_id}/organization_invitations`), with the public data of each organization.
    ///
    /// Returns one page; [`Client::pages`] reads all. The invitations of one organization are listed by
    /// [`OrganizationInvitationsApi::list`](super::organization_invitations::OrganizationInvitationsApi::list).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist. Nothing is sent for a limit
    /// that Clerk does not accept.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn list_organization_invitations(
        self,
        list: &ListUserOrganizationInvitations,
    ) -> Result<Page<OrganizationInvitation>> {
        self.client.execute(list).await
    }
}

resource! {
    /// Operations on users, returned by [`Client::users`].
    pub struct UsersApi;

    also [ListUsers, CountUsers, ListUserOrganizationInvitations, ListUserOrganizationMemberships];

    /// Reads one user (`GET /v1/users/{user_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist.
    pub struct GetUser<'a>(user_id: &'a UserId)
    = Operation::get("GetUser", "/users/{user_id}")
    => fn get -> User;

    /// Creates a user, whose email addresses and phone numbers are verified (`POST /v1/users`).
    ///
    /// # Errors
    ///
    /// [`FormIdentifierExists`](crate::ErrorCode::FormIdentifierExists) if another user has one of the
    /// identifiers, or a `form_password_` code for a password that the instance refuses.
    pub struct CreateUser<'a>() {
        /// The email addresses; the first becomes the primary one.
        email_address: Vec<EmailAddress>,
        /// For each email address, `verified` or `reserved`.
        email_address_identification_status: Vec<String>,
        /// The phone numbers, such as `+12025550100`.
        phone_number: Vec<Sensitive>,
        /// For each phone number, `verified` or `reserved`.
        phone_number_identification_status: Vec<String>,
        /// The wallets.
        web3_wallet: Vec<Sensitive>,
        /// The application's own id of the user.
        external_id: String,
        /// The first name.
        first_name: Sensitive,
        /// The last name.
        last_name: Sensitive,
        /// The user name.
        username: Sensitive,
        /// The language and region, such as `en-US`.
        locale: String,
        /// The password, in plain text.
        password: Sensitive,
        /// The digest of the password; requires `password_hasher`.
        password_digest: Sensitive,
        /// The algorithm of the digest, such as `bcrypt`.
        password_hasher: String,
        /// Accepts a password that the instance would refuse.
        skip_password_checks: bool,
        /// The secret of an authenticator app, in base 32.
        totp_secret: Sensitive,
        /// Backup codes, in plain text or as bcrypt digests.
        backup_codes: Vec<Sensitive>,
        /// Accepts a user without a password.
        skip_password_requirement: bool,
        /// Accepts a user without the identifiers that the instance requires.
        skip_user_requirement: bool,
        /// Metadata that the frontend can read.
        public_metadata: &'a Metadata,
        /// Metadata that only the backend can read.
        private_metadata: &'a Metadata,
        /// Metadata that the frontend can read and write.
        unsafe_metadata: &'a Metadata,
        /// Whether the user may delete their account.
        delete_self_enabled: bool,
        /// Whether the user may create organizations.
        create_organization_enabled: bool,
        /// The number of organizations that the user may create; 0 for no limit.
        create_organizations_limit: u64,
        /// When the user accepted the legal documents (RFC 3339).
        legal_accepted_at: String,
        /// Accepts a user who has not accepted the legal documents.
        skip_legal_checks: bool,
        /// When the user was created elsewhere (RFC 3339), for imports.
        created_at: String,
        /// Lets the user sign in from new devices without further checks.
        bypass_client_trust: bool,
        /// Whether the user is banned.
        banned: bool,
        /// Whether the user is locked out.
        locked: bool,
    }
    = Operation::post("CreateUser", "/users")
    => send create -> User;

    /// Changes the fields of a user that are set. `None` clears a field, as in `last_name(None)`. Metadata is changed by [`UpdateUserMetadata`] (`PATCH
    /// /v1/users/{user_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist, or
    /// [`FormIdentifierExists`](crate::ErrorCode::FormIdentifierExists) if another user has one of the
    /// identifiers.
    pub struct UpdateUser<'a>(user_id: &'a UserId) {
        /// The application's own id of the user.
        external_id: Nullable<String>,
        /// The first name.
        first_name: Nullable<Sensitive>,
        /// The last name.
        last_name: Nullable<Sensitive>,
        /// The user name.
        username: Nullable<Sensitive>,
        /// The language and region, such as `en-US`.
        locale: Nullable<String>,
        /// The primary email address, which must be verified.
        primary_email_address_id: &'a EmailAddressId,
        /// Whether Clerk tells the user about the new primary email address.
        notify_primary_email_address_changed: bool,
        /// The primary phone number, which must be verified.
        primary_phone_number_id: &'a PhoneNumberId,
        /// The primary wallet.
        primary_web3_wallet_id: String,
        /// The picture.
        profile_image_id: String,
        /// The password, in plain text.
        password: Sensitive,
        /// The digest of the password; requires `password_hasher`.
        password_digest: Sensitive,
        /// The algorithm of the digest, such as `bcrypt`.
        password_hasher: String,
        /// Accepts a password that the instance would refuse.
        skip_password_checks: bool,
        /// The secret of an authenticator app, in base 32.
        totp_secret: Sensitive,
        /// Backup codes, in plain text or as bcrypt digests.
        backup_codes: Vec<Sensitive>,
        /// Whether a new password ends the sessions of the user.
        sign_out_of_other_sessions: bool,
        /// Whether the user may delete their account.
        delete_self_enabled: bool,
        /// Whether the user may create organizations.
        create_organization_enabled: bool,
        /// The number of organizations that the user may create; 0 for no limit.
        create_organizations_limit: Nullable<u64>,
        /// When the user accepted the legal documents (RFC 3339).
        legal_accepted_at: String,
        /// Accepts a user who has not accepted the legal documents.
        skip_legal_checks: bool,
        /// When the user was created elsewhere (RFC 3339), for imports.
        created_at: String,
        /// Lets the user sign in from new devices without further checks.
        bypass_client_trust: bool,
    }
    = Operation::patch("UpdateUser", "/users/{user_id}").idempotent()
    => send update -> User;

    /// Deletes a user, with all their memberships (`DELETE /v1/users/{user_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist. After a retry, it can
    /// mean that the first attempt deleted the user.
    pub struct DeleteUser<'a>(user_id: &'a UserId)
    = Operation::delete("DeleteUser", "/users/{user_id}")
    => fn delete -> DeletedObject;

    /// Merges metadata into that of a user, at every level. A key whose value is `null` is removed (`PATCH
    /// /v1/users/{user_id}/metadata`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist.
    pub struct UpdateUserMetadata<'a>(user_id: &'a UserId) {
        /// Metadata that the frontend can read.
        public_metadata: &'a Metadata,
        /// Metadata that only the backend can read.
        private_metadata: &'a Metadata,
        /// Metadata that the frontend can read and write.
        unsafe_metadata: &'a Metadata,
    }
    = Operation::patch("UpdateUserMetadata", "/users/{user_id}/metadata").idempotent()
    => send update_metadata -> User;

    /// Replaces the metadata of a user that is set (`PUT /v1/users/{user_id}/metadata`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist.
    pub struct ReplaceUserMetadata<'a>(user_id: &'a UserId) {
        /// Metadata that the frontend can read.
        public_metadata: &'a Metadata,
        /// Metadata that only the backend can read.
        private_metadata: &'a Metadata,
        /// Metadata that the frontend can read and write.
        unsafe_metadata: &'a Metadata,
    }
    = Operation::put("ReplaceUserMetadata", "/users/{user_id}/metadata")
    => send replace_metadata -> User;

    /// Bans a user: ends all sessions and prevents new ones (`POST /v1/users/{user_id}/ban`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist.
    pub struct BanUser<'a>(user_id: &'a UserId)
    = Operation::post("BanUser", "/users/{user_id}/ban").idempotent()
    => fn ban -> User;

    /// Removes the ban of a user (`POST /v1/users/{user_id}/unban`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist.
    pub struct UnbanUser<'a>(user_id: &'a UserId)
    = Operation::post("UnbanUser", "/users/{user_id}/unban").idempotent()
    => fn unban -> User;

    /// Bans 1 to 50 users (`POST /v1/users/ban`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if one of the users does not exist; then nobody
    /// is banned.
    pub struct BanUsers(; user_ids: Vec<UserId>)
    = Operation::post("UsersBan", "/users/ban").idempotent()
    => fn ban_all -> Vec<User>;

    /// Removes the bans of 1 to 50 users (`POST /v1/users/unban`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if one of the users does not exist; then no ban
    /// is removed.
    pub struct UnbanUsers(; user_ids: Vec<UserId>)
    = Operation::post("UsersUnban", "/users/unban").idempotent()
    => fn unban_all -> Vec<User>;

    /// Locks a user out for the time that the instance sets (`POST /v1/users/{user_id}/lock`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist.
    pub struct LockUser<'a>(user_id: &'a UserId)
    = Operation::post("LockUser", "/users/{user_id}/lock").idempotent()
    => fn lock -> User;

    /// Ends the lockout of a user (`POST /v1/users/{user_id}/unlock`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist.
    pub struct UnlockUser<'a>(user_id: &'a UserId)
    = Operation::post("UnlockUser", "/users/{user_id}/unlock").idempotent()
    => fn unlock -> User;
}
