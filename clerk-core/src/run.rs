//! Inviting any number of people: one invitation each, through limits, faults and crashes.
//!
//! ```
//! # use clerk_core::{Client, HttpRequest, HttpResponse, SecretKey, transport_fn};
//! # let transport = transport_fn(async |request: HttpRequest| {
//! #     let body = match request.uri().path() {
//! #         "/v1/instance" => r#"{"id":"ins_1","environment_type":"development"}"#,
//! #         "/v1/invitations" | "/v1/users" => "[]",
//! #         _ => r#"[{"id":"inv_1","email_address":"ada@example.com","status":"pending"},
//! #                  {"id":"inv_2","email_address":"grace@example.com","status":"pending"}]"#,
//! #     };
//! #     Ok(HttpResponse::new(body.into()))
//! # });
//! # let clerk = Client::builder(SecretKey::new("sk_test_abc")?, transport).build()?;
//! # let work = async {
//! use clerk_core::api::invitations::CreateInvitation;
//! use clerk_core::run::{Lanes, Outcome};
//!
//! let people = ["ada@example.com", "grace@example.com"].map(CreateInvitation::new);
//! let report = clerk.invitations().invite_all(people).lanes(Lanes::Bulk).run().await;
//! assert_eq!(report.count(Outcome::Created), 2);
//! # };
//! # pollster::block_on(work);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a run does
//!
//! It reads who is invited or a user already, and spends no call on them. It sends the others by both of Clerk's endpoints
//! at once, as fast as the limits allow, and waits out what Clerk asks it to wait. If Clerk refuses ten people because of
//! one, it finds the one. If it cannot know whether a call was carried out, it waits until nothing can be under way any
//! more, reads what Clerk has, and only then decides. Everyone ends in exactly one [`Outcome`], with its [`Evidence`].
//!
//! What was done is kept in a [`Journal`], each attempt before it is on the wire. A run on the same journal
//! goes on where another one ended, stopped or died: who is settled stays settled, new rows join, and spent budgets are
//! remembered.
//!
//! # What is promised
//!
//! Clerk has no idempotency key, so a promise needs assumptions:
//!
//! - **A1** Clerk never holds two pending invitations for one address unless one was made with `ignore_existing`.
//! - **A2** An invitation is listed within [`read_lag`](InvitationRun::read_lag) of its creation: 30 seconds.
//! - **A3** Clerk carries nothing out later than [`settle_delay`](InvitationRun::settle_delay) after the SDK gave up on the
//!   call: 120 seconds.
//! - **A4** Nobody else invites, revokes or deletes these addresses meanwhile, nor within `read_lag` before the first run:
//!   what is not listed yet cannot be told from the run's own.
//!
//! Then, over any number of crashes and runs on one journal that keeps what it was given, at most one invitation is created
//! for an address, and every row ends in exactly one outcome.
//!
//! A row with `ignore_existing` is never sent again after an attempt that may have been carried out, whatever the
//! assumptions: it ends [created](Outcome::Created), because an invitation was found that was not there before, or
//! [unknown](Outcome::Unknown). Other rows are sent again only after both delays and a read that found nothing. If A3 does
//! not hold, A1 still prevents a second pending invitation.
//!
//! "Created" says that Clerk accepted the invitation, not that a mail was delivered.
//!
//! # The same person
//!
//! Two addresses are the same person if they are equal after trimming and ASCII-lowercasing. Plus tags and dots are kept.
//! The first of several rows wins; the address is sent as it was typed.

mod engine;
mod finish;
mod history;
mod intake;
mod isolate;
pub mod journal;
mod known;
mod lane;
mod observer;
mod outcome;
mod person;
mod plan;
mod reconcile;
mod report;
mod settings;
mod settle;
mod stop;
mod target;
mod undo;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::api::invitations::CreateInvitation;
use crate::api::organization_invitations::CreateOrganizationInvitation;
use crate::client::Client;
use crate::middleware::RateLimits;
use crate::model::OrganizationId;

use engine::Engine;
use intake::People;
use journal::{Journal, MemoryJournal};
pub use observer::{RunEvent, RunObserver};
pub use outcome::{Evidence, Outcome, Settlement};
use person::Person;
pub use plan::{Estimate, RunPlan};
pub use report::{RunReport, Stop};
pub use settings::Lanes;
use settings::Settings;
pub use stop::StopHandle;
use target::Target;
pub use undo::{Revocation, RevocationReport, RevocationRun};

/// Invites any number of people, each once, and [`run`](Self::run) runs it.
///
/// [`InvitationsApi::invite_all`](crate::api::invitations::InvitationsApi::invite_all) makes one for the application,
/// [`OrganizationInvitationsApi::invite_all`](crate::api::organization_invitations::OrganizationInvitationsApi::invite_all) one for
/// an organization.
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
        I: IntoIterator<Item = CreateInvitation, IntoIter: Send + 'p>,
    {
        Self::new(client, Target::Application, people)
    }

    pub(crate) fn to_organization<I>(client: &Client, organization_id: &OrganizationId, people: I) -> Self
    where
        I: IntoIterator<Item = CreateOrganizationInvitation, IntoIter: Send + 'p>,
    {
        Self::new(client, Target::Organization(organization_id.clone()), people)
    }

    fn new<I>(client: &Client, target: Target, people: I) -> Self
    where
        I: IntoIterator<Item: Into<Person> + 'p, IntoIter: Send + 'p>,
    {
        Self {
            target,
            people: People::new(Box::new(people.into_iter().map(Into::into))),
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

    /// Makes the reads of a run and sends nothing: who would be skipped and why, and what inviting the others would take.
    /// The people who would be skipped are told to the observer.
    pub async fn plan(self) -> RunPlan {
        self.engine().plan().await
    }

    /// Invites the people. Every one of them is told to the observer with exactly one outcome, and counted in the report.
    ///
    /// Dropping the future is safe at any time: the journal knows what was sent.
    pub async fn run(self) -> RunReport {
        self.engine().run().await
    }

    fn engine(self) -> Engine<'p> {
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
