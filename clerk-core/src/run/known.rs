//! What Clerk has already: read before the first call, so that no call is spent on who is settled without one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::person::key;
use super::settings::WAIT_AFTER_BARE_429;
use super::target::{Filter, Found, Target};
use crate::api::users::ListUsers;
use crate::client::Client;
use crate::clock::Clock;
use crate::error::{ErrorKind, Result};
use crate::middleware::RetryPolicy;
use crate::middleware::budget::Budget;
use crate::model::{InvitationId, NormalizedEmailAddress, Page};

/// How many people are looked up together.
pub(super) const CHUNK: usize = ListUsers::MAX_ADDRESSES;

/// The invitations that Clerk had when the run began, if it was cheaper to list them all than to ask for each person.
#[derive(Debug, Default)]
pub(super) struct Listed(HashMap<u128, Vec<Known>>);

/// An invitation that Clerk has.
#[derive(Debug, Clone)]
struct Known {
    id: InvitationId,
    is_pending: bool,
}

/// What a look-up tells of a person.
#[derive(Debug)]
pub(super) struct Lookup {
    /// The ids of all invitations for the address, in every status.
    pub(super) baseline: Vec<InvitationId>,
    pub(super) pending: Option<InvitationId>,
    pub(super) is_user: bool,
}

/// Whom to look up.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) who: NormalizedEmailAddress,
    /// Whether it matters that they are a user.
    pub(super) as_user: bool,
}

/// Reads what Clerk has, within the limit of all calls together, and again if it fails.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    /// Makes one attempt a call, since each attempt counts in the limit.
    pub(super) client: Client,
    pub(super) global_budget: Budget,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) target: Target,
    pub(super) max_failures: u32,
    pub(super) max_wait: Duration,
}

impl Reader {
    /// Makes a read until it succeeds, fails too often in a row or asks for too long a wait.
    pub(super) async fn read<T, F>(&self, call: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut failures = 0;
        loop {
            let permit = self.global_budget.acquire().await;
            let result = call().await;
            drop(permit);
            let error = match result {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let wait = match error.kind() {
                ErrorKind::RateLimited => error.retry_after().unwrap_or(WAIT_AFTER_BARE_429),
                ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Server | ErrorKind::Decode => {
                    failures += 1;
                    // A run makes one read at a time: there is nothing to spread.
                    RetryPolicy::default().backoff(failures, 1.0)
                }
                _ => return Err(error),
            };
            if failures > self.max_failures || wait > self.max_wait {
                return Err(error);
            }
            self.clock.sleep(wait).await;
        }
    }

    async fn page(&self, filter: Filter<'_>, offset: u64) -> Result<Page<Found>> {
        self.read(|| self.target.page(&self.client, filter, offset)).await
    }

    /// Lists every invitation, unless asking for each of so many people takes fewer calls.
    pub(super) async fn list_if_cheaper(&self, people: usize) -> Result<Option<Listed>> {
        let lists = self.target.lists();
        let mut first_pages = Vec::new();
        let mut calls = 0;
        for statuses in lists {
            let filter = Filter {
                statuses,
                address: None,
            };
            let page = self.page(filter, 0).await?;
            calls += page.total_count.unwrap_or(0) / Target::PAGE;
            first_pages.push((filter, page));
        }
        if people > 0 && calls > (lists.len() * people) as u64 {
            return Ok(None);
        }
        let mut listed = Listed::default();
        for (filter, first_page) in first_pages {
            self.read_on(filter, first_page, |found| listed.add(&found)).await?;
        }
        Ok(Some(listed))
    }

    /// Looks up people, at most [`CHUNK`].
    pub(super) async fn look_up(&self, asked: &[Asked], listed: Option<&Listed>) -> Result<Vec<Lookup>> {
        let users = self.users(asked).await?;
        let mut lookups = Vec::with_capacity(asked.len());
        for Asked { who, .. } in asked {
            let invitations = match listed {
                Some(listed) => listed.of(who),
                None => self.of_address(who).await?.iter().map(Known::of).collect(),
            };
            let pending = invitations.iter().find(|known| known.is_pending);
            lookups.push(Lookup {
                pending: pending.map(|known| known.id.clone()),
                baseline: invitations.into_iter().map(|known| known.id).collect(),
                is_user: users.contains(who),
            });
        }
        Ok(lookups)
    }

    /// Who of those asked for is a user.
    async fn users(&self, asked: &[Asked]) -> Result<HashSet<NormalizedEmailAddress>> {
        let list = list_users(asked).filter(|_| self.target.excludes_users());
        let Some(list) = list else {
            return Ok(HashSet::new());
        };
        let users = self.read(|| self.client.execute(&list)).await?;
        let addresses = users.into_iter().flat_map(|user| user.email_addresses);
        Ok(addresses
            .map(|address| NormalizedEmailAddress::new(address.email_address.as_str()))
            .collect())
    }

    /// The invitations of one address in every status.
    pub(super) async fn of_address(&self, who: &NormalizedEmailAddress) -> Result<Vec<Found>> {
        let mut all = Vec::new();
        for statuses in self.target.lists() {
            let address = Some(who.as_str());
            let filter = Filter { statuses, address };
            let first = self.page(filter, 0).await?;
            self.read_on(filter, first, |found| all.push(found)).await?;
        }
        // The filter is not said to match exactly.
        all.retain(|found| NormalizedEmailAddress::new(found.address()) == *who);
        Ok(all)
    }

    /// Gives the first page of a list and all further ones to `each`.
    async fn read_on(&self, filter: Filter<'_>, first: Page<Found>, mut each: impl FnMut(Found)) -> Result<()> {
        let mut page = first;
        let mut offset = 0;
        loop {
            let count = page.data.len() as u64;
            offset += count;
            // A short page is the last one, unless the total tells of more: a server may cap the limit.
            let is_short = count < Target::PAGE && page.total_count.is_none_or(|total| offset >= total);
            page.into_iter().for_each(&mut each);
            if count == 0 || is_short {
                return Ok(());
            }
            page = self.page(filter, offset).await?;
        }
    }
}

/// The request for those of whom it matters whether they are users, if there are any.
fn list_users(asked: &[Asked]) -> Option<ListUsers> {
    let asked = asked.iter().filter(|asked| asked.as_user);
    let mut addresses = asked.map(|asked| asked.who.as_str()).peekable();
    addresses.peek()?;
    let list = ListUsers::new().email_addresses(addresses);
    Some(list.limit(ListUsers::MAX_LIMIT))
}

impl Listed {
    fn add(&mut self, found: &Found) {
        let key = key(&NormalizedEmailAddress::new(found.address()));
        self.0.entry(key).or_default().push(Known::of(found));
    }

    fn of(&self, who: &NormalizedEmailAddress) -> Vec<Known> {
        self.0.get(&key(who)).cloned().unwrap_or_default()
    }
}

impl Known {
    fn of(found: &Found) -> Self {
        Self {
            id: found.id.clone(),
            is_pending: found.is_pending(),
        }
    }
}
