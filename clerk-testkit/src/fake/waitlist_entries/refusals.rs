use clerk_core::ErrorCode;
use http::StatusCode;

use crate::fake::error::{ErrorItem, Refusal};

impl Refusal {
    pub(super) fn repeated_address() -> Self {
        let error = ErrorItem::of_param(
            ErrorCode::FORM_PARAM_DUPLICATE,
            "email_address",
            "is there more than once",
        );
        Self::of(StatusCode::UNPROCESSABLE_ENTITY, error)
    }

    pub(super) fn entry_locked() -> Self {
        conflict(
            ErrorCode::WAITLIST_ENTRY_LOCKED,
            "A batch action is at work on the entry.",
        )
    }

    pub(super) fn entry_invited() -> Self {
        conflict(
            ErrorCode::WAITLIST_ENTRY_ALREADY_INVITED,
            "The person was invited before.",
        )
    }

    pub(super) fn entry_completed() -> Self {
        conflict(ErrorCode::WAITLIST_ENTRY_ALREADY_COMPLETED, "The person has signed up.")
    }

    pub(super) fn entry_rejected() -> Self {
        conflict(
            ErrorCode::WAITLIST_ENTRY_ALREADY_REJECTED,
            "The entry was rejected before.",
        )
    }
}

fn conflict(code: ErrorCode, hint: &str) -> Refusal {
    Refusal::of(StatusCode::CONFLICT, ErrorItem::new(code, "not possible", hint))
}
