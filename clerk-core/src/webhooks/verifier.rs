use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::Mac;
use http::HeaderMap;

use super::{Webhook, WebhookError, WebhookSecret};
use crate::clock::{self, Clock};

/// The names of the three headers, as Svix and as Standard Webhooks call them.
const SVIX: HeaderNames = HeaderNames {
    id: "svix-id",
    timestamp: "svix-timestamp",
    signature: "svix-signature",
};
const STANDARD: HeaderNames = HeaderNames {
    id: "webhook-id",
    timestamp: "webhook-timestamp",
    signature: "webhook-signature",
};

struct HeaderNames {
    id: &'static str,
    timestamp: &'static str,
    signature: &'static str,
}

/// Verifies that a webhook was signed by Clerk, recently and for this body.
#[derive(Debug, Clone)]
pub struct WebhookVerifier {
    secrets: Vec<WebhookSecret>,
    tolerance: Duration,
    /// The machine's clock if there is none.
    clock: Option<Arc<dyn Clock>>,
}

impl WebhookVerifier {
    /// The difference between a webhook's timestamp and the time of day that is tolerated by default: 5 minutes.
    pub const DEFAULT_TOLERANCE: Duration = Duration::from_secs(300);

    /// Creates a verifier for webhooks that are signed with `secret`.
    pub fn new(secret: WebhookSecret) -> Self {
        Self {
            secrets: vec![secret],
            tolerance: Self::DEFAULT_TOLERANCE,
            clock: None,
        }
    }

    /// Accepts webhooks that are signed with `secret` too. Use it while a secret is rotated.
    #[must_use]
    pub fn add_secret(mut self, secret: WebhookSecret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Tolerates this difference between a webhook's timestamp and the time of day instead of 5 minutes.
    #[must_use]
    pub const fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Reads the time of day from `clock` instead of [`SystemClock`](crate::SystemClock).
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Verifies a webhook and decodes its event.
    ///
    /// `headers` are the headers of the request and `body` is its body, exactly as it arrived.
    ///
    /// # Errors
    ///
    /// [`WebhookError`]: everything that [`verify`](Self::verify) returns, and [`WebhookError::Decode`].
    pub fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Webhook, WebhookError> {
        let id = self.verify(headers, body)?;
        Webhook::from_json(id, body).map_err(WebhookError::Decode)
    }

    /// Verifies a webhook and returns the id of its message.
    ///
    /// Signatures are compared in constant time.
    ///
    /// # Errors
    ///
    /// [`WebhookError`] if a header is missing or malformed, the timestamp is out of tolerance, or no signature matches.
    pub fn verify<'h>(&self, headers: &'h HeaderMap, body: &[u8]) -> Result<&'h str, WebhookError> {
        let names = if headers.contains_key(SVIX.id) || !headers.contains_key(STANDARD.id) {
            SVIX
        } else {
            STANDARD
        };
        let id = text(headers, names.id)?;
        let timestamp = text(headers, names.timestamp)?;
        let signatures = text(headers, names.signature)?;
        let sent_at: i64 = timestamp
            .parse()
            .map_err(|_| WebhookError::MalformedHeader(names.timestamp))?;
        self.check_age(sent_at)?;
        let expected: Vec<_> = self
            .secrets
            .iter()
            .map(|secret| secret.authenticate(id, timestamp, body))
            .collect();
        let matches = signatures
            .split(' ')
            .filter_map(|signature| signature.strip_prefix("v1,"))
            .filter_map(|signature| BASE64_STANDARD.decode(signature).ok())
            .any(|signature| expected.iter().any(|mac| mac.clone().verify_slice(&signature).is_ok()));
        if matches {
            Ok(id)
        } else {
            Err(WebhookError::SignatureMismatch)
        }
    }

    /// Compares whole seconds, because the timestamp has no finer ones.
    fn check_age(&self, sent_at: i64) -> Result<(), WebhookError> {
        let now = clock::or_system(self.clock.as_ref())
            .wall()
            .as_millis()
            .div_euclid(1000);
        let difference = Duration::from_secs(now.abs_diff(sent_at));
        if difference <= self.tolerance {
            Ok(())
        } else if sent_at < now {
            Err(WebhookError::TooOld { age: difference })
        } else {
            Err(WebhookError::TooNew { ahead: difference })
        }
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, WebhookError> {
    let value = headers.get(name).ok_or(WebhookError::MissingHeader(name))?;
    value.to_str().map_err(|_| WebhookError::MalformedHeader(name))
}
