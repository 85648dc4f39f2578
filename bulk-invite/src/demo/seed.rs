//! The data and faults that the demo's fake starts with. The addresses occur in `examples/data/people.csv`.

use clerk_core::model::OrganizationId;
use clerk_testkit::fake::{FakeClerkBuilder, FakeOperation, Fault, FaultPlan, Moment};

/// Addresses of users.
const USERS: [&str; 8] = [
    "grace.hopper@example.com",
    "alan.turing@example.com",
    "radia.perlman@example.org",
    "barbara.liskov@example.org",
    "donald.knuth@example.com",
    "frances.allen@example.com",
    "sophie.wilson@example.org",
    "john.backus@example.com",
];

/// Addresses with a pending invitation.
const INVITED: [&str; 10] = [
    "ada.lovelace@example.com",
    "edsger.dijkstra@example.com",
    "katherine.johnson@example.org",
    "margaret.hamilton@example.com",
    "niklaus.wirth@example.org",
    "adele.goldberg@example.com",
    "tony.hoare@example.org",
    "lynn.conway@example.com",
    "ken.thompson@example.org",
    "shafi.goldwasser@example.com",
];

/// Addresses that the fake rejects, although they look valid.
const MALFORMED: [&str; 2] = ["noreply@mail.example.test", "postmaster@mail.example.test"];

/// The instance's blocklist.
const BLOCKED: [&str; 2] = ["*@competitor.test", "mallory@example.com"];

/// Adds the people above, and two lost responses: one after the invitations were created, one before.
pub(super) fn with_people_and_faults(fake: FakeClerkBuilder) -> FakeClerkBuilder {
    let bulk = FakeOperation::CreateBulkInvitations;
    let faults = FaultPlan::new()
        .on_call(bulk, 7, Fault::Lost(Moment::AfterEffect))
        .on_call(FakeOperation::CreateInvitation, 3, Fault::Lost(Moment::BeforeEffect));
    let fake = USERS.iter().fold(fake, FakeClerkBuilder::existing_user);
    let fake = INVITED.iter().fold(fake, FakeClerkBuilder::pending_invitation);
    let fake = MALFORMED.iter().fold(fake, FakeClerkBuilder::malformed);
    BLOCKED.iter().fold(fake, FakeClerkBuilder::blocked).faults(faults)
}

/// Adds an organization and a role, so that the command line for a real organization works in the demo as well.
pub(super) fn with_organization(
    fake: FakeClerkBuilder,
    organization: Option<&OrganizationId>,
    role: Option<&str>,
) -> FakeClerkBuilder {
    let fake = organization
        .map(OrganizationId::as_str)
        .into_iter()
        .fold(fake, FakeClerkBuilder::organization);
    role.into_iter().fold(fake, FakeClerkBuilder::organization_role)
}
