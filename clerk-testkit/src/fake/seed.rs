//! What an instance contains before the first call, as a file.

mod error;
mod settings;
mod text_or;

use clerk_core::model::{EmailAddress, Metadata};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::instance_config::InstanceConfig;
use super::records::{
    EXPIRES_IN_DAYS, Grant, MEMBER, NewInvitation, NewMember, NewOrganization, NewOrganizationInvitation, NewUser,
};
use super::store::normalize;

pub use error::InvalidSeed;
pub(super) use settings::Settings;
use text_or::text_or_fields;

/// Users, organizations, invitations, lists and settings, from a file or text in JSON or YAML.
///
/// ```yaml
/// settings:
///   start: 2026-01-01T00:00:00Z
///   limits: single=100/3600s
/// users:
///   - ada@example.com
///   - email_address: grace@example.com
///     first_name: Grace
///     public_metadata: { team: red }
/// organizations:
///   - id: org_1
///     name: Acme
///     membership_limit: 20
///     members:
///       - { email_address: ada@example.com, role: "org:admin" }
///     invitations:
///       - { email_address: alan@example.com, role: "org:member", expires_in_days: 7 }
/// roles: ["org:billing"]
/// invitations:
///   - { email_address: edsger@example.com, redirect_url: "https://example.com/welcome" }
/// waitlist_entries:
///   - barbara@example.com
///   - { email_address: donald@example.com, locked: true }
/// allowlist: ["*@example.com"]
/// blocklist: [mallory@example.com]
/// malformed: [rejected@example.com]
/// ```
///
/// All parts are optional. A person without further fields can be written as an address. Members become users. The settings
/// are those of the [builder](super::FakeClerkBuilder), under the names of the options of `fake-clerk`: `secret_key`,
/// `start`, `limits`, `window`, `ignore_existing`, `metadata_limit`, `organization_duplicate`, `pending_duplicate`,
/// `bulk_on_5xx`, `read_lag_ms`, `latency_ms`, `faults` and `fault_seed`.
///
/// ```
/// use clerk_testkit::FakeClerk;
/// use clerk_testkit::fake::Seed;
///
/// let seed = Seed::from_json(r#"{"users": ["ada@example.com"], "blocklist": ["*@example.org"]}"#)?;
/// let fake = FakeClerk::builder().seed(&seed).build();
/// assert!(fake.user_id("ada@example.com").is_some());
/// # Ok::<(), clerk_testkit::fake::InvalidSeed>(())
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    pub(super) settings: Option<Settings>,
    #[serde(deserialize_with = "text_or_fields")]
    users: Vec<User>,
    organizations: Vec<Organization>,
    roles: Vec<String>,
    #[serde(deserialize_with = "text_or_fields")]
    invitations: Vec<Invitation>,
    #[serde(deserialize_with = "text_or_fields")]
    waitlist_entries: Vec<WaitlistEntry>,
    allowlist: Vec<String>,
    blocklist: Vec<String>,
    malformed: Vec<String>,
}

/// An address that is valid, in its normalized form.
#[derive(Debug, Clone, Default)]
struct Address(String);

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.try_into().map_err(serde::de::Error::custom)
    }
}

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match EmailAddress::from(text.as_str()).validate() {
            Ok(()) => Ok(Self(normalize(&text))),
            Err(error) => Err(format!("{text:?} is not an email address: {error}")),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    email_address: Address,
    first_name: Option<String>,
    last_name: Option<String>,
    #[serde(default, deserialize_with = "metadata")]
    public_metadata: Metadata,
    #[serde(default, deserialize_with = "metadata")]
    private_metadata: Metadata,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Organization {
    id: String,
    name: Option<String>,
    slug: Option<String>,
    membership_limit: Option<usize>,
    #[serde(default, deserialize_with = "metadata")]
    public_metadata: Metadata,
    #[serde(default, deserialize_with = "metadata")]
    private_metadata: Metadata,
    #[serde(default, deserialize_with = "text_or_fields")]
    members: Vec<Member>,
    #[serde(default, deserialize_with = "text_or_fields")]
    invitations: Vec<OrganizationInvitation>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    email_address: Address,
    role: Option<String>,
    #[serde(default, deserialize_with = "metadata")]
    public_metadata: Metadata,
    #[serde(default, deserialize_with = "metadata")]
    private_metadata: Metadata,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Invitation {
    email_address: Address,
    #[serde(default, deserialize_with = "metadata")]
    public_metadata: Metadata,
    redirect_url: Option<String>,
    expires_in_days: Option<u32>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganizationInvitation {
    email_address: Address,
    role: Option<String>,
    #[serde(default, deserialize_with = "metadata")]
    public_metadata: Metadata,
    #[serde(default, deserialize_with = "metadata")]
    private_metadata: Metadata,
    redirect_url: Option<String>,
    expires_in_days: Option<u32>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WaitlistEntry {
    email_address: Address,
    #[serde(default)]
    locked: bool,
}

/// Deserializes metadata from any format. That of the SDK keeps JSON text, which YAML does not have.
fn metadata<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Metadata, D::Error> {
    Map::<String, Value>::deserialize(deserializer).map(Metadata::from)
}

/// Implements the conversion from an address for people whose other fields are optional.
macro_rules! from_address {
    ($($type:ident),*) => {
        $(impl From<Address> for $type {
            fn from(email_address: Address) -> Self {
                Self { email_address, ..Self::default() }
            }
        })*
    };
}
from_address!(User, Member, Invitation, OrganizationInvitation, WaitlistEntry);

impl Seed {
    /// Reads a seed in JSON.
    ///
    /// # Errors
    ///
    /// [`InvalidSeed`], with the path, the line and the column at fault.
    pub fn from_json(text: &str) -> Result<Self, InvalidSeed> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let seed: Self =
            serde_path_to_error::deserialize(&mut deserializer).map_err(|error| InvalidSeed::new(&error))?;
        deserializer.end().map_err(|error| InvalidSeed::new(&error))?;
        seed.checked()
    }

    /// Reads a seed in YAML, of which JSON is a part.
    ///
    /// # Errors
    ///
    /// [`InvalidSeed`], with the path, the line and the column at fault.
    #[cfg(feature = "server")]
    pub fn from_yaml(text: &str) -> Result<Self, InvalidSeed> {
        let deserializer = yaml_serde::Deserializer::from_str(text);
        // A file of comments is an empty seed.
        let seed: Option<Self> = serde_path_to_error::deserialize(deserializer)
            .map_err(|error| InvalidSeed::at_path(&error.path().to_string(), &error.inner().to_string()))?;
        seed.unwrap_or_default().checked()
    }

    /// Refuses values that would make an instance that cannot exist.
    fn checked(self) -> Result<Self, InvalidSeed> {
        for (index, organization) in self.organizations.iter().enumerate() {
            if organization.id.is_empty() || organization.id.contains('/') {
                let path = format!("organizations[{index}].id");
                return Err(InvalidSeed::at(&path, "must be an id such as org_1"));
            }
            let limit = organization.membership_limit.unwrap_or(usize::MAX);
            if organization.members.len() > limit {
                let path = format!("organizations[{index}].membership_limit");
                return Err(InvalidSeed::at(&path, "must be at least the number of members"));
            }
        }
        let expiries = self.invitations.iter().map(|invitation| invitation.expires_in_days);
        for (index, days) in expiries.enumerate() {
            if days.is_some_and(|days| !(1..=365).contains(&days)) {
                let path = format!("invitations[{index}].expires_in_days");
                return Err(InvalidSeed::at(&path, "must be from 1 to 365"));
            }
        }
        Ok(self)
    }

    /// Refuses settings, which only the builder can apply.
    pub(super) fn refuse_settings(&self) -> Result<(), InvalidSeed> {
        match self.settings {
            Some(_) => {
                let reason = "apply only when the fake is built: pass them to the builder or to fake-clerk";
                Err(InvalidSeed::at("settings", reason))
            }
            None => Ok(()),
        }
    }

    /// Adds all but the settings.
    pub(super) fn add_to(&self, config: &mut InstanceConfig) {
        config.roles.extend(self.roles.iter().cloned());
        for user in self.users.iter().cloned() {
            config.add_user(NewUser {
                email_address: user.email_address.0,
                first_name: user.first_name,
                last_name: user.last_name,
                public_metadata: user.public_metadata,
                private_metadata: user.private_metadata,
            });
        }
        for organization in self.organizations.iter().cloned() {
            let id = organization.id.clone();
            let mut new = NewOrganization::new(id.clone());
            new.name = organization.name.unwrap_or(new.name);
            new.slug = organization.slug.unwrap_or(new.slug);
            new.membership_limit = organization.membership_limit;
            new.public_metadata = organization.public_metadata;
            new.private_metadata = organization.private_metadata;
            config.organizations.insert(id.clone(), new);
            for member in organization.members {
                config.add_member(
                    &id,
                    NewMember {
                        email_address: member.email_address.0,
                        grant: Grant {
                            role: member.role.unwrap_or_else(|| MEMBER.to_owned()),
                            public_metadata: member.public_metadata,
                            private_metadata: member.private_metadata,
                        },
                    },
                );
            }
            for invitation in organization.invitations {
                let mut new = NewOrganizationInvitation::new(invitation.email_address.0);
                new.role = invitation.role.unwrap_or(new.role);
                new.public_metadata = invitation.public_metadata;
                new.private_metadata = invitation.private_metadata;
                new.redirect_url = invitation.redirect_url;
                new.expires_in_days = invitation.expires_in_days.unwrap_or(EXPIRES_IN_DAYS);
                config.pending_in_organizations.push((id.clone(), new));
            }
        }
        for invitation in self.invitations.iter().cloned() {
            let mut new = NewInvitation::new(invitation.email_address.0);
            new.public_metadata = invitation.public_metadata;
            new.redirect_url = invitation.redirect_url;
            new.expires_in_days = invitation.expires_in_days.unwrap_or(EXPIRES_IN_DAYS);
            config.pending.push(new);
        }
        for entry in &self.waitlist_entries {
            config.waitlist.push((entry.email_address.0.clone(), entry.locked));
        }
        config
            .access
            .allowed
            .extend(self.allowlist.iter().map(|item| normalize(item)));
        config
            .access
            .blocked
            .extend(self.blocklist.iter().map(|item| normalize(item)));
        config
            .malformed
            .extend(self.malformed.iter().map(|address| normalize(address)));
    }
}
