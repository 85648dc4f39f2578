use clerk_core::ErrorCode;
use http::StatusCode;
use serde_json::json;

use crate::fake::error::{ErrorItem, Refusal};

const MISSING_ORGANIZATION_PERMISSION: &str = "missing_organization_permission";

impl Refusal {
    pub(super) fn role_not_found() -> Self {
        let error = ErrorItem::of_param(ErrorCode::RESOURCE_NOT_FOUND, "role", "is not a role of the instance");
        Self::of(StatusCode::NOT_FOUND, error)
    }

    /// Does not say who it is, as Clerk does not.
    pub(super) fn already_a_member() -> Self {
        let hint = "The organization has a member with this address.";
        let error = ErrorItem::new(ErrorCode::ALREADY_A_MEMBER_IN_ORGANIZATION, "already a member", hint);
        Self::of(StatusCode::BAD_REQUEST, error)
    }

    pub(super) fn not_unique() -> Self {
        let hint = "An invitation to the organization is pending for this address.";
        let error = ErrorItem::new(
            ErrorCode::ORGANIZATION_INVITATION_NOT_UNIQUE,
            "duplicate invitation",
            hint,
        );
        Self::of(StatusCode::BAD_REQUEST, error)
    }

    pub(super) fn not_a_member() -> Self {
        let hint = "The user is not a member of the organization.";
        let error = ErrorItem::new(ErrorCode::NOT_A_MEMBER_IN_ORGANIZATION, "not a member", hint);
        Self::of(StatusCode::FORBIDDEN, error)
    }

    pub(super) fn permission_missing() -> Self {
        let code = ErrorCode::new(MISSING_ORGANIZATION_PERMISSION);
        let error = ErrorItem::new(
            code,
            "missing permission",
            "The user is not an administrator of the organization.",
        );
        let meta = json!({ "permissions": ["org:sys_memberships:manage"] });
        Self::of(StatusCode::FORBIDDEN, error.with_meta(meta))
    }

    pub(super) fn membership_quota_exceeded() -> Self {
        let hint = "The organization has no place for so many members and pending invitations.";
        let code = ErrorCode::ORGANIZATION_MEMBERSHIP_QUOTA_EXCEEDED;
        Self::of(StatusCode::FORBIDDEN, ErrorItem::new(code, "organization full", hint))
    }

    pub(super) fn not_pending() -> Self {
        let hint = "The invitation is not pending.";
        let error = ErrorItem::new(ErrorCode::ORGANIZATION_INVITATION_NOT_PENDING, "not pending", hint);
        Self::of(StatusCode::NOT_FOUND, error)
    }
}
