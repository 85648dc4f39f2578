use serde::{Deserialize, Serialize};

use crate::api::checks;
use crate::api::setters::setters;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{EmailAddress, Invitation, InvitationTemplate, Metadata};
use crate::operation::Operation;
use crate::sensitive::Sensitive;

/// An invitation to create.
///
/// Only the email address is required. Unset fields are omitted, so Clerk's defaults apply.
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
///
/// Serde reads and writes it as in Clerk's API. An unknown field is an error, so that a misspelled option does not go unnoticed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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

    /// The longest validity of an invitation, in days: 365.
    pub const MAX_EXPIRES_IN_DAYS: u16 = checks::MAX_EXPIRES_IN_DAYS;

    /// Creates an invitation for this email address.
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

    /// Returns the email address to invite.
    pub const fn email_address(&self) -> &EmailAddress {
        &self.email_address
    }

    /// Returns the public metadata, if set.
    pub const fn get_public_metadata(&self) -> Option<&Metadata> {
        self.public_metadata.as_ref()
    }

    /// Returns the URL that the link in the email leads to, if set.
    pub const fn get_redirect_url(&self) -> Option<&Sensitive> {
        self.redirect_url.as_ref()
    }

    /// Returns whether Clerk sends an email, if set.
    pub const fn get_notify(&self) -> Option<bool> {
        self.notify
    }

    /// Returns the validity in days, if set.
    pub const fn get_expires_in_days(&self) -> Option<u16> {
        self.expires_in_days
    }

    /// Returns the email template, if set.
    pub const fn get_template(&self) -> Option<&InvitationTemplate> {
        self.template.as_ref()
    }

    /// Returns whether the request invites even if an invitation is pending.
    pub fn ignores_existing(&self) -> bool {
        self.ignore_existing.unwrap_or(false)
    }

    /// Returns why every instance would refuse the request, if so. The text never contains the address.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        checks::address_problem(&self.email_address).or_else(|| checks::expiry_problem(self.expires_in_days))
    }
}

macro_rules! from_address {
    ($($Address:ty),*) => {$(
        impl From<$Address> for CreateInvitation {
            fn from(email_address: $Address) -> Self {
                Self::new(email_address)
            }
        }
    )*};
}

from_address!(&str, &String, String, EmailAddress);

setters! {
    CreateInvitation {
        /// Sets the public metadata that the user receives when the invitation is accepted.
        public_metadata: Metadata,
        /// Sets the URL that the link in the email leads to. Required if you host your own sign-up page.
        redirect_url: impl Into<Sensitive>,
        /// Sets whether Clerk sends an email; Clerk's default is `true`.
        notify: bool,
        /// Sets whether Clerk invites even if an invitation is pending for the address; Clerk's default is `false`.
        ///
        /// With `true`, sending the request twice can invite the person twice.
        ignore_existing: bool,
        /// Sets the validity in days, from 1 to [`MAX_EXPIRES_IN_DAYS`](Self::MAX_EXPIRES_IN_DAYS); Clerk's default is 30.
        expires_in_days: u16,
        /// Sets the email template; Clerk's default is [`InvitationTemplate::Invitation`].
        template: InvitationTemplate,
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
