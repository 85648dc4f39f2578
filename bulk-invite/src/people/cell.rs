//! Parses the values of cells, and of the options that replace them.

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::model::{InvalidMetadata, InvitationTemplate, Metadata};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde::de::value::StrDeserializer;

/// Parses a boolean as people and spreadsheets write it.
pub(super) fn flag(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err("expected true or false"),
    }
}

/// Parses a number of days in the range that Clerk accepts.
pub(crate) fn expires_in_days(text: &str) -> Result<u16, &'static str> {
    text.parse()
        .ok()
        .filter(|days| (1..=CreateInvitation::MAX_EXPIRES_IN_DAYS).contains(days))
        .ok_or("expected a number of days from 1 to 365")
}

/// Parses the slug of a template that the SDK knows.
pub(crate) fn template(text: &str) -> Result<InvitationTemplate, &'static str> {
    let template = InvitationTemplate::deserialize(StrDeserializer::<serde::de::value::Error>::new(text));
    template
        .ok()
        .filter(|template| InvitationTemplate::KNOWN.contains(template))
        .ok_or("expected invitation or waitlist_invitation")
}

/// Parses an absolute URL. Custom schemes, as mobile apps use them, are allowed.
pub(crate) fn redirect_url(text: &str) -> Result<String, &'static str> {
    text.parse::<http::Uri>()
        .is_ok_and(|url| url.scheme().is_some() && url.host().is_some_and(|host| !host.is_empty()))
        .then(|| text.to_owned())
        .ok_or("expected an absolute URL such as https://www.example.com/sign-up")
}

/// Parses a JSON object. The message for text that is not JSON names the position of the error.
pub(super) fn metadata(text: &str) -> Result<Metadata, String> {
    Metadata::from_json(text).map_err(|error| {
        let problem = match (error, serde_json::from_str::<IgnoredAny>(text)) {
            (InvalidMetadata::NotJson, Err(error)) => format!("not JSON: {error}"),
            (error, _) => error.to_string(),
        };
        format!("{problem}; expected an object such as {{\"team\": \"Blue\"}}")
    })
}
