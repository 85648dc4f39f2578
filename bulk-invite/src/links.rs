//! The links of invitations that earlier runs created. A journal holds none, because a link is a secret.

use std::collections::{HashMap, HashSet};

use clerk_core::api::invitations::ListInvitations;
use clerk_core::api::organization_invitations::ListOrganizationInvitations;
use clerk_core::model::{InvitationStatus, OrganizationId};
use clerk_core::{Client, Error, Items, Sensitive};
use serde::de::DeserializeOwned;

/// The most entries that Clerk puts on a page.
const PAGE: u16 = 500;

/// Links by the id of their invitation.
pub(crate) type Links = HashMap<String, String>;

/// Reads the links of the invitations in `missing` from Clerk's list of pending ones, and adds them to `links`.
///
/// # Errors
///
/// If a page cannot be read. The links on the pages before it have been added.
pub(crate) async fn read_back(
    client: &Client,
    organization: Option<&OrganizationId>,
    missing: HashSet<String>,
    links: &mut Links,
) -> Result<(), Error> {
    match organization {
        None => {
            let list = ListInvitations::new().status(InvitationStatus::Pending).limit(PAGE);
            let invitations = client.pages(&list).items();
            find(invitations, missing, links, |invitation| {
                (invitation.id.to_string(), invitation.url)
            })
            .await
        }
        Some(id) => {
            let list = ListOrganizationInvitations::new(id.clone())
                .status(InvitationStatus::Pending)
                .limit(PAGE);
            let invitations = client.pages(&list).items();
            find(invitations, missing, links, |invitation| {
                (invitation.id.to_string(), invitation.url)
            })
            .await
        }
    }
}

async fn find<T: DeserializeOwned + Send + 'static>(
    mut invitations: Items<T>,
    mut missing: HashSet<String>,
    links: &mut Links,
    id_and_url: impl Fn(T) -> (String, Option<Sensitive>),
) -> Result<(), Error> {
    while !missing.is_empty()
        && let Some(invitation) = invitations.next().await
    {
        let (id, url) = id_and_url(invitation?);
        if missing.remove(&id)
            && let Some(url) = url
        {
            links.insert(id, url.into_string());
        }
    }
    Ok(())
}
