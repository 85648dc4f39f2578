//! Inviting any number of people: one invitation each, through limits, faults and crashes.

mod engine;
mod finish;
mod gate;
mod history;
mod intake;
mod isolate;
pub mod journal;
mod known;
mod lane;
mod observer;
mod outcome;
mod person;
mod reconcile;
mod report;
mod settings;
mod settle;
mod stop;
mod target;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::client::Client;
use crate::middleware::RateLimits;

use engine::Engine;
use intake::People;
use journal::{Journal, MemoryJournal};
pub use observer::{RunEvent, RunObserver};
pub use outcome::{Evidence, Outcome, Settlement};
pub use person::Person;
pub use report::{RunReport, Stop};
pub use settings::Lanes;
use settings::Settings;
pub use stop::StopHandle;
use target::Target;

/// Invites any number of people, each once: [`Invitations::invite_all`](crate::api::invitations::Invitations::invite_all)
/// makes it, and [`run`](Self::run) runs it.
#[must_use = "a run does nothing until it is run"]
pub struct InvitationRun<'p> {
    client: Client,
    target: Target,
    people: People<'p>,
    journal: Arc<dyn Journal>,
    observer: Option<Arc<dyn RunObserver>>,
    settings: Settings,
    stop: StopHandle,
}

impl<'p> InvitationRun<'p> {
    pub(crate) fn to_application<I>(client: &Client, people: I) -> Self
    where
        I: IntoIterator<Item: Into<Person> + 'p, IntoIter: Send + 'p>,
    {
        let people = people.into_iter().map(Into::into);
        Self {
            target: Target::Application,
            people: People::new(Box::new(people)),
            journal: Arc::new(MemoryJournal::new()),
            observer: None,
            settings: Settings::new(RateLimits::documented(client.environment())),
            stop: StopHandle::default(),
            client: client.clone(),
        }
    }

    /// Keeps what was done in this journal, so that a run on the same journal goes on where this one ends or dies. In
    /// memory unless said otherwise.
    pub fn journal(mut self, journal: impl Journal) -> Self {
        self.journal = Arc::new(journal);
        self
    }

    /// Tells this observer what the run does.
    pub fn observer(mut self, observer: impl RunObserver) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Keeps within these limits, as agreed with Clerk. The documented ones unless said otherwise.
    pub fn limits(mut self, limits: RateLimits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Uses these endpoints. Both unless said otherwise.
    pub const fn lanes(mut self, lanes: Lanes) -> Self {
        self.settings.lanes = lanes;
        self
    }

    /// Whether to read pending invitations and users first, and to settle those people without spending a call. Yes
    /// unless said otherwise. Without it, an ambiguous attempt ends unknown for a row with `ignore_existing`, and for
    /// somebody who has invitations of which none is pending any more.
    pub const fn preflight(mut self, preflight: bool) -> Self {
        self.settings.preflight = preflight;
        self
    }

    /// Waits at most this long at a time; a longer wait stops the run. 2 hours unless said otherwise.
    pub const fn max_wait(mut self, wait: Duration) -> Self {
        self.settings.max_wait = wait;
        self
    }

    /// Stops after more than this many failed calls in a row. 5 unless said otherwise.
    pub const fn max_failures(mut self, failures: u32) -> Self {
        self.settings.max_failures = failures;
        self
    }

    /// How long after the SDK gave up on a call Clerk may still carry it out. 120 seconds unless said otherwise.
    pub const fn settle_delay(mut self, delay: Duration) -> Self {
        self.settings.settle_delay = delay;
        self
    }

    /// How long after its creation an invitation is listed at the latest. 30 seconds unless said otherwise.
    pub const fn read_lag(mut self, lag: Duration) -> Self {
        self.settings.read_lag = lag;
        self
    }

    /// Tries people again whom an earlier run on the same journal left unknown. That can invite them twice.
    pub const fn resend_unknown(mut self) -> Self {
        self.people.resend_unknown = true;
        self
    }

    /// Makes the jitter of the backoffs repeatable.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// A handle that stops the run early.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Invites the people. Every one of them is told to the observer with exactly one outcome, and counted in the report.
    ///
    /// Dropping the future is safe at any time: the journal knows what was sent.
    pub async fn run(self) -> RunReport {
        let Self {
            client,
            target,
            people,
            journal,
            observer,
            settings,
            stop,
        } = self;
        Engine::new(&client, target, people, journal, observer, settings, stop)
            .run()
            .await
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
