//! The data types of Clerk's API.

mod deleted_object;
mod email_address;
mod id;
mod instance;
mod invitation;
mod metadata;
mod open_enum;
mod organization;
mod organization_invitation;
mod organization_membership;
mod page;
mod timestamp;
mod total_count;
mod user;
mod waitlist_entry;

pub use deleted_object::DeletedObject;
pub use email_address::{EmailAddress, InvalidEmailAddress, NormalizedEmailAddress};
pub use id::{
    EmailAddressId, InstanceId, InvitationId, OrganizationId, OrganizationInvitationId, OrganizationMembershipId,
    UserId, WaitlistEntryId, WorkspaceId,
};
pub use instance::{EnvironmentType, Instance};
pub use invitation::{Invitation, InvitationStatus, InvitationTemplate};
pub use metadata::{InvalidMetadata, Metadata};
pub use open_enum::UnknownValue;
pub use organization::Organization;
pub use organization_invitation::{OrganizationInvitation, PublicInviterData, PublicOrganizationData};
pub use organization_membership::{OrganizationMembership, PublicUserData};
pub use page::Page;
pub use timestamp::Timestamp;
pub use total_count::TotalCount;
pub use user::{EmailAddressVerification, User, UserEmailAddress, VerificationStatus};
pub use waitlist_entry::{WaitlistEntry, WaitlistEntryStatus};

pub(crate) use open_enum::open_enum;
