//! The calls of a run. Inviting to the application, from the waitlist and to an organization differ only here.

use std::error::Error as StdError;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::journal::Lane;
use super::settings::Lanes;
use super::standing::{KnownInvitation, Standing};
use crate::api::{invitations, organization_invitations, waitlist_entries};
use crate::client::Client;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::{Error, InvalidRequest, Result};
use crate::model::InvitationStatus::{Accepted, Expired, Pending, Revoked};
use crate::model::{
    EmailAddress, InvitationId, InvitationStatus, NormalizedEmailAddress, OrganizationId, Page, Timestamp,
    WaitlistEntryId,
};
use crate::operation::{Operation, RateLimitKey};
use crate::sensitive::Sensitive;
use crate::transport::{Delivery, Effect, TransportError, TransportErrorKind};

/// What people are invited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Application,
    /// The application, by the invitation of a waitlist entry, which Clerk then counts as invited.
    Waitlist,
    Organization(OrganizationId),
}

/// The fields of an invitation that a run reads, to the application or to an organization.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct InvitationSummary {
    #[serde(deserialize_with = "bounded_id")]
    pub(super) id: InvitationId,
    pub(super) email_address: EmailAddress,
    #[serde(default)]
    pub(super) status: Option<InvitationStatus>,
    #[serde(default)]
    pub(super) url: Option<Sensitive>,
    #[serde(default)]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) expires_at: Option<Timestamp>,
}

/// The part of an invited waitlist entry that a run reads.
#[derive(Deserialize)]
struct InvitedEntry {
    #[serde(default)]
    invitation: Option<InvitationSummary>,
}

/// The longest id that is kept. Clerk's have about 32 characters, and the journal keeps every id.
const MAX_ID: usize = 256;

fn bounded_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<InvitationId, D::Error> {
    let id = InvitationId::deserialize(deserializer)?;
    if id.as_str().len() > MAX_ID {
        return Err(D::Error::custom("the id is too long"));
    }
    Ok(id)
}

impl InvitationSummary {
    pub(super) fn identity(&self) -> NormalizedEmailAddress {
        NormalizedEmailAddress::new(self.email_address.as_str())
    }

    pub(super) fn is_pending(&self) -> bool {
        self.status == Some(Pending)
    }
}

impl From<InvitationSummary> for KnownInvitation {
    fn from(found: InvitationSummary) -> Self {
        let standing = match &found.status {
            Some(Accepted) => Standing::Accepted,
            Some(Pending) => Standing::Pending,
            Some(Expired) => Standing::Expired,
            Some(Revoked) => Standing::Revoked,
            _ => Standing::Unknown,
        };
        Self {
            id: found.id,
            standing,
            created_at: found.created_at,
            expires_at: found.expires_at,
        }
    }
}

/// The invitations to list: of these statuses, or those that a list contains when none is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filter<'a> {
    pub(super) statuses: &'static [InvitationStatus],
    pub(super) address: Option<&'a str>,
}

impl Target {
    /// The largest page of a list.
    pub(super) const PAGE: u64 = 500;

    /// Returns the path of the resource below `/v1`, by which journals name it.
    pub(super) fn resource(&self) -> String {
        match self {
            Self::Application => "invitations".to_owned(),
            Self::Waitlist => "waitlist_entries".to_owned(),
            Self::Organization(id) => format!("organizations/{}/invitations", id.as_str()),
        }
    }

    /// Returns the statuses of the lists that together contain every invitation once. Without a status, the list of
    /// invitations to the application leaves out the revoked ones.
    pub(super) const fn lists(&self) -> &'static [&'static [InvitationStatus]] {
        match self {
            Self::Application | Self::Waitlist => &[&[], &[Revoked]],
            Self::Organization(_) => &[&[Pending, Accepted, Revoked, Expired]],
        }
    }

    /// Whether Clerk refuses to invite a person who is a user already.
    pub(super) const fn excludes_users(&self) -> bool {
        matches!(self, Self::Application | Self::Waitlist)
    }

    /// Returns the lanes among `lanes` that there are. A waitlist entry is invited on its own.
    pub(super) const fn lanes(&self, lanes: Lanes) -> Lanes {
        match self {
            Self::Application | Self::Organization(_) => lanes,
            Self::Waitlist => Lanes::Single,
        }
    }

    /// Whether Clerk invites people again. A waitlist entry can be invited once.
    pub(super) const fn invites_again(&self) -> bool {
        matches!(self, Self::Application | Self::Organization(_))
    }

    /// Whether people are invited with a role.
    pub(super) const fn has_roles(&self) -> bool {
        matches!(self, Self::Organization(_))
    }

    pub(super) const fn rate_limit_key(&self, lane: Lane) -> RateLimitKey {
        self.creation(lane).rate_limit_key()
    }

    const fn creation(&self, lane: Lane) -> &'static Operation {
        match (self, lane) {
            (Self::Application, Lane::Bulk) => invitations::CreateInvitationBulk::OPERATION,
            (Self::Application, Lane::Single) => invitations::CreateInvitation::OPERATION,
            (Self::Waitlist, _) => waitlist_entries::InviteWaitlistEntry::OPERATION,
            (Self::Organization(_), Lane::Bulk) => {
                organization_invitations::CreateOrganizationInvitationBulk::OPERATION
            }
            (Self::Organization(_), Lane::Single) => {
                organization_invitations::CreateOrganizationInvitationSingle::OPERATION
            }
        }
    }

    const fn listing(&self) -> &'static Operation {
        match self {
            Self::Application | Self::Waitlist => invitations::ListInvitations::OPERATION,
            Self::Organization(_) => organization_invitations::ListOrganizationInvitations::OPERATION,
        }
    }

    const fn revocation(&self) -> &'static Operation {
        match self {
            Self::Application | Self::Waitlist => invitations::RevokeInvitation::OPERATION,
            Self::Organization(_) => organization_invitations::RevokeOrganizationInvitation::OPERATION,
        }
    }

    fn request(&self, operation: &Operation) -> Result<EndpointRequest, InvalidRequest> {
        match self {
            Self::Application | Self::Waitlist => Ok(operation.request()),
            Self::Organization(id) => operation.request().path_param("organization_id", id),
        }
    }

    /// Invites people with one call to the lane's endpoint.
    pub(super) async fn invite(
        &self,
        client: &Client,
        lane: Lane,
        bodies: &[Box<RawValue>],
    ) -> Result<Vec<InvitationSummary>> {
        if let (Self::Waitlist, [entry_id]) = (self, bodies) {
            let call = Call::<InvitedEntry>::new(invite_entry(entry_id)?);
            return client
                .execute(&call)
                .await
                .map(|entry| entry.invitation.into_iter().collect());
        }
        let request = self.request(self.creation(lane))?;
        match (lane, bodies) {
            (Lane::Single, [body]) => {
                let call = Call::<InvitationSummary>::new(request.json(body)?);
                client.execute(&call).await.map(|one| vec![one])
            }
            _ => {
                let call = Call::<Page<InvitationSummary>>::new(request.json(bodies)?);
                client.execute(&call).await.map(|page| page.data)
            }
        }
    }

    /// Returns the error for a success that names none of the recipients.
    pub(super) fn names_nobody(&self, lane: Lane) -> Error {
        let problem = "the response names none of the people in the request";
        Error::from_contradiction(self.creation(lane).name(), problem, Effect::Unknown)
    }

    /// Returns the error for an attempt that the journal or the shared budget holds back.
    pub(super) fn not_sent(&self, lane: Lane, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        let error = TransportError::new(TransportErrorKind::Other, Delivery::NotSent).with_source(cause);
        Error::from_transport(self.creation(lane).name(), error)
    }

    /// Returns the error for a list that goes on too long.
    pub(super) fn list_is_endless(&self) -> Error {
        let problem = "the list of the invitations for one address does not end";
        Error::from_contradiction(self.listing().name(), problem, Effect::NotApplied)
    }

    /// Returns the error for an invitation that Clerk refuses to revoke as not pending, and shows as pending.
    pub(super) fn is_pending_after_all(&self) -> Error {
        let problem = "the invitation cannot be revoked, because it is not pending, and it is read as pending";
        Error::from_contradiction(self.revocation().name(), problem, Effect::NotApplied)
    }

    /// Revokes an invitation.
    pub(super) async fn revoke(&self, client: &Client, id: &InvitationId) -> Result<()> {
        let request = self.request(self.revocation())?.path_param("invitation_id", id)?;
        client.execute(&Call::<IgnoredAny>::new(request)).await.map(drop)
    }

    /// Reads an invitation to an organization.
    pub(super) async fn get(&self, client: &Client, id: &InvitationId) -> Result<InvitationSummary> {
        let operation = organization_invitations::GetOrganizationInvitation::OPERATION;
        let request = self.request(operation)?.path_param("invitation_id", id)?;
        client.execute(&Call::new(request)).await
    }

    /// Returns the list of the invitations that match a filter, oldest first, from an offset on.
    pub(super) fn list(&self, filter: Filter<'_>, offset: u64) -> Result<Call<Page<InvitationSummary>>> {
        let request = match self {
            Self::Application | Self::Waitlist => self
                .request(self.listing())?
                .query_opt("query", filter.address)
                .query("paginated", true),
            Self::Organization(_) => self.request(self.listing())?.query_opt("email_address", filter.address),
        };
        let request = request
            .query_all("status", filter.statuses)
            .query("order_by", "+created_at")
            .query("limit", Self::PAGE)
            .query("offset", offset);
        Ok(Call::new(request))
    }
}

/// Returns the request that invites the waitlist entry with this id, which is a JSON text.
fn invite_entry(entry_id: &RawValue) -> Result<EndpointRequest, InvalidRequest> {
    let id: WaitlistEntryId = serde_json::from_str(entry_id.get()).map_err(|_| {
        let request = waitlist_entries::InviteWaitlistEntry::OPERATION.request();
        request.invalid("the id of the waitlist entry is not a text")
    })?;
    waitlist_entries::InviteWaitlistEntry::new(&id).request()
}

/// A request, and the type that its response decodes to.
pub(super) struct Call<T> {
    request: EndpointRequest,
    output: PhantomData<fn() -> T>,
}

impl<T> Call<T> {
    const fn new(request: EndpointRequest) -> Self {
        Self {
            request,
            output: PhantomData,
        }
    }
}

impl<T: DeserializeOwned + Send> Endpoint for Call<T> {
    type Output = T;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        Ok(self.request.clone())
    }
}
