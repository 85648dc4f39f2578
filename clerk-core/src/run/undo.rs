use std::collections::BTreeMap;
use std::sync::Arc;

use super::journal::{Journal, JournalError, Record};
use super::known::Reader;
use super::observer::{RunEvent, RunObserver};
use super::report::Stop;
use super::settings::Settings;
use super::stop::StopHandle;
use super::target::Target;
use super::{Outcome, history};
use crate::client::Client;
use crate::error::{Error, ErrorCode, ErrorKind};
use crate::middleware::RateLimits;
use crate::middleware::budget::Budget;
use crate::middleware::race::race;
use crate::model::{InvitationId, OrganizationId};
use crate::operation::CallOptions;

/// Revokes what a run created, from its journal, and [`run`](Self::run) runs it.
///
/// [`InvitationsApi::revoke_all`](crate::api::invitations::InvitationsApi::revoke_all) makes one for the application,
/// [`OrganizationInvitationsApi::revoke_all`](crate::api::organization_invitations::OrganizationInvitationsApi::revoke_all) one for
/// an organization.
///
/// What was revoked is kept in the same journal, so that running it again goes on where it stopped. People of the
/// journal stay settled: who is to be invited again needs another journal.
#[derive(Debug)]
#[must_use = "nothing is revoked until it is run"]
pub struct RevocationRun {
    client: Client,
    target: Target,
    journal: Arc<dyn Journal>,
    observer: Option<Arc<dyn RunObserver>>,
    limits: RateLimits,
    stop: StopHandle,
}

/// What became of an invitation that was to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Revocation {
    /// It is revoked.
    Revoked,
    /// It was accepted before: the person is a user now.
    Accepted,
    /// There is no such invitation any more.
    Missing,
}

/// How a [`RevocationRun`] ended.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct RevocationReport {
    /// How many invitations are revoked.
    pub revoked: usize,
    /// How many were accepted before.
    pub accepted: usize,
    /// How many do not exist any more.
    pub missing: usize,
    /// How many are left.
    pub pending: usize,
    /// How many people of the journal an attempt may have invited, which was not settled. Run the invitations again to
    /// settle them, then revoke again.
    pub unresolved: usize,
    /// Why it stopped with invitations left, if it did.
    pub stopped: Option<Stop>,
}

impl RevocationRun {
    pub(crate) fn of_application(client: &Client, journal: impl Journal) -> Self {
        Self::new(client, Target::Application, journal)
    }

    pub(crate) fn of_organization(client: &Client, organization_id: &OrganizationId, journal: impl Journal) -> Self {
        Self::new(client, Target::Organization(organization_id.clone()), journal)
    }

    fn new(client: &Client, target: Target, journal: impl Journal) -> Self {
        Self {
            target,
            journal: Arc::new(journal),
            observer: None,
            limits: RateLimits::documented(client.environment()),
            stop: StopHandle::default(),
            client: client.clone(),
        }
    }

    /// Tells this observer of each invitation.
    pub fn observer(mut self, observer: impl RunObserver) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Keeps within these limits: the one for all calls together is what counts here. The documented ones unless said
    /// otherwise.
    pub fn limits(mut self, limits: RateLimits) -> Self {
        self.limits = limits;
        self
    }

    /// A handle that stops it early.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Revokes the invitations one after another. Dropping the future is safe at any time.
    pub async fn run(self) -> RevocationReport {
        let mut report = RevocationReport::default();
        report.stopped = self.revoke_all(&mut report).await.err();
        report
    }

    async fn revoke_all(&self, report: &mut RevocationReport) -> Result<(), Stop> {
        let reader = self.reader();
        let instance = self.unless_stopped(reader.read(|| async { reader.client.instance().get().await }));
        let instance = instance.await?.map_err(Stop::of)?.id;
        let created = self.load(instance.as_str(), report).await.map_err(Stop::Journal)?;
        report.pending = created.len();
        for id in created {
            // Revoking twice is revoking once, so it is tried again as a read is.
            let revoking = reader.read(|| reader.target.revoke(&reader.client, &id));
            let revocation = revocation(self.unless_stopped(revoking).await?)?;
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
            }
            if let Some(observer) = &self.observer {
                observer.event(&RunEvent::Revoked { id: &id, revocation });
            }
        }
        Ok(())
    }

    fn reader(&self) -> Reader {
        let settings = Settings::new(self.limits.clone());
        Reader {
            client: self.client.with_options(CallOptions::new().no_retry()),
            global_budget: Budget::new(self.limits.all(), Arc::clone(self.client.clock())),
            clock: Arc::clone(self.client.clock()),
            target: self.target.clone(),
            max_failures: settings.max_failures,
            max_wait: settings.max_wait,
        }
    }

    async fn unless_stopped<T>(&self, call: impl Future<Output = T>) -> Result<T, Stop> {
        race(call, self.stop.requested()).await.ok_or(Stop::Requested)
    }

    /// The invitations that the journal's runs created and nobody has revoked from it, oldest first.
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
        let history = history::History::load(&*self.journal).await?;
        history.check(instance, &self.target.resource())?;
        report.unresolved = history.unresolved();
        let mut created: Vec<_> = created.into_iter().collect();
        created.sort_by_key(|(_, number)| *number);
        Ok(created.into_iter().map(|(id, _)| id).collect())
    }
}

fn revocation(answer: Result<(), Error>) -> Result<Revocation, Stop> {
    let error = match answer {
        Ok(()) => return Ok(Revocation::Revoked),
        Err(error) => error,
    };
    match error.code() {
        Some(code) if *code == ErrorCode::INVITATION_ALREADY_REVOKED => Ok(Revocation::Revoked),
        Some(code) if *code == ErrorCode::INVITATION_ALREADY_ACCEPTED => Ok(Revocation::Accepted),
        Some(code) if *code == ErrorCode::RESOURCE_NOT_FOUND && error.kind() == ErrorKind::NotFound => {
            Ok(Revocation::Missing)
        }
        _ => Err(Stop::of(error)),
    }
}
