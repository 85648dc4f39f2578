//! A person to invite, and the invitation requests for them.

use std::fmt;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::model::Metadata;

use super::Position;
use super::options::ReadOptions;
use super::row::Settings;

/// What people are invited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination {
    Application,
    /// The application, from the waitlist.
    Waitlist,
    Organization,
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Application | Self::Waitlist => "application invitations",
            Self::Organization => "organization invitations",
        })
    }
}

/// A person to invite. No two recipients of a run have the same address.
#[derive(Debug)]
pub(crate) struct Recipient {
    pub(crate) position: Position,
    pub(crate) email_address: String,
    pub(super) public_metadata: Option<Metadata>,
    pub(super) settings: Settings,
}

impl Recipient {
    /// Creates a recipient whose invitation has Clerk's settings.
    pub(crate) fn without_settings(position: Position, email_address: String) -> Self {
        Self {
            position,
            email_address,
            public_metadata: None,
            settings: Settings::default(),
        }
    }

    /// Checks that the row or the options have what the destination requires.
    pub(super) fn validate(&self, options: &ReadOptions) -> Result<(), String> {
        let has_role = self.settings.role.is_some() || options.defaults.role.is_some();
        match options.destination == Destination::Organization && !has_role {
            true => Err("there is no role: fill in the column role, or set a role for all rows with --role".to_owned()),
            false => Ok(()),
        }
    }

    /// Returns the role.
    pub(crate) fn role(&self) -> Option<&str> {
        self.settings.role.as_deref()
    }

    /// Builds the request for an application invitation.
    pub(crate) fn to_invitation(&self) -> CreateInvitation {
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

    /// Builds the request for an organization invitation.
    pub(crate) fn to_organization_invitation(&self) -> CreateOrganizationInvitation {
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
