//! Somebody to invite, and the request that does.

use std::fmt;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::model::Metadata;

use super::row::Settings;

/// What people are invited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination {
    Application,
    Organization,
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Application => "invitations to the application",
            Self::Organization => "invitations to an organization",
        })
    }
}

/// Somebody to invite. No two in a run have the same address.
#[derive(Debug)]
pub(crate) struct Invitee {
    /// The line of the input on which the row begins, from 1.
    pub(crate) line: u64,
    pub(crate) email_address: String,
    pub(super) public_metadata: Option<Metadata>,
    pub(super) settings: Settings,
}

impl Invitee {
    /// Refuses somebody who cannot be invited there.
    pub(super) fn check(self, destination: Destination) -> Result<Self, String> {
        if destination == Destination::Organization && self.settings.role.is_none() {
            return Err("there is no role: give the row one in the column role, or all rows one by --role".to_owned());
        }
        Ok(self)
    }

    /// The invitation to the application.
    pub(crate) fn to_application(&self) -> CreateInvitation {
        let settings = &self.settings;
        let mut invitation = CreateInvitation::new(self.email_address.as_str());
        if let Some(metadata) = &self.public_metadata {
            invitation = invitation.public_metadata(metadata.clone());
        }
        if let Some(url) = &settings.redirect_url {
            invitation = invitation.redirect_url(url);
        }
        if let Some(notify) = settings.notify {
            invitation = invitation.notify(notify);
        }
        if let Some(ignore) = settings.ignore_existing {
            invitation = invitation.ignore_existing(ignore);
        }
        if let Some(days) = settings.expires_in_days {
            invitation = invitation.expires_in_days(days);
        }
        if let Some(template) = &settings.template {
            invitation = invitation.template(template.clone());
        }
        invitation
    }

    /// The invitation to an organization.
    pub(crate) fn to_organization(&self) -> CreateOrganizationInvitation {
        let settings = &self.settings;
        let role = settings.role.as_deref().unwrap_or_default();
        let mut invitation = CreateOrganizationInvitation::new(self.email_address.as_str(), role);
        if let Some(metadata) = &self.public_metadata {
            invitation = invitation.public_metadata(metadata.clone());
        }
        if let Some(url) = &settings.redirect_url {
            invitation = invitation.redirect_url(url);
        }
        if let Some(notify) = settings.notify {
            invitation = invitation.notify(notify);
        }
        if let Some(days) = settings.expires_in_days {
            invitation = invitation.expires_in_days(days);
        }
        invitation
    }
}
