use std::cell::OnceCell;

use clerk_core::json::Json;
use clerk_core::{CallContext, HttpRequest};

use crate::query;

/// A request with its query and its body, which are parsed once, however many expectations look at them.
pub(super) struct Incoming<'a> {
    pub(super) request: &'a HttpRequest,
    query: OnceCell<Vec<(String, String)>>,
    body: OnceCell<Option<Json<'a>>>,
}

impl<'a> Incoming<'a> {
    pub(super) const fn new(request: &'a HttpRequest) -> Self {
        Self {
            request,
            query: OnceCell::new(),
            body: OnceCell::new(),
        }
    }

    /// Returns method and path, by which messages name the request.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.request.method(), self.request.uri().path())
    }

    /// Returns the parameters of the query, decoded and sorted.
    pub(super) fn query(&self) -> &[(String, String)] {
        self.query
            .get_or_init(|| query::sorted_parameters(self.request.uri().query()))
    }

    /// Returns the body, unless it is not JSON.
    pub(super) fn json(&self) -> Option<&Json<'a>> {
        self.body.get_or_init(|| Json::parse(self.request.body())).as_ref()
    }

    /// Returns the number of the attempt if the client's retry sent the request again.
    pub(super) fn retry(&self) -> Option<u32> {
        let attempt = CallContext::from_request(self.request)?.attempt();
        (attempt > 1).then_some(attempt)
    }
}
