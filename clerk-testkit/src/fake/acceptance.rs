//! How invitations are accepted: by address, or by the ticket in their link.

use std::error::Error as StdError;
use std::fmt;

use clerk_core::model::Timestamp;
use serde_json::value::RawValue;

use super::event_log::EventLog;
use super::instance::Instance;
use super::metadata::merge;
use super::records::{Invitation, InvitationState, NewUser, OrganizationInvitation, Resolution, Verification, to_json};
use super::store::{Arrival, Index, Store, Stored};
use super::ticket::Ticket;

/// The page that a link leads to if the invitation has no `redirect_url`.
const DEFAULT_REDIRECT: &str = "https://accounts.fake.clerk.test/sign-up";

/// The reason why a ticket leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TicketError {
    /// The ticket belongs to no invitation.
    Unknown,
    /// The invitation was accepted before.
    Accepted,
    /// The invitation was revoked.
    Revoked,
    /// The invitation has expired.
    Expired,
}

impl TicketError {
    /// Returns the code in the server's response. Clerk does not document its own.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "fake_ticket_unknown",
            Self::Accepted => "fake_ticket_accepted",
            Self::Revoked => "fake_ticket_revoked",
            Self::Expired => "fake_ticket_expired",
        }
    }
}

impl fmt::Display for TicketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "no invitation has this ticket: use the `url` of an invitation, or the ticket in it",
            Self::Accepted => "the invitation of this ticket was accepted before: invite the person again",
            Self::Revoked => "the invitation of this ticket was revoked: invite the person again",
            Self::Expired => "the invitation of this ticket has expired: invite the person again",
        })
    }
}

impl StdError for TicketError {}

impl Instance {
    /// Accepts the invitations of an address to the application, and creates its user, who gets their metadata.
    /// Returns the id of the user.
    pub(super) fn sign_up(&mut self, email_address: &str, at: Arrival) -> String {
        let metadata = self.invitations.accept(email_address, at.wall);
        let is_new = self
            .users
            .create(NewUser::new(email_address), Verification::TICKET, at.wall);
        self.users.update_by(Index::EmailAddress, email_address, |user| {
            for metadata in metadata.iter().filter(|metadata| !metadata.is_empty()) {
                user.public_metadata = merge(&user.public_metadata, metadata);
                user.updated_at = at.wall;
            }
        });
        if is_new || metadata.iter().any(|metadata| !metadata.is_empty()) {
            self.announce_user(email_address, is_new, at);
        }
        for id in self.waitlist_entries.complete(email_address, at.wall) {
            if let Some(entry) = self.waitlist_entries.get(&id) {
                let json = entry.to_json(&self.invitations, at.wall);
                announce_json(&mut self.events, "waitlistEntry.updated", json, at);
            }
        }
        self.user_id(email_address)
    }

    fn user_id(&self, email_address: &str) -> String {
        let user = self.users.find(email_address);
        user.map(|user| user.id().to_owned()).unwrap_or_default()
    }

    /// Accepts the invitation of an address to an organization, and creates its user and membership, which gets the role and
    /// the metadata of the invitation. Returns whether there was an invitation.
    pub(super) fn join(&mut self, organization_id: &str, email_address: &str, at: Arrival) -> bool {
        let invitations = &mut self.organization_invitations;
        let Some(id) = invitations.accept(organization_id, email_address, at.wall) else {
            return false;
        };
        let new = NewUser::new(email_address);
        if self.users.create(new, Verification::TICKET, at.wall) {
            self.announce_user(email_address, true, at);
        }
        let Some(invitation) = self.organization_invitations.get(&id) else {
            return false;
        };
        let json = to_json(&invitation.view(at.wall));
        announce_json(&mut self.events, "organizationInvitation.accepted", json, at);
        let grant = invitation.grant();
        let user_id = self.user_id(email_address);
        let memberships = &mut self.organization_memberships;
        let created = memberships.create(organization_id, &user_id, grant, at.wall);
        if let Some(membership) = created.and_then(|id| self.organization_memberships.get(&id)) {
            let json = self.membership_json(membership);
            announce_json(&mut self.events, "organizationMembership.created", json, at);
        }
        true
    }

    /// Announces the members of an organization that was created with them.
    pub(super) fn announce_members(&mut self, organization_id: &str, at: Arrival) {
        let members = self.organization_memberships.by(Index::OrganizationId, organization_id);
        let members: Vec<String> = members.map(|membership| self.membership_json(membership)).collect();
        for json in members {
            announce_json(&mut self.events, "organizationMembership.created", json, at);
        }
    }

    /// Announces that a user was changed.
    pub(super) fn announce_change(&mut self, user_id: &str, at: Arrival) {
        if let Some(user) = self.users.get(user_id) {
            announce_json(&mut self.events, "user.updated", to_json(user), at);
        }
    }

    fn announce_user(&mut self, email_address: &str, is_new: bool, at: Arrival) {
        if let Some(user) = self.users.find(email_address) {
            let event_type = if is_new { "user.created" } else { "user.updated" };
            announce_json(&mut self.events, event_type, to_json(user), at);
        }
    }

    /// Accepts the invitation of a ticket, and returns the id of its user.
    pub(super) fn accept(&mut self, ticket: &str, at: Arrival) -> Result<String, TicketError> {
        match self.find_pending(ticket, at.wall)? {
            Pending::Invitation(invitation) => {
                let address = invitation.email_address.clone();
                Ok(self.sign_up(&address, at))
            }
            Pending::OrganizationInvitation(invitation) => {
                let (organization_id, address) = (invitation.organization_id.clone(), invitation.email_address.clone());
                self.join(&organization_id, &address, at);
                Ok(self.user_id(&address))
            }
        }
    }

    /// Returns the URL that the link with a ticket redirects to.
    pub(super) fn redirect(&self, ticket: &str, wall: Timestamp) -> Result<String, TicketError> {
        let (address, url) = match self.find_pending(ticket, wall)? {
            Pending::Invitation(invitation) => (&invitation.email_address, &invitation.redirect_url),
            Pending::OrganizationInvitation(invitation) => (&invitation.email_address, &invitation.redirect_url),
        };
        let ticket = Ticket::parse(ticket).ok_or(TicketError::Unknown)?.text();
        let status = if self.users.find(address).is_some() {
            "sign_in"
        } else {
            "sign_up"
        };
        let url = url.as_deref().unwrap_or(DEFAULT_REDIRECT);
        let (url, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
        let separator = if url.contains('?') { '&' } else { '?' };
        Ok(format!(
            "{url}{separator}__clerk_ticket={ticket}&__clerk_status={status}{fragment}"
        ))
    }

    fn find_pending(&self, ticket: &str, wall: Timestamp) -> Result<Pending<'_>, TicketError> {
        match Ticket::parse(ticket).ok_or(TicketError::Unknown)? {
            Ticket::Invitation(number) => {
                let invitation = find(&self.invitations, &number)?;
                check(&invitation.state, wall)?;
                Ok(Pending::Invitation(invitation))
            }
            Ticket::OrganizationInvitation(number) => {
                let invitation = find(&self.organization_invitations, &number)?;
                check(&invitation.state, wall)?;
                Ok(Pending::OrganizationInvitation(invitation))
            }
        }
    }
}

/// Announces an event about an object that was written as JSON.
fn announce_json(events: &mut EventLog, event_type: &'static str, json: String, at: Arrival) {
    if let Ok(data) = RawValue::from_string(json) {
        events.announce(event_type, &data, at.wall);
    }
}

/// The invitation of a ticket.
enum Pending<'a> {
    Invitation(&'a Invitation),
    OrganizationInvitation(&'a OrganizationInvitation),
}

fn find<'a, T: Stored>(store: &'a Store<T>, number: &str) -> Result<&'a T, TicketError> {
    let found = store.get(&format!("{}{number}", T::ID_PREFIX));
    found.ok_or(TicketError::Unknown)
}

fn check(state: &InvitationState, wall: Timestamp) -> Result<(), TicketError> {
    match state.resolution() {
        Some(Resolution::Accepted) => Err(TicketError::Accepted),
        Some(Resolution::Revoked) => Err(TicketError::Revoked),
        None if state.is_pending(wall) => Ok(()),
        None => Err(TicketError::Expired),
    }
}
