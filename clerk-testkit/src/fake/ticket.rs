//! The ticket in the link of an invitation.

#[cfg(feature = "server")]
use bytes::Bytes;

use crate::query::parameters;

/// The origin of the links in emails. The server replaces it with its own.
pub(crate) const LINK_ORIGIN: &str = "https://fake.clerk.test";

/// The path of the links.
pub(crate) const LINK_PATH: &str = "/v1/tickets/accept";

/// Replaces the origin of the links in JSON text.
#[cfg(feature = "server")]
pub(crate) fn replace_link_origin(json: Bytes, origin: &str) -> Bytes {
    match std::str::from_utf8(&json) {
        Ok(text) if text.contains(LINK_ORIGIN) => text.replace(LINK_ORIGIN, origin).into(),
        _ => json,
    }
}

/// A ticket: the kind of invitation that it belongs to, and the digits of the invitation's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ticket {
    Invitation(String),
    OrganizationInvitation(String),
}

impl Ticket {
    const INVITATION: &str = "fake_ticket_";
    const ORGANIZATION_INVITATION: &str = "fake_organization_ticket_";

    /// Returns the ticket of the invitation to the application with this number.
    pub(super) fn invitation(number: u64) -> Self {
        Self::Invitation(format!("{number:06}"))
    }

    /// Returns the ticket of the invitation to an organization with this number.
    pub(super) fn organization_invitation(number: u64) -> Self {
        Self::OrganizationInvitation(format!("{number:06}"))
    }

    /// Reads a ticket, or a URL that has one in its query.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let of_url = text.split_once('?').and_then(|(_, query)| {
            let query = query.split('#').next().unwrap_or_default();
            let found = parameters(query).find(|(name, _)| matches!(name.as_str(), "ticket" | "__clerk_ticket"));
            found.map(|(_, ticket)| ticket)
        });
        let ticket = of_url.as_deref().unwrap_or(text);
        let invitation = ticket.strip_prefix(Self::INVITATION);
        invitation
            .map(|number| Self::Invitation(number.to_owned()))
            .or_else(|| {
                let number = ticket.strip_prefix(Self::ORGANIZATION_INVITATION)?;
                Some(Self::OrganizationInvitation(number.to_owned()))
            })
    }

    /// Returns the link that an email contains.
    pub(super) fn link(&self) -> String {
        format!("{LINK_ORIGIN}{LINK_PATH}?ticket={}", self.text())
    }

    /// Returns the ticket as it occurs in URLs. It needs no escapes.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Invitation(number) => format!("{}{number}", Self::INVITATION),
            Self::OrganizationInvitation(number) => format!("{}{number}", Self::ORGANIZATION_INVITATION),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_are_read_alone_and_from_urls() {
        let (invitation, organization) = (Ticket::invitation(7), Ticket::organization_invitation(8));
        for (text, ticket) in [
            ("fake_ticket_000007", Some(&invitation)),
            (" fake_organization_ticket_000008\n", Some(&organization)),
            (invitation.link().as_str(), Some(&invitation)),
            (organization.link().as_str(), Some(&organization)),
            (
                "http://localhost/in?a=b&__clerk_ticket=fake_ticket_000007&c#d",
                Some(&invitation),
            ),
            ("http://localhost/in?a=b", None),
            ("", None),
        ] {
            assert_eq!(Ticket::parse(text).as_ref(), ticket, "{text}");
        }
    }
}
