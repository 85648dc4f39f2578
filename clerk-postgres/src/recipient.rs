//! A person to invite, as an application submits them.

use std::fmt;

use clerk_core::Endpoint;
use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::{CreateOrganizationInvitation, CreateOrganizationInvitationSingle};
use clerk_core::model::{EmailAddress, NormalizedEmailAddress};
use sha2::{Digest, Sha256};

use crate::outbox::Target;

/// A person to invite: an email address, or an invitation with its options.
///
/// Converts from text and from the invitations of `clerk-core`. An address without a role cannot be invited to an organization.
#[derive(Clone, PartialEq)]
pub struct Recipient(Invitation);

#[derive(Debug, Clone, PartialEq)]
enum Invitation {
    Application(Box<CreateInvitation>),
    Organization(Box<CreateOrganizationInvitation>),
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Invitation::Application(invitation) => invitation.fmt(f),
            Invitation::Organization(invitation) => invitation.fmt(f),
        }
    }
}

impl From<CreateInvitation> for Recipient {
    fn from(invitation: CreateInvitation) -> Self {
        Self(Invitation::Application(Box::new(invitation)))
    }
}

impl From<CreateOrganizationInvitation> for Recipient {
    fn from(invitation: CreateOrganizationInvitation) -> Self {
        Self(Invitation::Organization(Box::new(invitation)))
    }
}

macro_rules! from_address {
    ($($Address:ty),*) => {$(
        impl From<$Address> for Recipient {
            fn from(address: $Address) -> Self {
                CreateInvitation::new(address).into()
            }
        }
    )*};
}

from_address!(&str, &String, String, EmailAddress);

impl Recipient {
    pub(crate) fn address(&self) -> &EmailAddress {
        match &self.0 {
            Invitation::Application(invitation) => invitation.email_address(),
            Invitation::Organization(invitation) => invitation.email_address(),
        }
    }

    /// Returns the request as JSON, or why nobody can be invited with it. The reason never contains the address.
    pub(crate) fn to_json(&self, target: &Target) -> Result<String, String> {
        self.address().validate().map_err(|problem| problem.to_string())?;
        let json = match (&self.0, target) {
            (Invitation::Application(invitation), Target::Application) => {
                check(&**invitation)?;
                serde_json::to_string(invitation)
            }
            (Invitation::Organization(invitation), Target::Organization(id)) => {
                check(&CreateOrganizationInvitationSingle::new(id, invitation))?;
                serde_json::to_string(invitation)
            }
            (Invitation::Application(_), Target::Organization(_)) => {
                return Err("an organization needs a role: submit a `CreateOrganizationInvitation`".to_owned());
            }
            (Invitation::Organization(_), Target::Application) => {
                return Err("the outbox is that of the application: submit a `CreateInvitation`".to_owned());
            }
        };
        json.map_err(|error| error.to_string())
    }
}

/// Returns why Clerk would refuse the request, if it certainly would.
fn check(invitation: &impl Endpoint) -> Result<(), String> {
    match invitation.request() {
        Ok(_) => Ok(()),
        Err(invalid) => Err(invalid.reason().to_owned()),
    }
}

/// Returns the key of a person: the first 16 bytes of the SHA-256 of the normalized address.
pub(crate) fn person_key(address: &NormalizedEmailAddress) -> Vec<u8> {
    let mut key = Sha256::digest(address.as_str()).to_vec();
    key.truncate(16);
    key
}
