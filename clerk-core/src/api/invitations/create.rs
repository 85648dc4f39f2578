use serde::Serialize;

use crate::api::invitee;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{EmailAddress, Invitation, InvitationTemplate, Metadata};
use crate::operation::Operation;
use crate::sensitive::Sensitive;

/// One person to invite to the application, and how.
///
/// Only the address is required. What is not set is not sent, and Clerk's default holds.
///
/// ```
/// use clerk_core::api::invitations::CreateInvitation;
/// use clerk_core::model::{InvitationTemplate, Metadata};
///
/// let invitation = CreateInvitation::new("ada@example.com")
///     .redirect_url("https://www.example.com/my-sign-up")
///     .public_metadata(Metadata::from_json(r#"{"team":"Analytical Engines"}"#)?)
///     .expires_in_days(14)
///     .template(InvitationTemplate::Invitation);
/// # Ok::<(), clerk_core::model::InvalidMetadata>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CreateInvitation {
    email_address: EmailAddress,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_metadata: Option<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<Sensitive>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notify: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignore_existing: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "template_slug")]
    template: Option<InvitationTemplate>,
}

impl CreateInvitation {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::post("CreateInvitation", "/invitations");

    /// The longest that an invitation can be valid: 365 days.
    pub const MAX_EXPIRES_IN_DAYS: u16 = invitee::MAX_EXPIRES_IN_DAYS;

    /// Invites this address.
    pub fn new(email_address: impl Into<EmailAddress>) -> Self {
        Self {
            email_address: email_address.into(),
            public_metadata: None,
            redirect_url: None,
            notify: None,
            ignore_existing: None,
            expires_in_days: None,
            template: None,
        }
    }

    /// Gives the user this public metadata once the invitation is accepted.
    #[must_use]
    pub fn public_metadata(mut self, metadata: Metadata) -> Self {
        self.public_metadata = Some(metadata);
        self
    }

    /// Leads the person here from the mail. A sign-up page of your own needs it.
    #[must_use]
    pub fn redirect_url(mut self, url: impl Into<Sensitive>) -> Self {
        self.redirect_url = Some(url.into());
        self
    }

    /// Whether Clerk sends a mail; it does unless told `false`.
    #[must_use]
    pub fn notify(mut self, notify: bool) -> Self {
        self.notify = Some(notify);
        self
    }

    /// Whether to invite even if an invitation is pending for the address; Clerk does not unless told `true`.
    ///
    /// With it, sending the request twice can invite twice.
    #[must_use]
    pub fn ignore_existing(mut self, ignore: bool) -> Self {
        self.ignore_existing = Some(ignore);
        self
    }

    /// How many days the invitation is valid: 1 to [`MAX_EXPIRES_IN_DAYS`](Self::MAX_EXPIRES_IN_DAYS); Clerk's default is
    /// 30.
    #[must_use]
    pub fn expires_in_days(mut self, days: u16) -> Self {
        self.expires_in_days = Some(days);
        self
    }

    /// The mail template; Clerk's default is [`InvitationTemplate::Invitation`].
    #[must_use]
    pub fn template(mut self, template: InvitationTemplate) -> Self {
        self.template = Some(template);
        self
    }

    /// The address that is invited.
    pub const fn email_address(&self) -> &EmailAddress {
        &self.email_address
    }

    /// Whether a pending invitation is to be ignored.
    pub fn ignores_existing(&self) -> bool {
        self.ignore_existing.unwrap_or(false)
    }

    /// What is wrong with the request whatever the instance, if anything is. It shows no address.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        invitee::address_problem(&self.email_address).or_else(|| invitee::expiry_problem(self.expires_in_days))
    }
}

impl Endpoint for CreateInvitation {
    type Output = Invitation;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION.request();
        match self.problem() {
            Some(problem) => Err(request.invalid(problem)),
            None => request.json(self),
        }
    }
}
