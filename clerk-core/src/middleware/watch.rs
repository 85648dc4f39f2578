use crate::transport::{HttpRequest, HttpResponse, HttpTransport, TransportError};

/// Sends `request` and calls `on_end` exactly once: with the result, or with `None` if the returned future is dropped first.
///
/// # Errors
///
/// Those of `inner`.
///
/// # Cancel safety
///
/// As `inner`: a dropped request may have reached the server. `on_end` runs during the drop.
#[doc(hidden)]
pub async fn watch_attempt(
    inner: &impl HttpTransport,
    request: HttpRequest,
    on_end: impl FnOnce(Option<&Result<HttpResponse, TransportError>>) + Send,
) -> Result<HttpResponse, TransportError> {
    let mut watch = Watch(Some(on_end));
    let result = inner.send(request).await;
    watch.end(Some(&result));
    result
}

struct Watch<F: FnOnce(Option<&Result<HttpResponse, TransportError>>)>(Option<F>);

impl<F: FnOnce(Option<&Result<HttpResponse, TransportError>>)> Watch<F> {
    fn end(&mut self, result: Option<&Result<HttpResponse, TransportError>>) {
        if let Some(on_end) = self.0.take() {
            on_end(result);
        }
    }
}

impl<F: FnOnce(Option<&Result<HttpResponse, TransportError>>)> Drop for Watch<F> {
    fn drop(&mut self) {
        self.end(None);
    }
}
