//! What the people of a simulation are invited to. Everything that differs between the two is here.

use clerk_core::api::invitations::ListInvitations;
use clerk_core::api::organization_invitations::ListOrganizationInvitations;
use clerk_core::api::{invitations, organization_invitations};
use clerk_core::model::{Invitation, InvitationStatus, Metadata, OrganizationInvitation, Page, Timestamp};
use clerk_core::{Client, RateLimitKey, Result};
use clerk_testkit::fake::FakeOperation;
use serde::Deserialize;

/// The organization of the simulations.
pub(crate) const ORGANIZATION: &str = "org_1";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Application,
    Organization,
}

/// An invitation to either.
#[derive(Debug, Clone)]
pub(crate) struct Invited {
    pub(crate) id: String,
    pub(crate) address: String,
    pub(crate) status: InvitationStatus,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    /// What the run that created it has put into its metadata.
    pub(crate) maker: Option<Maker>,
}

/// The row for which a run created an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Maker {
    pub(crate) row: usize,
    pub(crate) version: usize,
}

impl Target {
    pub(crate) const fn bulk(self) -> FakeOperation {
        match self {
            Self::Application => FakeOperation::CreateBulkInvitations,
            Self::Organization => FakeOperation::CreateOrganizationInvitationBulk,
        }
    }

    pub(crate) const fn single(self) -> FakeOperation {
        match self {
            Self::Application => FakeOperation::CreateInvitation,
            Self::Organization => FakeOperation::CreateOrganizationInvitation,
        }
    }

    pub(crate) const fn list(self) -> FakeOperation {
        match self {
            Self::Application => FakeOperation::ListInvitations,
            Self::Organization => FakeOperation::ListOrganizationInvitations,
        }
    }

    pub(crate) const fn bulk_limit(self) -> RateLimitKey {
        match self {
            Self::Application => invitations::RATE_LIMIT_BULK,
            Self::Organization => organization_invitations::RATE_LIMIT_BULK,
        }
    }

    pub(crate) const fn single_limit(self) -> RateLimitKey {
        match self {
            Self::Application => invitations::RATE_LIMIT_SINGLE,
            Self::Organization => organization_invitations::RATE_LIMIT_SINGLE,
        }
    }

    /// The lists that together contain every invitation.
    pub(crate) const fn lists(self) -> &'static [Option<InvitationStatus>] {
        match self {
            Self::Application => &[None, Some(InvitationStatus::Revoked)],
            Self::Organization => &[None],
        }
    }

    /// Reads the largest page of a list, from an offset on.
    pub(crate) async fn page(
        self,
        clerk: &Client,
        status: Option<InvitationStatus>,
        offset: u64,
    ) -> Result<Vec<Invited>> {
        match self {
            Self::Application => {
                let mut list = ListInvitations::new().limit(ListInvitations::MAX_LIMIT).offset(offset);
                if let Some(status) = status {
                    list = list.status(status);
                }
                Ok(converted(clerk.invitations().list(&list).await?))
            }
            Self::Organization => {
                let statuses = match status {
                    Some(status) => vec![status],
                    None => vec![
                        InvitationStatus::Pending,
                        InvitationStatus::Accepted,
                        InvitationStatus::Revoked,
                        InvitationStatus::Expired,
                    ],
                };
                let list = ListOrganizationInvitations::new(ORGANIZATION)
                    .limit(ListOrganizationInvitations::MAX_LIMIT)
                    .offset(offset);
                let list = statuses.into_iter().fold(list, ListOrganizationInvitations::status);
                Ok(converted(clerk.organization_invitations().list(&list).await?))
            }
        }
    }
}

fn converted<T: Into<Invited>>(page: Page<T>) -> Vec<Invited> {
    page.data.into_iter().map(Into::into).collect()
}

fn maker(metadata: &Metadata) -> Option<Maker> {
    metadata.get::<Maker>().ok()
}

impl From<Invitation> for Invited {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id.as_str().to_owned(),
            address: invitation.email_address.as_str().to_owned(),
            maker: maker(&invitation.public_metadata),
            status: invitation.status,
            created_at: invitation.created_at,
            updated_at: invitation.updated_at,
            expires_at: invitation.expires_at,
        }
    }
}

impl From<OrganizationInvitation> for Invited {
    fn from(invitation: OrganizationInvitation) -> Self {
        Self {
            id: invitation.id.as_str().to_owned(),
            address: invitation.email_address.as_str().to_owned(),
            maker: maker(&invitation.public_metadata),
            status: invitation.status.unwrap_or(InvitationStatus::Pending),
            created_at: invitation.created_at,
            updated_at: invitation.updated_at,
            expires_at: invitation.expires_at,
        }
    }
}
