use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::error::{DecodeError, decode};
use crate::model::{
    DeletedObject, InstanceId, Invitation, InvitationStatus, Organization, OrganizationInvitation,
    OrganizationMembership, Timestamp, User, WaitlistEntry,
};
use crate::safe_to_log::SafeToLog;

/// A webhook that Clerk sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Webhook {
    /// The id of the message, from the header `svix-id`. It is the same in each delivery of the message.
    pub id: String,
    /// When the event occurred, as Clerk wrote it.
    pub timestamp: Option<Timestamp>,
    /// The instance in which the event occurred.
    pub instance_id: Option<InstanceId>,
    /// The event.
    pub event: WebhookEvent,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    event_type: String,
    data: Box<RawValue>,
    #[serde(default)]
    timestamp: Option<Timestamp>,
    #[serde(default)]
    instance_id: Option<InstanceId>,
}

impl Webhook {
    /// Decodes the body of a webhook without verifying it, for bodies that were verified before.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the body does not have the documented shape. An event of an unknown type is not an error.
    pub fn from_json(id: impl Into<String>, body: &[u8]) -> Result<Self, DecodeError> {
        let payload: Payload = decode(body)?;
        Ok(Self {
            id: id.into(),
            timestamp: payload.timestamp,
            instance_id: payload.instance_id,
            event: WebhookEvent::decode(payload.event_type, &payload.data, body)?,
        })
    }
}

/// Defines the enum of events, with the type of each event's data.
macro_rules! events {
    ($($(#[$doc:meta])* $Variant:ident($Data:ty) = $event_type:literal,)*) => {
        /// What happened, with the data that Clerk sent.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum WebhookEvent {
            $($(#[$doc])* $Variant($Data),)*
            /// An event of a type that this version of the SDK does not know.
            Unknown(UnknownEvent),
        }

        impl WebhookEvent {
            /// Returns the type of the event, such as `user.created`.
            pub fn event_type(&self) -> &str {
                match self {
                    $(Self::$Variant(_) => $event_type,)*
                    Self::Unknown(event) => event.event_type(),
                }
            }

            fn decode(event_type: String, data: &RawValue, body: &[u8]) -> Result<Self, DecodeError> {
                match event_type.as_str() {
                    $($event_type => decode(data.get().as_bytes()).map(Self::$Variant),)*
                    _ => Ok(Self::Unknown(UnknownEvent {
                        event_type,
                        data: data.get().to_owned(),
                        payload: Bytes::copy_from_slice(body),
                    })),
                }
            }
        }
    };
}

events! {
    /// A user was created, by signing up or by the backend.
    UserCreated(User) = "user.created",
    /// A user was changed.
    UserUpdated(User) = "user.updated",
    /// A user was deleted.
    UserDeleted(DeletedObject) = "user.deleted",
    /// An organization was created.
    OrganizationCreated(Organization) = "organization.created",
    /// An organization was changed.
    OrganizationUpdated(Organization) = "organization.updated",
    /// An organization was deleted.
    OrganizationDeleted(DeletedObject) = "organization.deleted",
    /// A user became a member of an organization.
    OrganizationMembershipCreated(OrganizationMembership) = "organizationMembership.created",
    /// A membership was changed.
    OrganizationMembershipUpdated(OrganizationMembership) = "organizationMembership.updated",
    /// A user is no longer a member of an organization.
    OrganizationMembershipDeleted(OrganizationMembership) = "organizationMembership.deleted",
    /// Somebody was invited to an organization.
    OrganizationInvitationCreated(OrganizationInvitation) = "organizationInvitation.created",
    /// An invitation to an organization was accepted.
    OrganizationInvitationAccepted(OrganizationInvitation) = "organizationInvitation.accepted",
    /// An invitation to an organization was revoked.
    OrganizationInvitationRevoked(OrganizationInvitation) = "organizationInvitation.revoked",
    /// Somebody joined the waitlist.
    WaitlistEntryCreated(WaitlistEntry) = "waitlistEntry.created",
    /// A waitlist entry was changed, for instance because the person was invited.
    WaitlistEntryUpdated(WaitlistEntry) = "waitlistEntry.updated",
}

impl WebhookEvent {
    /// Returns the one of `invitations` to the application that a new user accepted by signing up.
    ///
    /// That is an invitation to one of the user's verified email addresses that is accepted, or still pending because Clerk has
    /// not updated it yet. Of several, an accepted one comes first, then the latest. An address that is not verified does
    /// not count: anybody can enter it. For events other than [`UserCreated`](Self::UserCreated) the result is `None`.
    ///
    /// Pass the invitations that your application keeps, or those that Clerk lists for the address:
    ///
    /// ```
    /// # use clerk_core::api::invitations::ListInvitations;
    /// # use clerk_core::webhooks::WebhookEvent;
    /// # async fn run(clerk: clerk_core::Client, event: WebhookEvent) -> clerk_core::Result<()> {
    /// if let WebhookEvent::UserCreated(user) = &event {
    ///     for email in &user.email_addresses {
    ///         let listed = clerk.invitations().list(&ListInvitations::new().query(email.email_address.as_str())).await?;
    ///         if let Some(invitation) = event.accepted_invitation(&listed.data) {
    ///             println!("{} accepted {}", user.id, invitation.id);
    ///         }
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn accepted_invitation<'i>(
        &self,
        invitations: impl IntoIterator<Item = &'i Invitation>,
    ) -> Option<&'i Invitation> {
        let Self::UserCreated(user) = self else { return None };
        let addresses: Vec<_> = user
            .email_addresses
            .iter()
            .filter(|email| email.is_verified())
            .map(|email| email.email_address.normalized())
            .collect();
        let is_open =
            |status: &InvitationStatus| !matches!(status, InvitationStatus::Revoked | InvitationStatus::Expired);
        invitations
            .into_iter()
            .filter(|invitation| is_open(&invitation.status))
            .filter(|invitation| addresses.contains(&invitation.email_address.normalized()))
            .max_by_key(|invitation| (invitation.status == InvitationStatus::Accepted, invitation.created_at))
    }
}

/// An event of a type that this version of the SDK does not know, kept as it came.
///
/// `Debug` shows the type of the event and no data.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownEvent {
    event_type: String,
    data: String,
    payload: Bytes,
}

impl UnknownEvent {
    /// Returns the type of the event, such as `session.created`.
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// Returns the whole body of the webhook.
    pub const fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// Decodes the event's data as a type of yours.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the data does not fit the type.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode(self.data.as_bytes())
    }
}

impl fmt::Debug for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnknownEvent({})", SafeToLog(&self.event_type))
    }
}
