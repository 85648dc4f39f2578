use bytes::Bytes;
use http::{Extensions, HeaderMap, Method, Uri, Version};

use crate::operation::CallContext;
use crate::transport::HttpRequest;

/// A copy of a request for the case of a retry, made as cheap as possible because most requests are never retried.
///
/// Cloning the map of extensions costs more than cloning everything else. In requests of a client it holds only the context,
/// so the context is kept without its map.
pub(super) struct RetryableRequest {
    method: Method,
    uri: Uri,
    version: Version,
    headers: HeaderMap,
    body: Bytes,
    context: Option<CallContext>,
    /// Empty unless the request has extensions besides the context.
    extensions: Extensions,
}

impl RetryableRequest {
    pub(super) fn new(request: &HttpRequest) -> Self {
        let context = CallContext::from_request(request).cloned();
        let has_others = request.extensions().len() > usize::from(context.is_some());
        let extensions = if has_others {
            request.extensions().clone()
        } else {
            Extensions::new()
        };
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            headers: request.headers().clone(),
            body: request.body().clone(),
            context,
            extensions,
        }
    }

    pub(super) const fn context(&self) -> Option<&CallContext> {
        self.context.as_ref()
    }

    /// Returns the request, to be sent as the attempt with this number.
    pub(super) fn request(&self, attempt: u32) -> HttpRequest {
        let mut request = HttpRequest::new(self.body.clone());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.version_mut() = self.version;
        *request.headers_mut() = self.headers.clone();
        *request.extensions_mut() = self.extensions.clone();
        if let Some(context) = &self.context {
            request.extensions_mut().insert(context.clone().with_attempt(attempt));
        }
        request
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::operation::{CallOptions, Operation};

    #[test]
    fn recreates_the_request_with_the_number_of_the_attempt() {
        let context = CallContext::new(Operation::post("Ban", "/ban"), CallOptions::new().no_retry(), || {
            Duration::ZERO
        });
        for (has_context, has_other) in [(true, false), (true, true), (false, true), (false, false)] {
            let mut request = http::Request::post("https://api.clerk.com/v1/ban?a=b")
                .version(http::Version::HTTP_2)
                .header("x-ours", "1")
                .body("[]".into())
                .expect("a request");
            if has_context {
                request.extensions_mut().insert(context.clone());
            }
            if has_other {
                request.extensions_mut().insert("another extension");
            }

            let again = RetryableRequest::new(&request).request(2);
            assert_eq!(again.method(), request.method());
            assert_eq!(again.uri(), request.uri());
            assert_eq!(again.version(), request.version());
            assert_eq!(again.headers(), request.headers());
            assert_eq!(again.body(), request.body());
            let second = context.clone().with_attempt(2);
            assert_eq!(CallContext::from_request(&again), has_context.then_some(&second));
            assert_eq!(again.extensions().get(), has_other.then_some(&"another extension"));
        }
    }
}
