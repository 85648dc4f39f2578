use clerk_core::ErrorCode;
use http::StatusCode;

use crate::fake::error::{ErrorItem, Refusal};

impl Refusal {
    pub(super) fn already_revoked() -> Self {
        let hint = "The invitation was revoked before.";
        let error = ErrorItem::new(ErrorCode::INVITATION_ALREADY_REVOKED, "already revoked", hint);
        Self::of(StatusCode::BAD_REQUEST, error)
    }

    pub(super) fn already_accepted() -> Self {
        let hint = "The invitation was accepted before.";
        let error = ErrorItem::new(ErrorCode::INVITATION_ALREADY_ACCEPTED, "already accepted", hint);
        Self::of(StatusCode::BAD_REQUEST, error)
    }
}
