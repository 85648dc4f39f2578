//! The operations that create and change users.

use clerk_core::ErrorCode;
use clerk_core::model::{EmailAddress, Metadata, Timestamp};
use http::StatusCode;
use serde_json::json;

use super::{USER_ID, change, find, respond};
use crate::fake::body::{Fields, Null, read_object, read_optional_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::metadata::{MetadataLimit, merge};
use crate::fake::records::{User, Verification};
use crate::fake::store::{Index, Stored, normalize};

const EMAIL_ADDRESS: &str = "email_address";
const PHONE_NUMBER: &str = "phone_number";
const STATUSES: [&str; 2] = ["verified", "reserved"];
const MIN_PASSWORD: usize = 8;
const MAX_PASSWORD: usize = 72;

/// The fields that creating and updating have in common. `None` leaves a field as it is, and `Some(None)` clears it.
#[derive(Debug)]
struct Profile {
    external_id: Option<Option<String>>,
    username: Option<Option<String>>,
    first_name: Option<Option<String>>,
    last_name: Option<Option<String>>,
    locale: Option<Option<String>>,
    has_password: bool,
    has_totp: bool,
    has_backup_codes: bool,
    delete_self_enabled: Option<bool>,
    create_organization_enabled: Option<bool>,
    create_organizations_limit: Option<Option<u64>>,
    legal_accepted_at: Option<Timestamp>,
    created_at: Option<Timestamp>,
    bypass_client_trust: Option<bool>,
}

/// The fields of metadata that a request has.
#[derive(Debug)]
struct MetadataFields {
    public: Option<Metadata>,
    private: Option<Metadata>,
    unsafe_: Option<Metadata>,
}

/// Carries out `CreateUser`.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let wall = call.at.wall;
    let mut fields = read_object(call.request)?;
    let addresses = take_addresses(&mut fields);
    let phone_numbers = take_contacts(&mut fields, PHONE_NUMBER, "phone_number_identification_status");
    if phone_numbers.iter().any(|(number, _)| !is_phone_number(number)) {
        fields.refuse(ErrorItem::param_format_invalid(PHONE_NUMBER));
    }
    let wallets: Vec<String> = fields.take("web3_wallet", Null::Refused).unwrap_or_default();
    let profile = Profile::take(&mut fields);
    let metadata = MetadataFields::take(&mut fields, call.config.metadata_limit);
    let banned: Option<bool> = fields.take("banned", Null::Accepted);
    let locked: Option<bool> = fields.take("locked", Null::Accepted);
    let _: Option<bool> = fields.take("skip_password_requirement", Null::Accepted);
    let skips_requirement: Option<bool> = fields.take("skip_user_requirement", Null::Accepted);
    fields.finish()?;

    let has_username = matches!(&profile.username, Some(Some(_)));
    let has_identifier = has_username || !(addresses.is_empty() && phone_numbers.is_empty() && wallets.is_empty());
    if !has_identifier && skips_requirement != Some(true) {
        return Err(identifier_missing());
    }
    let mut errors = Vec::new();
    let is_taken = |index, value: &String| !instance.users.positions_by(index, value).is_empty();
    if addresses
        .iter()
        .any(|(address, _)| is_taken(Index::EmailAddress, address))
    {
        errors.push(ErrorItem::identifier_exists(EMAIL_ADDRESS));
    }
    if phone_numbers
        .iter()
        .any(|(number, _)| is_taken(Index::PhoneNumber, number))
    {
        errors.push(ErrorItem::identifier_exists(PHONE_NUMBER));
    }
    if wallets.iter().any(|wallet| is_taken(Index::Web3Wallet, wallet)) {
        errors.push(ErrorItem::identifier_exists("web3_wallet"));
    }
    profile.check_free(instance, None, &mut errors);
    Refusal::if_any(errors)?;

    let id = instance.users.create_with(wall, |user| {
        for (address, is_reserved) in addresses {
            let verification = if is_reserved {
                Verification::EMAIL_CODE
            } else {
                Verification::ADMIN
            };
            user.add_email_address(address, verification, wall);
        }
        for (number, is_reserved) in phone_numbers {
            let verification = if is_reserved {
                Verification::PHONE_CODE
            } else {
                Verification::ADMIN
            };
            user.add_phone_number(number, verification, wall);
        }
        for contact in &mut user.email_addresses {
            contact.reserved = !contact.verification.is_verified();
        }
        for contact in &mut user.phone_numbers {
            contact.reserved = !contact.verification.is_verified();
        }
        for wallet in wallets {
            user.add_web3_wallet(wallet, wall);
        }
        profile.apply(user, wall);
        metadata.apply(user, |_, new| new.clone());
        user.banned = banned.unwrap_or(false);
        user.set_locked(locked.unwrap_or(false));
    });
    let body = respond(find(&instance.users, &id)?);
    call.created.push(id);
    Ok(body)
}

/// Carries out `UpdateUser`.
pub(crate) fn update(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = call.params.get(USER_ID);
    find(&instance.users, id)?;
    let mut fields = read_object(call.request)?;
    let profile = Profile::take(&mut fields);
    let primary_address: Option<String> = fields.take("primary_email_address_id", Null::Accepted);
    let primary_phone_number: Option<String> = fields.take("primary_phone_number_id", Null::Accepted);
    let primary_wallet: Option<String> = fields.take("primary_web3_wallet_id", Null::Accepted);
    let _: Option<bool> = fields.take("notify_primary_email_address_changed", Null::Accepted);
    let _: Option<String> = fields.take("profile_image_id", Null::Accepted);
    let signs_out: Option<bool> = fields.take("sign_out_of_other_sessions", Null::Accepted);
    fields.finish()?;

    let user = find(&instance.users, id)?;
    let mut errors = Vec::new();
    let addresses = user.email_addresses.iter();
    let addresses = addresses.map(|contact| (&contact.id, contact.verification.is_verified()));
    check_primary(&primary_address, addresses, "primary_email_address_id", &mut errors);
    let numbers = user.phone_numbers.iter();
    let numbers = numbers.map(|contact| (&contact.id, contact.verification.is_verified()));
    check_primary(&primary_phone_number, numbers, "primary_phone_number_id", &mut errors);
    let wallets = user.web3_wallets.iter().map(|wallet| (&wallet.id, true));
    check_primary(&primary_wallet, wallets, "primary_web3_wallet_id", &mut errors);
    profile.check_free(instance, Some(id), &mut errors);
    Refusal::if_any(errors)?;

    if profile.has_password && signs_out == Some(true) {
        instance.end_sessions(id, call.at.wall);
    }
    let changed = change(instance, call, id, |user| {
        profile.apply(user, call.at.wall);
        user.primary_email_address_id = primary_address.or(user.primary_email_address_id.take());
        user.primary_phone_number_id = primary_phone_number.or(user.primary_phone_number_id.take());
        user.primary_web3_wallet_id = primary_wallet.or(user.primary_web3_wallet_id.take());
    });
    changed.map(Into::into)
}

/// Carries out `UpdateUserMetadata`.
pub(crate) fn merge_metadata(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    change_metadata(instance, call, merge)
}

/// Carries out `ReplaceUserMetadata`.
pub(crate) fn replace_metadata(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    change_metadata(instance, call, |_, new| new.clone())
}

fn change_metadata(
    instance: &mut Instance,
    call: &Call<'_>,
    combine: fn(&Metadata, &Metadata) -> Metadata,
) -> HandlerResult {
    let id = call.params.get(USER_ID);
    find(&instance.users, id)?;
    let mut fields = read_optional_object(call.request)?;
    let metadata = MetadataFields::take(&mut fields, call.config.metadata_limit);
    fields.finish()?;
    change(instance, call, id, |user| metadata.apply(user, combine)).map(Into::into)
}

impl MetadataFields {
    fn take(fields: &mut Fields, limit: MetadataLimit) -> Self {
        Self {
            public: fields.take_metadata("public_metadata", Null::Refused, limit),
            private: fields.take_metadata("private_metadata", Null::Refused, limit),
            unsafe_: fields.take_metadata("unsafe_metadata", Null::Refused, limit),
        }
    }

    fn apply(self, user: &mut User, combine: fn(&Metadata, &Metadata) -> Metadata) {
        if let Some(new) = self.public {
            user.public_metadata = combine(&user.public_metadata, &new);
        }
        if let Some(new) = self.private {
            user.private_metadata = combine(&user.private_metadata, &new);
        }
        if let Some(new) = self.unsafe_ {
            user.unsafe_metadata = combine(&user.unsafe_metadata, &new);
        }
    }
}

impl Profile {
    fn take(fields: &mut Fields) -> Self {
        let _: Option<bool> = fields.take("skip_legal_checks", Null::Accepted);
        let username: Option<Option<String>> = fields.take_nullable("username");
        let backup_codes: Option<Vec<String>> = fields.take("backup_codes", Null::Refused);
        Self {
            external_id: fields.take_nullable("external_id"),
            // An empty name clears it too.
            username: username.map(|name| name.filter(|name| !name.is_empty())),
            first_name: fields.take_nullable("first_name"),
            last_name: fields.take_nullable("last_name"),
            locale: fields.take_nullable("locale"),
            has_password: take_password(fields),
            has_totp: fields.take::<String>("totp_secret", Null::Accepted).is_some(),
            has_backup_codes: backup_codes.is_some_and(|codes| !codes.is_empty()),
            delete_self_enabled: fields.take("delete_self_enabled", Null::Accepted),
            create_organization_enabled: fields.take("create_organization_enabled", Null::Accepted),
            create_organizations_limit: fields.take_nullable("create_organizations_limit"),
            legal_accepted_at: fields.take_time("legal_accepted_at"),
            created_at: fields.take_time("created_at"),
            bypass_client_trust: fields.take("bypass_client_trust", Null::Accepted),
        }
    }

    /// Refuses identifiers that another user has.
    fn check_free(&self, instance: &Instance, own_id: Option<&str>, errors: &mut Vec<ErrorItem>) {
        let identifiers = [
            ("username", Index::Username, &self.username),
            ("external_id", Index::ExternalId, &self.external_id),
        ];
        for (name, index, value) in identifiers {
            let Some(Some(value)) = value else { continue };
            if instance.users.by(index, value).any(|user| Some(user.id()) != own_id) {
                errors.push(ErrorItem::identifier_exists(name));
            }
        }
    }

    fn apply(self, user: &mut User, wall: Timestamp) {
        let texts = [
            (&mut user.external_id, self.external_id),
            (&mut user.username, self.username),
            (&mut user.first_name, self.first_name),
            (&mut user.last_name, self.last_name),
            (&mut user.locale, self.locale),
        ];
        for (field, new) in texts {
            if let Some(new) = new {
                *field = new;
            }
        }
        if self.has_password {
            user.set_password(wall);
        }
        user.enable_second_factor(self.has_totp, self.has_backup_codes, wall);
        if let Some(enabled) = self.delete_self_enabled {
            user.delete_self_enabled = enabled;
        }
        if let Some(enabled) = self.create_organization_enabled {
            user.create_organization_enabled = enabled;
        }
        if let Some(limit) = self.create_organizations_limit {
            user.create_organizations_limit = limit;
        }
        if let Some(at) = self.created_at {
            user.created_at = at;
        }
        user.legal_accepted_at = self.legal_accepted_at.or(user.legal_accepted_at);
        user.bypass_client_trust = self.bypass_client_trust.unwrap_or(user.bypass_client_trust);
    }
}

/// Takes the password or its digest, and returns whether there is one.
fn take_password(fields: &mut Fields) -> bool {
    let password: Option<String> = fields.take("password", Null::Accepted);
    let digest: Option<String> = fields.take("password_digest", Null::Accepted);
    let hasher: Option<String> = fields.take("password_hasher", Null::Refused);
    let skips_checks: Option<bool> = fields.take("skip_password_checks", Null::Accepted);
    if digest.is_some() && hasher.is_none() {
        fields.refuse(ErrorItem::param_missing("password_hasher"));
    }
    if let Some(password) = password.as_ref().filter(|_| skips_checks != Some(true)) {
        let wrong = match password.len() {
            length if length < MIN_PASSWORD => Some(("form_password_length_too_short", "is too short")),
            length if length > MAX_PASSWORD => Some(("form_password_length_too_long", "is too long")),
            _ => None,
        };
        if let Some((code, message)) = wrong {
            fields.refuse(ErrorItem::for_param(ErrorCode::from(code), "password", message));
        }
    }
    password.is_some() || digest.is_some()
}

/// Takes the addresses, normalized, each with whether it is reserved.
fn take_addresses(fields: &mut Fields) -> Vec<(String, bool)> {
    let addresses = take_contacts(fields, EMAIL_ADDRESS, "email_address_identification_status");
    let is_valid = |address: &str| EmailAddress::from(address).validate().is_ok();
    if addresses.iter().any(|(address, _)| !is_valid(address)) {
        fields.refuse(ErrorItem::param_format_invalid(EMAIL_ADDRESS));
    }
    addresses
        .into_iter()
        .map(|(address, is_reserved)| (normalize(&address), is_reserved))
        .collect()
}

/// Takes contacts, each with whether it is reserved, which the field `status_name` says.
fn take_contacts(fields: &mut Fields, name: &'static str, status_name: &'static str) -> Vec<(String, bool)> {
    let contacts: Vec<String> = fields.take(name, Null::Refused).unwrap_or_default();
    let statuses: Option<Vec<String>> = fields.take(status_name, Null::Refused);
    let statuses = statuses.unwrap_or_else(|| vec![STATUSES[0].to_owned(); contacts.len()]);
    if statuses.len() != contacts.len() {
        let code = ErrorCode::from("form_param_array_length_mismatch");
        fields.refuse(ErrorItem::for_param(code, status_name, "has another length"));
    }
    if statuses.iter().any(|status| !STATUSES.contains(&status.as_str())) {
        fields.refuse(ErrorItem::param_value_invalid(status_name));
    }
    let is_reserved = statuses.into_iter().map(|status| status == STATUSES[1]);
    contacts.into_iter().zip(is_reserved).collect()
}

/// Whether the text is a phone number as in E.164.
pub(in crate::fake::handlers) fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Refuses a primary contact that the user does not have or has not verified.
fn check_primary<'a>(
    primary: &Option<String>,
    mut contacts: impl Iterator<Item = (&'a String, bool)>,
    name: &str,
    errors: &mut Vec<ErrorItem>,
) {
    let Some(primary) = primary else { return };
    match contacts.find(|(id, _)| *id == primary) {
        None => errors.push(ErrorItem::resource_not_found(name)),
        Some((_, false)) => {
            let code = ErrorCode::from("form_verification_needed");
            errors.push(ErrorItem::for_param(code, name, "is not verified"));
        }
        Some((_, true)) => {}
    }
}

fn identifier_missing() -> Refusal {
    let code = ErrorCode::from("form_data_missing");
    let hint = "A user needs an email address, a phone number, a wallet or a user name.";
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, code, "identifier missing", hint)
        .with_meta(json!({ "param_names": [EMAIL_ADDRESS, PHONE_NUMBER, "web3_wallet", "username"] }))
}
