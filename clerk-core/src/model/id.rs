use std::fmt;

use serde::{Deserialize, Serialize};

use crate::safe_to_log::Escaped;
use crate::text::text_newtype;

macro_rules! ids {
    ($($(#[$doc:meta])* pub struct $Name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Treat it as opaque. `Display` and `Debug` escape control characters; [`as_str`](Self::as_str) returns the id as it is.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $Name(String);

        text_newtype!($Name);

        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($Name))
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Escaped(&self.0).fmt(f)
            }
        }
    )*};
}

ids! {
    /// The id of one of a user's email addresses, such as `idn_2b6fcd92`.
    pub struct EmailAddressId;
    /// The id of an instance, such as `ins_2b6fcd92`.
    pub struct InstanceId;
    /// The id of an invitation to the application, such as `inv_2b6fcd92`.
    pub struct InvitationId;
    /// The id of an organization, such as `org_2b6fcd92`.
    pub struct OrganizationId;
    /// The id of an invitation to an organization.
    pub struct OrganizationInvitationId;
    /// The id of a membership in an organization, such as `orgmem_2b6fcd92`.
    pub struct OrganizationMembershipId;
    /// The id of a user, such as `user_2b6fcd92`.
    pub struct UserId;
    /// The id of a waitlist entry.
    pub struct WaitlistEntryId;
    /// The id of a workspace, such as `org_2b6fcd92`.
    pub struct WorkspaceId;
}
