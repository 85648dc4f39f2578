//! What the demo's fake of Clerk knows already: people of `examples/data/people.csv`.

use clerk_core::model::OrganizationId;
use clerk_testkit::fake::{FakeClerkBuilder, FakeOperation, Fault, FaultPlan, Moment};

/// Addresses that users have.
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

/// Addresses for which an invitation is pending.
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

/// Addresses that Clerk does not take, whatever they look like.
const MALFORMED: [&str; 2] = ["noreply@mail.example.test", "postmaster@mail.example.test"];

/// Whom the instance's blocklist names.
const BLOCKED: [&str; 2] = ["*@competitor.test", "mallory@example.com"];

/// A fake that knows these people, and whose answers get lost twice: once after the invitations were made, and once
/// before.
pub(super) fn populate(fake: FakeClerkBuilder) -> FakeClerkBuilder {
    let bulk = FakeOperation::CreateBulkInvitations;
    let faults = FaultPlan::new()
        .on_call(bulk, 7, Fault::Lost(Moment::AfterEffect))
        .on_call(FakeOperation::CreateInvitation, 3, Fault::Lost(Moment::BeforeEffect));
    let fake = USERS.iter().fold(fake, FakeClerkBuilder::existing_user);
    let fake = INVITED.iter().fold(fake, FakeClerkBuilder::pending_invitation);
    let fake = MALFORMED.iter().fold(fake, FakeClerkBuilder::malformed);
    BLOCKED.iter().fold(fake, FakeClerkBuilder::blocked).faults(faults)
}

/// A fake that has this organization, and this role besides `org:admin` and `org:member`: the ids of a user's own are not
/// known beforehand, and without them nobody could try an organization's invitations offline.
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
