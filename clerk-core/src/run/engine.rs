//! The loop of a run: starts what can be started, waits for what ends first, and takes it in.

mod attempts;
mod flow;

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::history::{History, PastCall};
use super::intake::{Guest, People};
use super::journal::{Journal, Lane, Record};
use super::known::{Listed, Lookup, Reader};
use super::lane::LaneBudget;
use super::observer::{RunEvent, RunObserver};
use super::plan::{RunPlan, estimate};
use super::report::{RunReport, Stop};
use super::settings::Settings;
use super::stop::StopHandle;
use super::target::{Found, Target};
use super::{Outcome, Settlement};
use crate::client::Client;
use crate::clock::Clock;
use crate::error::Result;
use crate::middleware::budget::Budget;
use crate::middleware::race::race;
use crate::operation::CallOptions;

use attempts::{Attempt, AttemptEnd, BATCH};

type Task<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Everything of a run under way.
pub(super) struct Engine<'p> {
    people: People<'p>,
    input_ended: bool,
    history: History,
    /// Whether `history` is what the journal tells. A run that stops before does not know whom earlier ones invited.
    is_history_known: bool,
    journal: Arc<dyn Journal>,
    observer: Option<Arc<dyn RunObserver>>,
    settings: Settings,
    stop: StopHandle,
    clock: Arc<dyn Clock>,
    reader: Reader,
    /// Makes one attempt a call, so that the journal has a record of each.
    once: Client,
    listed: Option<Arc<Listed>>,

    bulk: LaneState,
    single: LaneState,
    reading: Option<Reading>,

    /// To be invited, in whatever batch.
    ready: VecDeque<Guest>,
    /// To be invited alone: somebody among them spoilt a batch.
    alone: VecDeque<Guest>,
    /// Halves of batches that somebody spoilt.
    halves: VecDeque<Vec<Guest>>,
    /// To be looked into at this time, because an attempt may have invited them.
    doubts: BTreeMap<(Duration, usize), Guest>,

    /// How many attempts failed in a row, and until when nothing is sent because of that.
    failures: u32,
    hold_until: Duration,
    jitter: fastrand::Rng,
    report: RunReport,
    began: Duration,
    last_attempt: u64,
}

struct LaneState {
    budget: LaneBudget,
    under_way: Option<Attempt>,
}

/// A read under way.
struct Reading {
    guests: Vec<Guest>,
    task: Task<ReadEnd>,
}

/// What a read came to.
enum ReadEnd {
    LookedUp(Result<Vec<Lookup>>),
    LookedInto(Result<Vec<Found>>),
}

/// What the run waited for.
enum Event {
    Attempt(Attempt, AttemptEnd),
    Read(Vec<Guest>, ReadEnd),
    Time,
    StopRequested,
}

impl<'p> Engine<'p> {
    pub(super) fn new(
        client: &Client,
        target: Target,
        people: People<'p>,
        journal: Arc<dyn Journal>,
        observer: Option<Arc<dyn RunObserver>>,
        settings: Settings,
        stop: StopHandle,
    ) -> Self {
        let clock = Arc::clone(client.clock());
        let lane = |lane| LaneState {
            budget: LaneBudget::new(
                settings.lanes.has(lane),
                settings.limits.quota(target.rate_limit_key(lane)),
                Arc::clone(&clock),
            ),
            under_way: None,
        };
        Self {
            people,
            input_ended: false,
            history: History::default(),
            is_history_known: false,
            journal,
            observer,
            stop,
            began: clock.now(),
            once: client.with_options(CallOptions::new().no_retry().max_wait(Duration::ZERO)),
            listed: None,
            bulk: lane(Lane::Bulk),
            single: lane(Lane::Single),
            reader: Reader {
                client: client.with_options(CallOptions::new().no_retry()),
                global_budget: Budget::new(settings.limits.all(), Arc::clone(&clock)),
                clock: Arc::clone(&clock),
                target,
                max_failures: settings.max_failures,
                max_wait: settings.max_wait,
            },
            reading: None,
            ready: VecDeque::new(),
            alone: VecDeque::new(),
            halves: VecDeque::new(),
            doubts: BTreeMap::new(),
            failures: 0,
            hold_until: Duration::ZERO,
            jitter: fastrand::Rng::with_seed(settings.seed),
            report: RunReport::default(),
            last_attempt: 0,
            clock,
            settings,
        }
    }

    /// Runs to the end.
    pub(super) async fn run(mut self) -> RunReport {
        let mut stopped = match self.prepare().await {
            Ok(()) => self.work().await.err(),
            Err(stop) => Some(stop),
        };
        // Calls that are under way are waited for, so that their answers are not lost.
        while self.is_attempt_under_way() {
            match self.next_event(None, false).await {
                Event::Attempt(attempt, end) => {
                    let ended = self.attempt_ended(attempt, end).await;
                    stopped = Stop::graver(stopped, ended.err());
                }
                Event::Read(guests, _) => self.ready.extend(guests),
                Event::Time | Event::StopRequested => {}
            }
        }
        self.leave_rest_pending();
        let elapsed = self.clock.now().saturating_sub(self.began);
        self.report.end(stopped, elapsed)
    }

    /// Looks at everybody and sends nothing.
    pub(super) async fn plan(mut self) -> RunPlan {
        let mut plan = RunPlan::default();
        plan.stopped = self.look_at_all(&mut plan).await.err();
        plan.unresolved = self.doubts.len();
        plan.estimate = estimate(
            plan.to_invite,
            self.bulk.budget.budget(),
            self.single.budget.budget(),
            BATCH,
        );
        for outcome in Outcome::ALL {
            plan.skip(*outcome, self.report.count(*outcome));
        }
        plan
    }

    async fn look_at_all(&mut self, plan: &mut RunPlan) -> Result<(), Stop> {
        self.load_history().await?;
        self.list_what_is_known().await?;
        while !self.input_ended {
            self.take_in_people()?;
            self.start_reading()?;
            if self.reading.is_some() {
                match self.next_event(None, true).await {
                    Event::Read(guests, end) => self.looked_at(guests, end)?,
                    _ => return Err(Stop::Requested),
                }
            }
            plan.to_invite += std::mem::take(&mut self.ready).len();
        }
        Ok(())
    }

    async fn prepare(&mut self) -> Result<(), Stop> {
        let instance = self.load_history().await?;
        if !self.history.is_begun() {
            let begun = Record::Begun {
                version: Record::VERSION,
                resource: self.reader.target.resource(),
                instance,
            };
            self.keep(&[begun]).await?;
        }
        self.list_what_is_known().await
    }

    /// Reads the journal, and then the id of the instance that it has to be for. What an earlier process sent counts
    /// before the first call, and nothing of the journal is told before it is known to be the right one.
    async fn load_history(&mut self) -> Result<String, Stop> {
        let mut history = History::load(&*self.journal).await.map_err(Stop::Journal)?;
        if history.is_begun() {
            self.remember_calls(std::mem::take(&mut history.calls));
        }
        let client = &self.reader.client;
        let asking = self.reader.read(|| async { client.instance().get().await });
        let instance = unless_stopped(&self.stop, asking).await?;
        let instance = instance.id.to_string();
        let resource = self.reader.target.resource();
        history.check(&instance, &resource).map_err(Stop::Journal)?;
        self.last_attempt = history.last_attempt;
        self.history = history;
        self.is_history_known = true;
        Ok(instance)
    }

    async fn list_what_is_known(&mut self) -> Result<(), Stop> {
        if self.settings.preflight {
            let people = self.people.at_least();
            let listing = self.reader.list_if_cheaper(people);
            let listed = unless_stopped(&self.stop, listing).await?;
            self.listed = listed.map(Arc::new);
        }
        Ok(())
    }

    /// Lets the calls of earlier processes count in the budgets.
    fn remember_calls(&mut self, calls: Vec<PastCall>) {
        let (now, wall) = (self.clock.now(), self.clock.wall());
        for call in calls {
            let lane = match call.lane {
                Lane::Bulk => &mut self.bulk,
                Lane::Single => &mut self.single,
            };
            lane.budget.remember(call.age(wall), now);
        }
        // What an earlier process read shortly before is in no journal.
        if let Some(all) = self.settings.limits.all() {
            self.reader.global_budget.block_until(now.saturating_add(all.per()));
        }
    }

    async fn work(&mut self) -> Result<(), Stop> {
        loop {
            if self.stop.is_requested() {
                return Err(Stop::Requested);
            }
            self.take_in_people()?;
            self.start_reading()?;
            self.start_attempts().await?;
            let wake_at = self.wake_at();
            let is_under_way = self.is_attempt_under_way() || self.reading.is_some();
            if !is_under_way {
                let Some(wake_at) = wake_at else {
                    return Ok(());
                };
                self.announce_wait(wake_at)?;
            }
            match self.next_event(wake_at, true).await {
                Event::Attempt(attempt, end) => self.attempt_ended(attempt, end).await?,
                Event::Read(guests, end) => self.read_ended(guests, end).await?,
                Event::StopRequested => return Err(Stop::Requested),
                Event::Time => {}
            }
        }
    }

    fn announce_wait(&self, wake_at: Duration) -> Result<(), Stop> {
        let wait = wake_at.saturating_sub(self.clock.now());
        if wait > self.settings.max_wait {
            return Err(Stop::RateLimited { wait });
        }
        self.tell(&RunEvent::Waiting { wait });
        Ok(())
    }

    /// Waits for whatever ends first.
    async fn next_event(&mut self, wake_at: Option<Duration>, until_stopped: bool) -> Event {
        let mut alarm = wake_at.map(|at| self.clock.sleep(at.saturating_sub(self.clock.now())));
        let stop = self.stop.clone();
        let mut stop_requested = std::pin::pin!(stop.requested());
        poll_fn(|context| {
            if until_stopped && stop_requested.as_mut().poll(context).is_ready() {
                return Poll::Ready(Event::StopRequested);
            }
            if let Some((attempt, end)) = self.poll_attempts(context) {
                return Poll::Ready(Event::Attempt(attempt, end));
            }
            if let Some((guests, end)) = self.poll_reading(context) {
                return Poll::Ready(Event::Read(guests, end));
            }
            match &mut alarm {
                Some(alarm) => alarm.as_mut().poll(context).map(|()| Event::Time),
                None => Poll::Pending,
            }
        })
        .await
    }

    fn poll_attempts(&mut self, context: &mut Context<'_>) -> Option<(Attempt, AttemptEnd)> {
        for state in [&mut self.bulk, &mut self.single] {
            if let Some(mut attempt) = state.under_way.take() {
                if let Poll::Ready(end) = attempt.poll(context) {
                    return Some((attempt, end));
                }
                state.under_way = Some(attempt);
            }
        }
        None
    }

    fn poll_reading(&mut self, context: &mut Context<'_>) -> Option<(Vec<Guest>, ReadEnd)> {
        let mut reading = self.reading.take()?;
        if let Poll::Ready(end) = reading.task.as_mut().poll(context) {
            return Some((reading.guests, end));
        }
        self.reading = Some(reading);
        None
    }

    const fn is_attempt_under_way(&self) -> bool {
        self.bulk.under_way.is_some() || self.single.under_way.is_some()
    }

    /// The future borrows the journal and not the engine, which other threads cannot look at: so a run can be spawned.
    fn keep<'r>(&'r self, records: &'r [Record]) -> impl Future<Output = Result<(), Stop>> + Send + use<'r> {
        let append = self.journal.append(records);
        async { append.await.map_err(Stop::Journal) }
    }

    fn tell(&self, event: &RunEvent<'_>) {
        if let Some(observer) = &self.observer {
            observer.event(event);
        }
    }

    /// Gives a person their outcome, once and for all.
    fn announce(&mut self, settlement: &Settlement) {
        self.report.add(settlement.outcome);
        self.tell(&RunEvent::Settled(settlement));
    }
}

async fn unless_stopped<T>(stop: &StopHandle, call: impl Future<Output = Result<T>>) -> Result<T, Stop> {
    match race(call, stop.requested()).await {
        Some(result) => result.map_err(Stop::of),
        None => Err(Stop::Requested),
    }
}
