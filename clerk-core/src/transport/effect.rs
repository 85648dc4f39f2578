use http::StatusCode;

use super::Delivery;
use crate::text::text_enum;

text_enum! {
    /// Whether a failed operation may have taken effect on Clerk's side all the same.
    ///
    /// The variants are ordered from best to worst. The effect of a call is the worst of its attempts.
    #[derive(PartialOrd, Ord)]
    pub enum Effect {
        /// The operation did not take effect: the request was not sent, or Clerk refused it. Calling again cannot apply it
        /// twice. Operations that only read have this effect, however they end.
        NotApplied = "not_applied",
        /// The operation may have taken effect. Read the current state from Clerk before you repeat a call that must not
        /// be applied twice.
        Unknown = "unknown",
        /// The operation took effect, but its response could not be read.
        Applied = "applied",
    }
}

impl Effect {
    /// Returns the effect that a response with this status implies.
    ///
    /// Only Clerk's own error envelope proves that Clerk refused a request: a 4xx without one can come from a proxy that
    /// has already forwarded the request.
    pub(crate) fn from_status(status: StatusCode, has_envelope: bool) -> Self {
        if status.is_success() {
            Self::Applied
        } else if status == StatusCode::TOO_MANY_REQUESTS || (status.is_client_error() && has_envelope) {
            Self::NotApplied
        } else {
            Self::Unknown
        }
    }
}

impl From<Delivery> for Effect {
    fn from(delivery: Delivery) -> Self {
        match delivery {
            Delivery::NotSent => Self::NotApplied,
            Delivery::MaybeDelivered => Self::Unknown,
        }
    }
}
