//! Kills the program many times. `.ci/kills` runs this with the number of kills in `KILLS`.

use std::sync::mpsc;
use std::time::Duration;

use clerk_core::middleware::RateLimits;
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
use http::StatusCode;

use crate::program::{Clerk, Folder, run};
use crate::running::Running;

const PEOPLE: usize = 120;

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
    use FakeOperation::{CreateBulkInvitations, CreateInvitation};

    let bad_gateway = Fault::ServerError(StatusCode::BAD_GATEWAY, Moment::AfterEffect);
    FaultPlan::new()
        .on_call(CreateBulkInvitations, 2, Fault::Lost(Moment::AfterEffect))
        .on_call(CreateBulkInvitations, 4, bad_gateway)
        .on_call(CreateBulkInvitations, 7, Fault::Lost(Moment::BeforeEffect))
        .on_call(CreateInvitation, 3, Fault::Lost(Moment::BeforeEffect))
        .on_call(CreateInvitation, 6, Fault::Lost(Moment::AfterEffect))
}

/// Invites people with one journal, killing the program until it ends first or has been killed `kills` times. Returns the
/// number of kills.
fn invite_through_kills(random: &mut Random, kills: usize) -> usize {
    let folder = Folder::new();
    let people = folder.with_people(PEOPLE);
    let (arrived, arrival) = mpsc::channel();
    let fake = FakeClerk::builder().limits(RateLimits::none()).faults(faults());
    let clerk = Clerk::start(fake.on_call(move |_| {
        let _ = arrived.send(());
    }));
    let mut killed = 0;
    while killed < kills {
        let mut program = Running::start(clerk.program(&[&people]).args(ARGUMENTS));
        for _ in 0..=random.below(CALLS) {
            while program.is_running() && arrival.recv_timeout(Duration::from_millis(20)).is_err() {}
        }
        // The kill itself is what is random here, so that it also falls between two calls.
        let _ = arrival.recv_timeout(Duration::from_micros(random.below(4000)));
        match program.kill() {
            None => killed += 1,
            Some(0) => break,
            Some(status) => assert_eq!(status, 3, "the program stopped for another reason"),
        }
        while arrival.try_recv().is_ok() {}
    }
    let mut again = (0..5).map(|_| run(clerk.program(&[&people]).args(ARGUMENTS)));
    let ended = again.find(|ended| ended.status != 3).expect("an end");
    assert_eq!(ended.status, 0, "after {killed} kills: {}", ended.stderr);
    let json = ended.json();
    let count = |outcome: &str| json[outcome].as_u64().expect("a number");
    assert_eq!(count("total"), PEOPLE as u64);
    assert_eq!(
        count("created") + count("created_earlier"),
        PEOPLE as u64,
        "after {killed} kills: {json}"
    );
    let mails = clerk.fake().mails();
    assert_eq!(mails.len(), PEOPLE, "after {killed} kills");
    assert!(
        mails.values().all(|mails| *mails == 1),
        "after {killed} kills: {mails:?}"
    );
    killed
}

#[test]
#[ignore = "takes minutes: run .ci/kills"]
fn killed_programs_invite_everyone_once() {
    let wanted = std::env::var("KILLS").map_or(500, |kills| kills.parse().expect("KILLS is a number"));
    let mut random = Random(1);
    let mut killed = 0;
    let mut files = 0;
    while killed < wanted {
        killed += invite_through_kills(&mut random, (wanted - killed).min(10));
        files += 1;
    }
    println!("{killed} kills, {files} people files: one mail for each person");
}
