//! Breaks something outside of the SDK that the promise needs. A simulator that does not notice has no value.

use clerk_core::{Delivery, HttpRequest, HttpResponse, TransportError};
use http::Method;
use serde_json::Value;

/// A deliberate breakage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// The journal acknowledges records that a crash then loses.
    SkipFsync,
    /// The transport reports a call that may have been carried out as not sent.
    ResendAmbiguous,
    /// The addresses of a bulk response are those of the request by position.
    MatchByPosition,
    /// The journal forgets when calls were made.
    ForgetBudget,
}

impl Break {
    pub(crate) const ALL: [Self; 4] = [
        Self::SkipFsync,
        Self::ResendAmbiguous,
        Self::MatchByPosition,
        Self::ForgetBudget,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SkipFsync => "skip-fsync",
            Self::ResendAmbiguous => "resend-ambiguous",
            Self::MatchByPosition => "match-by-position",
            Self::ForgetBudget => "forget-budget",
        }
    }
}

/// Reports a call that may have invited people as not sent.
pub(crate) fn call_ambiguous_unsent(
    request: &HttpRequest,
    result: Result<HttpResponse, TransportError>,
) -> Result<HttpResponse, TransportError> {
    use clerk_core::TransportErrorKind::Connect;

    let is_ambiguous = match &result {
        Ok(response) => response.status().is_server_error(),
        Err(error) => error.delivery() == Delivery::MaybeDelivered,
    };
    if is_ambiguous && request.method() == Method::POST {
        return Err(TransportError::new(Connect, Delivery::NotSent));
    }
    result
}

/// Replaces the addresses of a bulk response by those of the request, by position.
pub(crate) fn relabel_by_position(request: &HttpRequest, response: &mut [Value]) {
    let requested: Vec<Value> = serde_json::from_slice(request.body()).unwrap_or_default();
    for (invitation, requested) in response.iter_mut().zip(requested) {
        invitation["email_address"] = requested["email_address"].clone();
    }
}
