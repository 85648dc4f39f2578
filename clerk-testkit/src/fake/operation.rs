use std::fmt;

use clerk_core::{Operation, RateLimitKey, api};

/// Declares the operations by their names. What else there is to know of one, `clerk_core` says.
macro_rules! operations {
    ($($(#[$docs:meta])* $name:ident,)*) => {
        /// An operation that the fake knows: each that the SDK has ([`clerk_core::api::operations`]).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum FakeOperation {
            $($(#[$docs])* $name,)*
        }

        impl FakeOperation {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name in Clerk's API description (its `operationId`).
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }
        }
    };
}

operations! {
    /// `POST /v1/invitations`
    CreateInvitation,
    /// `POST /v1/invitations/bulk`
    CreateBulkInvitations,
    /// `GET /v1/invitations`
    ListInvitations,
    /// `POST /v1/invitations/{invitation_id}/revoke`
    RevokeInvitation,
    /// `DELETE /v1/invitations/{invitation_id}`
    DeleteInvitation,
    /// `POST /v1/organizations/{organization_id}/invitations`
    CreateOrganizationInvitation,
    /// `POST /v1/organizations/{organization_id}/invitations/bulk`
    CreateOrganizationInvitationBulk,
    /// `GET /v1/organizations/{organization_id}/invitations`
    ListOrganizationInvitations,
    /// `GET /v1/organizations/{organization_id}/invitations/pending`
    ListPendingOrganizationInvitations,
    /// `GET /v1/organizations/{organization_id}/invitations/{invitation_id}`
    GetOrganizationInvitation,
    /// `POST /v1/organizations/{organization_id}/invitations/{invitation_id}/revoke`
    RevokeOrganizationInvitation,
    /// `GET /v1/organization_invitations`
    ListInstanceOrganizationInvitations,
    /// `GET /v1/users/{user_id}/organization_invitations`
    UsersGetOrganizationInvitations,
    /// `POST /v1/waitlist_entries`
    CreateWaitlistEntry,
    /// `POST /v1/waitlist_entries/bulk`
    CreateBulkWaitlistEntries,
    /// `GET /v1/waitlist_entries`
    ListWaitlistEntries,
    /// `POST /v1/waitlist_entries/{waitlist_entry_id}/invite`
    InviteWaitlistEntry,
    /// `POST /v1/waitlist_entries/{waitlist_entry_id}/reject`
    RejectWaitlistEntry,
    /// `DELETE /v1/waitlist_entries/{waitlist_entry_id}`
    DeleteWaitlistEntry,
    /// `GET /v1/users`, found by address only
    GetUserList,
    /// `GET /v1/users/count`, counted by address only
    GetUsersCount,
    /// `GET /v1/instance`
    GetInstance,
}

impl FakeOperation {
    /// The operation of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operation| operation.name() == name)
    }

    pub(super) fn rate_limit_key(self) -> RateLimitKey {
        let described = api::operations().find(|described| described.name() == self.name());
        described.map_or(RateLimitKey::new(self.name()), Operation::rate_limit_key)
    }
}

impl fmt::Display for FakeOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fake_knows_the_operations_that_the_sdk_has_and_no_others() {
        let mut known: Vec<_> = FakeOperation::ALL.iter().map(|operation| operation.name()).collect();
        let mut described: Vec<_> = api::operations().map(Operation::name).collect();
        known.sort_unstable();
        described.sort_unstable();
        assert_eq!(known, described);
    }
}
