//! One round: a fake of Clerk, an outbox, three workers, and a fault.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::Clock;
use clerk_hyper::TokioClock;
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault as Lost, FaultPlan, Moment};
use clerk_testkit::server::FakeServer;
use rustix::process::Signal;
use tokio::sync::Notify;

use crate::check::{self, Checked};
use crate::control::Message;
use crate::database::{Database, Server};
use crate::forwarder::Forwarder;
use crate::inflict::{Done, Inflictor};
use crate::people::{Kind, People};
use crate::plan::{Fault, Round, Scenario};
use crate::process::{Event, Listener, WorkerProcess, send};
use crate::timing::{READ_LAG, ROUND, WINDOW, limits};
use crate::worker::Setup;

const WORKERS: usize = 3;

/// The clock, the server and the database, which all rounds share.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) clock: TokioClock,
    pub(crate) server: Arc<Server>,
    pub(crate) database: Database,
}

/// The result of a round.
#[derive(Default)]
pub(crate) struct Observed {
    pub(crate) checked: Checked,
    /// How long the leader was stopped between commit and send.
    pub(crate) stop: Option<Duration>,
    /// How long the round took.
    pub(crate) took: Duration,
    /// Where the round failed before anything could be checked.
    pub(crate) failure: Option<String>,
    /// The messages of the workers.
    pub(crate) notes: Vec<String>,
}

pub(crate) async fn run(round: Round, world: &World) -> Observed {
    let began = world.clock.now();
    let scenario = round.scenario();
    let people = People::new();
    let fake = fake(&scenario, &people);
    let clerk = FakeServer::start(fake).await.expect("a port");
    let mut running = Running::start(round, scenario, world, &clerk.url()).await;
    let later = Notify::new();
    let instance = running.instance.clone();
    let submitting = async {
        let database = &world.database;
        database.submit(&instance, &people.first, "first", &world.clock).await;
        database.roll_back(&instance, &people.rolled_back, &world.clock).await;
        later.notified().await;
        database.submit(&instance, &people.later, "later", &world.clock).await;
        database
            .until_settled(&instance, people.submitted(), &world.clock)
            .await;
    };
    let failure = running.direct(submitting, &later).await.err();
    let failure = failure.or(running.end().await.err());
    let outcomes = world.database.outcomes(&instance, &world.clock).await;
    let checked = check::check(round.variant, clerk.fake(), &people, &outcomes);
    clerk.stop().await;
    Observed {
        checked,
        stop: running.stop,
        took: world.clock.now().saturating_sub(began),
        failure,
        notes: running.notes,
    }
}

fn fake(scenario: &Scenario, people: &People) -> FakeClerk {
    let (bulk, single) = (FakeOperation::CreateBulkInvitations, FakeOperation::CreateInvitation);
    let moment = if scenario.is_single_lost_before {
        Moment::BeforeEffect
    } else {
        Moment::AfterEffect
    };
    let faults = FaultPlan::new()
        .on_call(bulk, scenario.lost_bulk, Lost::Lost(Moment::AfterEffect))
        .on_call(single, scenario.lost_single, Lost::Lost(moment));
    let fake = FakeClerk::builder()
        .limits(limits(WINDOW))
        .window(scenario.window)
        .pending_duplicate(scenario.pending_duplicate)
        .read_lag(READ_LAG)
        .latency(Duration::from_millis(5))
        .faults(faults);
    let fake = people.all().fold(fake, |fake, person| match person.kind {
        Kind::User => fake.existing_user(&person.address),
        Kind::Pending => fake.pending_invitation(&person.address),
        Kind::New | Kind::IgnoresExisting | Kind::RolledBack => fake,
    });
    fake.build()
}

/// The workers, and what happens to them.
struct Running {
    instance: String,
    scenario: Scenario,
    /// Taken once it has happened.
    fault: Option<Fault>,
    clock: TokioClock,
    listener: Listener,
    ways: Vec<Arc<Forwarder>>,
    workers: Vec<WorkerProcess>,
    inflictor: Inflictor,
    leader: Option<usize>,
    /// The worker to which the fault happened.
    faulted: Option<usize>,
    /// Those that were killed or asked to end.
    ended: BTreeSet<usize>,
    calls: u32,
    stop: Option<Duration>,
    notes: Vec<String>,
}

impl Running {
    async fn start(round: Round, scenario: Scenario, world: &World, clerk: &str) -> Self {
        let instance = round.to_string().replace(' ', "-");
        world.database.create_outbox(&instance, &world.clock).await;
        let listener = Listener::start().await.expect("a port");
        let database: SocketAddr = world.server.address;
        let (mut ways, mut workers) = (Vec::new(), Vec::new());
        for worker in 0..WORKERS {
            let way = Forwarder::start(database).await.expect("a port");
            let setup = Setup {
                worker,
                schema: world.database.schema().to_owned(),
                instance: instance.clone(),
                database_port: way.port,
                clerk: clerk.to_owned(),
                control: listener.address,
                settle_delay: scenario.settle_delay,
                attempt_timeout: scenario.attempt_timeout,
            };
            workers.push(WorkerProcess::start(&setup).expect("a process"));
            ways.push(Arc::new(way));
        }
        Self {
            instance,
            fault: Some(scenario.fault),
            scenario,
            clock: world.clock.clone(),
            listener,
            ways,
            workers,
            inflictor: Inflictor::new(&world.clock, &world.server),
            leader: None,
            faulted: None,
            ended: BTreeSet::new(),
            calls: 0,
            stop: None,
            notes: Vec::new(),
        }
    }

    /// Lets the workers go on until everyone is settled and everything that was to happen has happened.
    async fn direct(&mut self, settling: impl Future<Output = ()>, later: &Notify) -> Result<(), String> {
        let mut settling = pin!(settling);
        let clock = self.clock.clone();
        let mut deadline = pin!(clock.sleep(ROUND));
        let mut is_settled = false;
        while !is_settled || !self.inflictor.going_on.is_empty() {
            tokio::select! {
                Some(event) = self.listener.events.recv() => {
                    if self.handle(event) {
                        later.notify_one();
                    }
                }
                Some(done) = self.inflictor.going_on.join_next() => self.note_done(done.expect("no panic")),
                () = &mut settling, if !is_settled => is_settled = true,
                () = &mut deadline => return Err(format!("not everyone is settled after {ROUND:?}")),
            }
        }
        match self.fault {
            None => Ok(()),
            Some(_) => Err("the fault did not happen".to_owned()),
        }
    }

    /// Handles a message of a worker, and returns whether the fault happened at that.
    fn handle(&mut self, event: Event) -> bool {
        let Event {
            worker, ref message, ..
        } = event;
        match message {
            Message::Started { .. } => {}
            Message::Leading { epoch } => {
                self.leader = Some(worker);
                self.note(format!("worker {worker} leads, epoch {epoch}"));
            }
            Message::Note(note) => self.note(format!("worker {worker}: {note}")),
            Message::BeforeSend => self.calls += 1,
            Message::AfterSend => {}
        }
        let is_time = |fault: &mut Fault| self.calls >= self.scenario.at_call && fault.happens_at(message);
        let Some(fault) = self.fault.take_if(is_time) else {
            event.go();
            return false;
        };
        self.note(format!("worker {worker}: {fault:?} at call {}", self.calls));
        self.faulted = Some(worker);
        if fault.is_end() {
            self.ended.insert(worker);
        }
        self.inflictor
            .inflict(fault, event, self.workers[worker].pid, &self.ways[worker]);
        if let Some(after) = self.scenario.second_kill {
            self.inflictor.kill_leader(after);
        }
        true
    }

    fn note_done(&mut self, done: Done) {
        match done {
            Done::Stopped(length) => {
                self.note(format!("the stopped worker continues after {length:?}"));
                self.stop = Some(length);
            }
            Done::KillLeader => {
                let leader = self
                    .leader
                    .filter(|leader| Some(*leader) != self.faulted && self.ended.insert(*leader));
                if let Some(leader) = leader {
                    self.note(format!("worker {leader} is killed"));
                    send(self.workers[leader].pid, Signal::KILL);
                }
            }
            Done::Other => self.note("the fault is over".to_owned()),
        }
    }

    /// Ends the workers that are left, and checks that none has ended by itself.
    async fn end(&mut self) -> Result<(), String> {
        for (index, worker) in self.workers.iter().enumerate() {
            if !self.ended.contains(&index) {
                send(worker.pid, Signal::TERM);
            }
        }
        let clock = self.clock.clone();
        let mut workers = std::mem::take(&mut self.workers);
        let mut ending = pin!(async {
            let mut failures = Vec::new();
            for (index, worker) in workers.iter_mut().enumerate() {
                match worker.end(&clock).await {
                    Some(status) if status.success() || self.ended.contains(&index) => {}
                    Some(status) => failures.push(format!("worker {index} failed: {status}")),
                    None => failures.push(format!("worker {index} does not end")),
                }
            }
            failures
        });
        // They may still be at failpoints.
        let failures = loop {
            tokio::select! {
                failures = &mut ending => break failures,
                Some(event) = self.listener.events.recv() => {
                    if let Message::Note(note) = &event.message {
                        self.notes.push(format!("worker {}: {note}", event.worker));
                    }
                    event.go();
                }
            }
        };
        failures.into_iter().next().map_or(Ok(()), Err)
    }

    fn note(&mut self, note: String) {
        let at = self.clock.now().as_secs_f64();
        self.notes.push(format!("{at:.3} {note}"));
    }
}
