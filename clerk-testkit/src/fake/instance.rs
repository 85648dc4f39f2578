//! What the instance holds, and what a call does to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clerk_core::{Environment, HttpRequest};
use serde::Serialize;
use serde_json::json;

use super::address::each_once;
use super::config::Config;
use super::error::Refusal;
use super::invitations::{Invitation, NewInvitation};
use super::kept::Store;
use super::organization_invitations::OrganizationInvitation;
use super::organizations::Organizations;
use super::query::Query;
use super::routes::PathParams;
use super::state::Arrival;
use super::users::Users;
use super::waitlist_entries::WaitlistEntry;

/// Everything that the instance holds, and the mails that went out.
#[derive(Debug)]
pub(super) struct Instance {
    config: Arc<Config>,
    pub(super) users: Users,
    pub(super) invitations: Store<Invitation>,
    pub(super) organizations: Organizations,
    pub(super) organization_invitations: Store<OrganizationInvitation>,
    pub(super) waitlist_entries: Store<WaitlistEntry>,
    pub(super) mails: BTreeMap<String, u64>,
}

/// Carries out a call: changes the instance and returns the body of the response.
pub(super) type Handler = fn(&mut Instance, &mut Call<'_>) -> Result<Bytes, Refusal>;

/// One call that is being carried out.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) request: &'a HttpRequest,
    pub(super) params: &'a PathParams,
    pub(super) at: Arrival,
    pub(super) extent: Extent,
    /// Where the ids of what the call makes go.
    pub(super) created: &'a mut Vec<String>,
}

/// How much of a bulk call takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    /// The first half, rounded up.
    Half,
}

impl<'a> Call<'a> {
    /// The id of the organization in the path, which has to be there.
    pub(super) fn organization(&self, instance: &Instance) -> Result<&'a str, Refusal> {
        let id = self.params.get("organization_id");
        instance.organizations.find(id).map(|_| id)
    }

    pub(super) fn query(&self) -> Query {
        Query::parse(self.request.uri().query().unwrap_or_default())
    }
}

impl Extent {
    /// How many of `count` things.
    pub(super) const fn of(self, count: usize) -> usize {
        match self {
            Self::Whole => count,
            Self::Half => count.div_ceil(2),
        }
    }
}

impl Instance {
    /// The instance as it is before the first call.
    pub(super) fn new(config: Arc<Config>, at: Arrival) -> Self {
        let mut instance = Self {
            users: Users::default(),
            invitations: Store::default(),
            organizations: config.organizations.clone(),
            organization_invitations: Store::default(),
            waitlist_entries: Store::default(),
            mails: BTreeMap::new(),
            config: Arc::clone(&config),
        };
        for address in &config.users {
            instance.users.add(address, at.wall);
        }
        for address in &config.pending {
            instance.invitations.make(NewInvitation::new(address.clone()), at);
        }
        for (organization_id, new) in &config.pending_in_organizations {
            instance
                .organization_invitations
                .make(organization_id, new.clone(), None, at);
        }
        for (address, is_locked) in &config.waitlist {
            instance.waitlist_entries.make(address.clone(), *is_locked, at);
        }
        instance
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Counts a mail to this address.
    pub(super) fn mail(&mut self, email_address: &str) {
        *self.mails.entry(email_address.to_owned()).or_default() += 1;
    }

    /// Accepts what invites this address to the application, and makes it a user's.
    pub(super) fn sign_up(&mut self, email_address: &str, at: Arrival) {
        self.invitations.accept(email_address, at.wall);
        self.waitlist_entries.complete(email_address, at.wall);
        self.users.add(email_address, at.wall);
    }

    /// Accepts what invites this address to the organization, and makes it a member's. Whether anything did.
    pub(super) fn join(&mut self, organization_id: &str, email_address: &str, at: Arrival) -> bool {
        let invitations = &mut self.organization_invitations;
        let Some(role) = invitations.accept(organization_id, email_address, at.wall) else {
            return false;
        };
        self.users.add(email_address, at.wall);
        self.organizations.add_member(organization_id, email_address, role);
        true
    }

    /// Refuses all of these addresses if the allowlist or the blocklist keeps one out.
    pub(super) fn let_in<'a>(&self, addresses: impl Iterator<Item = &'a str>) -> Result<(), Refusal> {
        let forbidden = each_once(addresses.filter(|address| !self.config.access.allows(address)));
        if forbidden.is_empty() {
            Ok(())
        } else {
            Err(Refusal::not_allowed(&forbidden))
        }
    }

    /// Whether lists show by now what was made then.
    pub(super) fn is_listed(&self, made_at: Duration, call: &Call<'_>) -> bool {
        made_at.saturating_add(self.config.read_lag) <= call.at.now
    }
}

/// Answers `GetInstance`.
pub(super) fn get(instance: &Instance, _call: &Call<'_>) -> Result<Bytes, Refusal> {
    let environment = match instance.config.secret_key.environment() {
        Environment::Development => "development",
        Environment::Production => "production",
    };
    let shown = json!({
        "object": "instance",
        "id": "ins_fake",
        "environment_type": environment,
        "allowed_origins": null,
        "workspace_id": null,
    });
    Ok(shown.to_string().into())
}

/// `value` as JSON text.
pub(super) fn json(value: &impl Serialize) -> String {
    // What the fake shows are structs of texts and numbers, which can always be written.
    serde_json::to_string(value).unwrap_or_default()
}

/// What is answered when an `object` has been deleted.
pub(super) fn deleted(object: &str, id: &str) -> Bytes {
    json!({ "object": object, "id": id, "deleted": true })
        .to_string()
        .into()
}
