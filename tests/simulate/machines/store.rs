//! The store that the machines share: the outbox, the journal, and who leads. Every method is one transaction, and only the
//! store's own clock counts in it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clerk_core::Clock;
use clerk_core::model::{EmailAddress, InvitationId, NormalizedEmailAddress, Timestamp};
use clerk_core::run::journal::{AttemptedRecipient, JournalEffect, JournalError, Lane, Record};
use clerk_testkit::ManualClock;
use fastrand::Rng;

use crate::breakage::Break;
use crate::log::Log;

/// The store. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Store {
    state: Arc<Mutex<State>>,
    clock: ManualClock,
    lease: Duration,
    /// How many commits of a hundred have an unknown result.
    unknown_commits: u8,
    broken: Option<Break>,
    log: Log,
}

#[derive(Debug)]
struct State {
    random: Rng,
    begun: Option<Record>,
    epoch: u64,
    lease_until: Duration,
    /// The rows that were submitted, in order.
    submitted: Vec<usize>,
    people: BTreeMap<String, Person>,
    attempts: BTreeMap<u64, Attempt>,
    contradictions: Vec<String>,
}

#[derive(Debug, Clone)]
struct Person {
    stage: Stage,
    /// The stage before the attempt that they are in.
    before: Stage,
}

#[derive(Debug, Clone)]
enum Stage {
    Waiting,
    /// An attempt may have invited them.
    Unresolved {
        attempt: u64,
        fingerprint: u64,
        baseline: Option<Vec<InvitationId>>,
        /// When the attempt was given up, or another machine took over. `None` while it is under way.
        given_up: Option<Timestamp>,
    },
    Settled(Record),
}

#[derive(Debug)]
struct Attempt {
    lane: Lane,
    at: Timestamp,
    end: Option<(Timestamp, JournalEffect)>,
    people: Vec<String>,
}

/// How a commit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Commit {
    Done,
    /// It was carried out, and the answer was lost.
    DoneUnknown,
    /// It was not, and the answer was lost.
    NotDoneUnknown,
}

impl Store {
    pub(super) fn new(
        clock: &ManualClock,
        lease: Duration,
        unknown_commits: u8,
        broken: Option<Break>,
        random: Rng,
        log: &Log,
    ) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                random,
                begun: None,
                epoch: 0,
                lease_until: Duration::ZERO,
                submitted: Vec::new(),
                people: BTreeMap::new(),
                attempts: BTreeMap::new(),
                contradictions: Vec::new(),
            })),
            clock: clock.clone(),
            lease,
            unknown_commits,
            broken,
            log: log.clone(),
        }
    }

    pub(super) const fn lease(&self) -> Duration {
        self.lease
    }

    pub(super) const fn broken(&self) -> Option<Break> {
        self.broken
    }

    pub(super) const fn log(&self) -> &Log {
        &self.log
    }

    /// Submits a row.
    pub(super) fn submit(&self, row: usize, address: &str) {
        let mut state = self.state();
        state.submitted.push(row);
        state.people.entry(address.to_owned()).or_insert(Person {
            stage: Stage::Waiting,
            before: Stage::Waiting,
        });
    }

    /// Returns the next submitted row, from the submission of this number on, whose person has no outcome, and the number of
    /// the submission after it.
    pub(super) fn next(&self, from: usize, address: impl Fn(usize) -> String) -> Option<(usize, usize)> {
        let state = self.state();
        let mut rest = state.submitted.iter().enumerate().skip(from);
        let (number, row) = rest.find(|(_, row)| !state.is_settled(&address(**row)))?;
        Some((*row, number + 1))
    }

    /// Returns who has no outcome.
    pub(super) fn without_outcome(&self) -> Vec<String> {
        let state = self.state();
        let waiting = state.people.keys().filter(|address| !state.is_settled(address));
        waiting.cloned().collect()
    }

    /// Returns everyone's outcome, and descriptions of the records that contradict earlier ones.
    pub(super) fn outcomes(&self) -> (Vec<Record>, Vec<String>) {
        let state = self.state();
        let outcome = |person: &Person| match &person.stage {
            Stage::Settled(record) => Some(record.clone()),
            _ => None,
        };
        let outcomes = state.people.values().filter_map(outcome);
        (outcomes.collect(), state.contradictions.clone())
    }

    /// Takes over if nobody leads, and returns the new epoch. This fixes once when unresolved people are due.
    pub(super) fn take_over(&self) -> Option<u64> {
        let now = self.clock.elapsed();
        let wall = self.clock.wall();
        let mut state = self.state();
        if state.lease_until > now {
            return None;
        }
        state.epoch += 1;
        state.lease_until = now + self.lease;
        for person in state.people.values_mut() {
            if let Stage::Unresolved { given_up, .. } = &mut person.stage {
                given_up.get_or_insert(wall);
            }
        }
        for attempt in state.attempts.values_mut() {
            attempt.end.get_or_insert((wall, JournalEffect::Unknown));
        }
        Some(state.epoch)
    }

    /// Extends the lease. Fails if another machine leads.
    pub(super) fn extend(&self, epoch: u64) -> Result<(), JournalError> {
        self.fence(&mut self.state(), epoch)
    }

    /// Ends the lease, so that another machine can take over at once.
    pub(super) fn hand_over(&self, epoch: u64) {
        let mut state = self.state();
        if state.epoch == epoch {
            state.lease_until = Duration::ZERO;
        }
    }

    fn fence(&self, state: &mut State, epoch: u64) -> Result<(), JournalError> {
        if self.broken == Some(Break::Fence) {
            return Ok(());
        }
        let now = self.clock.elapsed();
        if state.epoch != epoch || state.lease_until <= now {
            return Err(JournalError::new("another machine leads"));
        }
        state.lease_until = now + self.lease;
        Ok(())
    }

    /// Appends records, if this machine leads.
    pub(super) fn append(&self, epoch: u64, records: &[Record]) -> Result<(), JournalError> {
        let mut state = self.state();
        self.fence(&mut state, epoch)?;
        let commit = match state.random.u8(..100) < self.unknown_commits {
            true if state.random.bool() => Commit::DoneUnknown,
            true => Commit::NotDoneUnknown,
            false => Commit::Done,
        };
        self.log.line(|| {
            let text = serde_json::to_string(records).unwrap_or_default();
            format!("epoch {epoch} {commit:?} {text}")
        });
        if commit != Commit::NotDoneUnknown {
            let wall = self.clock.wall();
            let is_kept = |record: &&Record| {
                self.broken != Some(Break::WriteAhead) || !matches!(record, Record::Attempted { .. })
            };
            records
                .iter()
                .filter(is_kept)
                .for_each(|record| state.apply(record, wall));
        }
        match commit {
            Commit::Done => Ok(()),
            _ => Err(JournalError::new("it is not known whether the records were committed")),
        }
    }

    /// Passes what a run begins with.
    pub(super) fn open(&self, window: Duration, each: &mut (dyn FnMut(Record) + Send)) -> Timestamp {
        let (state, now) = (self.state(), self.clock.wall());
        state.begun.iter().cloned().for_each(&mut *each);
        let last = state.attempts.keys().next_back().copied();
        for (number, attempt) in &state.attempts {
            let is_recent = attempt.end.is_none_or(|(end, _)| now.saturating_since(end) <= window);
            if is_recent || Some(*number) == last {
                attempt.records(*number, Vec::new()).for_each(&mut *each);
            }
        }
        now
    }

    /// Passes what became of people.
    pub(super) fn look_up(&self, people: &[NormalizedEmailAddress], each: &mut (dyn FnMut(Record) + Send)) {
        let (state, now) = (self.state(), self.clock.wall());
        for address in people {
            match state.people.get(address.as_str()).map(|person| &person.stage) {
                None | Some(Stage::Waiting) => {}
                Some(Stage::Settled(record)) => each(record.clone()),
                Some(Stage::Unresolved {
                    attempt,
                    fingerprint,
                    baseline,
                    given_up,
                }) => {
                    let person = AttemptedRecipient::new(address.as_str(), *fingerprint, baseline.clone());
                    let under_way = Attempt {
                        lane: Lane::Single,
                        at: given_up.unwrap_or(now),
                        end: Some((given_up.unwrap_or(now), JournalEffect::Unknown)),
                        people: Vec::new(),
                    };
                    under_way.records(*attempt, vec![person]).for_each(&mut *each);
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    fn records(&self, attempt: u64, people: Vec<AttemptedRecipient>) -> impl Iterator<Item = Record> {
        let began = Record::Attempted {
            attempt,
            lane: self.lane,
            at: self.at,
            people,
        };
        let ended = self.end.map(|(at, effect)| Record::Ended { attempt, at, effect });
        [began].into_iter().chain(ended)
    }
}

impl State {
    fn is_settled(&self, address: &str) -> bool {
        let person = self.people.get(address);
        matches!(person.map(|person| &person.stage), Some(Stage::Settled(_)))
    }

    fn apply(&mut self, record: &Record, now: Timestamp) {
        match record {
            Record::Begun { .. } => {
                self.begun.get_or_insert_with(|| record.clone());
            }
            Record::Attempted {
                attempt, lane, people, ..
            } => {
                people.iter().for_each(|person| self.attempted(*attempt, person));
                let addresses = people.iter().map(|person| normalized(&person.address));
                let attempted = Attempt {
                    lane: *lane,
                    at: now,
                    end: None,
                    people: addresses.collect(),
                };
                if self.attempts.insert(*attempt, attempted).is_some() {
                    self.contradictions.push(format!("attempt {attempt} was made twice"));
                }
            }
            Record::Ended { attempt, effect, .. } => self.ended(*attempt, *effect, now),
            Record::Settled { address, .. } => self.settled(&normalized(address), record),
            _ => {}
        }
    }

    fn attempted(&mut self, attempt: u64, person: &AttemptedRecipient) {
        let address = normalized(&person.address);
        let Some(known) = self.people.get_mut(&address) else {
            return;
        };
        let baseline = match &known.stage {
            // What Clerk had before the first attempt counts.
            Stage::Unresolved { baseline, .. } => baseline.clone(),
            Stage::Waiting => person.baseline.clone(),
            Stage::Settled(_) => {
                self.contradictions
                    .push(format!("{address} is attempted after their outcome"));
                return;
            }
        };
        known.before = known.stage.clone();
        known.stage = Stage::Unresolved {
            attempt,
            fingerprint: person.fingerprint,
            baseline,
            given_up: None,
        };
    }

    fn ended(&mut self, attempt: u64, effect: JournalEffect, now: Timestamp) {
        let Some(known) = self.attempts.get_mut(&attempt) else {
            return;
        };
        known.end = Some((now, effect));
        for address in &known.people {
            let Some(person) = self.people.get_mut(address) else {
                continue;
            };
            let before = person.before.clone();
            match &mut person.stage {
                stage @ Stage::Unresolved { .. } if effect == JournalEffect::NotApplied => *stage = before,
                Stage::Unresolved { given_up, .. } => *given_up = Some(now),
                _ => {}
            }
        }
    }

    fn settled(&mut self, address: &str, record: &Record) {
        let Some(person) = self.people.get_mut(address) else {
            return;
        };
        if let Stage::Settled(earlier) = &person.stage {
            self.contradictions
                .push(format!("{address} has two outcomes: {earlier:?} and {record:?}"));
        }
        person.stage = Stage::Settled(record.clone());
    }
}

fn normalized(address: &EmailAddress) -> String {
    address.normalized().as_str().to_owned()
}
