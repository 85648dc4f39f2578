//! The operations that the fake simulates: one row each in a static table.
//!
//! To add an operation of the SDK, write a handler in the file of its resource and add a row to the table below. The SDK's
//! [`Operation`] decides the method, the path and the rate limit; a name that the SDK does not have fails to compile.

use std::fmt;

use clerk_core::{Operation, RateLimitKey, api};
use http::Method;

use super::error::Refusal;
use super::handlers::{
    access_lists, email_addresses, instance, invitations, organization_domains, organization_invitations,
    organization_memberships, organization_permissions, organization_roles, organizations, phone_numbers,
    redirect_urls, sessions, tokens, users, waitlist_entries,
};
use super::instance::{Call, Handler, Instance, PathParams};
use crate::query::percent_decode;

/// Declares [`FakeOperation`] and the route table from rows of operation and handler, grouped by the module of
/// [`clerk_core::api`] that declares the operations.
macro_rules! routes {
    ($($resource:ident { $($name:ident => $handler:path,)* })*) => {
        /// An operation that the fake simulates, by its name in Clerk's API description.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum FakeOperation {
            $($(
                #[doc = concat!("`", stringify!($name), "` of [`clerk_core::api::", stringify!($resource), "`].")]
                $name,
            )*)*
        }

        impl FakeOperation {
            /// Every operation, in the order of declaration.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)*)*];
        }

        /// One row for each operation, in the order of [`FakeOperation::ALL`].
        static ROUTES: &[(&Operation, Handler)] = &[$($((
            find_by_name(api::$resource::OPERATIONS, stringify!($name)),
            |instance: &mut Instance, call: &mut Call<'_>| $handler(instance, call),
        ),)*)*];
    };
}

routes! {
    invitations {
        CreateInvitation => invitations::create,
        CreateBulkInvitations => invitations::create_bulk,
        ListInvitations => invitations::list,
        RevokeInvitation => invitations::revoke,
        DeleteInvitation => invitations::delete,
    }
    organization_invitations {
        CreateOrganizationInvitation => organization_invitations::create,
        CreateOrganizationInvitationBulk => organization_invitations::create_bulk,
        ListOrganizationInvitations => organization_invitations::list,
        ListPendingOrganizationInvitations => organization_invitations::list_pending,
        GetOrganizationInvitation => organization_invitations::get,
        RevokeOrganizationInvitation => organization_invitations::revoke,
    }
    waitlist_entries {
        CreateWaitlistEntry => waitlist_entries::create,
        CreateBulkWaitlistEntries => waitlist_entries::create_bulk,
        ListWaitlistEntries => waitlist_entries::list,
        InviteWaitlistEntry => waitlist_entries::invite,
        RejectWaitlistEntry => waitlist_entries::reject,
        DeleteWaitlistEntry => waitlist_entries::delete,
    }
    users {
        GetUserList => users::list,
        GetUsersCount => users::count,
        GetUser => users::get,
        CreateUser => users::create,
        UpdateUser => users::update,
        DeleteUser => users::delete,
        UpdateUserMetadata => users::merge_metadata,
        ReplaceUserMetadata => users::replace_metadata,
        BanUser => users::ban,
        UnbanUser => users::unban,
        UsersBan => users::ban_all,
        UsersUnban => users::unban_all,
        LockUser => users::lock,
        UnlockUser => users::unlock,
        UsersGetOrganizationMemberships => organization_memberships::list_of_user,
        UsersGetOrganizationInvitations => organization_invitations::list_of_user,
    }
    email_addresses {
        CreateEmailAddress => email_addresses::create,
        GetEmailAddress => email_addresses::get,
        UpdateEmailAddress => email_addresses::update,
        DeleteEmailAddress => email_addresses::delete,
    }
    phone_numbers {
        CreatePhoneNumber => phone_numbers::create,
        GetPhoneNumber => phone_numbers::get,
        UpdatePhoneNumber => phone_numbers::update,
        DeletePhoneNumber => phone_numbers::delete,
    }
    organizations {
        CreateOrganization => organizations::create,
        GetOrganization => organizations::get,
        ListOrganizations => organizations::list,
        UpdateOrganization => organizations::update,
        DeleteOrganization => organizations::delete,
        MergeOrganizationMetadata => organizations::merge_metadata,
        ReplaceOrganizationMetadata => organizations::replace_metadata,
    }
    organization_memberships {
        CreateOrganizationMembership => organization_memberships::create,
        ListOrganizationMemberships => organization_memberships::list,
        InstanceGetOrganizationMemberships => organization_memberships::list_of_instance,
        UpdateOrganizationMembership => organization_memberships::update,
        UpdateOrganizationMembershipMetadata => organization_memberships::merge_metadata,
        DeleteOrganizationMembership => organization_memberships::delete,
    }
    organization_roles {
        ListOrganizationRoles => organization_roles::list,
        CreateOrganizationRole => organization_roles::create,
        GetOrganizationRole => organization_roles::get,
        UpdateOrganizationRole => organization_roles::update,
        DeleteOrganizationRole => organization_roles::delete,
        AssignPermissionToOrganizationRole => organization_roles::assign_permission,
        RemovePermissionFromOrganizationRole => organization_roles::remove_permission,
    }
    organization_permissions {
        ListOrganizationPermissions => organization_permissions::list,
        CreateOrganizationPermission => organization_permissions::create,
        GetOrganizationPermission => organization_permissions::get,
        UpdateOrganizationPermission => organization_permissions::update,
        DeleteOrganizationPermission => organization_permissions::delete,
    }
    organization_domains {
        CreateOrganizationDomain => organization_domains::create,
        ListOrganizationDomains => organization_domains::list,
        ListAllOrganizationDomains => organization_domains::list_of_instance,
        UpdateOrganizationDomain => organization_domains::update,
        DeleteOrganizationDomain => organization_domains::delete,
    }
    allowlist {
        ListAllowlistIdentifiers => access_lists::list_allowed,
        CreateAllowlistIdentifier => access_lists::allow,
        DeleteAllowlistIdentifier => access_lists::disallow,
    }
    blocklist {
        ListBlocklistIdentifiers => access_lists::list_blocked,
        CreateBlocklistIdentifier => access_lists::block,
        DeleteBlocklistIdentifier => access_lists::unblock,
    }
    instance {
        GetInstance => instance::get,
        UpdateInstance => instance::update,
        UpdateInstanceRestrictions => instance::update_restrictions,
        UpdateInstanceAuthConfig => instance::update_settings,
        GetInstanceOrganizationSettings => instance::get_organization_settings,
        UpdateInstanceOrganizationSettings => instance::update_organization_settings,
        ListInstanceOrganizationInvitations => organization_invitations::list_of_instance,
    }
    redirect_urls {
        ListRedirectURLs => redirect_urls::list,
        CreateRedirectURL => redirect_urls::create,
        GetRedirectURL => redirect_urls::get,
        DeleteRedirectURL => redirect_urls::delete,
    }
    sessions {
        GetSessionList => sessions::list,
        CreateSession => sessions::create,
        GetSession => sessions::get,
        RevokeSession => sessions::revoke,
        CreateSessionToken => sessions::create_token,
    }
    tokens {
        CreateSignInToken => tokens::create_sign_in,
        RevokeSignInToken => tokens::revoke_sign_in,
        CreateTestingToken => tokens::create_testing,
        GetJWKS => tokens::jwks,
    }
}

impl FakeOperation {
    /// Returns the name in Clerk's API description (its `operationId`).
    pub fn name(self) -> &'static str {
        self.operation().name()
    }

    /// Returns the operation of this name, or `None` if the fake does not simulate it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operation| operation.name() == name)
    }

    /// Returns the SDK's declaration of the operation: its method, path and rate limit.
    pub fn operation(self) -> &'static Operation {
        ROUTES[self as usize].0
    }
}

impl fmt::Display for FakeOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Finds an operation at compile time, whatever the case of its first letter: Clerk calls one `createSession`.
#[expect(clippy::panic, reason = "the table is evaluated at compile time")]
const fn find_by_name(operations: &'static [&'static Operation], name: &str) -> &'static Operation {
    let mut index = 0;
    while index < operations.len() {
        if is_equal(operations[index].name().as_bytes(), name.as_bytes()) {
            return operations[index];
        }
        index += 1;
    }
    panic!("this module of `clerk_core::api` declares no operation of this name")
}

// `==` on strings is not const.
const fn is_equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if !a[index].eq_ignore_ascii_case(&b[index]) {
            return false;
        }
        index += 1;
    }
    true
}

/// The row of the table that a request matches, with the parameters in its path.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub(super) operation: FakeOperation,
    pub(super) handler: Handler,
    pub(super) params: PathParams,
}

impl Route {
    pub(super) fn rate_limit_key(&self) -> RateLimitKey {
        self.operation.operation().rate_limit_key()
    }

    /// Finds the route of a request. Literal segments take precedence over parameters, so `/users/count` is never read as
    /// `/users/{user_id}`.
    ///
    /// # Errors
    ///
    /// 405 for `TRACE` and `CONNECT`, 404 outside of `/v1`, as Clerk answers, and `fake_not_simulated` within it: the fake cannot know whether Clerk has
    /// the operation.
    pub(super) fn find(method: &Method, path: &str) -> Result<Self, Refusal> {
        if matches!(*method, Method::TRACE | Method::CONNECT) {
            return Err(Refusal::method_not_allowed(method));
        }
        let Some(below_v1) = path.strip_prefix("/v1").filter(|path| path.starts_with('/')) else {
            return Err(Refusal::not_found("Paths begin with /v1."));
        };
        FakeOperation::ALL
            .iter()
            .zip(ROUTES)
            .filter(|(_, (described, _))| described.method() == method)
            .filter_map(|(operation, (described, handler))| {
                Some(Self {
                    operation: *operation,
                    handler: *handler,
                    params: match_path(described.path(), below_v1)?,
                })
            })
            .min_by_key(|route| route.params.len())
            .ok_or_else(|| not_simulated(method, path))
    }
}

fn not_simulated(method: &Method, path: &str) -> Refusal {
    let names: Vec<&str> = FakeOperation::ALL.iter().map(|operation| operation.name()).collect();
    Refusal::not_simulated(format!(
        "The fake does not simulate {method} {path}. It simulates these operations: {}.",
        names.join(", ")
    ))
}

/// Matches `path` against a template such as `/users/{user_id}`.
pub(super) fn match_path(template: &'static str, path: &str) -> Option<PathParams> {
    let mut segments = path.split('/');
    let mut params = PathParams::default();
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => params.push(name, percent_decode(segment)),
            None if segment == expected => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Routes a request such as `GET /v1/users/count`.
    fn find(request: &str) -> Result<Route, Refusal> {
        let (method, path) = request.split_once(' ').expect("a method and a path");
        Route::find(&method.parse().expect("a method"), path)
    }

    #[test]
    fn a_request_is_routed_by_method_and_path() {
        let organizations = "/v1/organizations/org_1/invitations";
        let cases = [
            ("POST /v1/invitations", "CreateInvitation", &[][..]),
            ("GET /v1/invitations", "ListInvitations", &[]),
            ("POST /v1/invitations/bulk", "CreateBulkInvitations", &[]),
            ("POST /v1/invitations/a%2Fb%3F/revoke", "RevokeInvitation", &["a/b?"]),
            ("DELETE /v1/invitations/inv_1", "DeleteInvitation", &["inv_1"]),
            (
                &format!("GET {organizations}/pending"),
                "ListPendingOrganizationInvitations",
                &["org_1"],
            ),
            (
                &format!("GET {organizations}/o_1"),
                "GetOrganizationInvitation",
                &["org_1", "o_1"],
            ),
            (
                &format!("POST {organizations}/bulk"),
                "CreateOrganizationInvitationBulk",
                &["org_1"],
            ),
            ("GET /v1/users/count", "GetUsersCount", &[]),
            ("GET /v1/instance", "GetInstance", &[]),
        ];
        for (request, name, params) in cases {
            let route = find(request).expect(request);
            assert_eq!(route.operation.name(), name, "{request}");
            let names = ["organization_id", "invitation_id"];
            let found = names.map(|name| route.params.get(name));
            let found: Vec<&str> = found.into_iter().filter(|value| !value.is_empty()).collect();
            assert_eq!(found, params, "{request}");
        }
    }

    #[test]
    fn what_no_row_matches_is_refused_as_not_simulated_within_v1_and_as_not_found_outside() {
        for (request, code) in [
            ("PUT /v1/invitations", "fake_not_simulated"),
            ("GET /v1/invitations/inv_1", "fake_not_simulated"),
            ("POST /v1/invitations/", "fake_not_simulated"),
            ("DELETE /v1/invitations/", "fake_not_simulated"),
            ("POST /v1/invitations/a/b/revoke", "fake_not_simulated"),
            ("POST /invitations", "resource_not_found"),
            ("POST /v1invitations", "resource_not_found"),
            ("TRACE /v1/invitations", "method_not_allowed"),
        ] {
            let refusal = find(request).expect_err(request);
            assert_eq!(refusal.codes().collect::<Vec<_>>(), [code], "{request}");
        }
    }
}
