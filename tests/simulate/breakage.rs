//! Ways to break what the promise rests on, outside of the SDK: a simulator that misses one of them sees nothing.

use clerk_core::{Delivery, HttpRequest, HttpResponse, TransportError};
use http::Method;
use serde_json::Value;

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// The journal says that it has kept what a crash then loses.
    SkipFsync,
    /// The run hears of a call that may have been carried out that it was not.
    ResendAmbiguous,
    /// The run hears a bulk answer as if it were in the order of the request.
    MatchByPosition,
    /// The journal does not tell when calls were made.
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

/// Says of a call that was to invite people, and of which nobody knows whether it did, that it was not sent.
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

/// Gives the invitations of an answer the addresses of the request, by their positions.
pub(crate) fn relabel_by_position(request: &HttpRequest, answer: &mut [Value]) {
    let asked: Vec<Value> = serde_json::from_slice(request.body()).unwrap_or_default();
    for (invitation, asked) in answer.iter_mut().zip(asked) {
        invitation["email_address"] = asked["email_address"].clone();
    }
}
