//! Writing a request, and the faults in it.

use clerk_core::{Bytes, HttpRequest};
use http::header::{ACCEPT, ACCEPT_ENCODING, COOKIE};
use http::{HeaderValue, Method};

use super::{SmallTransport, lock};
use crate::faults::Fault;

impl SmallTransport {
    pub(super) fn encode(&self, request: &HttpRequest) -> Vec<u8> {
        let mut method = request.method().to_string();
        if self.has(Fault::SendsPatchAsPost) {
            method = method.replace("PATCH", "POST");
        }
        let mut target = request
            .uri()
            .path_and_query()
            .map_or("/", |target| target.as_str())
            .to_owned();
        if self.has(Fault::DecodesPath) {
            target = target.replace("%2F", "/");
        }
        if self.has(Fault::DropsEmptyQuery) {
            target = target.trim_end_matches('?').to_owned();
        }
        let mut host = Self::authority(request);
        if self.has(Fault::SendsHostWithoutPort) {
            host = request.uri().host().unwrap_or_default().to_owned();
        }
        let mut body = request.body().clone();
        if self.has(Fault::DropsBodyOfDelete) && request.method() == Method::DELETE {
            body = Bytes::new();
        }
        let mut headers = request.headers().clone();
        match self.fault {
            Some(Fault::DropsHeader) => {
                headers.remove(ACCEPT);
            }
            Some(Fault::AddsHeader) => {
                headers.insert("accept-language", HeaderValue::from_static("*"));
            }
            Some(Fault::AsksForCompression) => {
                headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate"));
            }
            Some(Fault::StoresCookies) => {
                headers.extend(lock(&self.state.cookie).clone().map(|cookie| (COOKIE, cookie)));
            }
            _ => {}
        }
        let length = body.len();
        let mut bytes =
            format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n").into_bytes();
        for (name, value) in &headers {
            bytes.extend_from_slice(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&body);
        bytes
    }
}
