//! The calls written by hand on hyper-util's client. The URL and the header values are built once.

use std::net::SocketAddr;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, USER_AGENT};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{from_slice, to_vec};

use super::Peer;
use super::model::{Invitation, Metadata, NewInvitation, Page, Refusal, people};
use crate::workload::{self, Work};
use clerk_core::Bytes;

const CLERK_API_VERSION: HeaderName = HeaderName::from_static("clerk-api-version");

pub(crate) struct ByHand<M> {
    client: Client<HttpConnector, Full<Bytes>>,
    work: Work,
    url: Uri,
    authorization: HeaderValue,
    people: Vec<NewInvitation<M>>,
}

impl<M: Metadata> ByHand<M> {
    pub(crate) fn new(server: SocketAddr, work: Work) -> Self {
        let mut authorization =
            HeaderValue::try_from(format!("Bearer {}", workload::SECRET_KEY)).expect("a header's value");
        authorization.set_sensitive(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            work,
            url: format!("http://{server}{}", work.path()).parse().expect("a URL"),
            authorization,
            people: people(),
        }
    }

    async fn send(&self, method: Method, body: Vec<u8>) -> (StatusCode, Bytes) {
        let mut request = Request::builder()
            .method(method)
            .uri(self.url.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header(CLERK_API_VERSION, HeaderValue::from_static(workload::API_VERSION))
            .header(USER_AGENT, HeaderValue::from_static("by-hand/0.1.0"))
            .header(ACCEPT, HeaderValue::from_static("application/json"));
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let request = request.body(Full::from(body)).expect("a request");
        let response = self.client.request(request).await.expect("a response");
        let status = response.status();
        (status, response.into_body().collect().await.expect("a body").to_bytes())
    }
}

impl<M: Metadata> Peer for ByHand<M> {
    async fn call(&self) {
        let (method, body) = match self.work {
            Work::Bulk => (Method::POST, to_vec(&self.people).expect("JSON")),
            Work::Single => (Method::POST, to_vec(&self.people[0]).expect("JSON")),
            Work::Page => (Method::GET, Vec::new()),
            Work::Refusal => (Method::POST, Vec::new()),
        };
        let (status, body) = self.send(method, body).await;
        assert_eq!(status.is_success(), !matches!(self.work, Work::Refusal));
        match self.work {
            Work::Bulk => {
                let invitations: Vec<Invitation<M>> = from_slice(&body).expect("invitations");
                assert_eq!(invitations.len(), workload::PEOPLE);
            }
            Work::Single => {
                let invitation: Invitation<M> = from_slice(&body).expect("an invitation");
                assert!(invitation.url.is_some());
            }
            Work::Page => {
                let page: Page<M> = from_slice(&body).expect("a page");
                assert_eq!(page.data.len(), workload::PAGE);
            }
            Work::Refusal => {
                let refusal: Refusal = from_slice(&body).expect("a refusal");
                assert_eq!(refusal.errors[0].code, "resource_not_found");
            }
        }
    }
}
