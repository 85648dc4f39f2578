//! A fake with organizations.

use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::model::{OrganizationId, OrganizationInvitation};
use clerk_core::{Client, Error};
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::FakeClerkBuilder;
use pollster::block_on;

use super::{Answer, call};

/// Adds two organizations: `org_1` has an administrator and a member.
pub(crate) fn world() -> FakeClerkBuilder {
    FakeClerk::builder()
        .administrator("org_1", "Boss@example.com")
        .member("org_1", "member@example.com")
        .organization("org_2")
        .existing_user("stranger@example.com")
}

pub(crate) fn org(id: &str) -> OrganizationId {
    OrganizationId::from(id)
}

pub(crate) fn ada() -> CreateOrganizationInvitation {
    CreateOrganizationInvitation::new("ada@example.com", "org:member")
}

pub(crate) fn person(address: &str) -> CreateOrganizationInvitation {
    CreateOrganizationInvitation::new(address, "org:member")
}

pub(crate) fn create(
    clerk: &Client,
    invitation: &CreateOrganizationInvitation,
) -> Result<OrganizationInvitation, Error> {
    block_on(clerk.organization_invitations().create(&org("org_1"), invitation))
}

pub(crate) fn post(fake: &FakeClerk, path: &str, body: impl ToString) -> Answer {
    call(fake, "POST", &format!("/organizations/org_1/invitations{path}"), body)
}
