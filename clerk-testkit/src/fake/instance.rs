//! What an instance stores, and a call as its handler sees it.

use std::collections::BTreeMap;

use bytes::Bytes;
use clerk_core::HttpRequest;
use clerk_core::model::Timestamp;

use super::error::Refusal;
use super::event_log::EventLog;
use super::instance_config::{AccessLists, InstanceConfig};
use super::list_cache::ListCache;
use super::query::Query;
use super::records::{
    AllowlistIdentifier, BlocklistIdentifier, Invitation, Organization, OrganizationDomain, OrganizationInvitation,
    OrganizationMembership, Permission, RedirectUrl, Role, Session, Settings, SignInToken, User, Verification,
    WaitlistEntry, role_name, to_json,
};
use super::store::{Arrival, Index, Store, Stored};

/// Everything that the instance stores, the number of emails sent to each address, and the events of webhooks.
#[derive(Debug, Default)]
pub(super) struct Instance {
    pub(super) users: Store<User>,
    pub(super) invitations: Store<Invitation>,
    pub(super) organizations: Store<Organization>,
    pub(super) organization_memberships: Store<OrganizationMembership>,
    pub(super) organization_invitations: Store<OrganizationInvitation>,
    pub(super) organization_domains: Store<OrganizationDomain>,
    pub(super) roles: Store<Role>,
    pub(super) permissions: Store<Permission>,
    pub(super) waitlist_entries: Store<WaitlistEntry>,
    pub(super) allowlist: Store<AllowlistIdentifier>,
    pub(super) blocklist: Store<BlocklistIdentifier>,
    pub(super) redirect_urls: Store<RedirectUrl>,
    pub(super) sessions: Store<Session>,
    pub(super) sign_in_tokens: Store<SignInToken>,
    pub(super) settings: Settings,
    /// The number of tokens that are not stored.
    pub(super) tokens: u64,
    pub(super) mails: BTreeMap<String, u64>,
    pub(super) events: EventLog,
    pub(super) lists: ListCache,
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
        instance.permissions.create_system(at.wall);
        instance.roles.create_system(&instance.permissions, at.wall);
        instance.add(config, at);
        instance
    }

    /// Adds what `config` contains. No emails are counted, and no events announced.
    pub(super) fn add(&mut self, config: &InstanceConfig, at: Arrival) {
        for key in &config.roles {
            if self.roles.find(key).is_none() {
                self.roles.create(key, &role_name(key), None, Vec::new(), at.wall);
            }
        }
        for new in &config.users {
            self.users.create(new.clone(), Verification::ADMIN, at.wall);
        }
        for new in &config.pending {
            self.invitations.create(new.clone(), at);
        }
        for new in config.organizations.values() {
            self.organizations.create(new.clone(), at.wall);
        }
        for (organization_id, new) in &config.members {
            if let Some(user) = self.users.find(&new.email_address) {
                let memberships = &mut self.organization_memberships;
                memberships.create(organization_id, user.id(), new.grant.clone(), at.wall);
            }
        }
        for (organization_id, new) in &config.pending_in_organizations {
            let invitations = &mut self.organization_invitations;
            invitations.create(organization_id, new.clone(), None, at);
        }
        for (address, is_locked) in &config.waitlist {
            self.waitlist_entries.create(address.clone(), *is_locked, at);
        }
        self.add_access(&config.access, at.wall);
    }

    /// Adds to the allowlist and the blocklist, and turns those on that are not empty.
    fn add_access(&mut self, access: &AccessLists, wall: Timestamp) {
        for identifier in &access.allowed {
            self.settings.restrictions.allowlist = true;
            if !self.allowlist.has(identifier) {
                self.allowlist.create(identifier.clone(), wall);
            }
        }
        for identifier in &access.blocked {
            self.settings.restrictions.blocklist = true;
            if !self.blocklist.has(identifier) {
                self.blocklist.create(identifier.clone(), wall);
            }
        }
    }

    /// Writes a membership as Clerk's API shows it, with its organization and its user.
    pub(super) fn membership_json(&self, membership: &OrganizationMembership) -> String {
        let organization = self.organizations.get(&membership.organization_id);
        let user = self.users.get(&membership.user_id);
        // A membership does not outlive its organization or its user.
        let Some((organization, user)) = organization.zip(user) else {
            return "null".to_owned();
        };
        let role = self.roles.find(&membership.role);
        let permissions = role.into_iter().flat_map(|role| role.granted(&self.permissions));
        let permissions = permissions.map(|permission| permission.key.as_str()).collect();
        to_json(&membership.view(organization, user, permissions))
    }

    /// Returns how often anything that lists show has changed.
    pub(super) const fn changes(&self) -> u64 {
        self.users.changes()
            + self.invitations.changes()
            + self.organizations.changes()
            + self.organization_memberships.changes()
            + self.organization_invitations.changes()
            + self.organization_domains.changes()
            + self.roles.changes()
            + self.permissions.changes()
            + self.waitlist_entries.changes()
            + self.allowlist.changes()
            + self.blocklist.changes()
            + self.redirect_urls.changes()
            + self.sessions.changes()
    }

    /// Counts an email to an address.
    pub(super) fn send_mail(&mut self, email_address: &str) {
        *self.mails.entry(email_address.to_owned()).or_default() += 1;
    }

    /// Refuses all of these addresses if the restrictions exclude one of them. A pending invitation makes an address allowed.
    pub(super) fn check_access<'a>(
        &self,
        addresses: impl Iterator<Item = &'a str>,
        wall: Timestamp,
    ) -> Result<(), Refusal> {
        let restrictions = &self.settings.restrictions;
        let mut excluded: Vec<String> = Vec::new();
        for address in addresses {
            if restrictions.block_email_subaddresses && has_subaddress(address) {
                return Err(Refusal::subaddress());
            }
            let is_blocked = restrictions.blocklist && self.blocklist.covers(address);
            let is_allowed = !restrictions.allowlist
                || self.allowlist.covers(address)
                || self.invitations.has_pending(address, wall);
            if (is_blocked || !is_allowed) && !excluded.iter().any(|known| known == address) {
                excluded.push(address.to_owned());
            }
        }
        if excluded.is_empty() {
            Ok(())
        } else {
            Err(Refusal::not_allowed(&excluded))
        }
    }

    /// Returns the role of a member, or `None` if the user is not one.
    pub(super) fn role_in(&self, organization_id: &str, user: &User) -> Option<&str> {
        let membership = self.organization_memberships.find(organization_id, user.id());
        membership.map(|membership| membership.role.as_str())
    }

    /// Whether this many people can join an organization besides its members and pending invitations.
    pub(super) fn has_room_for(&self, organization: &Organization, count: usize, wall: Timestamp) -> bool {
        let id = organization.id();
        organization.max_allowed_memberships == 0
            || organization.has_room_for(
                self.organization_memberships.count(id) + self.organization_invitations.count_pending(id, wall) + count,
            )
    }

    /// Gives another key to the role of members and invitations.
    pub(super) fn rename_role(&mut self, old_key: &str, new_key: &str) {
        let members = self.organization_memberships.iter();
        let members = members.filter(|(_, membership)| membership.role == old_key);
        let members: Vec<String> = members.map(|(_, membership)| membership.id().to_owned()).collect();
        for id in members {
            self.organization_memberships
                .update(&id, |membership| membership.role = new_key.to_owned());
        }
        let invitations = self.organization_invitations.iter();
        let invitations = invitations.filter(|(_, invitation)| invitation.role == old_key);
        let invitations: Vec<String> = invitations.map(|(_, invitation)| invitation.id().to_owned()).collect();
        for id in invitations {
            self.organization_invitations
                .update(&id, |invitation| invitation.role = new_key.to_owned());
        }
    }

    /// Revokes the sessions of a user.
    pub(super) fn end_sessions(&mut self, user_id: &str, wall: Timestamp) {
        self.sessions
            .update_by(Index::UserId, user_id, |session| session.revoke(wall));
    }

    /// Removes a user with all memberships, sessions and tokens.
    pub(super) fn remove_user(&mut self, id: &str) -> Option<User> {
        let user = self.users.remove(id)?;
        self.organization_memberships.remove_by(Index::UserId, id);
        self.sessions.remove_by(Index::UserId, id);
        self.sign_in_tokens.remove_by(Index::UserId, id);
        Some(user)
    }

    /// Removes an organization with all memberships, invitations and domains.
    pub(super) fn remove_organization(&mut self, id: &str) -> Option<Organization> {
        let organization = self.organizations.remove(id)?;
        self.organization_memberships.remove_by(Index::OrganizationId, id);
        self.organization_invitations.remove_by(Index::OrganizationId, id);
        self.organization_domains.remove_by(Index::OrganizationId, id);
        Some(organization)
    }
}

fn has_subaddress(address: &str) -> bool {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    local.contains('+')
}
