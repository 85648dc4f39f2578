//! Runs that invite people again who have not accepted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::api::invitations::{CreateInvitation, ListInvitations};
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::model::{InvitationStatus, OrganizationId};
use clerk_core::run::journal::{Journal, MemoryJournal, Record};
use clerk_core::run::{Again, Outcome, RunReport, Settlement};
use clerk_core::{Client, HttpRequest, HttpTransport, SecretKey, transport_fn};
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
use pollster::block_on;

use super::scene::{Scene, Storage, drop_after, in_memory};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What became of a person's first invitation before it is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    Pending,
    Accepted,
    Expired,
    Revoked,
    None,
}

const FIRST: [First; 5] = [
    First::Pending,
    First::Accepted,
    First::Expired,
    First::Revoked,
    First::None,
];

fn address(n: usize) -> String {
    format!("person{n}@example.com")
}

fn first(n: usize) -> First {
    FIRST[n % FIRST.len()]
}

/// The people of a file. Every seventh row ignores what exists.
fn people(count: usize) -> Vec<CreateInvitation> {
    let person = |n| {
        let person = CreateInvitation::new(address(n)).ignore_existing(n % 7 == 0);
        match first(n) {
            First::Expired => person.expires_in_days(1),
            _ => person,
        }
    };
    (0..count).map(person).collect()
}

fn everyone() -> Again {
    Again::new().pending().expired().revoked()
}

fn run(
    scene: &Scene,
    people: &[CreateInvitation],
    journal: &Arc<dyn Journal>,
    again: Option<Again>,
) -> (RunReport, Vec<Settlement>) {
    let clerk = scene.client();
    let run = clerk
        .invitations()
        .invite_all(people.to_vec())
        .journal(Arc::clone(journal));
    let run = match again {
        Some(again) => run.again(again),
        None => run,
    };
    let (report, settled) = scene.clock.drive(run.run_collecting()).expect("the run ends");
    assert_eq!(settled.len(), people.len());
    assert_at_most_one_pending(scene);
    (report, settled)
}

/// Invites those of `count` people who are to have a first invitation, and brings about what became of it. Two days pass.
fn invite_first(scene: &Scene, count: usize, journal: &Arc<dyn Journal>) {
    let clerk = scene.client();
    let invited: Vec<_> = people(count)
        .into_iter()
        .enumerate()
        .filter(|(n, _)| first(*n) != First::None)
        .map(|(_, person)| person)
        .collect();
    let (report, settled) = run(scene, &invited, journal, None);
    assert_eq!(report.count(Outcome::Created), invited.len(), "{report:?}");
    for settlement in settled {
        let address = settlement.email_address.as_str();
        let n = (0..count).find(|n| self::address(*n) == address).unwrap();
        match first(n) {
            First::Accepted => drop(scene.fake.sign_up(address)),
            First::Revoked => {
                let id = settlement.invitation_id.unwrap();
                scene.clock.drive(clerk.invitations().revoke(&id)).unwrap().unwrap();
            }
            _ => {}
        }
    }
    scene.clock.advance(DAY * 2);
}

fn assert_at_most_one_pending(scene: &Scene) {
    let clerk = scene.client();
    let list = ListInvitations::new().status(InvitationStatus::Pending).limit(500);
    let pending = scene.clock.drive(clerk.invitations().list(&list)).unwrap().unwrap();
    let mut counts = BTreeMap::new();
    for invitation in &pending.data {
        *counts.entry(invitation.email_address.as_str()).or_insert(0) += 1;
    }
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
}

fn assert_mails(scene: &Scene, count: usize, expected: impl Fn(First) -> u64, what: &str) {
    for n in 0..count {
        assert_eq!(
            scene.fake.mails_to(&address(n)),
            expected(first(n)),
            "{what}: {n} {:?}",
            first(n)
        );
    }
}

#[test]
fn the_status_of_the_invitation_decides_who_is_invited_again() {
    let cases: [(Again, &[First]); 6] = [
        (Again::new(), &[]),
        (Again::new().pending(), &[First::Pending]),
        (Again::new().expired(), &[First::Expired]),
        (Again::new().revoked(), &[First::Revoked]),
        (
            everyone().older_than(DAY),
            &[First::Pending, First::Expired, First::Revoked],
        ),
        (everyone().older_than(DAY * 3), &[]),
    ];
    for (again, included) in cases {
        for has_journal in [true, false] {
            let scene = Scene::new(|fake| fake);
            let journal = in_memory();
            invite_first(&scene, 25, &journal);
            let journal = if has_journal { journal } else { in_memory() };
            let (report, settled) = run(&scene, &people(25), &journal, Some(again));
            assert!(report.stopped().is_none(), "{report:?}");
            for (n, settlement) in settled.iter().enumerate() {
                let expected = match first(n) {
                    First::None => Outcome::Created,
                    first if included.contains(&first) => Outcome::Created,
                    First::Pending if has_journal => Outcome::CreatedEarlier,
                    First::Pending => Outcome::AlreadyInvited,
                    First::Accepted => Outcome::Accepted,
                    First::Expired => Outcome::Expired,
                    First::Revoked => Outcome::Revoked,
                };
                assert_eq!(settlement.outcome, expected, "{again:?}, {n}: {:?}", first(n));
            }
            let mails = |first| match first {
                First::None => 1,
                first => 1 + u64::from(included.contains(&first)),
            };
            assert_mails(&scene, 25, mails, &format!("{again:?}"));
        }
    }
}

#[test]
fn an_interrupted_round_is_continued_and_invites_nobody_twice() {
    const COUNT: usize = 40;

    let mails = |first| match first {
        First::Accepted | First::None => 1,
        _ => 2,
    };
    // Calls of the round: the first eight revocations bring about what became of the first invitations.
    let lost = |operation, calls| FaultPlan::new().on_calls(operation, calls, Fault::Lost(Moment::AfterEffect));
    let faults = [
        FaultPlan::new(),
        lost(FakeOperation::RevokeInvitation, 11..=12),
        lost(FakeOperation::CreateBulkInvitations, 5..=5),
    ];
    for (faults, seconds) in (0..60).flat_map(|seconds| faults.clone().map(|faults| (faults, seconds))) {
        for is_plain in [false, true] {
            let scene = Scene::new(|fake| fake.latency(Duration::from_millis(700)).faults(faults.clone()));
            let storage = Storage::InMemory(Arc::default());
            let journal = storage.open();
            invite_first(&scene, COUNT, &journal);
            let clerk = scene.client();
            let interrupted = clerk.invitations().invite_all(people(COUNT)).again(everyone());
            let interrupted = interrupted.journal(Arc::clone(&journal));
            let what = format!("dropped after {seconds} s, then plain: {is_plain}");
            let ended = drop_after(&scene, interrupted, Duration::from_secs(seconds)).is_some();
            assert_at_most_one_pending(&scene);
            if ended {
                assert_mails(&scene, COUNT, mails, &what);
                continue;
            }
            if is_plain {
                let (report, settled) = run(&scene, &people(COUNT), &journal, None);
                assert!(report.stopped().is_none(), "{what}: {report:?}");
                // People who lost an invitation to the round have another one.
                let pending = |settlement: &&Settlement| settlement.outcome == Outcome::Pending;
                assert_eq!(settled.iter().find(pending), None, "{what}");
                for n in (0..COUNT).filter(|n| first(*n) == First::Pending) {
                    assert!(has_pending(&scene, &address(n)), "{what}: {n}");
                }
            }
            let (report, settled) = run(&scene, &people(COUNT), &journal, Some(everyone()));
            assert!(report.stopped().is_none(), "{what}: {report:?}");
            assert_mails(&scene, COUNT, mails, &what);
            for (n, settlement) in settled.iter().enumerate() {
                let expected: &[Outcome] = match first(n) {
                    First::Accepted => &[Outcome::Accepted],
                    _ => &[Outcome::Created, Outcome::CreatedEarlier],
                };
                assert!(expected.contains(&settlement.outcome), "{what}: {n} {settlement:?}");
            }
        }
    }
}

fn has_pending(scene: &Scene, address: &str) -> bool {
    let clerk = scene.client();
    let list = ListInvitations::new().status(InvitationStatus::Pending).query(address);
    let pending = scene.clock.drive(clerk.invitations().list(&list)).unwrap().unwrap();
    pending
        .data
        .iter()
        .any(|invitation| invitation.email_address.as_str() == address)
}

#[test]
fn a_round_that_ended_is_followed_by_another_one() {
    let scene = Scene::new(|fake| fake);
    let journal = in_memory();
    invite_first(&scene, 20, &journal);
    for round in 2..5 {
        let (report, _) = run(&scene, &people(20), &journal, Some(Again::new().pending()));
        assert_eq!(scene.fake.mails_to(&address(0)), round, "{report:?}");
        let earlier = scene.fake.log().len();
        run(&scene, &people(5), &journal, None);
        assert_eq!(
            scene.fake.log().len(),
            earlier + 1,
            "round {round}: only the check of the test"
        );
    }
    assert_eq!(scene.fake.mails_to(&address(1)), 1, "has accepted");
    assert_eq!(scene.fake.mails_to(&address(2)), 1, "has expired");
}

#[test]
fn a_person_who_accepts_before_the_revocation_is_not_invited_again() {
    let scene = Scene::new(|fake| fake);
    let fake = scene.fake.clone();
    let signing_up = transport_fn(move |request: HttpRequest| {
        if request.uri().path().ends_with("/revoke") {
            fake.sign_up(&address(0));
        }
        let fake = fake.clone();
        async move { fake.send(request).await }
    });
    let clerk = Client::builder(SecretKey::new(FakeClerk::SECRET_KEY).unwrap(), signing_up);
    let clerk = clerk.clock(scene.clock.clone()).build().unwrap();
    let journal = in_memory();
    let run = || {
        clerk
            .invitations()
            .invite_all([address(0)])
            .journal(Arc::clone(&journal))
    };
    scene.clock.drive(run().run()).unwrap();
    for run in [run().again(everyone()), run(), run().again(everyone())] {
        let report = scene.clock.drive(run.run()).unwrap();
        assert_eq!(report.count(Outcome::Accepted), 1, "{report:?}");
    }
    assert_eq!(scene.fake.mails_to(&address(0)), 1);
}

#[test]
fn people_are_invited_to_an_organization_again() {
    let scene = Scene::new(|fake| fake.organization("org_1"));
    let organization = OrganizationId::from("org_1");
    let people: Vec<_> = (0..12)
        .map(|n| CreateOrganizationInvitation::new(address(n), "org:member"))
        .collect();
    let journal = in_memory();
    let invite = |again: Option<Again>| {
        let clerk = scene.client();
        let run = clerk
            .organization_invitations()
            .invite_all(&organization, people.clone());
        let run = run.journal(Arc::clone(&journal));
        let run = match again {
            Some(again) => run.again(again),
            None => run,
        };
        scene.clock.drive(run.run()).unwrap()
    };
    assert_eq!(invite(None).count(Outcome::Created), 12);
    assert!(scene.fake.join_organization("org_1", &address(3)));
    let report = invite(Some(everyone()));
    assert_eq!(
        (report.count(Outcome::Created), report.count(Outcome::Accepted)),
        (11, 1),
        "{report:?}"
    );
    assert_eq!(scene.fake.mails_to(&address(3)), 1);
    assert_eq!(scene.fake.mails_to(&address(4)), 2);
}

#[test]
fn whatever_part_of_the_journal_was_lost_nobody_is_invited_again_twice() {
    let scene = Scene::new(|fake| fake);
    let journal = in_memory();
    invite_first(&scene, 20, &journal);
    run(&scene, &people(20), &journal, Some(everyone()));
    let mails = scene.fake.mails();
    let mut records = Vec::new();
    block_on(journal.load(&mut |record| records.push(record))).unwrap();
    for kept in 1..records.len() {
        let recovered: Arc<dyn Journal> = Arc::new(MemoryJournal::new());
        block_on(recovered.append(&records[..kept])).unwrap();
        let lost: Record = serde_json::from_str(r#"{"tail_lost":{"line":2}}"#).unwrap();
        block_on(recovered.append(&[lost])).unwrap();
        let again = Again::new().pending().expired().revoked();
        let (report, _) = run(&scene, &people(20), &recovered, Some(again));
        assert!(report.stopped().is_none(), "{kept} records: {report:?}");
        assert_eq!(scene.fake.mails(), mails, "{kept} records: {report:?}");
    }
}
