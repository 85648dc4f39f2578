//! What others do during a run: people sign up, and another program uses Clerk's API.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::invitations::ListInvitations;
use clerk_core::model::{Invitation, InvitationStatus};
use clerk_core::{Client, Clock, HttpRequest, HttpTransport, SecretKey, transport_fn};
use clerk_testkit::{FakeClerk, ManualClock};
use http::Uri;

/// The end of a query that marks others' calls in the fake's log: an empty parameter, which has no meaning.
pub(crate) const BY_OTHERS: &str = "&";

/// Something that others do with an address.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) at: Duration,
    pub(crate) deed: Deed,
    pub(crate) address: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// The person signs up, and accepts what is pending.
    SignUp,
    Invite,
    Revoke,
    Delete,
}

/// Deleted invitations, which the fake does not have any more.
pub(crate) type Deleted = Arc<Mutex<BTreeMap<String, Invitation>>>;

/// Creates a client that bypasses the run's transport.
pub(crate) fn client(fake: &FakeClerk, clock: &ManualClock) -> Option<Client> {
    let fake = fake.clone();
    let transport = transport_fn(move |mut request: HttpRequest| {
        let fake = fake.clone();
        async move {
            if let Some(uri) = marked(request.uri()) {
                *request.uri_mut() = uri;
            }
            fake.send(request).await
        }
    });
    let key = SecretKey::new(FakeClerk::SECRET_KEY).ok()?;
    let client = Client::builder(key, transport).clock(clock.clone()).retry_seed(0);
    client.build().ok()
}

fn marked(uri: &Uri) -> Option<Uri> {
    let start = if uri.query().is_some() { "" } else { "?" };
    format!("{uri}{start}{BY_OTHERS}").parse().ok()
}

/// Performs each event at its time, without retries.
pub(crate) async fn act(clerk: Client, fake: FakeClerk, clock: ManualClock, events: Vec<Event>, deleted: Deleted) {
    for event in events {
        clock.sleep(event.at.saturating_sub(clock.elapsed())).await;
        let invitations = clerk.invitations();
        match event.deed {
            Deed::SignUp => fake.sign_up(&event.address),
            Deed::Invite => drop(invitations.create(&CreateInvitation::new(event.address)).await),
            Deed::Revoke => {
                for invitation in find(&clerk, &event.address).await {
                    let _ = invitations.revoke(&invitation.id).await;
                }
            }
            Deed::Delete => {
                for mut invitation in find(&clerk, &event.address).await {
                    let id = invitation.id.clone();
                    // It does not count as pending any more.
                    invitation.status = InvitationStatus::Revoked;
                    deleted
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .insert(id.as_str().to_owned(), invitation);
                    let _ = invitations.delete(&id).await;
                }
            }
        }
    }
}

/// Returns the pending invitations of an address, or none if they cannot be read.
async fn find(clerk: &Client, address: &str) -> Vec<Invitation> {
    let pending = ListInvitations::new()
        .status(InvitationStatus::Pending)
        .query(address)
        .limit(ListInvitations::MAX_LIMIT);
    let found = clerk.invitations().list(&pending).await;
    let found = found.map(|page| page.data).unwrap_or_default();
    found
        .into_iter()
        .filter(|invitation| invitation.email_address.as_str() == address)
        .collect()
}
