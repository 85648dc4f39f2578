use crate::api::query_params::{QueryParams, list, orders, query_setters};
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{EmailAddress, OrganizationId, OrganizationMembership, Timestamp, TotalCount, User, UserId};
use crate::operation::Operation;
use crate::sensitive::Sensitive;

/// Implements the filters of users, which the list and the count share, besides those given.
macro_rules! user_filters {
    ($macro:ident ! { $($before:tt)* } $setters:tt { $($after:tt)* }) => {
        user_filters! { @all $macro [$($before)*] $setters [$($after)*] }
    };
    (@all $macro:ident [$($before:tt)*] { $($setters:tt)* } [$($after:tt)*]) => {
        $macro! {
            $($before)* {
                /// Keeps only users with one of these email addresses. Addresses without a user are ignored.
                many email_addresses as "email_address": EmailAddress,
                /// Keeps only users with one of these phone numbers.
                many phone_numbers as "phone_number": Sensitive,
                /// Keeps only users with one of these ids of the application.
                many external_ids as "external_id": String,
                /// Keeps only users with one of these user names.
                many usernames as "username": Sensitive,
                /// Keeps only users with one of these wallets.
                many web3_wallets as "web3_wallet": Sensitive,
                /// Keeps only the users with these ids; with a minus sign before an id, keeps all but that user.
                many user_ids as "user_id": UserId,
                /// Keeps only members of one of these organizations; with a minus sign before an id, all but its members.
                many organization_ids as "organization_id": OrganizationId,
                /// Keeps only users with an address, a phone number, a name or an id that matches this text.
                one query: Sensitive,
                /// Keeps only users with an email address that contains this text.
                one email_address_query: Sensitive,
                /// Keeps only users with a phone number that contains this text.
                one phone_number_query: Sensitive,
                /// Keeps only users whose user name contains this text.
                one username_query: Sensitive,
                /// Keeps only users whose first or last name contains this text.
                one name_query: Sensitive,
                /// Keeps only users who are banned, or only those who are not.
                one banned: bool,
                /// Keeps only users who were last active before this time.
                one last_active_at_before: Timestamp,
                /// Keeps only users who were last active after this time.
                one last_active_at_after: Timestamp,
                /// Keeps only users who were active on or since the day of this time.
                one last_active_at_since: Timestamp,
                /// Keeps only users who were created before this time.
                one created_at_before: Timestamp,
                /// Keeps only users who were created after this time.
                one created_at_after: Timestamp,
                /// Keeps only users who last signed in before this time.
                one last_sign_in_at_before: Timestamp,
                /// Keeps only users who last signed in after this time.
                one last_sign_in_at_after: Timestamp,
                /// Keeps only users with an account at this provider, such as `oauth_google`.
                one provider: String,
                /// Keeps only users with one of these ids at the provider; requires [`provider`](Self::provider).
                many provider_user_ids as "provider_user_id": Sensitive,
                $($setters)*
            } $($after)*
        }
    };
}

user_filters! {
    list! {
        /// Lists users. Without filters, Clerk returns the ten newest.
        ///
        /// ```
        /// use clerk_core::api::users::{ListUsers, UserOrder};
        ///
        /// let known = ListUsers::new().email_addresses(["ada@example.com", "charles@example.com"]).limit(100);
        /// let banned = ListUsers::new().banned(true).order_by(UserOrder::LastActiveAtDescending);
        /// ```
        pub struct ListUsers()
    } {
        /// Sets the order; Clerk's default is [`CreatedAtDescending`](UserOrder::CreatedAtDescending).
        one order_by: UserOrder,
        /// Starts after this user, in the order of creation. Clerk recommends it over large offsets.
        one starting_after: UserId,
    } {
        = Operation::get("GetUserList", "/users") => User;
    }
}

impl ListUsers {
    /// The most addresses that one call accepts: 100.
    pub const MAX_ADDRESSES: usize = 100;
}

orders! {
    /// The order in which Clerk lists users.
    pub enum UserOrder {
        CreatedAt, CreatedAtDescending = "+created_at", "-created_at";
        UpdatedAt, UpdatedAtDescending = "+updated_at", "-updated_at";
        EmailAddress, EmailAddressDescending = "+email_address", "-email_address";
        PhoneNumber, PhoneNumberDescending = "+phone_number", "-phone_number";
        Username, UsernameDescending = "+username", "-username";
        FirstName, FirstNameDescending = "+first_name", "-first_name";
        LastName, LastNameDescending = "+last_name", "-last_name";
        Web3Wallet, Web3WalletDescending = "+web3wallet", "-web3wallet";
        LastActiveAt, LastActiveAtDescending = "+last_active_at", "-last_active_at";
        LastSignInAt, LastSignInAtDescending = "+last_sign_in_at", "-last_sign_in_at";
    }
}

/// Counts users. Without filters, Clerk counts all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountUsers {
    query: QueryParams,
}

user_filters! { query_setters! { CountUsers } {} {} }

impl CountUsers {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get("GetUsersCount", "/users/count");

    /// The most addresses that one call accepts: 100.
    pub const MAX_ADDRESSES: usize = ListUsers::MAX_ADDRESSES;

    /// Creates a count without filters.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Endpoint for CountUsers {
    type Output = TotalCount;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        self.query.add_to(Self::OPERATION.request())
    }
}

list! {
    /// Lists the memberships of one user in organizations. Clerk returns ten at a time.
    pub struct ListUserOrganizationMemberships(user_id: UserId) {}
    = Operation::get("UsersGetOrganizationMemberships", "/users/{user_id}/organization_memberships")
        => OrganizationMembership;
}
