//! The run itself: one call after another until everybody is settled.

use std::collections::{HashMap, VecDeque};
use std::mem;
use std::ops::ControlFlow;
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitationBulk;
use clerk_core::middleware::RetryPolicy;
use clerk_core::model::{Invitation, Timestamp};
use clerk_core::{CreateInvitation, Error, ErrorKind};

use super::verdict::{Refusal, Verdict, explain, verdict};
use super::{Ending, Engine, Event, Person, RunObserver, reconcile};
use crate::outcome::{Evidence, Outcome, Settlement};
use crate::people::Identity;

/// How long after an attempt its invitation may still be missing from Clerk's list.
const LISTED_WITHIN: Duration = Duration::from_secs(30);

/// Whether the run goes on, or why not.
type Step = ControlFlow<Ending>;

pub(super) struct Run<'a> {
    engine: &'a Engine,
    observer: &'a mut dyn RunObserver,
    began: Timestamp,
    /// Whose turn is to come.
    queue: VecDeque<Person>,
    /// People of a refused batch of whom somebody unnamed is at fault. They go out one by one.
    suspects: VecDeque<Person>,
    /// People of calls whose effect nobody knows. They are never sent again.
    doubtful: Vec<Doubt>,
    /// How many calls in a row failed for a reason that is not their people's.
    failures: u32,
}

/// A person who may have been invited.
struct Doubt {
    person: Person,
    since: Duration,
    reason: String,
}

impl<'a> Run<'a> {
    pub(super) fn new(engine: &'a Engine, people: Vec<Person>, observer: &'a mut dyn RunObserver) -> Self {
        Self {
            engine,
            observer,
            began: engine.calls.clock().wall(),
            queue: people.into(),
            suspects: VecDeque::new(),
            doubtful: Vec::new(),
            failures: 0,
        }
    }

    pub(super) async fn run(mut self) -> Ending {
        let ending = loop {
            if self.engine.interrupt.is_requested() && self.is_unfinished() {
                break Ending::Interrupted;
            }
            let Some(batch) = self.next_batch() else {
                break Ending::Finished;
            };
            if let ControlFlow::Break(ending) = self.send(batch).await {
                break ending;
            }
        };
        self.settle_the_doubtful().await;
        self.leave_the_rest(&ending);
        ending
    }

    fn is_unfinished(&self) -> bool {
        !(self.queue.is_empty() && self.suspects.is_empty())
    }

    /// The people of the next call: a suspect alone, or as many as one call takes.
    fn next_batch(&mut self) -> Option<Vec<Person>> {
        if let Some(suspect) = self.suspects.pop_front() {
            return Some(vec![suspect]);
        }
        let size = self.queue.len().min(CreateInvitationBulk::MAX);
        (size > 0).then(|| self.queue.drain(..size).collect())
    }

    /// Puts people of a call that had no effect back in front.
    fn put_back(&mut self, batch: Vec<Person>) {
        let line = if batch.len() == 1 {
            &mut self.suspects
        } else {
            &mut self.queue
        };
        for person in batch.into_iter().rev() {
            line.push_front(person);
        }
    }

    async fn send(&mut self, batch: Vec<Person>) -> Step {
        match self.call(&batch).await {
            Ok(invitations) => {
                self.failures = 0;
                self.take_answer(batch, invitations).await
            }
            Err(error) => match verdict(&error) {
                Verdict::Again { wait, why } => {
                    self.put_back(batch);
                    match wait {
                        Some(wait) if was_held_back(&error) => self.wait(wait, why).await,
                        _ => self.wait_after_failure(&error, wait, why).await,
                    }
                }
                Verdict::Refused(refusal) => {
                    self.failures = 0;
                    self.take_refusal(batch, refusal);
                    Step::Continue(())
                }
                Verdict::Stop(reason) => {
                    self.put_back(batch);
                    Step::Break(Ending::Stopped(reason))
                }
                Verdict::Ambiguous { wait, stop } => {
                    self.doubt(batch, &explain(&error)).await;
                    match stop {
                        Some(reason) => Step::Break(Ending::Stopped(reason)),
                        None => self.wait_after_failure(&error, wait, "Clerk to recover").await,
                    }
                }
            },
        }
    }

    /// Makes one call, by the endpoint that fits.
    async fn call(&mut self, batch: &[Person]) -> Result<Vec<Invitation>, Error> {
        let invitations = self.engine.calls.invitations();
        let (operation, result) = match batch {
            [person] => {
                let result = invitations.create(&person.invitation).await;
                ("CreateInvitation", result.map(|invitation| vec![invitation]))
            }
            people => {
                let people: Vec<CreateInvitation> = people.iter().map(|person| person.invitation.clone()).collect();
                ("CreateBulkInvitations", invitations.create_bulk(&people).await)
            }
        };
        if !result.as_ref().is_err_and(was_held_back) {
            self.observer.event(Event::Attempt {
                operation,
                people: batch,
                result: result.as_ref().map(Vec::len),
            });
        }
        result
    }

    /// Matches an answer with its people by address. Who is missing in it is looked for in Clerk's list.
    async fn take_answer(&mut self, batch: Vec<Person>, invitations: Vec<Invitation>) -> Step {
        let mut by_identity: HashMap<_, _> = invitations
            .into_iter()
            .map(|invitation| (Identity::of(invitation.email_address.as_str()), invitation))
            .collect();
        let mut missing = Vec::new();
        for person in batch {
            match by_identity.remove(&person.identity()) {
                Some(invitation) => {
                    let settlement = Settlement::with_invitation(Outcome::Created, Evidence::Answer, invitation);
                    self.settle(&person, settlement);
                }
                None => missing.push(person),
            }
        }
        self.doubt(missing, "Clerk's answer does not hold the address").await;
        Step::Continue(())
    }

    /// Settles those whom a refusal is about, and puts the others back. If it names none of several, they become suspects.
    fn take_refusal(&mut self, batch: Vec<Person>, refusal: Refusal) {
        if let [person] = &batch[..] {
            self.settle(person, refusal.unnamed);
            return;
        }
        let mut named: HashMap<_, _> = refusal.named.into_iter().collect();
        let size = batch.len();
        let mut others = Vec::with_capacity(size);
        for person in batch {
            match named.remove(&person.identity()) {
                Some(settlement) => self.settle(&person, settlement),
                None => others.push(person),
            }
        }
        if others.len() < size {
            self.put_back(others);
        } else {
            self.suspects.extend(others);
        }
    }

    /// Looks for people of a call without an answer, and keeps those in doubt who are not listed yet.
    async fn doubt(&mut self, people: Vec<Person>, reason: &str) {
        let since = self.engine.calls.clock().now();
        for person in people {
            if let Ok(Some(settlement)) = self.read(&person).await {
                self.settle(&person, settlement);
            } else {
                self.doubtful.push(Doubt {
                    person,
                    since,
                    reason: reason.to_owned(),
                });
            }
        }
    }

    /// What Clerk's list tells of a person; the error says why it could not be read.
    async fn read(&self, person: &Person) -> Result<Option<Settlement>, String> {
        let reading = reconcile::settle(&self.engine.reads, person, self.began);
        match self.engine.interrupt.or(reading).await {
            Some(result) => result.map_err(|error| format!("Clerk's list could not be read: {error}")),
            None => Err("the run was interrupted before Clerk's list was read".to_owned()),
        }
    }

    /// Reads once more for those in doubt, when an invitation of theirs would be listed for certain.
    async fn settle_the_doubtful(&mut self) {
        for doubt in mem::take(&mut self.doubtful) {
            let listed_at = doubt.since + LISTED_WITHIN;
            let wait = listed_at.saturating_sub(self.engine.calls.clock().now());
            if !wait.is_zero() {
                // An interruption shows in the read.
                let _ = self.wait(wait, "Clerk's list to be up to date").await;
            }
            let settlement = match self.read(&doubt.person).await {
                Ok(Some(settlement)) => settlement,
                Ok(None) => unknown(&doubt.reason, "Clerk lists no invitation"),
                Err(problem) => unknown(&doubt.reason, &problem),
            };
            self.settle(&doubt.person, settlement);
        }
    }

    /// Settles everybody who had no turn.
    fn leave_the_rest(&mut self, ending: &Ending) {
        let reason = match ending {
            Ending::Finished => return,
            Ending::Interrupted => "not sent: the run was interrupted".to_owned(),
            Ending::Stopped(reason) => format!("not sent: {reason}"),
        };
        let suspects = mem::take(&mut self.suspects);
        let queue = mem::take(&mut self.queue);
        for person in suspects.into_iter().chain(queue) {
            let settlement = Settlement::new(Outcome::Pending, Evidence::None, reason.clone());
            self.settle(&person, settlement);
        }
    }

    fn settle(&mut self, person: &Person, settlement: Settlement) {
        self.observer.event(Event::Settled { person, settlement });
    }

    /// Waits after a call that failed: as long as was asked for, or longer after each failure in a row.
    async fn wait_after_failure(&mut self, error: &Error, wait: Option<Duration>, why: &'static str) -> Step {
        self.failures += 1;
        if !self.is_unfinished() {
            return Step::Continue(());
        }
        if self.failures >= self.engine.attempts {
            let attempts = match self.failures {
                1 => "the call failed".to_owned(),
                failures => format!("{failures} calls in a row failed"),
            };
            return Step::Break(Ending::Stopped(format!(
                "{attempts}, the last with: {}",
                explain(error)
            )));
        }
        let backoff = RetryPolicy::default().with_backoff(Duration::from_secs(1), Duration::from_secs(60));
        self.wait(wait.unwrap_or_else(|| backoff.backoff(self.failures, 1.0)), why)
            .await
    }

    async fn wait(&mut self, wait: Duration, why: &'static str) -> Step {
        if wait > self.engine.max_wait {
            let (seconds, longest) = (wait.as_secs(), self.engine.max_wait.as_secs());
            return Step::Break(Ending::Stopped(format!(
                "waiting for {why} would take {seconds} s, and --max-wait allows {longest} s"
            )));
        }
        self.observer.event(Event::Waiting { wait, why });
        let sleep = self.engine.calls.clock().sleep(wait);
        match self.engine.interrupt.or(sleep).await {
            Some(()) => Step::Continue(()),
            None => Step::Break(Ending::Interrupted),
        }
    }
}

/// Whether the program's own pacing kept a call from being made.
fn was_held_back(error: &Error) -> bool {
    error.kind() == ErrorKind::RateLimited && error.status().is_none()
}

fn unknown(reason: &str, problem: &str) -> Settlement {
    let advice = "look for the person in Clerk's dashboard before inviting again";
    Settlement::new(
        Outcome::Unknown,
        Evidence::None,
        format!("{reason}; {problem}: {advice}"),
    )
}
