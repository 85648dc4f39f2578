//! Revoking what a run created.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::history::History;
use super::journal::{Journal, JournalError, Record};
use super::observer::{FnObserver, RunEvent, RunObserver};
use super::outcome::{Outcome, Revocation};
use super::reader::Reader;
use super::report::Stop;
use super::settings::Settings;
use super::stop::StopHandle;
use super::target::Target;
use crate::client::Client;
use crate::middleware::RateLimits;
use crate::model::InvitationId;

/// Revokes the invitations that the runs on a journal created. [`run`](Self::run) starts it.
///
/// [`InvitationsApi::revoke_all`](crate::api::invitations::InvitationsApi::revoke_all) creates one for the application, and
/// [`OrganizationInvitationsApi::revoke_all`](crate::api::organization_invitations::OrganizationInvitationsApi::revoke_all)
/// one for an organization.
///
/// The same journal keeps what was revoked, so a second run continues where the first one stopped. A
/// later invitation run on the journal invites the people again whose invitations were revoked.
#[derive(Debug)]
#[must_use = "nothing is revoked until `run` is called"]
pub struct RevocationRun {
    client: Client,
    target: Target,
    journal: Arc<dyn Journal>,
    observers: Vec<Arc<dyn RunObserver>>,
    limits: RateLimits,
    stop: StopHandle,
}

/// How a [`RevocationRun`] ended.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct RevocationReport {
    /// The number of invitations that are revoked.
    pub revoked: usize,
    /// The number of invitations that were accepted before.
    pub accepted: usize,
    /// The number of invitations that do not exist any more.
    pub missing: usize,
    /// The number of invitations that had expired before.
    pub expired: usize,
    /// The number of ids in the journal that no request can contain.
    pub invalid_ids: usize,
    /// The number of invitations left.
    pub pending: usize,
    /// The number of unresolved people in the journal: an attempt may have invited them. Run the invitations again to find
    /// out, then revoke again.
    pub unresolved: usize,
    /// Why the run stopped early, if it did.
    pub stopped: Option<Stop>,
}

impl RevocationRun {
    pub(super) fn new(client: &Client, target: Target, journal: impl Journal) -> Self {
        Self {
            target,
            journal: Arc::new(journal),
            observers: Vec::new(),
            limits: RateLimits::documented(client.environment()),
            stop: StopHandle::default(),
            client: client.clone(),
        }
    }

    /// Sends the events to this observer too.
    pub fn observer(mut self, observer: impl RunObserver) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Calls this closure for each event.
    pub fn on_event(self, observer: impl Fn(&RunEvent<'_>) + Send + Sync + 'static) -> Self {
        self.observer(FnObserver(observer))
    }

    /// Sets the rate limits. Only the limit of all calls matters here. Default: Clerk's documented limits.
    pub fn limits(mut self, limits: RateLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Returns a handle that stops the run early.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Revokes the invitations one after another.
    ///
    /// # Cancel safety
    ///
    /// The future can be dropped at any time. An invitation that is revoked already is revoked again without effect by the
    /// next run on the journal.
    pub async fn run(self) -> RevocationReport {
        let mut report = RevocationReport::default();
        report.stopped = self.revoke_all(&mut report).await.err();
        report
    }

    fn tell(&self, event: &RunEvent<'_>) {
        self.observers.iter().for_each(|observer| observer.event(event));
    }

    async fn revoke_all(&self, report: &mut RevocationReport) -> Result<(), Stop> {
        let reader = &Reader::new(&self.client, self.target.clone(), &Settings::new(self.limits.clone()));
        // The calls of earlier processes that invited nobody are in no journal.
        if let Some(all) = self.limits.all() {
            let now = self.client.clock().now();
            reader.global_budget().block_until(now.saturating_add(all.per()));
            self.tell(&RunEvent::Waiting { wait: all.per() });
        }
        let instance = reader.retry(|| async { reader.client().instance().get().await });
        let instance = self.stop.race(instance).await?.map_err(Stop::from_error)?.id;
        let created = self.load(instance.as_str(), report).await.map_err(Stop::Journal)?;
        report.pending = created.len();
        for id in created {
            let revocation = self.stop.race(reader.revoke(&id)).await?.map_err(Stop::from_error)?;
            let record = Record::Revoked {
                id: id.clone(),
                revocation,
            };
            self.journal.append(&[record]).await.map_err(Stop::Journal)?;
            report.pending -= 1;
            match revocation {
                Revocation::Revoked => report.revoked += 1,
                Revocation::Accepted => report.accepted += 1,
                Revocation::Missing => report.missing += 1,
                Revocation::Expired => report.expired += 1,
                Revocation::InvalidId => report.invalid_ids += 1,
            }
            let event = RunEvent::Revoked { id: &id, revocation };
            self.tell(&event);
        }
        Ok(())
    }

    /// Reads the invitations that the journal's runs created and no revocation has ended for, oldest first.
    async fn load(&self, instance: &str, report: &mut RevocationReport) -> Result<Vec<InvitationId>, JournalError> {
        let mut created = BTreeMap::new();
        let mut number = 0_u64;
        self.journal
            .load(&mut |record| match record {
                Record::Settled {
                    outcome: Outcome::Created,
                    id: Some(id),
                    ..
                } => {
                    number += 1;
                    created.insert(id, number);
                }
                Record::Revoked { id, .. } => drop(created.remove(&id)),
                _ => {}
            })
            .await?;
        let history = History::load(&*self.journal).await?;
        history.check_instance(instance)?;
        history.check_resource(&self.target.resource())?;
        report.unresolved = history.unresolved();
        let mut created: Vec<_> = created.into_iter().collect();
        created.sort_by_key(|(_, number)| *number);
        Ok(created.into_iter().map(|(id, _)| id).collect())
    }
}
