//! What others do during a run: people sign up, and other programs use Clerk's API.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::middleware::{Quota, RateLimits};
use clerk_core::model::{InvitationId, InvitationStatus, OrganizationId, OrganizationInvitationId};
use clerk_core::{CallOptions, Client, Clock, HttpRequest, HttpTransport, SecretKey, transport_fn};
use clerk_testkit::{FakeClerk, ManualClock};
use http::Uri;

use crate::scenario::{Clerk, Knowledge, RunSettings};
use crate::target::{Invited, ORGANIZATION, Target};

/// The end of a query that marks others' calls in the fake's log: an empty parameter, which has no meaning.
pub(crate) const BY_OTHERS: &str = "&";

/// An address that Clerk refuses. The calls of another program count in the limits and change nothing.
pub(crate) const FOREIGN_ADDRESS: &str = "foreign@example.org";

/// How many calls another program makes.
const FOREIGN_CALLS: u32 = 60;

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

/// The calls of another program, which uses the rest of the limit of the single endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Foreign {
    target: Target,
    every: Duration,
}

impl Foreign {
    /// Returns the calls of the program with which the run shares the limits, if it does and they leave it any call.
    pub(crate) fn new(target: Target, run: &RunSettings, clerk: &Clerk) -> Option<Self> {
        let Knowledge::Share { .. } = run.knowledge else {
            return None;
        };
        let of = |limits: &RateLimits| limits.quota(target.single_limit());
        let all = of(&clerk.limits)?;
        let ours = of(&run.knowledge.limits(&clerk.limits)).map_or(0, Quota::calls);
        let rest = all.calls().checked_sub(ours).filter(|rest| *rest > 0)?;
        // A little slower, so that no period has one more.
        let every = (all.per() / rest).mul_f64(1.01);
        Some(Self { target, every })
    }
}

/// Deleted invitations, which the fake does not have any more.
pub(crate) type Deleted = Arc<Mutex<BTreeMap<String, Invited>>>;

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

/// Everyone but the run.
pub(crate) struct Others {
    pub(crate) clerk: Client,
    pub(crate) fake: FakeClerk,
    pub(crate) clock: ManualClock,
    pub(crate) target: Target,
    pub(crate) deleted: Deleted,
}

impl Others {
    /// Performs each event at its time, without retries.
    pub(crate) async fn act(self, events: Vec<Event>) {
        for Event { at, deed, address } in events {
            self.clock.sleep(at.saturating_sub(self.clock.elapsed())).await;
            match deed {
                Deed::SignUp => self.sign_up(&address),
                Deed::Invite => self.invite(&address).await,
                Deed::Revoke => {
                    for invitation in self.pending(&address).await {
                        self.revoke(&invitation.id).await;
                    }
                }
                Deed::Delete => {
                    for invitation in self.pending(&address).await {
                        self.delete(invitation).await;
                    }
                }
            }
        }
    }

    fn sign_up(&self, address: &str) {
        match self.target {
            Target::Application => {
                self.fake.sign_up(address);
            }
            Target::Organization => {
                self.fake.join_organization(ORGANIZATION, address);
            }
        }
    }

    async fn invite(&self, address: &str) {
        match self.target {
            Target::Application => drop(self.clerk.invitations().create(&CreateInvitation::new(address)).await),
            Target::Organization => {
                let invitation = CreateOrganizationInvitation::new(address, "org:member");
                let invitations = self.clerk.organization_invitations();
                drop(
                    invitations
                        .create(&OrganizationId::from(ORGANIZATION), &invitation)
                        .await,
                );
            }
        }
    }

    async fn revoke(&self, id: &str) {
        match self.target {
            Target::Application => drop(self.clerk.invitations().revoke(&InvitationId::from(id)).await),
            Target::Organization => {
                let invitations = self.clerk.organization_invitations();
                let (organization, id) = (OrganizationId::from(ORGANIZATION), OrganizationInvitationId::from(id));
                drop(invitations.revoke(&organization, &id).await);
            }
        }
    }

    async fn delete(&self, mut invitation: Invited) {
        let id = invitation.id.clone();
        // It does not count as pending any more.
        invitation.status = InvitationStatus::Revoked;
        self.deleted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.clone(), invitation);
        let _ = self.clerk.invitations().delete(&InvitationId::from(id.as_str())).await;
    }

    /// Returns the pending invitations of an address, or none if they cannot be read.
    async fn pending(&self, address: &str) -> Vec<Invited> {
        let found = self.target.page(&self.clerk, Some(InvitationStatus::Pending), 0).await;
        let found = found.unwrap_or_default().into_iter();
        found.filter(|invitation| invitation.address == address).collect()
    }
}

/// Makes the calls of another program, at even intervals.
pub(crate) async fn use_rest(clerk: Client, clock: ManualClock, foreign: Foreign) {
    let clerk = clerk.with_options(CallOptions::new().no_retry().max_wait(Duration::ZERO));
    for _ in 0..FOREIGN_CALLS {
        match foreign.target {
            Target::Application => {
                let invitation = CreateInvitation::new(FOREIGN_ADDRESS);
                drop(clerk.invitations().create(&invitation).await);
            }
            Target::Organization => {
                let invitation = CreateOrganizationInvitation::new(FOREIGN_ADDRESS, "org:member");
                let organization = OrganizationId::from(ORGANIZATION);
                drop(
                    clerk
                        .organization_invitations()
                        .create(&organization, &invitation)
                        .await,
                );
            }
        }
        clock.sleep(foreign.every).await;
    }
}
