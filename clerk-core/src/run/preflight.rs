//! What Clerk has already. It is read before the first call, so that no call is spent on people who are already invited.

use std::collections::{HashMap, HashSet};

use super::reader::Reader;
use super::recipient::{Recipient, key};
use super::standing::{KnownInvitation, Standing};
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
struct Snapshot(HashMap<u128, Vec<KnownInvitation>>);

/// A recipient to look up.
#[derive(Debug)]
pub(super) struct Query {
    address: NormalizedEmailAddress,
    /// Whether it matters that they are a user.
    asks_for_user: bool,
    /// The role in the organization.
    role: Option<String>,
}

/// What Clerk has for a recipient.
#[derive(Debug)]
pub(super) struct Lookup {
    /// All invitations for the address, in every status.
    pub(super) invitations: Vec<KnownInvitation>,
    pub(super) is_user: bool,
    /// The role they are invited with, if the instance is known not to have it.
    pub(super) unknown_role: Option<String>,
}

impl Lookup {
    /// Returns what became of an invitation, if Clerk lists it.
    pub(super) fn standing_of(&self, id: &InvitationId) -> Option<Standing> {
        let known = self.invitations.iter().find(|known| known.id == *id)?;
        Some(known.standing)
    }
}

/// The reads for all recipients together.
#[derive(Debug, Default)]
pub(super) struct Overview {
    /// The invitations, if listing them all took fewer calls than look-ups.
    snapshot: Option<Snapshot>,
    /// The keys of the roles in organizations, if Clerk tells them.
    roles: Option<HashSet<String>>,
}

impl Overview {
    /// Reads what takes fewer calls for all recipients together than for each. Their number may be unknown.
    pub(super) async fn read(reader: &Reader, recipients: Option<usize>) -> Result<Self> {
        let overview = Self::of_invitations(reader, recipients).await?;
        let roles = match reader.target().has_roles() {
            true => reader.roles().await,
            false => None,
        };
        Ok(Self { roles, ..overview })
    }

    /// Does the same for invitations alone.
    pub(super) async fn of_invitations(reader: &Reader, recipients: Option<usize>) -> Result<Self> {
        let snapshot = Snapshot::read_if_cheaper(reader, recipients).await?;
        Ok(Self { snapshot, roles: None })
    }

    /// Returns the invitations of an address, in every status.
    pub(super) async fn invitations_of(
        &self,
        reader: &Reader,
        address: &NormalizedEmailAddress,
    ) -> Result<Vec<KnownInvitation>> {
        if let Some(snapshot) = &self.snapshot {
            return Ok(snapshot.invitations_of(address));
        }
        let found = reader.invitations_of(address).await?;
        Ok(found.into_iter().map(KnownInvitation::from).collect())
    }

    /// Whether it is known which roles there are.
    pub(super) const fn knows_roles(&self) -> bool {
        self.roles.is_some()
    }

    fn unknown_role(&self, role: Option<&str>) -> Option<String> {
        let role = role.filter(|role| self.roles.as_ref().is_some_and(|roles| !roles.contains(*role)))?;
        Some(role.to_owned())
    }
}

impl Snapshot {
    /// Lists every invitation, unless a look-up of each of so many recipients takes fewer calls. Their number may be unknown. The total may be wrong, so
    /// a list that turns out to be longer is given up.
    async fn read_if_cheaper(reader: &Reader, recipients: Option<usize>) -> Result<Option<Self>> {
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

impl Query {
    /// `with_role` is whether the role matters. It is read from the JSON of the request.
    pub(super) fn new(recipient: &Recipient, with_role: bool) -> Self {
        Self {
            address: recipient.identity.clone(),
            // A row that ignores what exists is invited whether they are a user or not.
            asks_for_user: !recipient.ignore_existing,
            role: with_role.then(|| recipient.role()).flatten(),
        }
    }
}

/// Looks up recipients, at most [`CHUNK`].
pub(super) async fn look_up(reader: &Reader, queries: &[Query], overview: &Overview) -> Result<Vec<Lookup>> {
    let users = users(reader, queries).await?;
    let mut lookups = Vec::with_capacity(queries.len());
    for Query { address, role, .. } in queries {
        lookups.push(Lookup {
            invitations: overview.invitations_of(reader, address).await?,
            is_user: users.contains(address),
            unknown_role: overview.unknown_role(role.as_deref()),
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
