//! The call written by hand on reqwest.

use std::net::SocketAddr;

use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Client, Url};

use super::Peer;
use super::model::{AsMap, Invitation, NewInvitation, people};
use crate::workload;

const CLERK_API_VERSION: HeaderName = HeaderName::from_static("clerk-api-version");

pub(crate) struct Reqwest {
    client: Client,
    url: Url,
    people: Vec<NewInvitation<AsMap>>,
}

impl Reqwest {
    pub(crate) fn new(server: SocketAddr) -> Self {
        let headers = HeaderMap::from_iter([
            (CLERK_API_VERSION, HeaderValue::from_static(workload::API_VERSION)),
            (USER_AGENT, HeaderValue::from_static("by-hand/0.1.0")),
            (ACCEPT, HeaderValue::from_static("application/json")),
        ]);
        Self {
            client: Client::builder()
                .default_headers(headers)
                .no_proxy()
                .build()
                .expect("a client"),
            url: format!("http://{server}/v1/invitations/bulk").parse().expect("a URL"),
            people: people(),
        }
    }
}

impl Peer for Reqwest {
    async fn call(&self) {
        let request = self.client.post(self.url.clone()).bearer_auth(workload::SECRET_KEY);
        let response = request.json(&self.people).send().await.expect("a response");
        assert!(response.status().is_success());
        let invitations: Vec<Invitation<AsMap>> = response.json().await.expect("invitations");
        assert_eq!(invitations.len(), workload::PEOPLE);
    }
}
