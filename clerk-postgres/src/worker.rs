//! The worker, which invites the people of an outbox.

mod error;
mod heartbeat;

use std::error::Error as StdError;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use clerk_core::Client;
use clerk_core::middleware::RateLimits;
use clerk_core::run::{InvitationRun, Lanes, RunReport, Stop};

use crate::backoff::Backoff;
use crate::error::{Error, ErrorKind};
use crate::lease::Leadership;
use crate::observer::{FnObserver, Observers, WorkerEvent, WorkerObserver};
use crate::outbox::{Outbox, Target};
use crate::people::People;
use crate::race::{First, race};
pub use error::WorkerError;

/// Invites the people of an [`Outbox`]. Run one in each process that can: one of them leads and sends, the others wait to
/// take over.
///
/// ```no_run
/// # async fn f(outbox: clerk_postgres::Outbox, client: clerk_core::Client, terminated: impl Future<Output = ()>)
/// # -> Result<(), clerk_postgres::WorkerError> {
/// use clerk_postgres::Worker;
///
/// Worker::new(&outbox, client)
///     .on_event(|event| println!("{event}"))
///     .run(terminated)
///     .await
/// # }
/// ```
///
/// Build the client with [the budget of the instance](crate::Store::budget), so that its calls count together with those of
/// other processes. The limit of all calls stays local: give each process its [share](RateLimits::share).
///
/// # What it promises
///
/// The leader has a lease in the database. Each append to the journal extends it, or fails if it was lost, so two leaders
/// cannot both write. The lease protects the journal and not the wire, because Clerk cannot check it: a process that is
/// stopped between an append and the call that it records (by a debugger, a suspended machine, a long pause of its host) can
/// send that call after another one has taken over.
///
/// So nobody is invited twice if one of these holds:
///
/// - Clerk never has two pending invitations for one address, which is what it documents for requests without
///   `ignore_existing`. Then any timing is safe.
/// - [`settle_delay`](Self::settle_delay) is longer than the longest stop of a process, minus the lease, plus the timeout of
///   an attempt. The next leader reads what became of an unresolved person only after that time, counted from the take-over.
///
/// People with `ignore_existing` are never sent a second time after an attempt with an unknown result: they end
/// [unknown](clerk_core::run::Outcome::Unknown).
///
/// A database that fails over to a replica with asynchronous replication can lose the last transactions, and with them the
/// record of an attempt that was sent. Use synchronous replication, or accept that people of the last attempts can be invited
/// twice by a failover.
///
/// # Database outages
///
/// The worker waits until the database is back, and tells its observers. It sends nothing meanwhile.
#[must_use = "nobody is invited until `run` is called"]
pub struct Worker {
    outbox: Outbox,
    client: Client,
    holder: String,
    lease: Duration,
    poll_interval: Duration,
    run: RunSettings,
    observers: Observers,
}

/// The settings of the runs.
#[derive(Debug, Clone, Default)]
struct RunSettings {
    limits: Option<RateLimits>,
    lanes: Lanes,
    settle_delay: Option<Duration>,
    read_lag: Option<Duration>,
    max_failures: Option<u32>,
    keep_going: bool,
}

/// How a leadership ended.
enum Ended {
    /// The worker was asked to stop.
    Stopped,
    Lost,
    /// The database could not be used.
    Unavailable(Stop),
    Failed(Stop),
}

impl Worker {
    /// Creates a worker for an outbox, which sends with this client.
    pub fn new(outbox: &Outbox, client: Client) -> Self {
        Self {
            outbox: outbox.clone(),
            client,
            holder: "worker".to_owned(),
            lease: Duration::from_secs(30),
            poll_interval: Duration::from_secs(1),
            run: RunSettings::default(),
            observers: Observers::default(),
        }
    }

    /// Sets the name by which the table `outbox` shows this process as the leader, such as that of its machine.
    pub fn holder(mut self, name: impl Into<String>) -> Self {
        self.holder = name.into();
        self
    }

    /// Sets how long the leadership lasts without an extension. Another worker takes over that long after the leader dies.
    /// The leader extends it every third of this time. Default: 30 seconds.
    pub const fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Sets how often the worker looks for submissions and, while another one leads, for the leadership. Default: 1 second.
    pub const fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// Sets the rate limits, as for [`InvitationRun::limits`].
    pub fn limits(mut self, limits: RateLimits) -> Self {
        self.run.limits = Some(limits);
        self
    }

    /// Sets the endpoints, as for [`InvitationRun::lanes`].
    pub const fn lanes(mut self, lanes: Lanes) -> Self {
        self.run.lanes = lanes;
        self
    }

    /// Sets how long after an attempt was given up, or another process took over, Clerk may still carry it out. It must be
    /// longer than the longest stop of a process, minus the [lease](Self::lease), plus the timeout of an attempt: see
    /// [what the worker promises](Self#what-it-promises). Default: 120 seconds.
    pub const fn settle_delay(mut self, delay: Duration) -> Self {
        self.run.settle_delay = Some(delay);
        self
    }

    /// Sets how long after its creation an invitation is listed at the latest. Default: 30 seconds.
    pub const fn read_lag(mut self, lag: Duration) -> Self {
        self.run.read_lag = Some(lag);
        self
    }

    /// Sets how many calls in a row may fail, as for [`InvitationRun::max_failures`].
    pub const fn max_failures(mut self, failures: u32) -> Self {
        self.run.max_failures = Some(failures);
        self
    }

    /// Goes on when Clerk refuses call after call for the same reason, as for [`InvitationRun::keep_going`].
    pub const fn keep_going(mut self) -> Self {
        self.run.keep_going = true;
        self
    }

    /// Sends the events of the worker to this observer too.
    pub fn observer(mut self, observer: impl WorkerObserver) -> Self {
        self.observers.add(observer);
        self
    }

    /// Calls this closure for each event of the worker.
    pub fn on_event(self, observer: impl Fn(&WorkerEvent<'_>) + Send + Sync + 'static) -> Self {
        self.observer(FnObserver(observer))
    }

    /// Leads when it can, and invites people, until `stop` is ready. Then it ends the call that is under way, if there is
    /// one, and hands the leadership over.
    ///
    /// Reading signals is up to the application: pass a future that is ready once the process is to end.
    ///
    /// # Errors
    ///
    /// [`WorkerError`] if inviting has to stop: Clerk refuses every call (the key, the plan, the instance), too many calls in
    /// a row fail, Clerk refuses many calls for the same reason, or the tables cannot be used as they are. The leadership was
    /// handed over by then.
    ///
    /// # Cancel safety
    ///
    /// The future can be dropped at any time: the journal has a record of every attempt that was sent. The others take over
    /// when the lease expires.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), WorkerError> {
        let mut stop = pin!(stop);
        let mut backoff = Backoff::new(self.poll_interval);
        loop {
            let leadership = match race(stop.as_mut(), self.wait_for_leadership()).await {
                First::One(()) => return Ok(()),
                First::Other(leadership) => Arc::new(leadership?),
            };
            let epoch = leadership.epoch();
            self.observers.tell(&WorkerEvent::Leading { epoch });
            match self.lead(&leadership, stop.as_mut()).await {
                Ended::Stopped => {
                    self.hand_over(&leadership).await;
                    return Ok(());
                }
                Ended::Failed(stop) => {
                    self.hand_over(&leadership).await;
                    return Err(WorkerError::Stopped(stop));
                }
                Ended::Lost => {
                    self.observers.tell(&WorkerEvent::LostLeadership { epoch });
                    backoff.reset();
                }
                Ended::Unavailable(cause) => {
                    let wait = backoff.next();
                    self.observers.tell(&WorkerEvent::Unavailable { error: &cause, wait });
                    self.hand_over(&leadership).await;
                    if let First::One(()) = race(stop.as_mut(), self.client.clock().sleep(wait)).await {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Takes the leadership once nobody has it.
    async fn wait_for_leadership(&self) -> Result<Leadership, WorkerError> {
        let clock = self.client.clock();
        let mut backoff = Backoff::new(self.poll_interval);
        loop {
            let taken = self.outbox.lead(&self.holder, self.lease, Arc::clone(clock)).await;
            let wait = match taken {
                Ok(Some(leadership)) => return Ok(leadership),
                Ok(None) => {
                    backoff.reset();
                    self.poll_interval.min(self.lease / 3)
                }
                Err(error) if is_permanent(&error) => return Err(WorkerError::Database(error)),
                Err(error) => {
                    let wait = backoff.next();
                    self.observers.tell(&WorkerEvent::Unavailable { error: &error, wait });
                    wait
                }
            };
            clock.sleep(wait).await;
        }
    }

    /// Invites people for as long as the leadership lasts.
    async fn lead(&self, leadership: &Arc<Leadership>, mut stop: Pin<&mut impl Future<Output = ()>>) -> Ended {
        let run = self.invitation_run(leadership);
        let handle = run.stop_handle();
        let mut run = pin!(run.run());
        let mut heartbeat = pin!(heartbeat::keep(leadership, &self.observers));
        let (mut is_stopped, mut is_lost) = (false, false);
        let report = poll_fn(|context| {
            if !is_stopped && stop.as_mut().poll(context).is_ready() {
                is_stopped = true;
                handle.stop();
            }
            if !is_lost && heartbeat.as_mut().poll(context).is_ready() {
                is_lost = true;
                handle.stop();
            }
            run.as_mut().poll(context)
        });
        let report: RunReport = report.await;
        if is_stopped {
            return Ended::Stopped;
        }
        if is_lost || leadership.is_lost() {
            return Ended::Lost;
        }
        match report.into_result() {
            Err(stop) => match database_error(&stop) {
                Some(error) if !is_permanent(error) => Ended::Unavailable(stop),
                _ => Ended::Failed(stop),
            },
            // The people never end.
            Ok(_) => Ended::Lost,
        }
    }

    fn invitation_run(&self, leadership: &Arc<Leadership>) -> InvitationRun<'static> {
        let observers = self.observers.clone();
        let run = match self.outbox.target() {
            Target::Application => {
                let people = People::new(Arc::clone(leadership), observers, self.poll_interval);
                self.client.invitations().invite_stream(people)
            }
            Target::Organization(id) => {
                let people = People::new(Arc::clone(leadership), observers, self.poll_interval);
                self.client.organization_invitations().invite_stream(id.clone(), people)
            }
        };
        // The leader has nothing else to do than to wait.
        let run = run
            .journal(leadership.journal())
            .observer(self.observers.clone())
            .max_wait(Duration::MAX);
        self.run.apply(run)
    }

    async fn hand_over(&self, leadership: &Leadership) {
        let epoch = leadership.epoch();
        self.observers.tell(&match leadership.hand_over().await {
            Ok(()) => WorkerEvent::HandedOver { epoch },
            // The lease expires by itself.
            Err(_) => WorkerEvent::LostLeadership { epoch },
        });
    }
}

impl RunSettings {
    fn apply<'p>(&self, mut run: InvitationRun<'p>) -> InvitationRun<'p> {
        run = run.lanes(self.lanes);
        if let Some(limits) = &self.limits {
            run = run.limits(limits.clone());
        }
        if let Some(delay) = self.settle_delay {
            run = run.settle_delay(delay);
        }
        if let Some(lag) = self.read_lag {
            run = run.read_lag(lag);
        }
        if let Some(failures) = self.max_failures {
            run = run.max_failures(failures);
        }
        if self.keep_going {
            run = run.keep_going();
        }
        run
    }
}

/// Returns the error of this crate among the causes of a stop, if there is one.
fn database_error(stop: &Stop) -> Option<&Error> {
    let causes = std::iter::successors(stop.source(), |&cause| cause.source());
    causes.filter_map(|cause| cause.downcast_ref()).next()
}

/// Whether waiting does not help.
const fn is_permanent(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::AccessDenied
            | ErrorKind::UnknownDatabase
            | ErrorKind::NotMigrated
            | ErrorKind::SchemaMismatch
            | ErrorKind::InvalidArgument
    )
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("holder", &self.holder)
            .field("lease", &self.lease)
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}
