/// The order of a list of organization invitations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OrganizationInvitationOrder {
    /// Oldest first.
    CreatedAt,
    /// Newest first, the default.
    CreatedAtDescending,
    /// By address, from A to Z.
    EmailAddress,
    /// By address, from Z to A.
    EmailAddressDescending,
}

impl OrganizationInvitationOrder {
    pub(in crate::api) const fn as_str(self) -> &'static str {
        match self {
            Self::CreatedAt => "+created_at",
            Self::CreatedAtDescending => "-created_at",
            Self::EmailAddress => "+email_address",
            Self::EmailAddressDescending => "-email_address",
        }
    }
}
