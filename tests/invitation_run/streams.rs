//! Runs on a stream of people, a journal that finds people, and a budget that several processes share.

use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::middleware::{Acquired, Quota, RateLimits, SharedBudget, SharedBudgetError, SharedPlace};
use clerk_core::model::{NormalizedEmailAddress, Timestamp};
use clerk_core::run::journal::{IndexedJournal, Journal, JournalError, MemoryJournal, Record};
use clerk_core::run::{Lanes, Outcome, Stop};
use clerk_core::{Clock, RateLimitKey, Sleep, async_trait};
use clerk_testkit::ManualClock;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
use futures_core::Stream;

use super::scene::{Outcomes, Scene, outcomes, people};

/// People who come at certain times, in order. After them, the stream neither ends nor has anyone.
struct Arrivals {
    clock: ManualClock,
    people: std::vec::IntoIter<(Duration, CreateInvitation)>,
    next: Option<(Sleep, CreateInvitation)>,
    taken: Arc<AtomicUsize>,
}

impl Arrivals {
    fn new(scene: &Scene, people: Vec<(u64, CreateInvitation)>) -> Self {
        let people: Vec<_> = people
            .into_iter()
            .map(|(at, person)| (Duration::from_secs(at), person))
            .collect();
        Self {
            clock: scene.clock.clone(),
            people: people.into_iter(),
            next: None,
            taken: Arc::default(),
        }
    }
}

impl Stream for Arrivals {
    type Item = CreateInvitation;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<CreateInvitation>> {
        if self.next.is_none() {
            let Some((at, person)) = self.people.next() else {
                return Poll::Pending;
            };
            let wait = at.saturating_sub(self.clock.now());
            self.next = Some((self.clock.sleep(wait), person));
        }
        let Some((arrival, _)) = &mut self.next else {
            return Poll::Pending;
        };
        if arrival.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.taken.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(self.next.take().map(|(_, person)| person))
    }
}

/// A journal that passes the records of the people asked for, as one in a database does.
#[derive(Debug, Default)]
struct Indexed {
    records: MemoryJournal,
    clock: ManualClock,
    looked_up: AtomicUsize,
    is_held_back: AtomicBool,
}

#[async_trait]
impl Journal for Indexed {
    async fn load(&self, _: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        Err(JournalError::new("the journal is too large to be loaded"))
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        self.records.append(records).await
    }

    fn check_before_send(&self) -> Result<(), JournalError> {
        match self.is_held_back.swap(false, Ordering::Relaxed) {
            true => Err(JournalError::new("another process may have taken over")),
            false => Ok(()),
        }
    }

    fn indexed(&self) -> Option<&dyn IndexedJournal> {
        Some(self)
    }
}

#[async_trait]
impl IndexedJournal for Indexed {
    async fn open(&self, _: Duration, each: &mut (dyn FnMut(Record) + Send)) -> Result<Timestamp, JournalError> {
        let mut open = |record| match record {
            Record::Attempted { attempt, lane, at, .. } => each(Record::Attempted {
                attempt,
                lane,
                at,
                people: Vec::new(),
            }),
            Record::Begun { .. } | Record::Ended { .. } => each(record),
            _ => {}
        };
        self.records.load(&mut open).await?;
        Ok(self.clock.wall())
    }

    async fn look_up(
        &self,
        people: &[NormalizedEmailAddress],
        each: &mut (dyn FnMut(Record) + Send),
    ) -> Result<(), JournalError> {
        assert!(people.len() <= 500, "{}", people.len());
        self.looked_up.fetch_add(people.len(), Ordering::Relaxed);
        let is_asked_for = |address: &str| people.contains(&NormalizedEmailAddress::new(address));
        let mut look_up = |record| match record {
            Record::Attempted {
                attempt,
                lane,
                at,
                mut people,
            } => {
                people.retain(|person| is_asked_for(person.address.as_str()));
                each(Record::Attempted {
                    attempt,
                    lane,
                    at,
                    people,
                });
            }
            Record::Settled { ref address, .. } if !is_asked_for(address.as_str()) => {}
            Record::Begun { .. } => {}
            record => each(record),
        };
        self.records.load(&mut look_up).await
    }
}

/// Places in memory, which several clients share. The clock is theirs.
#[derive(Debug, Default)]
struct Places {
    clock: ManualClock,
    free_at: Mutex<BTreeMap<u128, (RateLimitKey, Duration)>>,
    blocked: Mutex<BTreeMap<RateLimitKey, Duration>>,
}

/// One budget, by several clients.
#[derive(Debug, Clone)]
struct Shared(Arc<Places>);

#[async_trait]
impl SharedBudget for Shared {
    async fn acquire(&self, key: RateLimitKey, quota: Quota, longest: Duration) -> Result<Acquired, SharedBudgetError> {
        let now = self.0.clock.now();
        let blocked_until = self.0.blocked.lock().unwrap().get(&key).copied().unwrap_or_default();
        if blocked_until > now {
            return Ok(Acquired::Wait(blocked_until - now));
        }
        let mut places = self.0.free_at.lock().unwrap();
        places.retain(|_, (_, free_at)| *free_at > now);
        let taken: Vec<_> = places
            .values()
            .filter(|(of, _)| *of == key)
            .map(|(_, at)| *at)
            .collect();
        if taken.len() >= quota.calls() as usize {
            return Ok(Acquired::Wait(*taken.iter().min().unwrap() - now));
        }
        let token = places.keys().last().map_or(0, |last| last + 1);
        places.insert(token, (key, now + longest + quota.per()));
        Ok(Acquired::Place(SharedPlace::new(key, quota, token)))
    }

    async fn end(&self, place: SharedPlace) -> Result<(), SharedBudgetError> {
        let free_at = self.0.clock.now() + place.quota().per();
        self.0
            .free_at
            .lock()
            .unwrap()
            .insert(place.token(), (place.key(), free_at));
        Ok(())
    }

    async fn release(&self, place: SharedPlace) -> Result<(), SharedBudgetError> {
        self.0.free_at.lock().unwrap().remove(&place.token());
        Ok(())
    }

    async fn block(&self, key: RateLimitKey, wait: Duration) -> Result<(), SharedBudgetError> {
        self.0.blocked.lock().unwrap().insert(key, self.0.clock.now() + wait);
        Ok(())
    }
}

fn at(seconds: u64, people: Vec<CreateInvitation>) -> impl Iterator<Item = (u64, CreateInvitation)> {
    people.into_iter().map(move |person| (seconds, person))
}

/// Runs on people who come, and stops at a time. Returns the report and the outcomes.
fn invite_until(
    scene: &Scene,
    arrivals: Arrivals,
    journal: impl Journal,
    end: u64,
) -> (clerk_core::run::RunReport, BTreeMap<Outcome, usize>) {
    let observer = Arc::new(Outcomes::default());
    let clerk = scene.client();
    let run = clerk
        .invitations()
        .invite_stream(arrivals)
        .journal(journal)
        .observer(Arc::clone(&observer));
    let handle = run.stop_handle();
    let mut alarm = scene
        .clock
        .sleep(Duration::from_secs(end).saturating_sub(scene.clock.now()));
    let mut run = pin!(run.run());
    let report = scene.clock.drive(std::future::poll_fn(|context| {
        if alarm.as_mut().poll(context).is_ready() {
            handle.stop();
            alarm = scene.clock.sleep(Duration::MAX);
        }
        run.as_mut().poll(context)
    }));
    let settled = observer.0.lock().unwrap();
    (report.expect("the run ends"), outcomes(&settled))
}

#[test]
fn people_are_invited_as_they_come_and_a_stop_leaves_the_others_in_the_stream() {
    let scene = Scene::new(|fake| fake);
    let mut all = people(40).into_iter();
    let (one, many): (Vec<_>, Vec<_>) = (all.by_ref().take(1).collect(), all.by_ref().take(29).collect());
    let late: Vec<_> = all.collect();
    let arrivals = Arrivals::new(
        &scene,
        at(10, one).chain(at(600, many)).chain(at(9_000, late)).collect(),
    );
    let taken = Arc::clone(&arrivals.taken);
    let (report, outcomes) = invite_until(&scene, arrivals, MemoryJournal::new(), 5_000);
    assert!(matches!(report.stopped(), Some(Stop::Requested)), "{report:?}");
    assert_eq!(outcomes, BTreeMap::from([(Outcome::Created, 30)]), "{report:?}");
    assert_eq!(taken.load(Ordering::Relaxed), 30, "the others stay in the stream");
    let calls = |operation| scene.fake.calls(operation);
    assert_eq!(
        calls(FakeOperation::CreateBulkInvitations),
        3,
        "people who come together share calls"
    );
    assert!(
        calls(FakeOperation::CreateInvitation) >= 1,
        "a person who comes alone goes alone"
    );
}

#[test]
fn a_journal_that_finds_people_is_asked_for_those_who_come() {
    let scene = Scene::new(|fake| {
        fake.faults(FaultPlan::new().on_calls(
            FakeOperation::CreateBulkInvitations,
            1..=1,
            Fault::Lost(Moment::AfterEffect),
        ))
    });
    let journal = Arc::new(Indexed {
        clock: scene.clock.clone(),
        ..Indexed::default()
    });
    // The second run finds ten people unresolved, who come again, and everyone else without an outcome.
    let first = Arrivals::new(&scene, at(0, people(30)).collect());
    let (report, _) = invite_until(&scene, first, Arc::clone(&journal), 20);
    assert_eq!(report.count(Outcome::Pending), 10, "{report:?}");
    let again = at(30, people(30)).chain(at(2_000, people(1)));
    let (report, outcomes) = invite_until(
        &scene,
        Arrivals::new(&scene, again.collect()),
        Arc::clone(&journal),
        3_000,
    );
    assert!(matches!(report.stopped(), Some(Stop::Requested)), "{report:?}");
    assert_eq!(
        outcomes,
        BTreeMap::from([(Outcome::CreatedEarlier, 31)]),
        "someone who comes again is known"
    );
    assert_eq!(journal.looked_up.load(Ordering::Relaxed), 30 + 31);
    for person in people(30) {
        assert_eq!(scene.fake.mails_to(person.email_address().as_str()), 1);
    }
}

#[test]
fn nothing_is_sent_that_the_journal_holds_back() {
    let scene = Scene::new(|fake| fake);
    let journal = Arc::new(Indexed {
        clock: scene.clock.clone(),
        is_held_back: AtomicBool::new(true),
        ..Indexed::default()
    });
    let clerk = scene.client();
    let run = clerk
        .invitations()
        .invite_all(people(10))
        .journal(Arc::clone(&journal))
        .lanes(Lanes::Bulk);
    let report = scene.clock.drive(run.run()).expect("the run ends");
    assert_eq!(report.count(Outcome::Created), 10, "{report:?}");
    assert_eq!(scene.fake.calls(FakeOperation::CreateBulkInvitations), 1);
    let mut attempts = 0;
    let count = &mut |record| attempts += usize::from(matches!(record, Record::Attempted { .. }));
    pollster::block_on(journal.records.load(count)).unwrap();
    assert_eq!(attempts, 2, "the one that was held back is in the journal");
}

#[test]
fn processes_with_a_shared_budget_keep_the_limits_together() {
    for is_shared in [true, false] {
        let scene = Scene::new(|fake| fake);
        let places = Arc::new(Places {
            clock: scene.clock.clone(),
            ..Places::default()
        });
        let client = |_| {
            let builder = scene.fake.client_builder().clock(scene.clock.clone());
            let limits = RateLimits::documented(clerk_core::Environment::Development);
            let builder = builder.rate_limits(limits).retry_seed(1);
            match is_shared {
                true => builder.shared_budget(Shared(Arc::clone(&places))),
                false => builder,
            }
            .build()
            .unwrap()
        };
        let [first, second, application] = [0, 1, 2].map(client);
        let everyone = people(1_000);
        let runs = everyone.chunks(500).zip([&first, &second]);
        let mut runs: Vec<_> = runs
            .map(|(people, clerk)| Box::pin(clerk.invitations().invite_all(people.to_vec()).preflight(false).run()))
            .collect();
        let mut calls = Box::pin(async {
            for n in 0.. {
                scene.clock.sleep(Duration::from_secs(90)).await;
                let person = CreateInvitation::new(format!("other{n}@example.com"));
                let _ = application.invitations().create(&person).await;
            }
        });
        let mut created = 0;
        let ended = scene.clock.drive(std::future::poll_fn(|context| {
            let _: Poll<()> = calls.as_mut().poll(context);
            runs.retain_mut(|run| match run.as_mut().poll(context) {
                Poll::Ready(report) => {
                    created += report.count(Outcome::Created);
                    false
                }
                Poll::Pending => true,
            });
            if runs.is_empty() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        }));
        ended.expect("both runs end");
        assert_eq!(created, 1_000);
        let refused = refused(&scene);
        assert_eq!(refused.is_empty(), is_shared, "{refused:?}");
    }
}

/// Returns the calls to invite people that Clerk has refused because of its limits: when, and which.
fn refused(scene: &Scene) -> Vec<(Duration, FakeOperation)> {
    let log = scene.fake.log();
    let refused = log.iter().filter(|call| call.status == Some(429));
    let refused = refused.filter_map(|call| Some((call.at, call.operation?)));
    refused
        .filter(|(_, operation)| *operation != FakeOperation::GetInstance)
        .collect()
}
