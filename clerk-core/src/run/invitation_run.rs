//! The invitation run and its settings.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::again::Again;
use super::engine::Engine;
use super::input::Input;
use super::journal::{Journal, NoJournal};
use super::observer::{Collector, FnObserver, RunEvent, RunObserver};
use super::outcome::Settlement;
use super::plan::RunPlan;
use super::report::RunReport;
use super::settings::{Lanes, Settings};
use super::source::Source;
use super::stop::StopHandle;
use super::target::Target;
use crate::client::Client;
use crate::middleware::RateLimits;

/// Invites any number of people, each once. [`run`](Self::run) starts it.
///
/// [`InvitationsApi::invite_all`](crate::api::invitations::InvitationsApi::invite_all) creates one for the application,
/// [`WaitlistEntriesApi::invite_all`](crate::api::waitlist_entries::WaitlistEntriesApi::invite_all) one for people on the
/// waitlist, and
/// [`OrganizationInvitationsApi::invite_all`](crate::api::organization_invitations::OrganizationInvitationsApi::invite_all)
/// one for an organization. The [module documentation](super) says what a run promises.
#[must_use = "nobody is invited until `run` is called"]
pub struct InvitationRun<'p> {
    client: Client,
    target: Target,
    input: Input<'p>,
    journal: Arc<dyn Journal>,
    observers: Vec<Arc<dyn RunObserver>>,
    settings: Settings,
    stop: StopHandle,
}

impl<'p> InvitationRun<'p> {
    pub(super) fn new(client: &Client, target: Target, people: Source<'p>) -> Self {
        Self {
            target,
            input: Input::new(people),
            journal: Arc::new(NoJournal),
            observers: Vec::new(),
            settings: Settings::new(RateLimits::documented(client.environment())),
            stop: StopHandle::default(),
            client: client.clone(),
        }
    }

    /// Keeps the record of what was done in this journal, so that another run on the same journal continues where this one
    /// ends or crashes. Default: [`NoJournal`].
    pub fn journal(mut self, journal: impl Journal) -> Self {
        self.journal = Arc::new(journal);
        self
    }

    /// Sends the events of the run to this observer too.
    pub fn observer(mut self, observer: impl RunObserver) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Calls this closure for each event of the run.
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client) {
    /// let run = clerk.invitations().invite_all(["ada@example.com"]).on_event(|event| eprintln!("{event}"));
    /// let report = run.run().await;
    /// # }
    /// ```
    pub fn on_event(self, observer: impl Fn(&RunEvent<'_>) + Send + Sync + 'static) -> Self {
        self.observer(FnObserver(observer))
    }

    /// Sets the rate limits, as agreed with Clerk. Default: the documented ones.
    pub fn limits(mut self, limits: RateLimits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Sets the endpoints that the run uses. Default: both.
    pub const fn lanes(mut self, lanes: Lanes) -> Self {
        self.settings.lanes = lanes;
        self
    }

    /// Sets whether the run reads pending invitations and users first, so that no call is spent on people who are already
    /// invited or users. Default: true.
    ///
    /// Without it, an ambiguous attempt ends [unknown](super::Outcome::Unknown) for a row with `ignore_existing`, and for a
    /// person who has invitations of which none is pending any more.
    pub const fn preflight(mut self, preflight: bool) -> Self {
        self.settings.preflight = preflight;
        self
    }

    /// Sets the longest single wait. A longer one stops the run. Default: 2 hours.
    pub const fn max_wait(mut self, wait: Duration) -> Self {
        self.settings.max_wait = wait;
        self
    }

    /// Sets how many calls in a row may fail. One more stops the run. Default: 5.
    pub const fn max_failures(mut self, failures: u32) -> Self {
        self.settings.max_failures = failures;
        self
    }

    /// Goes on when Clerk refuses call after call for the same value of the same parameter. Without it, the run stops after
    /// ten such calls, because everyone who sends the value would be refused.
    pub const fn keep_going(mut self) -> Self {
        self.settings.keep_going = true;
        self
    }

    /// Sets how long after the SDK gave up on a call Clerk may still carry it out. Default: 120 seconds.
    pub const fn settle_delay(mut self, delay: Duration) -> Self {
        self.settings.settle_delay = delay;
        self
    }

    /// Sets how long after its creation an invitation is listed at the latest. Default: 30 seconds.
    pub const fn read_lag(mut self, lag: Duration) -> Self {
        self.settings.read_lag = lag;
        self
    }

    /// Sends people again that an earlier run on the same journal left [unknown](super::Outcome::Unknown). That can invite
    /// them twice.
    pub const fn resend_unknown(mut self) -> Self {
        self.input.resend_unknown();
        self
    }

    /// Invites people again who have not accepted an earlier invitation: those that `again` includes. Others with an earlier
    /// invitation are not invited, whether a run on the journal created it or not.
    ///
    /// The run reads what Clerk has for everyone in the input, also without a [preflight](Self::preflight). It revokes a
    /// pending invitation right before it invites the person, so that nobody has two that can be accepted, whatever the
    /// person's row says of `ignore_existing`. The journal keeps both before they are sent: after a crash, a run on it
    /// completes what was begun. People who accepted are never invited again. An invitation that Clerk does not list is left
    /// as it is.
    ///
    /// Runs with the same `again` on the same journal form a round, until one of them gives everyone an outcome. Nobody is
    /// invited twice in a round, so a run that was stopped can be repeated. The next run begins a new round.
    ///
    /// Clerk invites a waitlist entry once, so a run for the waitlist invites nobody again.
    pub const fn again(mut self, again: Again) -> Self {
        if self.target.invites_again() {
            self.input.invite_again(again);
        }
        self
    }

    /// Sets the seed of the jitter of backoffs, to make a run repeatable. Default: 0.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Returns a handle that stops the run early.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Makes the reads of a run and invites nobody. Returns how many people would be skipped and why, and what inviting the
    /// others would take. The observer receives the outcomes of the people who would be skipped.
    ///
    /// # Cancel safety
    ///
    /// The future can be dropped at any time: it only reads.
    pub async fn plan(self) -> RunPlan {
        self.engine().plan().await
    }

    /// Compares the people with the journal, and makes no call. Returns how many people would be skipped and why, and what
    /// inviting the others would take. Those that only Clerk knows to be invited or users are among the others, and so
    /// are unresolved people and, in a run that invites [again](Self::again), people that this round has not reached. The
    /// observer receives the outcomes of the people who would be skipped.
    ///
    /// The journal is not compared with the instance of the secret key, which takes a call.
    ///
    /// # Cancel safety
    ///
    /// The future can be dropped at any time: it only reads.
    pub async fn forecast(self) -> RunPlan {
        self.engine().forecast().await
    }

    /// Invites the people. Each of them has exactly one outcome, which the observer receives and the report counts.
    ///
    /// # Cancel safety
    ///
    /// The future can be dropped at any time: the journal has a record of every attempt that was sent. Run again on the same
    /// journal to continue. People of an attempt that was cut off are unresolved until then. A web framework drops the future
    /// of a handler when the browser disconnects, so spawn the run as a task of its own.
    pub async fn run(self) -> RunReport {
        self.engine().run().await
    }

    /// Invites the people, and returns the outcome of each in the order of the input, with the report. All outcomes are kept
    /// in memory: to handle each when it is known, use [`on_event`](Self::on_event).
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client, addresses: Vec<String>) {
    /// let (report, people) = clerk.invitations().invite_all(&addresses).run_collecting().await;
    /// for person in people {
    ///     println!("{}: {}", person.email_address.as_str(), person.outcome);
    /// }
    /// # }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As for [`run`](Self::run).
    pub async fn run_collecting(self) -> (RunReport, Vec<Settlement>) {
        let collector = Arc::new(Collector::default());
        let report = self.observer(Arc::clone(&collector)).run().await;
        (report, collector.take())
    }

    fn engine(self) -> Engine<'p> {
        let Self {
            client,
            target,
            input,
            journal,
            observers,
            settings,
            stop,
        } = self;
        Engine::new(&client, target, input, journal, observers, settings, stop)
    }
}

impl fmt::Debug for InvitationRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvitationRun")
            .field("target", &self.target)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
