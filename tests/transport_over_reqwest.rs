//! How to run the SDK on an HTTP client of your own: here reqwest, which has its own pool, proxies and TLS.
//!
//! The conformance suite proves that the transport keeps what `HttpTransport` promises.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use clerk_core::{
    Bytes, Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind, async_trait,
};
use clerk_testkit::Conformance;
use clerk_testkit::conformance::{CheckOutcome, Report};

/// Sends through a [`reqwest::Client`].
#[derive(Debug)]
struct ReqwestTransport {
    client: reqwest::Client,
    response_limit: usize,
}

impl ReqwestTransport {
    /// Leaves retrying and timeouts to the SDK, which knows what may be sent twice.
    fn new(response_limit: usize) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .build()?;
        Ok(Self { client, response_limit })
    }

    /// Reads the body up to the limit.
    async fn body(&self, mut response: reqwest::Response) -> Result<Bytes, TransportError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken_off)? {
            if body.len() + chunk.len() > self.response_limit {
                let kind = TransportErrorKind::ResponseTooLarge;
                return Err(TransportError::new(kind, Delivery::MaybeDelivered));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.into())
    }
}

#[async_trait]
impl HttpTransport for ReqwestTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(|error| {
            TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent).with_source(error.without_url())
        })?;
        let mut response = self.client.execute(request).await.map_err(failed)?;
        let mut answer = HttpResponse::default();
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        *answer.body_mut() = self.body(response).await?;
        Ok(answer)
    }
}

/// Only a failure to connect proves that nothing was sent. The URL goes, because it can hold an address.
fn failed(error: reqwest::Error) -> TransportError {
    let (kind, delivery) = if error.is_connect() {
        (TransportErrorKind::Connect, Delivery::NotSent)
    } else if error.is_timeout() {
        (TransportErrorKind::Timeout, Delivery::MaybeDelivered)
    } else {
        (TransportErrorKind::Closed, Delivery::MaybeDelivered)
    };
    TransportError::new(kind, delivery).with_source(error.without_url())
}

/// The response had begun, so the request was there.
fn broken_off(error: reqwest::Error) -> TransportError {
    TransportError::new(TransportErrorKind::Closed, Delivery::MaybeDelivered).with_source(error.without_url())
}

const LIMIT: usize = 64 * 1024;

fn check(transport: impl HttpTransport) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let check = Conformance::new(transport).response_limit(LIMIT);
    runtime.expect("a runtime").block_on(check.check())
}

#[test]
fn it_keeps_what_a_transport_promises() {
    let report = check(ReqwestTransport::new(LIMIT).expect("a client"));
    println!("{report}");
    report.verify().expect("it conforms");
}

/// What a transport can get wrong, done on purpose.
#[derive(Debug, Clone, Copy)]
enum Mistake {
    CallsEverythingNotSent,
    RetriesByItself,
    ForgetsAHeader,
    DecodesThePath,
    MakesAnErrorOfAStatus,
    ReadsWithoutLimit,
}

#[derive(Debug)]
struct Mistaken {
    inner: ReqwestTransport,
    mistake: Mistake,
}

#[async_trait]
impl HttpTransport for Mistaken {
    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, TransportError> {
        match self.mistake {
            Mistake::CallsEverythingNotSent => {
                let result = self.inner.send(request).await;
                result.map_err(|error| TransportError::new(error.kind(), Delivery::NotSent))
            }
            Mistake::RetriesByItself => match self.inner.send(request.clone()).await {
                Ok(response) => Ok(response),
                Err(_) => self.inner.send(request).await,
            },
            Mistake::ForgetsAHeader => {
                request.headers_mut().remove("clerk-api-version");
                self.inner.send(request).await
            }
            Mistake::DecodesThePath => {
                let uri = request.uri().to_string().replace("%2F", "/");
                *request.uri_mut() = uri.parse().expect("a URI");
                self.inner.send(request).await
            }
            Mistake::MakesAnErrorOfAStatus => match self.inner.send(request).await {
                Ok(response) if response.status().is_server_error() => Err(TransportError::other("it is down")),
                result => result,
            },
            Mistake::ReadsWithoutLimit => self.inner.send(request).await,
        }
    }
}

#[test]
fn the_suite_finds_what_a_transport_gets_wrong() {
    let cases = [
        (
            Mistake::CallsEverythingNotSent,
            "a request that was read may have been delivered, and is sent once",
        ),
        (
            Mistake::RetriesByItself,
            "a request that was read may have been delivered, and is sent once",
        ),
        (Mistake::ForgetsAHeader, "a request arrives as it is given"),
        (Mistake::DecodesThePath, "a request arrives as it is given"),
        (
            Mistake::MakesAnErrorOfAStatus,
            "every status is a response, and no redirect is followed",
        ),
        (
            Mistake::ReadsWithoutLimit,
            "a response is read up to its limit and no further",
        ),
    ];
    for (mistake, expected) in cases {
        let limit = if matches!(mistake, Mistake::ReadsWithoutLimit) {
            usize::MAX
        } else {
            LIMIT
        };
        let inner = ReqwestTransport::new(limit).expect("a client");
        let report = check(Mistaken { inner, mistake });
        let failed = report
            .results()
            .find(|(_, outcome)| matches!(outcome, CheckOutcome::Failed(_)));
        assert_eq!(failed.map(|(name, _)| name), Some(expected), "{mistake:?}:\n{report}");
    }
}
