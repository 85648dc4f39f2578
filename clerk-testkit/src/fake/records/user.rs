use clerk_core::model::{Metadata, Timestamp};
use serde::Serialize;

use super::contact::{EmailAddress, PhoneNumber, Verification, Web3Wallet};
use super::image_url;
use crate::fake::store::{Index, Store, Stored};

/// A user, serialized as Clerk's API shows it.
#[derive(Debug, Serialize)]
pub(crate) struct User {
    id: String,
    object: &'static str,
    pub(crate) external_id: Option<String>,
    pub(crate) primary_email_address_id: Option<String>,
    pub(crate) primary_phone_number_id: Option<String>,
    pub(crate) primary_web3_wallet_id: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) locale: Option<String>,
    image_url: String,
    has_image: bool,
    pub(crate) public_metadata: Metadata,
    pub(crate) private_metadata: Metadata,
    pub(crate) unsafe_metadata: Metadata,
    pub(crate) email_addresses: Vec<EmailAddress>,
    pub(crate) phone_numbers: Vec<PhoneNumber>,
    pub(crate) web3_wallets: Vec<Web3Wallet>,
    passkeys: [(); 0],
    external_accounts: [(); 0],
    saml_accounts: [(); 0],
    enterprise_accounts: [(); 0],
    pub(crate) password_enabled: bool,
    pub(crate) two_factor_enabled: bool,
    pub(crate) totp_enabled: bool,
    pub(crate) backup_code_enabled: bool,
    pub(crate) mfa_enabled_at: Option<Timestamp>,
    mfa_disabled_at: Option<Timestamp>,
    pub(crate) password_last_updated_at: Option<Timestamp>,
    pub(crate) last_sign_in_at: Option<Timestamp>,
    pub(crate) last_active_at: Option<Timestamp>,
    pub(crate) banned: bool,
    pub(crate) locked: bool,
    pub(crate) lockout_expires_in_seconds: Option<u64>,
    verification_attempts_remaining: Option<u64>,
    pub(crate) delete_self_enabled: bool,
    pub(crate) create_organization_enabled: bool,
    pub(crate) create_organizations_limit: Option<u64>,
    pub(crate) legal_accepted_at: Option<Timestamp>,
    pub(crate) bypass_client_trust: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// The number of contacts that the user has had.
    #[serde(skip)]
    contacts: u64,
}

/// How long a lockout takes, in seconds.
const LOCKOUT: u64 = 60 * 60;

/// The number of sign-ins that may fail before a user is locked out.
const ATTEMPTS: u64 = 100;

impl Stored for User {
    const ID_PREFIX: &'static str = "user_fake";

    fn id(&self) -> &str {
        &self.id
    }

    fn index<'a>(&'a self, add: &mut dyn FnMut(Index, &'a str)) {
        for contact in &self.email_addresses {
            add(Index::EmailAddress, &contact.email_address);
            add(Index::Contact, &contact.id);
        }
        for contact in &self.phone_numbers {
            add(Index::PhoneNumber, &contact.phone_number);
            add(Index::Contact, &contact.id);
        }
        for wallet in &self.web3_wallets {
            add(Index::Web3Wallet, &wallet.web3_wallet);
        }
        if let Some(external_id) = &self.external_id {
            add(Index::ExternalId, external_id);
        }
        if let Some(username) = &self.username {
            add(Index::Username, username);
        }
    }
}

/// A request to create a user with one address.
#[derive(Debug, Clone)]
pub(crate) struct NewUser {
    pub(crate) email_address: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) public_metadata: Metadata,
    pub(crate) private_metadata: Metadata,
}

impl NewUser {
    pub(crate) fn new(email_address: &str) -> Self {
        Self {
            email_address: email_address.to_owned(),
            first_name: None,
            last_name: None,
            public_metadata: Metadata::default(),
            private_metadata: Metadata::default(),
        }
    }
}

impl Store<User> {
    /// Creates a user with a verified address, unless the address has one. Returns whether it did.
    pub(crate) fn create(&mut self, new: NewUser, verification: Verification, wall: Timestamp) -> bool {
        if self.find(&new.email_address).is_some() {
            return false;
        }
        self.create_with(wall, |user| {
            user.add_email_address(new.email_address, verification, wall);
            user.first_name = new.first_name;
            user.last_name = new.last_name;
            user.public_metadata = new.public_metadata;
            user.private_metadata = new.private_metadata;
        });
        true
    }

    /// Creates a user, with what `fill` adds, and returns the id.
    pub(crate) fn create_with(&mut self, wall: Timestamp, fill: impl FnOnce(&mut User)) -> String {
        let user = self.insert_with(|_, id| {
            let mut user = User::new(id, wall);
            fill(&mut user);
            user
        });
        user.id.clone()
    }

    /// Returns the user of an address.
    pub(crate) fn find(&self, email_address: &str) -> Option<&User> {
        self.by(Index::EmailAddress, email_address).next()
    }
}

impl User {
    fn new(id: String, wall: Timestamp) -> Self {
        Self {
            id,
            object: "user",
            external_id: None,
            primary_email_address_id: None,
            primary_phone_number_id: None,
            primary_web3_wallet_id: None,
            username: None,
            first_name: None,
            last_name: None,
            locale: None,
            image_url: image_url("user"),
            has_image: false,
            public_metadata: Metadata::default(),
            private_metadata: Metadata::default(),
            unsafe_metadata: Metadata::default(),
            email_addresses: Vec::new(),
            phone_numbers: Vec::new(),
            web3_wallets: Vec::new(),
            passkeys: [],
            external_accounts: [],
            saml_accounts: [],
            enterprise_accounts: [],
            password_enabled: false,
            two_factor_enabled: false,
            totp_enabled: false,
            backup_code_enabled: false,
            mfa_enabled_at: None,
            mfa_disabled_at: None,
            password_last_updated_at: None,
            last_sign_in_at: None,
            last_active_at: None,
            banned: false,
            locked: false,
            lockout_expires_in_seconds: None,
            verification_attempts_remaining: Some(ATTEMPTS),
            delete_self_enabled: true,
            create_organization_enabled: true,
            create_organizations_limit: None,
            legal_accepted_at: None,
            bypass_client_trust: false,
            created_at: wall,
            updated_at: wall,
            contacts: 0,
        }
    }

    /// Adds an address, which becomes the primary one if it is the first, and returns its id.
    pub(crate) fn add_email_address(&mut self, address: String, verification: Verification, at: Timestamp) -> String {
        let id = self.next_contact_id();
        self.primary_email_address_id.get_or_insert_with(|| id.clone());
        let contact = EmailAddress::new(id.clone(), address, verification, at);
        self.email_addresses.push(contact);
        id
    }

    /// Adds a phone number, which becomes the primary one if it is the first, and returns its id.
    pub(crate) fn add_phone_number(&mut self, number: String, verification: Verification, at: Timestamp) -> String {
        let id = self.next_contact_id();
        self.primary_phone_number_id.get_or_insert_with(|| id.clone());
        let contact = PhoneNumber::new(id.clone(), number, verification, at);
        self.phone_numbers.push(contact);
        id
    }

    /// Adds a wallet, which becomes the primary one if it is the first.
    pub(crate) fn add_web3_wallet(&mut self, wallet: String, at: Timestamp) {
        let id = self.next_contact_id();
        self.primary_web3_wallet_id.get_or_insert_with(|| id.clone());
        self.web3_wallets.push(Web3Wallet::new(id, wallet, at));
    }

    /// Derives the id from that of the user, so that no other user has it.
    fn next_contact_id(&mut self) -> String {
        self.contacts += 1;
        let number = self.id.strip_prefix(Self::ID_PREFIX).unwrap_or(&self.id);
        format!("idn_fake{number}_{}", self.contacts)
    }

    pub(crate) const fn set_locked(&mut self, locked: bool) {
        self.locked = locked;
        self.lockout_expires_in_seconds = if locked { Some(LOCKOUT) } else { None };
        self.verification_attempts_remaining = Some(if locked { 0 } else { ATTEMPTS });
    }

    pub(crate) fn set_password(&mut self, at: Timestamp) {
        self.password_enabled = true;
        self.password_last_updated_at = Some(at);
    }

    /// Notes that the user has an authenticator app or backup codes as a second factor.
    pub(crate) fn enable_second_factor(&mut self, totp: bool, backup_codes: bool, at: Timestamp) {
        self.totp_enabled |= totp;
        self.backup_code_enabled |= backup_codes;
        self.two_factor_enabled |= totp;
        if self.two_factor_enabled {
            self.mfa_enabled_at.get_or_insert(at);
        }
    }

    pub(crate) fn primary_email_address(&self) -> Option<&str> {
        let id = self.primary_email_address_id.as_ref()?;
        let primary = self.email_addresses.iter().find(|contact| contact.id == *id)?;
        Some(&primary.email_address)
    }

    /// Returns what identifies the user to others: the address, the phone number or the user name.
    pub(crate) fn identifier(&self) -> &str {
        let phone_number = self.phone_numbers.first().map(|contact| contact.phone_number.as_str());
        self.primary_email_address()
            .or(phone_number)
            .or(self.username.as_deref())
            .unwrap_or_default()
    }
}
