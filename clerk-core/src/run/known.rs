//! What Clerk has already: read before the first call, so that no call is spent on who is settled without one.

use std::collections::{HashMap, HashSet};

use super::gate::Gate;
use super::person::Identity;
use super::target::{Filter, Found, Target, USERS_A_CALL, addresses_of_users};
use crate::client::Client;
use crate::error::Result;
use crate::model::{InvitationId, InvitationStatus};

/// How many people are looked up together.
pub(super) const CHUNK: usize = USERS_A_CALL;

/// The invitations that Clerk had when the run began, if it was cheaper to list them all than to ask for each person.
#[derive(Debug, Default)]
pub(super) struct Listed(HashMap<u128, Vec<(InvitationId, bool)>>);

/// What a look-up tells of a person.
#[derive(Debug)]
pub(super) struct Lookup {
    /// The ids of all invitations for the address, in every status.
    pub(super) baseline: Vec<InvitationId>,
    pub(super) pending: Option<InvitationId>,
    pub(super) is_user: bool,
}

/// Where reads go.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub(super) client: Client,
    pub(super) gate: Gate,
    pub(super) target: Target,
}

const STATUSES: [Option<InvitationStatus>; 2] = [None, Some(InvitationStatus::Revoked)];

impl Reader {
    /// Lists every invitation, unless asking for each of so many people takes fewer calls.
    pub(super) async fn list_if_cheaper(&self, people: usize) -> Result<Option<Listed>> {
        let mut calls = 0;
        for status in STATUSES {
            let filter = Filter { status, address: None };
            let first = self.gate.pass(self.target.page(&self.client, &filter, 0)).await?;
            calls += first.total_count.unwrap_or(0) / Target::PAGE;
        }
        if people > 0 && calls > (STATUSES.len() * people) as u64 {
            return Ok(None);
        }
        let mut listed = Listed::default();
        for status in STATUSES {
            let filter = Filter { status, address: None };
            self.read(&filter, |found| listed.add(found)).await?;
        }
        Ok(Some(listed))
    }

    /// Looks up people, at most [`CHUNK`], and for those where it matters whether they are users.
    pub(super) async fn look_up(&self, who: &[(Identity, bool)], listed: Option<&Listed>) -> Result<Vec<Lookup>> {
        let maybe_users: Vec<_> = who.iter().filter(|(_, matters)| *matters).map(|(who, _)| who).collect();
        let users = if maybe_users.is_empty() {
            Vec::new()
        } else {
            self.gate.pass(addresses_of_users(&self.client, &maybe_users)).await?
        };
        let users: HashSet<_> = users.into_iter().collect();
        let mut lookups = Vec::with_capacity(who.len());
        for (who, _) in who {
            let invitations = match listed {
                Some(listed) => listed.of(who),
                None => self.of_address(who).await?.iter().map(entry).collect(),
            };
            let pending = invitations.iter().find(|(_, is_pending)| *is_pending);
            lookups.push(Lookup {
                pending: pending.map(|(id, _)| id.clone()),
                baseline: invitations.into_iter().map(|(id, _)| id).collect(),
                is_user: users.contains(who),
            });
        }
        Ok(lookups)
    }

    /// The invitations of one address in every status.
    pub(super) async fn of_address(&self, who: &Identity) -> Result<Vec<Found>> {
        let mut all = Vec::new();
        for status in STATUSES {
            let address = Some(who.as_str());
            // The filter is not said to match exactly.
            let keep = |found: Found| all.extend(Some(found).filter(|found| Identity::of(found.address()) == *who));
            self.read(&Filter { status, address }, keep).await?;
        }
        Ok(all)
    }

    /// Reads all pages of a list.
    async fn read(&self, filter: &Filter<'_>, mut each: impl FnMut(Found)) -> Result<()> {
        let mut offset = 0;
        loop {
            let page = self.gate.pass(self.target.page(&self.client, filter, offset)).await?;
            let count = page.data.len() as u64;
            page.into_iter().for_each(&mut each);
            if count < Target::PAGE {
                return Ok(());
            }
            offset += count;
        }
    }
}

impl Listed {
    fn add(&mut self, found: Found) {
        let key = Identity::of(found.address()).key();
        self.0.entry(key).or_default().push(entry(&found));
    }

    fn of(&self, who: &Identity) -> Vec<(InvitationId, bool)> {
        self.0.get(&who.key()).cloned().unwrap_or_default()
    }
}

fn entry(found: &Found) -> (InvitationId, bool) {
    (found.id.clone(), found.status == InvitationStatus::Pending)
}
