use clerk_core::ErrorCode;
use clerk_core::model::Timestamp;

use crate::fake::error::ErrorItem;
use crate::fake::instance::Instance;
use crate::fake::list::Scope;
use crate::fake::query::{Choice, Query, contains};
use crate::fake::records::User;
use crate::fake::store::{Index, Stored, normalize};

pub(super) const STARTING_AFTER: &str = "starting_after";

/// The largest number of values of one parameter.
const MAX_VALUES: usize = 100;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Those parameters that can occur several times.
const REPEATED: [&str; 8] = [
    "email_address",
    "phone_number",
    "external_id",
    "username",
    "web3_wallet",
    "user_id",
    "organization_id",
    "provider_user_id",
];

/// The users that a request asks for.
#[derive(Debug)]
pub(crate) struct Filter<'q> {
    query: &'q Query,
    /// Every address if it is empty.
    email_addresses: Vec<String>,
    phone_numbers: Choice,
    external_ids: Choice,
    usernames: Choice,
    web3_wallets: Choice,
    user_ids: Choice,
    organization_ids: Choice,
    banned: Option<bool>,
    created: Period,
    active: Period,
    signed_in: Period,
}

/// The time between two others, exclusive.
#[derive(Debug, Clone, Copy)]
struct Period {
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Period {
    fn read(query: &Query, after: &str, before: &str, errors: &mut Vec<ErrorItem>) -> Self {
        Self {
            after: query.time(after, errors),
            before: query.time(before, errors),
        }
    }

    /// Whether the time is within the period. A user without the time is only in a period without limits.
    fn includes(self, time: Option<Timestamp>) -> bool {
        let is_after = |limit| time.is_some_and(|time| time > limit);
        let is_before = |limit| time.is_some_and(|time| time < limit);
        self.after.is_none_or(is_after) && self.before.is_none_or(is_before)
    }
}

impl<'q> Filter<'q> {
    /// The parameters of lists of users.
    pub(super) const OF_USERS: &'static [&'static str] = &[
        "email_address",
        "phone_number",
        "external_id",
        "username",
        "web3_wallet",
        "user_id",
        "organization_id",
        "query",
        "email_address_query",
        "phone_number_query",
        "username_query",
        "name_query",
        "banned",
        "last_active_at_before",
        "last_active_at_after",
        "last_active_at_since",
        "created_at_before",
        "created_at_after",
        "last_sign_in_at_before",
        "last_sign_in_at_after",
        "provider",
        "provider_user_id",
        STARTING_AFTER,
    ];

    /// The parameters of lists of members.
    pub(crate) const OF_MEMBERS: &'static [&'static str] = &[
        "role",
        "email_address",
        "phone_number",
        "username",
        "web3_wallet",
        "user_id",
        "query",
        "email_address_query",
        "phone_number_query",
        "username_query",
        "name_query",
        "last_active_at_before",
        "last_active_at_after",
        "created_at_before",
        "created_at_after",
    ];

    pub(crate) fn read(query: &'q Query, errors: &mut Vec<ErrorItem>) -> Self {
        for name in REPEATED {
            if query.all(name).count() > MAX_VALUES {
                let code = ErrorCode::from("form_param_array_size_exceeded");
                errors.push(ErrorItem::for_param(code, name, "has too many values"));
            }
        }
        if query.get("provider_user_id").is_some() && query.get("provider").is_none() {
            errors.push(ErrorItem::param_missing("provider"));
        }
        let mut active = Period::read(query, "last_active_at_after", "last_active_at_before", errors);
        if let Some(since) = query.time("last_active_at_since", errors) {
            let day = since.as_millis().div_euclid(DAY) * DAY;
            active.after = active.after.max(Some(Timestamp::from_millis(day - 1)));
        }
        Self {
            query,
            email_addresses: query.all("email_address").map(normalize).collect(),
            phone_numbers: Choice::of_any(query, "phone_number"),
            external_ids: query.choice("external_id"),
            usernames: Choice::of_any(query, "username"),
            web3_wallets: Choice::of_any(query, "web3_wallet"),
            user_ids: query.choice("user_id"),
            organization_ids: query.choice("organization_id"),
            banned: query.flag("banned", errors),
            created: Period::read(query, "created_at_after", "created_at_before", errors),
            active,
            signed_in: Period::read(query, "last_sign_in_at_after", "last_sign_in_at_before", errors),
        }
    }

    /// Returns where to look for the users.
    pub(super) fn scope(&self) -> Scope<'_> {
        if self.email_addresses.is_empty() {
            Scope::All
        } else {
            Scope::AnyOf(Index::EmailAddress, &self.email_addresses)
        }
    }

    pub(crate) fn includes_creation(&self, created_at: Timestamp) -> bool {
        self.created.includes(Some(created_at))
    }

    /// Whether the request asks for this user, apart from the time of creation.
    pub(crate) fn identifies(&self, instance: &Instance, user: &User) -> bool {
        let addresses = || {
            user.email_addresses
                .iter()
                .map(|contact| contact.email_address.as_str())
        };
        let phone_numbers = || user.phone_numbers.iter().map(|contact| contact.phone_number.as_str());
        let wallets = || user.web3_wallets.iter().map(|wallet| wallet.web3_wallet.as_str());
        let names = || {
            [&user.first_name, &user.last_name]
                .into_iter()
                .flatten()
                .map(String::as_str)
        };
        let username = || user.username.as_deref().into_iter();
        let organizations = || {
            let memberships = instance.organization_memberships.by(Index::UserId, user.id());
            memberships.map(|membership| membership.organization_id.as_str())
        };
        let part = |name: &str, texts: Vec<&str>| {
            let part = self.query.get(name).map(str::trim).filter(|part| !part.is_empty());
            part.is_none_or(|part| texts.into_iter().any(|text| contains(text, part)))
        };
        let has_address = |address: &str| self.email_addresses.iter().any(|known| known == address);
        (self.email_addresses.is_empty() || addresses().any(has_address))
            && self.phone_numbers.has_any(phone_numbers())
            && self.external_ids.has_any(user.external_id.as_deref().into_iter())
            && self.usernames.has_any(username())
            && self.web3_wallets.has_any(wallets())
            && self.user_ids.has(user.id())
            && self.organization_ids.has_any(organizations())
            && self.banned.is_none_or(|banned| user.banned == banned)
            && self.active.includes(user.last_active_at)
            && self.signed_in.includes(user.last_sign_in_at)
            // No user of the fake has an account at a provider.
            && self.query.get("provider").is_none()
            && part("email_address_query", addresses().collect())
            && part("phone_number_query", phone_numbers().collect())
            && part("username_query", username().collect())
            && part("name_query", names().collect())
            && part(
                "query",
                addresses()
                    .chain(phone_numbers())
                    .chain(wallets())
                    .chain(names())
                    .chain(username())
                    .chain(std::iter::once(user.id()))
                    .collect(),
            )
    }
}
