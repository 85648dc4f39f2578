//! Runs the conformance suite on [`ReqwestTransport`], and on transports that make the usual mistakes.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use clerk_reqwest::{
    Delivery, HttpRequest, HttpResponse, HttpTransport, ReqwestTransport, TransportError, async_trait,
};
use clerk_testkit::Conformance;
use clerk_testkit::conformance::{CheckOutcome, Report};

const LIMIT: usize = 64 * 1024;

fn transport(limit: usize) -> ReqwestTransport {
    ReqwestTransport::new().expect("a client").max_response_bytes(limit)
}

fn check(transport: impl HttpTransport) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let check = Conformance::new(transport).response_limit(LIMIT);
    runtime.expect("a runtime").block_on(check.check())
}

#[test]
fn the_transport_conforms() {
    let report = check(transport(LIMIT));
    println!("{report}");
    report.verify().expect("it conforms");
}

#[test]
fn a_transport_on_a_finished_client_conforms() {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .build();
    let transport = ReqwestTransport::from_client(client.expect("a client")).max_response_bytes(LIMIT);
    check(transport).verify().expect("it conforms");
}

/// A mistake that a transport can make.
#[derive(Debug, Clone, Copy)]
enum Mistake {
    ReportsNotSentAlways,
    Retries,
    DropsAHeader,
    DecodesThePath,
    FailsOnAStatus,
    ReadsWithoutLimit,
}

#[derive(Debug)]
struct MistakenTransport {
    inner: ReqwestTransport,
    mistake: Mistake,
}

#[async_trait]
impl HttpTransport for MistakenTransport {
    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, TransportError> {
        match self.mistake {
            Mistake::ReportsNotSentAlways => {
                let result = self.inner.send(request).await;
                result.map_err(|error| TransportError::new(error.kind(), Delivery::NotSent))
            }
            Mistake::Retries => match self.inner.send(request.clone()).await {
                Ok(response) => Ok(response),
                Err(_) => self.inner.send(request).await,
            },
            Mistake::DropsAHeader => {
                request.headers_mut().remove("clerk-api-version");
                self.inner.send(request).await
            }
            Mistake::DecodesThePath => {
                let uri = request.uri().to_string().replace("%2F", "/");
                *request.uri_mut() = uri.parse().expect("a URI");
                self.inner.send(request).await
            }
            Mistake::FailsOnAStatus => match self.inner.send(request).await {
                Ok(response) if response.status().is_server_error() => Err(TransportError::other("it is down")),
                result => result,
            },
            Mistake::ReadsWithoutLimit => self.inner.send(request).await,
        }
    }
}

#[test]
fn the_suite_finds_each_mistake() {
    let cases = [
        (
            Mistake::ReportsNotSentAlways,
            "a request that was read may have been delivered, and is sent once",
        ),
        (
            Mistake::Retries,
            "a request that was read may have been delivered, and is sent once",
        ),
        (Mistake::DropsAHeader, "a request arrives as it is given"),
        (Mistake::DecodesThePath, "a request arrives as it is given"),
        (
            Mistake::FailsOnAStatus,
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
        let inner = transport(limit);
        let report = check(MistakenTransport { inner, mistake });
        let failed = report
            .results()
            .find(|(_, outcome)| matches!(outcome, CheckOutcome::Failed(_)));
        assert_eq!(failed.map(|(name, _)| name), Some(expected), "{mistake:?}:\n{report}");
    }
}
