//! The links of invitations that earlier runs created. A journal holds none, because a link is a secret.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io;

use clerk_core::api::invitations::ListInvitations;
use clerk_core::api::organization_invitations::ListOrganizationInvitations;
use clerk_core::model::{InvitationStatus, OrganizationId};
use clerk_core::{Client, Items, Sensitive};
use serde::de::DeserializeOwned;

use crate::store::Store;

/// The most entries that Clerk puts on a page.
const PAGE: u16 = 500;

/// Links by the id of their invitation. They are kept out of memory, except for where each is.
#[derive(Debug)]
pub(crate) struct Links {
    /// The ids with their links.
    store: Store<(String, String)>,
    /// The positions in the store, by the hash of the id.
    positions: HashMap<u64, u64>,
}

/// The ids of invitations whose links are missing, as hashes. With one of a million wrongly in it, a link is read that nobody
/// asks for.
#[derive(Debug, Default)]
pub(crate) struct MissingLinks(HashSet<u64>);

impl Links {
    pub(crate) fn new() -> Self {
        Self {
            store: Store::new(),
            positions: HashMap::new(),
        }
    }

    /// Adds a link.
    ///
    /// # Errors
    ///
    /// If there is no room for it.
    pub(crate) fn insert(&mut self, id: &str, url: &str) -> io::Result<()> {
        let position = self.store.push(&(id, url))?;
        self.positions.insert(hash(id), position);
        Ok(())
    }

    /// Returns the link of an invitation.
    ///
    /// # Errors
    ///
    /// If it cannot be read back.
    pub(crate) fn get(&self, id: &str) -> io::Result<Option<String>> {
        let Some(position) = self.positions.get(&hash(id)) else {
            return Ok(None);
        };
        let (of, url) = self.store.get(*position)?;
        // Two ids can have the same hash.
        Ok((of == id).then_some(url))
    }

    /// Reads the links of the invitations in `missing` from Clerk's list of pending ones.
    ///
    /// # Errors
    ///
    /// Why a page cannot be read or a link not be kept. The links before it have been added.
    pub(crate) async fn read_back(
        &mut self,
        client: &Client,
        organization: Option<&OrganizationId>,
        missing: MissingLinks,
    ) -> Result<(), String> {
        match organization {
            None => {
                let list = ListInvitations::new().status(InvitationStatus::Pending).limit(PAGE);
                let invitations = client.pages(&list).items();
                self.find(invitations, missing, |invitation| {
                    (invitation.id.into_string(), invitation.url)
                })
                .await
            }
            Some(id) => {
                let list = ListOrganizationInvitations::new(id.clone())
                    .status(InvitationStatus::Pending)
                    .limit(PAGE);
                let invitations = client.pages(&list).items();
                self.find(invitations, missing, |invitation| {
                    (invitation.id.into_string(), invitation.url)
                })
                .await
            }
        }
    }

    async fn find<T: DeserializeOwned + Send + 'static>(
        &mut self,
        mut invitations: Items<T>,
        mut missing: MissingLinks,
        id_and_url: impl Fn(T) -> (String, Option<Sensitive>),
    ) -> Result<(), String> {
        while !missing.0.is_empty()
            && let Some(invitation) = invitations.next().await
        {
            let invitation = invitation.map_err(|error| format!("Clerk's list cannot be read: {error}"))?;
            let (id, url) = id_and_url(invitation);
            if missing.0.remove(&hash(&id))
                && let Some(url) = url
            {
                let added = self.insert(&id, url.as_str());
                added.map_err(|error| format!("there is no room for them: {error}"))?;
            }
        }
        Ok(())
    }
}

impl MissingLinks {
    pub(crate) fn insert(&mut self, id: &str) {
        self.0.insert(hash(id));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn hash(id: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::new().hash_one(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_given_to_its_own_invitation_only() {
        let mut links = Links::new();
        links.insert("inv_1", "https://example.com/1").expect("room");
        links.insert("inv_2", "https://example.com/2").expect("room");
        // As if their hashes were equal.
        let position = links.positions[&hash("inv_1")];
        links.positions.insert(hash("inv_3"), position);
        for (id, expected) in [
            ("inv_1", Some("1")),
            ("inv_2", Some("2")),
            ("inv_3", None),
            ("inv_4", None),
        ] {
            let url = links.get(id).expect("readable");
            assert_eq!(url, expected.map(|n| format!("https://example.com/{n}")), "{id}");
        }
    }
}
