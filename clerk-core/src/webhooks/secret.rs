use std::error::Error as StdError;
use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::model::Timestamp;

/// The signing secret of a webhook endpoint, `whsec_…`.
///
/// The secret is redacted from `Debug`, and there is no `Display`.
#[derive(Clone)]
pub struct WebhookSecret {
    mac: Hmac<Sha256>,
}

impl WebhookSecret {
    /// Takes the secret as Clerk's dashboard shows it: Base64, after the prefix `whsec_`. The prefix may be missing, and
    /// surrounding whitespace is ignored.
    ///
    /// # Errors
    ///
    /// [`InvalidWebhookSecret`], which does not show the secret.
    pub fn new(secret: impl AsRef<str>) -> Result<Self, InvalidWebhookSecret> {
        let secret = secret.as_ref().trim();
        let secret = secret.strip_prefix("whsec_").unwrap_or(secret);
        let key = BASE64_STANDARD
            .decode(secret)
            .map_err(|_| InvalidWebhookSecret::NotBase64)?;
        if key.is_empty() {
            return Err(InvalidWebhookSecret::Empty);
        }
        // HMAC takes keys of any length, so this never fails.
        let mac = Hmac::new_from_slice(&key).map_err(|_| InvalidWebhookSecret::Empty)?;
        Ok(Self { mac })
    }

    /// Signs a message as the value of the header `svix-signature`, for tests of a webhook handler.
    ///
    /// The signature covers `sent_at` to the second, as the header `svix-timestamp` carries it.
    pub fn sign(&self, message_id: &str, sent_at: Timestamp, body: &[u8]) -> String {
        let seconds = sent_at.as_millis().div_euclid(1000).to_string();
        let signature = self.authenticate(message_id, &seconds, body).finalize();
        format!("v1,{}", BASE64_STANDARD.encode(signature.into_bytes()))
    }

    /// Computes the message's authentication code, for comparison in constant time.
    pub(super) fn authenticate(&self, message_id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        for part in [message_id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(whsec_<redacted>)")
    }
}

/// Why a text is not the signing secret of a webhook endpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidWebhookSecret {
    /// The secret is empty.
    Empty,
    /// The part after `whsec_` is not Base64.
    NotBase64,
}

impl fmt::Display for InvalidWebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the webhook secret is empty",
            Self::NotBase64 => {
                "the webhook secret is not Base64: copy the whole signing secret, `whsec_…`, from Clerk's dashboard"
            }
        })
    }
}

crate::debug_as_display!(InvalidWebhookSecret);

impl StdError for InvalidWebhookSecret {}
