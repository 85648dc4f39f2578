//! The call written by hand on hyper-util's client. The URL and the header values are built once.

use std::net::SocketAddr;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, USER_AGENT};
use http::{HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{from_slice, to_vec};

use super::Peer;
use super::model::{Invitation, Metadata, NewInvitation, people};
use crate::workload;
use clerk_core::Bytes;

const CLERK_API_VERSION: HeaderName = HeaderName::from_static("clerk-api-version");

pub(crate) struct ByHand<M> {
    client: Client<HttpConnector, Full<Bytes>>,
    url: Uri,
    authorization: HeaderValue,
    people: Vec<NewInvitation<M>>,
}

impl<M: Metadata> ByHand<M> {
    pub(crate) fn new(server: SocketAddr) -> Self {
        let mut authorization =
            HeaderValue::try_from(format!("Bearer {}", workload::SECRET_KEY)).expect("a header's value");
        authorization.set_sensitive(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            url: format!("http://{server}/v1/invitations/bulk").parse().expect("a URL"),
            authorization,
            people: people(),
        }
    }
}

impl<M: Metadata> Peer for ByHand<M> {
    async fn call(&self) -> usize {
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.url.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header(CLERK_API_VERSION, HeaderValue::from_static(workload::API_VERSION))
            .header(USER_AGENT, HeaderValue::from_static("by-hand/0.1.0"))
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(Full::from(to_vec(&self.people).expect("JSON")))
            .expect("a request");
        let response = self.client.request(request).await.expect("a response");
        assert!(response.status().is_success());
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        from_slice::<Vec<Invitation<M>>>(&body).expect("invitations").len()
    }
}
