//! The call with the SDK and its default settings.

use std::net::SocketAddr;

use clerk_hyper::api::invitations::{CreateInvitation, ListInvitations};
use clerk_hyper::model::{InvitationId, Metadata};
use clerk_hyper::{Client, ErrorCode, SecretKey};

use super::Peer;
use crate::workload::{self, Work};

pub(crate) struct Clerk {
    client: Client,
    work: Work,
    people: Vec<CreateInvitation>,
    list: ListInvitations,
    unknown: InvitationId,
}

pub(crate) fn people() -> Vec<CreateInvitation> {
    let metadata = Metadata::from(workload::metadata());
    let people = workload::addresses().map(|address| {
        CreateInvitation::new(address)
            .public_metadata(metadata.clone())
            .redirect_url(workload::REDIRECT_URL)
            .expires_in_days(workload::EXPIRES_IN_DAYS)
    });
    people.collect()
}

impl Clerk {
    pub(crate) fn new(server: SocketAddr, work: Work) -> Self {
        let key = SecretKey::new(workload::SECRET_KEY).expect("a key");
        let builder = clerk_hyper::builder(key).expect("root certificates");
        Self {
            client: builder.base_url(format!("http://{server}")).build().expect("a client"),
            work,
            people: people(),
            list: ListInvitations::new().limit(500),
            unknown: InvitationId::from("inv_1"),
        }
    }
}

impl Peer for Clerk {
    async fn call(&self) {
        let api = self.client.invitations();
        match self.work {
            Work::Bulk => {
                let invitations = api.create_bulk(&self.people).await.expect("invitations");
                assert_eq!(invitations.len(), workload::PEOPLE);
            }
            Work::Single => {
                let invitation = api.create(&self.people[0]).await.expect("an invitation");
                assert!(invitation.url.is_some());
            }
            Work::Page => {
                let page = api.list(&self.list).await.expect("a page");
                assert_eq!(page.data.len(), workload::PAGE);
            }
            Work::Refusal => {
                let error = api.revoke(&self.unknown).await.expect_err("a refusal");
                assert_eq!(error.code(), Some(&ErrorCode::ResourceNotFound));
            }
        }
    }
}
