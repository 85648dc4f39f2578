//! A machine: it leads when nobody else does, invites the people of the outbox, and makes calls of its own.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::run::{InvitationRun, RunReport, Stop};
use clerk_core::{CallOptions, Client, Clock};
use clerk_testkit::ManualClock;

use super::leader::{Leader, Queue};
use super::plan::{Incident, What};
use super::process::Process;
use super::store::Store;
use crate::others::FOREIGN_ADDRESS;
use crate::scenario::Scenario;
use crate::target::{ORGANIZATION, Target};

/// How many calls each process makes beside the run. Clerk refuses them, and they count in the limits.
const OWN_CALLS: u32 = 12;

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// What a process needs to start.
#[derive(Clone)]
pub(super) struct Program {
    pub(super) scenario: Arc<Scenario>,
    pub(super) client: Client,
    pub(super) store: Store,
    pub(super) process: Process,
    pub(super) clock: ManualClock,
}

/// A machine, and the process that it runs now.
pub(super) struct Machine {
    start: Box<dyn Fn() -> Option<Program>>,
    process: Process,
    incidents: std::vec::IntoIter<Incident>,
    next: Option<Incident>,
    task: Option<Task>,
    starts_at: Duration,
}

impl Machine {
    pub(super) fn new(
        process: Process,
        incidents: Vec<Incident>,
        start: impl Fn() -> Option<Program> + 'static,
    ) -> Self {
        let mut incidents = incidents.into_iter();
        Self {
            start: Box::new(start),
            process,
            next: incidents.next(),
            incidents,
            task: None,
            starts_at: Duration::ZERO,
        }
    }

    /// Lets happen what is due, and polls the process unless it is stopped. Returns when something happens next.
    pub(super) fn poll(&mut self, now: Duration, context: &mut Context<'_>) -> Option<Duration> {
        while let Some(Incident { what, .. }) = self.next.filter(|next| next.at <= now) {
            self.process.meet(what);
            if let What::Kill(pause) = what {
                self.task = None;
                self.starts_at = now + pause;
            }
            self.next = self.incidents.next();
        }
        let next = self.next.map(|next| next.at);
        if self.task.is_none() {
            if self.starts_at > now {
                return next.into_iter().chain([self.starts_at]).min();
            }
            self.task = (self.start)().map(|program| Box::pin(program.run()) as Task);
        }
        if self.process.stopped_until() <= now
            && let Some(task) = &mut self.task
            && task.as_mut().poll(context).is_ready()
        {
            self.task = None;
        }
        let resumes_at = Some(self.process.stopped_until()).filter(|at| *at > now);
        next.into_iter().chain(resumes_at).min()
    }
}

impl Program {
    /// Never ends.
    async fn run(self) {
        let (mut leading, mut calling) = (pin!(self.lead()), pin!(self.make_own_calls()));
        poll_fn(|context| {
            let _ = calling.as_mut().poll(context);
            leading.as_mut().poll(context)
        })
        .await;
    }

    async fn lead(&self) {
        loop {
            let began = self.clock.elapsed();
            let epoch = match self.process.is_cut() {
                true => None,
                false => self.store.take_over(),
            };
            if let Some(epoch) = epoch {
                let leader = Leader::new(&self.store, &self.process, &self.clock, epoch, began);
                self.store.log().line(|| format!("a machine leads in epoch {epoch}"));
                let report = self.invite(&leader).await;
                self.store.log().line(|| format!("epoch {epoch} ends: {report:?}"));
                leader.hand_over();
                // Others are to have a chance.
                let wait = match report.stopped() {
                    Some(Stop::RateLimited { wait }) => *wait,
                    _ => Duration::ZERO,
                };
                self.clock.sleep(wait.max(self.store.lease())).await;
            }
            self.clock.sleep(self.process.up_to(self.store.lease())).await;
        }
    }

    /// Invites as long as the machine leads.
    async fn invite(&self, leader: &Leader) -> RunReport {
        let run = self.configured(self.stream()).journal(leader.clone());
        let stop = run.stop_handle();
        let watch = async {
            loop {
                self.clock.sleep(self.store.lease() / 5).await;
                if self.process.hands_over() || !leader.extend() {
                    stop.stop();
                }
            }
        };
        let (mut run, mut watch) = (pin!(run.run()), pin!(watch));
        poll_fn(|context| {
            let _: Poll<()> = watch.as_mut().poll(context);
            run.as_mut().poll(context)
        })
        .await
    }

    fn stream(&self) -> InvitationRun<'static> {
        let of_row = |scenario: &Arc<Scenario>| {
            let scenario = Arc::clone(scenario);
            move |row: usize| scenario.rows[row].clone()
        };
        let address = of_row(&self.scenario);
        let address = move |row: usize| address(row).identity();
        let row_of = of_row(&self.scenario);
        let (store, process, clock) = (&self.store, &self.process, &self.clock);
        match self.scenario.target {
            Target::Application => {
                let invitation = move |row: usize| -> CreateInvitation { row_of(row).invitation(row, 0) };
                let people = Queue::new(store, process, clock, address, invitation);
                self.client.invitations().invite_stream(people)
            }
            Target::Organization => {
                let invitation =
                    move |row: usize| -> CreateOrganizationInvitation { row_of(row).organization_invitation(row, 0) };
                let people = Queue::new(store, process, clock, address, invitation);
                self.client
                    .organization_invitations()
                    .invite_stream(ORGANIZATION, people)
            }
        }
    }

    fn configured(&self, run: InvitationRun<'static>) -> InvitationRun<'static> {
        let settings = &self.scenario.run;
        run.limits(self.scenario.clerk.limits.clone())
            .lanes(settings.lanes)
            .preflight(settings.preflight)
            .settle_delay(settings.settle_delay)
            .read_lag(settings.read_lag)
            .max_wait(settings.max_wait)
            .max_failures(settings.max_failures)
            .keep_going()
            .seed(settings.seed)
    }

    /// Makes calls that share the limits with the run.
    async fn make_own_calls(&self) {
        let options = CallOptions::new().no_retry().max_wait(Duration::ZERO);
        let clerk = self.client.with_options(options);
        for _ in 0..OWN_CALLS {
            self.clock.sleep(self.process.up_to(Duration::from_secs(900))).await;
            match self.scenario.target {
                Target::Application => {
                    let invitation = CreateInvitation::new(FOREIGN_ADDRESS);
                    drop(clerk.invitations().create(&invitation).await);
                }
                Target::Organization => {
                    let invitation = CreateOrganizationInvitation::new(FOREIGN_ADDRESS, "org:member");
                    let invitations = clerk.organization_invitations();
                    drop(invitations.create(ORGANIZATION, &invitation).await);
                }
            }
        }
        std::future::pending::<()>().await;
    }
}
