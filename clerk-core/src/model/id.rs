use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Its form is Clerk's affair: compare it, keep it, send it back.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as Clerk gave it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )*};
}

ids! {
    /// The id of one of a user's addresses, such as `idn_2b6fcd92`.
    EmailAddressId;
    /// The id of an instance, such as `ins_2b6fcd92`.
    InstanceId;
    /// The id of an application invitation, such as `inv_2b6fcd92`.
    InvitationId;
    /// The id of an organization, such as `org_2b6fcd92`.
    OrganizationId;
    /// The id of an invitation to an organization.
    OrganizationInvitationId;
    /// The id of a user, such as `user_2b6fcd92`.
    UserId;
    /// The id of a waitlist entry.
    WaitlistEntryId;
    /// The id of a workspace, such as `org_2b6fcd92`.
    WorkspaceId;
}
