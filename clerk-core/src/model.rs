//! The data types of Clerk's API.

mod access;
mod contact;
mod deleted_object;
mod email_address;
mod id;
mod instance;
mod invitation;
mod metadata;
mod open_enum;
mod organization;
mod organization_domain;
mod organization_invitation;
mod organization_membership;
mod organization_role;
mod page;
mod session;
mod timestamp;
mod total_count;
mod user;
mod waitlist_entry;

pub use access::{AllowlistIdentifier, BlocklistIdentifier, IdentifierType, InstanceRestrictions, RedirectUrl};
pub use contact::{ContactVerification, UserEmailAddress, UserPhoneNumber, VerificationStatus};
pub use deleted_object::DeletedObject;
pub use email_address::{EmailAddress, InvalidEmailAddress, NormalizedEmailAddress};
pub use id::{
    AllowlistIdentifierId, BlocklistIdentifierId, EmailAddressId, InstanceId, InvitationId, OrganizationDomainId,
    OrganizationId, OrganizationInvitationId, OrganizationMembershipId, OrganizationPermissionId, OrganizationRoleId,
    PhoneNumberId, RedirectUrlId, SessionId, SignInTokenId, UserId, WaitlistEntryId, WorkspaceId,
};
pub use instance::{EnvironmentType, Instance, InstanceSettings, OrganizationSettings};
pub use invitation::{Invitation, InvitationStatus, InvitationTemplate};
pub use metadata::{InvalidMetadata, Metadata};
pub use open_enum::UnknownValue;
pub use organization::Organization;
pub use organization_domain::{DomainVerification, EnrollmentMode, OrganizationDomain};
pub use organization_invitation::{OrganizationInvitation, PublicInviterData, PublicOrganizationData};
pub use organization_membership::{OrganizationMembership, PublicUserData};
pub use organization_role::{OrganizationPermission, OrganizationRole};
pub use page::Page;
pub use session::{JsonWebKeySet, Session, SessionStatus, SessionToken, SignInToken, SignInTokenStatus, TestingToken};
pub use timestamp::Timestamp;
pub use total_count::TotalCount;
pub use user::User;
pub use waitlist_entry::{WaitlistEntry, WaitlistEntryStatus};

pub(crate) use open_enum::open_enum;
