//! The calls that a run can repeat: reads and revocations. They pass the budget of all calls and are retried.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::outcome::Revocation;
use super::pacing::Backoff;
use super::settings::Settings;
use super::target::{Filter, InvitationSummary, Target};
use crate::api::organization_roles::ListOrganizationRoles;
use crate::client::Client;
use crate::clock::Clock;
use crate::error::{Error, ErrorCode, ErrorKind, Result};
use crate::middleware::budget::Budget;
use crate::model::{InvitationId, InvitationStatus, NormalizedEmailAddress, Page};
use crate::operation::CallOptions;
use crate::paging::Pages;

/// How many pages a list for one address may have. The filter can match other addresses too, but not without end.
const MAX_PAGES_FOR_ADDRESS: u64 = 200;

/// The most roles on a page.
const ROLES_PAGE: u16 = 500;

/// How many pages of roles there may be. Instances have a few roles.
const MAX_PAGES_OF_ROLES: usize = 10;

/// How many invitations one address may have. The journal keeps their ids.
const MAX_FOR_ADDRESS: usize = 1_000;

/// Makes idempotent calls within the budget of all calls, and retries them.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    /// Makes one attempt for each call, since each attempt counts in the budget.
    client: Client,
    target: Target,
    global_budget: Budget,
    clock: Arc<dyn Clock>,
    max_failures: u32,
    max_wait: Duration,
}

impl Reader {
    pub(super) fn new(client: &Client, target: Target, settings: &Settings) -> Self {
        let clock = Arc::clone(client.clock());
        Self {
            client: client.with_options(CallOptions::new().no_retry()),
            target,
            global_budget: Budget::new(settings.limits.all(), Arc::clone(&clock)),
            clock,
            max_failures: settings.max_failures,
            max_wait: settings.max_wait,
        }
    }

    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    pub(super) const fn target(&self) -> &Target {
        &self.target
    }

    pub(super) const fn global_budget(&self) -> &Budget {
        &self.global_budget
    }

    /// Makes a call until it succeeds, fails too often in a row, or Clerk asks for too long a wait.
    pub(super) async fn retry<T, F>(&self, call: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut backoff = Backoff::new(self.max_failures);
        loop {
            match self.within_budget(call()).await {
                Ok(value) => return Ok(value),
                Err(error) => self.wait_after(error, &mut backoff).await?,
            }
        }
    }

    async fn within_budget<T>(&self, call: impl Future<Output = T>) -> T {
        let _permit = self.global_budget.acquire().await;
        call.await
    }

    /// Waits until a failed call can be made again, or returns the error.
    async fn wait_after(&self, error: Error, backoff: &mut Backoff) -> Result<()> {
        let wait = backoff.wait_after(&error).filter(|wait| *wait <= self.max_wait);
        let Some(wait) = wait else {
            return Err(error);
        };
        self.clock.sleep(wait).await;
        Ok(())
    }

    /// Lists the invitations that match a filter. Nothing is sent until the first page is asked for.
    pub(super) fn list<'r>(&'r self, filter: Filter<'r>) -> Result<Listing<'r>> {
        Ok(Listing {
            reader: self,
            pages: self.client.pages(&self.target.list(filter, 0)?),
            filter,
            read: 0,
        })
    }

    /// Reads the keys of the roles in organizations. Returns `None` if Clerk does not tell them, for instance to this key.
    pub(super) async fn roles(&self) -> Option<HashSet<String>> {
        let mut pages = self.client.pages(&ListOrganizationRoles::new().limit(ROLES_PAGE));
        let mut keys = HashSet::new();
        for _ in 0..MAX_PAGES_OF_ROLES {
            match self.within_budget(pages.next()).await {
                Some(page) => keys.extend(page.ok()?.into_iter().map(|role| role.key)),
                // Each instance with organizations has roles.
                None => return Some(keys).filter(|keys| !keys.is_empty()),
            }
        }
        None
    }

    /// Revokes an invitation, as often as it takes: that is idempotent. Clerk's refusals are results.
    pub(super) async fn revoke(&self, id: &InvitationId) -> Result<Revocation> {
        let result = self.retry(|| async { self.target.revoke(&self.client, id).await });
        let Err(error) = result.await else {
            return Ok(Revocation::Revoked);
        };
        match error.code() {
            None if error.kind() == ErrorKind::InvalidRequest => Ok(Revocation::InvalidId),
            Some(code) if *code == ErrorCode::InvitationAlreadyRevoked => Ok(Revocation::Revoked),
            Some(code) if *code == ErrorCode::InvitationAlreadyAccepted => Ok(Revocation::Accepted),
            Some(code) if *code == ErrorCode::OrganizationInvitationNotPending => self.what_ended(id).await,
            Some(code) if *code == ErrorCode::ResourceNotFound && error.kind() == ErrorKind::NotFound => {
                Ok(Revocation::Missing)
            }
            _ => Err(error),
        }
    }

    /// Reads what has ended an invitation that is not pending any more, if Clerk's refusal does not say it.
    async fn what_ended(&self, id: &InvitationId) -> Result<Revocation> {
        match self.retry(|| async { self.target.get(&self.client, id).await }).await {
            Ok(invitation) => match invitation.status {
                Some(InvitationStatus::Accepted) => Ok(Revocation::Accepted),
                Some(InvitationStatus::Expired) => Ok(Revocation::Expired),
                Some(InvitationStatus::Revoked) => Ok(Revocation::Revoked),
                _ => Err(self.target.is_pending_after_all()),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Revocation::Missing),
            Err(error) => Err(error),
        }
    }

    /// Reads the invitations of one address in every status.
    pub(super) async fn invitations_of(&self, address: &NormalizedEmailAddress) -> Result<Vec<InvitationSummary>> {
        let mut all = Vec::new();
        for statuses in self.target.lists() {
            let mut list = self.list(Filter {
                statuses,
                address: Some(address.as_str()),
            })?;
            while let Some(page) = list.next().await? {
                // Clerk does not promise that the filter matches exactly.
                all.extend(page.into_iter().filter(|found| found.identity() == *address));
                if list.pages_read() > MAX_PAGES_FOR_ADDRESS || all.len() > MAX_FOR_ADDRESS {
                    return Err(self.target.list_is_endless());
                }
            }
        }
        Ok(all)
    }
}

/// The pages of a list, each read with the retries of a [`Reader`].
pub(super) struct Listing<'r> {
    reader: &'r Reader,
    filter: Filter<'r>,
    pages: Pages<InvitationSummary>,
    read: u64,
}

impl Listing<'_> {
    /// Returns how many pages were read.
    pub(super) const fn pages_read(&self) -> u64 {
        self.read
    }

    /// Reads the next page; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Page<InvitationSummary>>> {
        if self.pages.has_ended() {
            return Ok(None);
        }
        let reader = self.reader;
        let mut backoff = Backoff::new(reader.max_failures);
        loop {
            match reader.within_budget(self.pages.next()).await.transpose() {
                Ok(page) => {
                    self.read += 1;
                    return Ok(page);
                }
                Err(error) => reader.wait_after(error, &mut backoff).await?,
            }
            // A list ends with an error. Another one continues where it ended.
            let rest = reader.target.list(self.filter, self.pages.offset())?;
            self.pages = reader.client.pages(&rest);
        }
    }
}
