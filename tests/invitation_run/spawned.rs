//! The futures of the SDK are `Send`, as `tokio::spawn` and web servers require.

use clerk_core::Client;
use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::invitations::{InvitationOrder, ListInvitations};
use clerk_core::run::Outcome;
use clerk_core::run::journal::MemoryJournal;
use clerk_testkit::FakeClerk;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_and_a_plan_can_be_spawned() {
    let fake = FakeClerk::new();
    let people = || (0..25).map(|number| CreateInvitation::new(format!("person{number}@example.com")));
    let clerk = fake.client();
    let plan = tokio::spawn(async move { clerk.invitations().invite_all(people()).plan().await });
    assert_eq!(plan.await.expect("no panic").to_invite(), 25);
    let clerk = fake.client();
    let run = tokio::spawn(async move { clerk.invitations().invite_all(people()).run().await });
    assert_eq!(run.await.expect("no panic").count(Outcome::Created), 25);
}

#[tokio::test]
async fn calls_can_run_concurrently() {
    let fake = FakeClerk::new();
    let clerk = fake.client();
    let [ada, bob] = ["ada@example.com", "bob@example.com"].map(CreateInvitation::new);
    let (ada, bob) = tokio::join!(clerk.invitations().create(&ada), clerk.invitations().create(&bob));
    assert_ne!(ada.expect("invited").id, bob.expect("invited").id);
}

/// It only has to compile.
#[expect(dead_code, reason = "a future that is not `Send` is a compile error")]
fn every_future_is_send(clerk: &Client, person: &CreateInvitation) {
    fn assert_send(_: impl Send) {}

    let list = ListInvitations::new().order_by(InvitationOrder::CreatedAt);
    assert_send(clerk.invitations().create(person));
    assert_send(clerk.invitations().create_bulk(std::slice::from_ref(person)));
    assert_send(clerk.invitations().list(&list));
    assert_send(clerk.pages(&list).next());
    assert_send(clerk.pages(&list).items().next());
    assert_send(clerk.invitations().revoke_all(MemoryJournal::new()).run());
}
