//! What Clerk has already. It is read before the first call, so that no call is spent on people who are already invited.

use std::collections::{HashMap, HashSet};

use super::reader::Reader;
use super::recipient::{Recipient, key};
use super::target::{Filter, InvitationSummary, Target};
use crate::api::users::ListUsers;
use crate::error::Result;
use crate::model::{InvitationId, NormalizedEmailAddress};

/// How many recipients are looked up together.
pub(super) const CHUNK: usize = ListUsers::MAX_ADDRESSES;

/// How many pages are listed for a number of recipients that is not known.
const MAX_PAGES: u64 = 1_000;

/// How many pages more than look-ups are listed, since a list ends with a page that may be empty.
const SPARE_PAGES: u64 = 10;

/// The invitations that Clerk had when the run began, by address.
#[derive(Debug, Default)]
pub(super) struct Snapshot(HashMap<u128, Vec<KnownInvitation>>);

#[derive(Debug, Clone)]
struct KnownInvitation {
    id: InvitationId,
    is_pending: bool,
}

/// A recipient to look up.
#[derive(Debug)]
pub(super) struct Query {
    address: NormalizedEmailAddress,
    /// Whether it matters that they are a user.
    asks_for_user: bool,
}

/// What Clerk has for a recipient.
#[derive(Debug)]
pub(super) struct Lookup {
    /// The ids of all invitations for the address, in every status.
    pub(super) baseline: Vec<InvitationId>,
    pub(super) pending: Option<InvitationId>,
    pub(super) is_user: bool,
}

impl Snapshot {
    /// Lists every invitation, unless a look-up of each of so many recipients takes fewer calls. Their number may be unknown. The total may be wrong, so
    /// a list that turns out to be longer is given up.
    pub(super) async fn read_if_cheaper(reader: &Reader, recipients: Option<usize>) -> Result<Option<Self>> {
        let mut lists = Vec::new();
        let mut calls = 0;
        for statuses in reader.target().lists() {
            let mut list = reader.list(Filter {
                statuses,
                address: None,
            })?;
            let first_page = list.next().await?;
            calls += first_page.as_ref().and_then(|page| page.total_count).unwrap_or(0) / Target::PAGE;
            lists.push((list, first_page));
        }
        let affordable = recipients.map_or(MAX_PAGES, |recipients| (lists.len() * recipients) as u64);
        if calls > affordable {
            return Ok(None);
        }
        let mut snapshot = Self::default();
        let mut read = 0;
        for (mut list, first_page) in lists {
            let mut next_page = first_page;
            while let Some(page) = next_page {
                page.into_iter().for_each(|found| snapshot.add(found));
                read += 1;
                if read > affordable + SPARE_PAGES {
                    return Ok(None);
                }
                next_page = list.next().await?;
            }
        }
        Ok(Some(snapshot))
    }

    fn add(&mut self, found: InvitationSummary) {
        self.0.entry(key(&found.identity())).or_default().push(found.into());
    }

    fn invitations_of(&self, address: &NormalizedEmailAddress) -> Vec<KnownInvitation> {
        self.0.get(&key(address)).cloned().unwrap_or_default()
    }
}

impl From<InvitationSummary> for KnownInvitation {
    fn from(found: InvitationSummary) -> Self {
        Self {
            is_pending: found.is_pending(),
            id: found.id,
        }
    }
}

impl Query {
    pub(super) fn new(recipient: &Recipient) -> Self {
        Self {
            address: recipient.identity.clone(),
            // A row that ignores what exists is invited whether they are a user or not.
            asks_for_user: !recipient.ignore_existing,
        }
    }
}

/// Looks up recipients, at most [`CHUNK`].
pub(super) async fn look_up(reader: &Reader, queries: &[Query], snapshot: Option<&Snapshot>) -> Result<Vec<Lookup>> {
    let users = users(reader, queries).await?;
    let mut lookups = Vec::with_capacity(queries.len());
    for Query { address, .. } in queries {
        let invitations = match snapshot {
            Some(snapshot) => snapshot.invitations_of(address),
            None => {
                let found = reader.invitations_of(address).await?;
                found.into_iter().map(KnownInvitation::from).collect()
            }
        };
        let pending = invitations.iter().find(|known| known.is_pending);
        lookups.push(Lookup {
            pending: pending.map(|known| known.id.clone()),
            baseline: invitations.into_iter().map(|known| known.id).collect(),
            is_user: users.contains(address),
        });
    }
    Ok(lookups)
}

/// Returns the addresses among the queries that belong to a user.
async fn users(reader: &Reader, queries: &[Query]) -> Result<HashSet<NormalizedEmailAddress>> {
    let Some(list) = list_users(queries).filter(|_| reader.target().excludes_users()) else {
        return Ok(HashSet::new());
    };
    let users = reader.retry(|| async { reader.client().execute(&list).await }).await?;
    let addresses = users.into_iter().flat_map(|user| user.email_addresses);
    Ok(addresses
        .map(|address| NormalizedEmailAddress::new(address.email_address.as_str()))
        .collect())
}

/// Returns the request for the users among the queries, if any query asks for users.
fn list_users(queries: &[Query]) -> Option<ListUsers> {
    let queries = queries.iter().filter(|query| query.asks_for_user);
    let mut addresses = queries.map(|query| query.address.as_str()).peekable();
    addresses.peek()?;
    let list = ListUsers::new().email_addresses(addresses);
    Some(list.limit(ListUsers::MAX_LIMIT))
}
