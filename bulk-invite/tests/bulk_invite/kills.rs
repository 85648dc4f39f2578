//! Kills the program many times. `.ci/kills` runs this with the number of kills in `KILLS`.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::time::Duration;

use clerk_core::middleware::RateLimits;
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment, PendingDuplicate};
use http::StatusCode;
use serde_json::Value;

use crate::program::{Clerk, Folder, run};
use crate::running::Running;

const PEOPLE: usize = 120;

/// Invites to an organization.
const ORGANIZATION: &[&str] = &["--organization", "org_1", "--role", "org:member"];

/// Options that avoid waits.
const ARGUMENTS: [&str; 7] = ["--json", "--limits", "none", "--settle-delay", "1s", "--read-lag", "0s"];

/// The most calls that a process makes before it is killed.
const CALLS: u64 = 24;

/// Random numbers, the same in every run (Numerical Recipes' generator).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Calls that have an effect but no answer, that have neither, and that fail with an answer of a proxy.
fn faults() -> FaultPlan {
    use FakeOperation as F;

    let bad_gateway = Fault::ServerError(StatusCode::BAD_GATEWAY, Moment::AfterEffect);
    let bulk = [F::CreateBulkInvitations, F::CreateOrganizationInvitationBulk];
    let single = [F::CreateInvitation, F::CreateOrganizationInvitation];
    let plan = bulk.into_iter().fold(FaultPlan::new(), |plan, bulk| {
        plan.on_call(bulk, 2, Fault::Lost(Moment::AfterEffect))
            .on_call(bulk, 4, bad_gateway)
            .on_call(bulk, 7, Fault::Lost(Moment::BeforeEffect))
    });
    let plan = single.into_iter().fold(plan, |plan, single| {
        plan.on_call(single, 3, Fault::Lost(Moment::BeforeEffect))
            .on_call(single, 6, Fault::Lost(Moment::AfterEffect))
    });
    [F::RevokeInvitation, F::RevokeOrganizationInvitation]
        .into_iter()
        .fold(plan, |plan, revoke| {
            plan.on_call(revoke, 5, Fault::Lost(Moment::AfterEffect)).on_call(
                revoke,
                9,
                Fault::Lost(Moment::BeforeEffect),
            )
        })
}

/// A fake of Clerk, a people file, and the program, which is killed.
struct Scene {
    clerk: Clerk,
    arrival: mpsc::Receiver<()>,
    folder: Folder,
    people: String,
    /// The organization and the role, if people are invited to one.
    target: &'static [&'static str],
    killed: usize,
}

impl Scene {
    fn new(target: &'static [&'static str]) -> Self {
        let folder = Folder::new();
        let (arrived, arrival) = mpsc::channel();
        let fake = FakeClerk::builder().limits(RateLimits::none()).faults(faults());
        let fake = fake.pending_duplicate(PendingDuplicate::Accepted);
        let fake = fake.organization("org_1").on_call(move |_| {
            let _ = arrived.send(());
        });
        Self {
            clerk: Clerk::start(fake),
            arrival,
            people: folder.with_people(PEOPLE),
            folder,
            target,
            killed: 0,
        }
    }

    /// Runs the program, killing it until it ends first or has been killed `kills` times. Then runs it to its end, and
    /// returns the JSON that it prints.
    fn run_through_kills(&mut self, random: &mut Random, kills: usize, arguments: &[&str]) -> Value {
        let mut killed = 0;
        let mut json = None;
        while killed < kills {
            let mut program = Running::start(self.clerk.program(arguments).args(ARGUMENTS));
            for _ in 0..=random.below(CALLS) {
                while program.is_running() && self.arrival.recv_timeout(Duration::from_millis(20)).is_err() {}
            }
            // The kill itself is what is random here, so that it also falls between two calls.
            let _ = self.arrival.recv_timeout(Duration::from_micros(random.below(4000)));
            match program.kill() {
                None => killed += 1,
                Some(0) => {
                    json = Some(program.end().1);
                    break;
                }
                Some(status) => assert_eq!(status, 3, "the program stopped for another reason"),
            }
            while self.arrival.try_recv().is_ok() {}
        }
        self.killed += killed;
        if let Some(json) = json {
            return json;
        }
        let mut again = (0..5).map(|_| run(self.clerk.program(arguments).args(ARGUMENTS)));
        let ended = again.find(|ended| ended.status != 3).expect("an end");
        assert_eq!(ended.status, 0, "after {killed} kills: {}", ended.stderr);
        ended.json()
    }

    /// Invites everyone who has not accepted: everyone but this many people.
    fn invite_through_kills(&mut self, random: &mut Random, kills: usize, more: &[&str], accepted: usize) {
        let people = self.people.clone();
        let arguments = [&[people.as_str()], self.target, more].concat();
        let json = self.run_through_kills(random, kills, &arguments);
        let count = |outcome: &str| json[outcome].as_u64().expect("a number");
        assert_eq!(
            (
                count("created") + count("created_earlier"),
                count("accepted"),
                count("total")
            ),
            ((PEOPLE - accepted) as u64, accepted as u64, PEOPLE as u64),
            "after {} kills: {json}",
            self.killed
        );
    }

    /// Lets the first people accept, this many.
    fn accept(&self, people: usize) {
        for person in 0..people {
            let address = format!("p{person}@example.com");
            match self.target {
                [_, organization, ..] => assert!(self.clerk.fake().join_organization(organization, &address)),
                _ => drop(self.clerk.fake().sign_up(&address)),
            }
        }
    }

    /// Asserts that nobody ever had two pending invitations: a call that creates one comes after the calls that revoked all
    /// others.
    fn assert_one_pending_each(&self) {
        let snapshot = self.clerk.fake().snapshot();
        let stored = ["invitations", "organization_invitations"].map(|kind| snapshot[kind].as_array().expect("a list"));
        let address_of: BTreeMap<_, _> = stored
            .into_iter()
            .flatten()
            .map(|invitation| (invitation["id"].as_str(), invitation["email_address"].as_str()))
            .collect();
        let mut pending = BTreeMap::new();
        for call in self.clerk.fake().log() {
            let is_lost = call.fault == Some(Fault::Lost(Moment::BeforeEffect));
            if let Some((_, id)) = call.path.strip_suffix("/revoke").and_then(|path| path.rsplit_once('/'))
                && !is_lost
                && call.status.is_none_or(|status| status == 200)
            {
                pending.retain(|_, pending| pending != id);
            }
            for id in call.created {
                let address = address_of[&Some(id.as_str())];
                let other = pending.insert(address, id);
                assert_eq!(other, None, "{address:?} has two, after {} kills", self.killed);
            }
        }
        assert!(!pending.is_empty());
    }

    /// Revokes what was created.
    fn undo_through_kills(&mut self, random: &mut Random, kills: usize) {
        let journal = format!("{}.journal", self.people);
        let arguments = [
            &["--revoke-run", journal.as_str()],
            self.target.get(..2).unwrap_or_default(),
        ]
        .concat();
        let json = self.run_through_kills(random, kills, &arguments);
        assert_eq!((&json["pending"], &json["accepted"]), (&0.into(), &0.into()), "{json}");
    }

    /// Asserts that each person has received this many mails, and that as many invitations were created.
    fn assert_mails(&self, each: u64) {
        let mails = self.clerk.fake().mails();
        assert_eq!(mails.len(), PEOPLE, "after {} kills", self.killed);
        assert!(
            mails.values().all(|mails| *mails == each),
            "after {} kills: {mails:?}",
            self.killed
        );
    }
}

fn to_the_application(random: &mut Random, kills: usize) -> usize {
    let mut scene = Scene::new(&[]);
    scene.invite_through_kills(random, kills, &[], 0);
    scene.assert_mails(1);
    scene.killed
}

fn to_an_organization(random: &mut Random, kills: usize) -> usize {
    let mut scene = Scene::new(ORGANIZATION);
    scene.invite_through_kills(random, kills, &[], 0);
    scene.assert_mails(1);
    scene.killed
}

/// The links are in no journal. The report has them all in the end.
#[expect(
    clippy::disallowed_methods,
    reason = "a real process is killed after a random real time"
)]
fn with_a_report(random: &mut Random, kills: usize) -> usize {
    let mut scene = Scene::new(&[]);
    let report = scene.folder.path("report.csv");
    let arguments = ["--no-notify", "--report", &report];
    scene.invite_through_kills(random, kills, &arguments, 0);
    // The report is written anew each time, and the program is killed while it writes it.
    for _ in 0..kills {
        let people = scene.people.clone();
        let mut program = Running::start(scene.clerk.program(&[&people]).args(arguments).args(ARGUMENTS));
        std::thread::sleep(Duration::from_micros(random.below(40_000)));
        scene.killed += usize::from(program.kill().is_none());
    }
    scene.invite_through_kills(random, 0, &arguments, 0);
    let rows = csv::Reader::from_path(&report).expect("a report").into_records();
    let links = rows.map(|row| row.expect("a row").get(5).is_some_and(|url| url.starts_with("http")));
    assert_eq!(
        links.filter(|has_link| *has_link).count(),
        PEOPLE,
        "after {} kills",
        scene.killed
    );
    let created = scene
        .clerk
        .fake()
        .log()
        .iter()
        .map(|call| call.created.len())
        .sum::<usize>();
    assert_eq!(created, PEOPLE, "after {} kills", scene.killed);
    scene.killed
}

fn undone_and_invited_anew(random: &mut Random, kills: usize, target: &'static [&'static str]) -> usize {
    let mut scene = Scene::new(target);
    scene.invite_through_kills(random, 0, &[], 0);
    scene.undo_through_kills(random, kills.div_ceil(2));
    scene.invite_through_kills(random, kills / 2, &[], 0);
    scene.assert_mails(2);
    scene.killed
}

/// Invites again those who have not accepted. The fake would accept a second pending invitation.
fn invited_again(random: &mut Random, kills: usize, target: &'static [&'static str]) -> usize {
    const ACCEPTED: usize = 20;

    let mut scene = Scene::new(target);
    scene.invite_through_kills(random, 0, &[], 0);
    scene.accept(ACCEPTED);
    scene.invite_through_kills(random, kills, &["--again", "pending"], ACCEPTED);
    let mails = scene.clerk.fake().mails();
    for person in 0..PEOPLE {
        let expected = if person < ACCEPTED { 1 } else { 2 };
        let address = format!("p{person}@example.com");
        assert_eq!(mails[&address], expected, "{address}, after {} kills", scene.killed);
    }
    scene.assert_one_pending_each();
    scene.killed
}

/// Kills programs up to a number of times, and returns how many were killed.
type Round = fn(&mut Random, usize) -> usize;

#[test]
#[ignore = "takes minutes: run .ci/kills"]
fn killed_programs_invite_everyone_once() {
    let wanted = std::env::var("KILLS").map_or(500, |kills| kills.parse().expect("KILLS is a number"));
    let rounds: [(&str, Round); 7] = [
        ("invitations", to_the_application),
        ("invitations to an organization", to_an_organization),
        ("reports", with_a_report),
        ("undos", |random, kills| undone_and_invited_anew(random, kills, &[])),
        ("undos for an organization", |random, kills| {
            undone_and_invited_anew(random, kills, ORGANIZATION)
        }),
        ("--again", |random, kills| invited_again(random, kills, &[])),
        ("--again for an organization", |random, kills| {
            invited_again(random, kills, ORGANIZATION)
        }),
    ];
    let mut random = Random(1);
    let mut killed = 0;
    let mut by_round = [0; 7];
    for index in (0..rounds.len()).cycle() {
        if killed >= wanted {
            break;
        }
        let kills = rounds[index].1(&mut random, (wanted - killed).min(10));
        killed += kills;
        by_round[index] += kills;
    }
    for ((name, _), kills) in rounds.iter().zip(by_round) {
        println!("{kills} kills: {name}");
    }
    println!("{killed} kills: as many mails for each person as there should be");
}
