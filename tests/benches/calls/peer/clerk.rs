//! The call with the SDK and its default settings.

use std::net::SocketAddr;

use clerk_hyper::api::invitations::CreateInvitation;
use clerk_hyper::model::Metadata;
use clerk_hyper::{Client, SecretKey};

use super::Peer;
use crate::workload;

pub(crate) struct Clerk {
    client: Client,
    people: Vec<CreateInvitation>,
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
    pub(crate) fn new(server: SocketAddr) -> Self {
        let key = SecretKey::new(workload::SECRET_KEY).expect("a key");
        let builder = clerk_hyper::builder(key).expect("root certificates");
        Self {
            client: builder.base_url(format!("http://{server}")).build().expect("a client"),
            people: people(),
        }
    }
}

impl Peer for Clerk {
    async fn call(&self) -> usize {
        let api = self.client.invitations();
        api.create_bulk(&self.people).await.expect("invitations").len()
    }
}
