//! The faults of a transport that shares responses and connections between calls.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_core::{HttpRequest, HttpResponse, TransportError};
use http::Method;
use http::header::CACHE_CONTROL;

use super::call::Abandon;
use super::{SmallTransport, lock};
use crate::faults::Fault;

type Response = Result<HttpResponse, TransportError>;

/// Responses that later or simultaneous calls receive too.
#[derive(Debug, Default)]
pub(super) struct Shared {
    cached: Mutex<HashMap<String, HttpResponse>>,
    merged: Mutex<HashMap<String, Arc<Mutex<Option<HttpResponse>>>>>,
}

impl SmallTransport {
    /// Performs a call, or answers it from another call.
    pub(super) fn attempt_or_share(&self, request: &HttpRequest, abandon: &Abandon) -> Response {
        let name = format!("{} {}", request.method(), request.uri());
        match self.fault {
            Some(Fault::CachesResponses) if request.method() == Method::GET => {
                if let Some(response) = lock(&self.state.shared.cached).get(&name) {
                    return Ok(response.clone());
                }
                let response = self.attempt(request, abandon)?;
                if response.headers().contains_key(CACHE_CONTROL) {
                    lock(&self.state.shared.cached).insert(name, response.clone());
                }
                Ok(response)
            }
            Some(Fault::MergesEqualCalls) => {
                let merged = Arc::clone(lock(&self.state.shared.merged).entry(name.clone()).or_default());
                let mut merged = lock(&merged);
                if let Some(response) = &*merged {
                    return Ok(response.clone());
                }
                let response = self.attempt(request, abandon);
                *merged = response.as_ref().ok().cloned();
                lock(&self.state.shared.merged).remove(&name);
                response
            }
            _ => self.attempt(request, abandon),
        }
    }

    /// Leaves the connection in the pool while its response is outstanding, and waits for the first byte of the response.
    pub(super) fn wait_in_pool(
        &self,
        stream: &TcpStream,
        request: &HttpRequest,
        abandon: &Abandon,
    ) -> std::io::Result<()> {
        lock(&self.state.kept).insert(Self::authority(request), stream.try_clone()?);
        stream.set_read_timeout(Some(Duration::from_millis(5)))?;
        loop {
            let first_byte = stream.peek(&mut [0]);
            if abandon.is_abandoned() {
                return Err(ErrorKind::ConnectionAborted.into());
            }
            match first_byte {
                Ok(_) => return stream.set_read_timeout(Some(self.timeout)),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => return Err(error),
            }
        }
    }
}
