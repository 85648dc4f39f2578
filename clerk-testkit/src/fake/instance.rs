//! What an instance stores, and a call as its handler sees it.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use clerk_core::HttpRequest;

use super::error::Refusal;
use super::event_log::EventLog;
use super::instance_config::InstanceConfig;
use super::query::Query;
use super::records::{Invitation, Membership, OrganizationInvitation, Organizations, User, WaitlistEntry, to_json};
use super::store::{Arrival, Store};

/// Everything that the instance stores, the number of emails sent to each address, and the events of webhooks.
#[derive(Debug, Default)]
pub(super) struct Instance {
    pub(super) users: Store<User>,
    pub(super) invitations: Store<Invitation>,
    pub(super) organizations: Organizations,
    pub(super) organization_invitations: Store<OrganizationInvitation>,
    pub(super) memberships: Store<Membership>,
    pub(super) waitlist_entries: Store<WaitlistEntry>,
    pub(super) mails: BTreeMap<String, u64>,
    pub(super) events: EventLog,
}

/// The body of a successful response, or the reason for another.
pub(super) type HandlerResult = Result<Bytes, Refusal>;

/// Carries out one operation.
pub(super) type Handler = fn(&mut Instance, &mut Call<'_>) -> HandlerResult;

/// A call that passed authentication and limits.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) request: &'a HttpRequest,
    pub(super) params: &'a PathParams,
    pub(super) config: &'a InstanceConfig,
    pub(super) at: Arrival,
    pub(super) extent: Extent,
    /// The ids of what the call creates.
    pub(super) created: &'a mut Vec<String>,
}

/// How much of a bulk call takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    /// The first half, rounded up.
    Half,
}

/// The decoded parameters of a path, by their names in Clerk's API description.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PathParams(Vec<(&'static str, String)>);

impl PathParams {
    pub(super) fn push(&mut self, name: &'static str, value: String) {
        self.0.push((name, value));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the value of a parameter, or an empty string, which is no valid id, if the path does not have it.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

impl Call<'_> {
    pub(super) fn query(&self) -> Query {
        Query::parse(self.request.uri().query().unwrap_or_default())
    }

    /// Whether lists show by now what was created at this monotonic time.
    pub(super) fn is_listed(&self, created: Duration) -> bool {
        created.saturating_add(self.config.read_lag) <= self.at.now
    }
}

impl Extent {
    /// Returns how many of `count` items take effect.
    pub(super) const fn apply(self, count: usize) -> usize {
        match self {
            Self::Whole => count,
            Self::Half => count.div_ceil(2),
        }
    }
}

impl Instance {
    /// Creates the instance as it is before the first call.
    pub(super) fn new(config: &InstanceConfig, at: Arrival) -> Self {
        let mut instance = Self::default();
        instance.add(config, at);
        instance
    }

    /// Adds what `config` contains. No emails are counted, and no events announced.
    pub(super) fn add(&mut self, config: &InstanceConfig, at: Arrival) {
        for new in &config.users {
            self.users.create(new.clone(), at.wall);
        }
        for new in &config.pending {
            self.invitations.create(new.clone(), at);
        }
        for new in config.organizations.values() {
            self.organizations.create(new.clone(), at.wall);
        }
        for (organization_id, new) in &config.members {
            self.memberships.create(organization_id, new.clone(), at.wall);
        }
        for (organization_id, new) in &config.pending_in_organizations {
            let invitations = &mut self.organization_invitations;
            invitations.create(organization_id, new.clone(), None, at);
        }
        for (address, is_locked) in &config.waitlist {
            self.waitlist_entries.create(address.clone(), *is_locked, at);
        }
    }

    /// Writes a membership as Clerk's API shows it.
    pub(super) fn membership_json(&self, membership: &Membership) -> String {
        let members_count = self.memberships.count(&membership.organization_id);
        to_json(&membership.view(&self.organizations, &self.users, members_count))
    }

    /// Counts an email to an address.
    pub(super) fn send_mail(&mut self, email_address: &str) {
        *self.mails.entry(email_address.to_owned()).or_default() += 1;
    }
}
