use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clerk_core::middleware::RateLimits;
use clerk_core::{Environment, HttpResponse, HttpTransport, SecretKey, transport_fn};
use clerk_testkit::fake::{FakeClerkBuilder, FakeOperation, Fault, FaultPlan, Moment};
use clerk_testkit::{FakeClerk, ManualClock};
use http::StatusCode;
use serde_json::{Value, json};

use super::*;
use crate::outcome::{Evidence, Outcome};

const HOUR: Duration = Duration::from_secs(3600);

/// What the observer saw.
#[derive(Default)]
struct Seen {
    settled: BTreeMap<String, (Outcome, Evidence)>,
    settled_twice: Vec<String>,
    attempts: usize,
    waits: Vec<Duration>,
    interrupt_on_wait: Option<tokio::sync::watch::Sender<bool>>,
}

impl RunObserver for Seen {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Attempt { .. } => self.attempts += 1,
            Event::Waiting { wait, .. } => {
                self.waits.push(wait);
                if let Some(interrupt) = &self.interrupt_on_wait {
                    interrupt.send_replace(true);
                }
            }
            Event::Settled { person, settlement } => {
                let address = person.email_address().to_owned();
                let found = (settlement.outcome, settlement.evidence);
                if self.settled.insert(address.clone(), found).is_some() {
                    self.settled_twice.push(address);
                }
            }
        }
    }
}

impl Seen {
    fn of(&self, address: &str) -> (Outcome, Evidence) {
        self.settled[address]
    }

    fn count(&self, outcome: Outcome, evidence: Evidence) -> usize {
        self.settled
            .values()
            .filter(|found| **found == (outcome, evidence))
            .count()
    }
}

fn address(number: usize) -> String {
    format!("p{number}@example.com")
}

fn people(count: usize) -> Vec<Person> {
    (0..count)
        .map(|number| Person {
            line: number as u64 + 2,
            invitation: CreateInvitation::new(address(number)),
        })
        .collect()
}

/// Runs an engine on a transport, and checks what holds for every run.
fn run_on(
    transport: impl HttpTransport,
    clock: &ManualClock,
    people: Vec<Person>,
    interrupt: Interrupt,
    seen: &mut Seen,
) -> Ending {
    let key = SecretKey::new(FakeClerk::SECRET_KEY).expect("a key");
    let builder = Client::builder(key, transport)
        .clock(clock.clone())
        .rate_limits(RateLimits::documented(Environment::Development));
    let engine = Engine::new(&builder.build().expect("a client"), interrupt, HOUR * 2, 3);
    let total = people.len();
    let ending = clock
        .drive(engine.invite(people, seen))
        .expect("the run comes to an end");
    assert_eq!(seen.settled.len(), total, "everybody is settled");
    assert!(seen.settled_twice.is_empty(), "twice: {:?}", seen.settled_twice);
    ending
}

/// Runs an engine on a fake, and checks that the mails are those of the invitations.
fn run(fake: FakeClerkBuilder, people: Vec<Person>) -> (FakeClerk, Seen, Ending) {
    let clock = ManualClock::new();
    let fake = fake.clock(clock.clone()).build();
    let mut seen = Seen::default();
    let (_sender, interrupt) = Interrupt::new();
    let ending = run_on(fake.clone(), &clock, people, interrupt, &mut seen);
    for (address, (outcome, _)) in &seen.settled {
        let expected = u64::from(*outcome == Outcome::Created);
        assert_eq!(fake.mails_to(address), expected, "{address} is {outcome:?}");
    }
    (fake, seen, ending)
}

#[test]
fn many_people_are_invited_once_each_within_the_limits() {
    let (fake, seen, ending) = run(FakeClerk::builder(), people(533));
    assert_eq!(ending, Ending::Finished);
    assert_eq!(seen.count(Outcome::Created, Evidence::Answer), 533);
    assert_eq!(
        fake.calls(FakeOperation::CreateBulkInvitations),
        54,
        "no call was turned away"
    );
    let hour_long = seen.waits.iter().filter(|wait| **wait > HOUR / 2).count();
    assert_eq!(hour_long, 2, "25 calls an hour: {:?}", seen.waits);
}

#[test]
fn a_bad_address_costs_its_neighbours_nothing() {
    let fake = FakeClerk::builder()
        .existing_user(address(3))
        .pending_invitation(address(5))
        .malformed(address(11))
        .blocked(address(12))
        .blocked(address(13));
    let (_, seen, ending) = run(fake, people(25));
    assert_eq!(ending, Ending::Finished);
    let settled = [3, 5, 11, 12, 13].map(|number| seen.of(&address(number)));
    let by_refusal = |outcome| (outcome, Evidence::Refusal);
    assert_eq!(
        settled,
        [
            by_refusal(Outcome::ExistingUser),
            by_refusal(Outcome::AlreadyInvited),
            by_refusal(Outcome::Refused),
            by_refusal(Outcome::Refused),
            by_refusal(Outcome::Refused),
        ]
    );
    assert_eq!(seen.count(Outcome::Created, Evidence::Answer), 20);
}

#[test]
fn after_a_fault_nobody_is_invited_twice_and_what_happened_is_read() {
    use Moment::{AfterEffect, BeforeEffect};
    let created_by_answer = (Outcome::Created, Evidence::Answer);
    let created_by_read = (Outcome::Created, Evidence::Read);
    let unknown = (Outcome::Unknown, Evidence::None);
    let cases = [
        (Fault::Refused, created_by_answer, 2),
        (Fault::TooManyRequests(Duration::from_secs(90)), created_by_answer, 2),
        (Fault::Lost(AfterEffect), created_by_read, 1),
        (Fault::Lost(BeforeEffect), unknown, 1),
        (Fault::Hang(AfterEffect), created_by_read, 1),
        (Fault::Hang(BeforeEffect), unknown, 1),
        (
            Fault::ServerError(StatusCode::INTERNAL_SERVER_ERROR, AfterEffect),
            created_by_read,
            1,
        ),
        (
            Fault::ServerError(StatusCode::INTERNAL_SERVER_ERROR, BeforeEffect),
            unknown,
            1,
        ),
        (Fault::ServerError(StatusCode::BAD_GATEWAY, BeforeEffect), unknown, 1),
        (Fault::Truncated, created_by_read, 1),
        (Fault::Garbage, created_by_read, 1),
    ];
    for (fault, expected, calls) in cases {
        let faults = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 1, fault);
        let (fake, seen, ending) = run(FakeClerk::builder().faults(faults), people(4));
        assert_eq!(ending, Ending::Finished, "{fault}");
        assert_eq!(
            fake.calls(FakeOperation::CreateBulkInvitations) as usize + usize::from(fault == Fault::Refused),
            calls,
            "{fault}"
        );
        assert_eq!(seen.attempts, calls, "{fault}");
        assert_eq!(seen.count(expected.0, expected.1), 4, "{fault}: {:?}", seen.settled);
    }
}

#[test]
fn an_invitation_that_is_listed_late_is_found_all_the_same() {
    let lost = FaultPlan::new().on_call(
        FakeOperation::CreateBulkInvitations,
        1,
        Fault::Lost(Moment::AfterEffect),
    );
    let fake = FakeClerk::builder().faults(lost).read_lag(Duration::from_secs(25));
    let (_, seen, _) = run(fake, people(14));
    assert_eq!(seen.count(Outcome::Created, Evidence::Read), 10);
    assert_eq!(seen.count(Outcome::Created, Evidence::Answer), 4);
}

#[test]
fn a_row_that_ignores_existing_invitations_is_not_taken_for_an_older_one() {
    for (moment, expected) in [
        (Moment::BeforeEffect, (Outcome::Unknown, Evidence::None)),
        (Moment::AfterEffect, (Outcome::Created, Evidence::Read)),
    ] {
        let lost = FaultPlan::new().on_call(FakeOperation::CreateInvitation, 1, Fault::Lost(moment));
        let clock = ManualClock::new();
        let fake = FakeClerk::builder()
            .pending_invitation(address(0))
            .faults(lost)
            .clock(clock.clone())
            .build();
        // The older invitation is older than the run.
        clock.advance(HOUR);
        let person = Person {
            line: 2,
            invitation: CreateInvitation::new(address(0)).ignore_existing(true),
        };
        let (_sender, interrupt) = Interrupt::new();
        let mut seen = Seen::default();
        run_on(fake.clone(), &clock, vec![person], interrupt, &mut seen);
        assert_eq!(seen.of(&address(0)), expected);
        assert_eq!(fake.calls(FakeOperation::CreateInvitation), 1, "it was sent again");
    }
}

#[test]
fn answers_are_matched_by_address_and_who_is_missing_is_looked_for() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder().clock(clock.clone()).build();
    let behind = fake.clone();
    let shuffled = transport_fn(move |request| {
        let fake = behind.clone();
        async move {
            let is_bulk = request.uri().path().ends_with("/bulk");
            let mut response = fake.send(request).await?;
            if is_bulk {
                let mut invitations: Vec<Value> = serde_json::from_slice(response.body()).expect("invitations");
                invitations.reverse();
                let gone = invitations.remove(1);
                assert_eq!(gone["email_address"], "p2@example.com");
                *response.body_mut() = Value::from(invitations).to_string().into();
            }
            Ok(response)
        }
    });
    let (_sender, interrupt) = Interrupt::new();
    let mut seen = Seen::default();
    run_on(shuffled, &clock, people(4), interrupt, &mut seen);
    assert_eq!(seen.of("p2@example.com"), (Outcome::Created, Evidence::Read));
    assert_eq!(seen.count(Outcome::Created, Evidence::Answer), 3);
}

#[test]
fn an_error_of_the_whole_instance_stops_the_run_at_once() {
    let cases = [
        (401, "clerk_key_invalid"),
        (402, "unsupported_subscription_plan_features"),
        (403, "action_blocked"),
        (403, "user_quota_exceeded"),
        (404, "resource_not_found"),
        (400, "invitations_not_supported"),
        (400, "dev_monthly_email_limit_exceeded"),
    ];
    for (status, code) in cases {
        let clock = ManualClock::new();
        let calls = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&calls);
        let refusing = transport_fn(move |_request| {
            counter.fetch_add(1, Ordering::Relaxed);
            let body = json!({ "errors": [{ "code": code, "message": "no" }] });
            let mut response = HttpResponse::new(body.to_string().into());
            *response.status_mut() = StatusCode::from_u16(status).expect("a status");
            async { Ok(response) }
        });
        let (_sender, interrupt) = Interrupt::new();
        let mut seen = Seen::default();
        let ending = run_on(refusing, &clock, people(30), interrupt, &mut seen);
        assert!(
            matches!(&ending, Ending::Stopped(reason) if reason.contains(code)),
            "{ending:?}"
        );
        assert_eq!(seen.count(Outcome::Pending, Evidence::None), 30, "{code}");
        assert_eq!(calls.load(Ordering::Relaxed), 1, "{code}");
    }
}

#[test]
fn a_clerk_that_is_down_is_not_asked_about_everybody() {
    let down = Fault::ServerError(StatusCode::SERVICE_UNAVAILABLE, Moment::BeforeEffect);
    for (fault, unknown) in [(down, 30), (Fault::Refused, 0)] {
        let fake = FakeClerk::builder().faults(FaultPlan::new().with_chance(None, 100, fault));
        let (_, seen, ending) = run(fake, people(100));
        assert!(
            matches!(&ending, Ending::Stopped(reason) if reason.contains("3 calls in a row failed")),
            "{ending:?}"
        );
        assert_eq!(seen.count(Outcome::Unknown, Evidence::None), unknown, "{fault}");
        assert_eq!(seen.count(Outcome::Pending, Evidence::None), 100 - unknown, "{fault}");
    }
}

#[test]
fn a_wait_longer_than_allowed_is_not_begun() {
    let blocked = Fault::TooManyRequests(HOUR * 3);
    let faults = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 2, blocked);
    let (_, seen, ending) = run(FakeClerk::builder().faults(faults), people(30));
    assert!(
        matches!(&ending, Ending::Stopped(reason) if reason.contains("10800 s")),
        "{ending:?}"
    );
    assert_eq!(seen.count(Outcome::Created, Evidence::Answer), 10);
    assert_eq!(seen.count(Outcome::Pending, Evidence::None), 20);
}

#[test]
fn an_interruption_ends_a_wait_at_once() {
    let clock = ManualClock::new();
    let fake = FakeClerk::builder().clock(clock.clone()).build();
    let (sender, interrupt) = Interrupt::new();
    let mut seen = Seen {
        interrupt_on_wait: Some(sender),
        ..Seen::default()
    };
    let ending = run_on(fake, &clock, people(300), interrupt, &mut seen);
    assert_eq!(ending, Ending::Interrupted);
    assert!(clock.elapsed() < Duration::from_secs(1), "it waited");
    assert_eq!(seen.count(Outcome::Created, Evidence::Answer), 250);
    assert_eq!(seen.count(Outcome::Pending, Evidence::None), 50);
}

#[test]
fn an_interruption_lets_the_call_under_way_end() {
    let clock = ManualClock::new();
    let (sender, interrupt) = Interrupt::new();
    let fake = FakeClerk::builder()
        .clock(clock.clone())
        .latency(Duration::from_secs(2))
        .on_call(move |_| {
            sender.send_replace(true);
        })
        .build();
    let mut seen = Seen::default();
    let ending = run_on(fake.clone(), &clock, people(25), interrupt, &mut seen);
    assert_eq!(ending, Ending::Interrupted);
    assert_eq!(seen.count(Outcome::Created, Evidence::Answer), 10);
    assert_eq!(seen.count(Outcome::Pending, Evidence::None), 15);
    assert_eq!(fake.calls(FakeOperation::CreateBulkInvitations), 1);
}
