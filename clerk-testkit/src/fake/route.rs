use std::fmt;

use clerk_core::RateLimitKey;
use clerk_core::api::invitations;
use http::Method;

use super::query::decode;

/// An operation that the fake knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FakeOperation {
    /// `POST /v1/invitations`
    CreateInvitation,
    /// `POST /v1/invitations/bulk`
    CreateBulkInvitations,
    /// `GET /v1/invitations`
    ListInvitations,
    /// `POST /v1/invitations/{id}/revoke`
    RevokeInvitation,
    /// `DELETE /v1/invitations/{id}`
    DeleteInvitation,
    /// `GET /v1/users`, found by address only
    GetUserList,
    /// `GET /v1/instance`
    GetInstance,
}

impl FakeOperation {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::CreateInvitation,
        Self::CreateBulkInvitations,
        Self::ListInvitations,
        Self::RevokeInvitation,
        Self::DeleteInvitation,
        Self::GetUserList,
        Self::GetInstance,
    ];

    /// The name in Clerk's API description (its `operationId`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::CreateInvitation => "CreateInvitation",
            Self::CreateBulkInvitations => "CreateBulkInvitations",
            Self::ListInvitations => "ListInvitations",
            Self::RevokeInvitation => "RevokeInvitation",
            Self::DeleteInvitation => "DeleteInvitation",
            Self::GetUserList => "GetUserList",
            Self::GetInstance => "GetInstance",
        }
    }

    /// The operation of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operation| operation.name() == name)
    }

    pub(super) fn rate_limit_key(self) -> RateLimitKey {
        match self {
            Self::CreateInvitation => invitations::RATE_LIMIT_SINGLE,
            Self::CreateBulkInvitations => invitations::RATE_LIMIT_BULK,
            other => RateLimitKey::new(other.name()),
        }
    }
}

impl fmt::Display for FakeOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) operation: FakeOperation,
    /// The id in the path, decoded; empty where the path has none.
    pub(super) id: String,
}

impl Route {
    pub(super) fn of(method: &Method, path: &str) -> Option<Self> {
        use FakeOperation::{
            CreateBulkInvitations, CreateInvitation, DeleteInvitation, GetInstance, GetUserList, ListInvitations,
            RevokeInvitation,
        };

        let segments: Vec<&str> = path.strip_prefix("/v1/")?.split('/').collect();
        let (operation, id) = match (method.as_str(), segments.as_slice()) {
            ("POST", ["invitations"]) => (CreateInvitation, ""),
            ("GET", ["invitations"]) => (ListInvitations, ""),
            ("POST", ["invitations", "bulk"]) => (CreateBulkInvitations, ""),
            ("POST", ["invitations", id, "revoke"]) => (RevokeInvitation, *id),
            ("DELETE", ["invitations", id]) => (DeleteInvitation, *id),
            ("GET", ["users"]) => (GetUserList, ""),
            ("GET", ["instance"]) => (GetInstance, ""),
            _ => return None,
        };
        Some(Self {
            operation,
            id: decode(id),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_operations() {
        let cases = [
            ("POST", "/v1/invitations", Some(("CreateInvitation", ""))),
            ("GET", "/v1/invitations", Some(("ListInvitations", ""))),
            ("POST", "/v1/invitations/bulk", Some(("CreateBulkInvitations", ""))),
            (
                "POST",
                "/v1/invitations/inv_1/revoke",
                Some(("RevokeInvitation", "inv_1")),
            ),
            (
                "POST",
                "/v1/invitations/a%2Fb%3F/revoke",
                Some(("RevokeInvitation", "a/b?")),
            ),
            ("DELETE", "/v1/invitations/inv_1", Some(("DeleteInvitation", "inv_1"))),
            ("GET", "/v1/instance", Some(("GetInstance", ""))),
            ("PUT", "/v1/invitations", None),
            ("GET", "/v1/invitations/inv_1", None),
            ("POST", "/invitations", None),
            ("POST", "/v1/invitations/", None),
            ("POST", "/v1/invitations/a/b/revoke", None),
        ];
        for (method, path, expected) in cases {
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let route = Route::of(&method, path);
            let found = route.as_ref().map(|route| (route.operation.name(), route.id.as_str()));
            assert_eq!(found, expected, "{method} {path}");
        }
    }
}
