//! The expectations of an invitation run.

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::model::OrganizationId;
use clerk_core::run::{Outcome, RunReport};
use clerk_core::{Client, SecretKey};
use clerk_testkit::mock::{Reply, post};
use clerk_testkit::{Mock, VirtualClock};
use pollster::block_on;

use crate::team::report;

const TEAM: [&str; 3] = ["ada@example.com", "Bob@example.com", "eve@example.com"];

fn client(mock: &Mock) -> Client {
    let key = SecretKey::new("sk_test_abc").expect("a key");
    let client = Client::builder(key, mock.clone()).clock(VirtualClock::new());
    client.build().expect("a client")
}

fn invite(mock: &Mock, people: &[&str]) -> RunReport {
    let people = people.iter().copied().map(CreateInvitation::new);
    block_on(client(mock).invitations().invite_all(people).run())
}

#[test]
fn one_line_mocks_a_run() {
    let mock = Mock::new();
    let calls = mock.expect_invitation_run(TEAM);
    let report = invite(&mock, &TEAM);
    assert_eq!(report.count(Outcome::Created), 3);
    assert_eq!(calls.invited(), TEAM);
    mock.verify().expect("each was invited once");
}

#[test]
fn one_line_mocks_a_run_for_an_organization() {
    let mock = Mock::new();
    mock.expect_organization_invitation_run("org_1", TEAM);
    let people = TEAM.map(|address| CreateOrganizationInvitation::new(address, "org:member"));
    let organization = OrganizationId::from("org_1");
    let client = client(&mock);
    let run = client
        .organization_invitations()
        .invite_all(&organization, people)
        .run();
    assert_eq!(block_on(run).count(Outcome::Created), 3);
    mock.verify().expect("each was invited once");
}

#[test]
fn people_who_are_missing_or_not_expected_are_reported() {
    let mock = Mock::new();
    mock.expect_invitation_run(["ada@example.com", "bob@example.com"]);
    invite(&mock, &["ada@example.com", "eve@example.com"]);
    let reported = report(&mock, file!());
    assert_eq!(
        reported,
        "the mock was not used as expected:\n \
         1. bob@example.com was not invited, and the invitation run expected at HERE invites them once\n \
         2. eve@example.com was invited, and is not one of the people of the invitation run expected at HERE"
    );
}

#[test]
fn expectations_that_were_added_before_come_first() {
    let mock = Mock::new();
    let refusal = || Reply::error(422, "form_param_format_invalid");
    mock.expect(post("/v1/invitations/bulk")).respond(refusal()).times(..);
    mock.expect(post("/v1/invitations")).respond(refusal()).times(..);
    mock.expect_invitation_run([""; 0]);
    assert_eq!(invite(&mock, &TEAM).count(Outcome::Refused), 3);
    mock.verify().expect("nobody was invited");
}
