//! Runs the conformance suite on [`ReqwestTransport`].

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use clerk_reqwest::ReqwestTransport;
use clerk_testkit::TransportConformance;

const LIMIT: usize = 64 * 1024;
const TIMEOUT: Duration = Duration::from_secs(1);

fn check(transport: ReqwestTransport) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let suite = TransportConformance::new(transport.max_response_bytes(LIMIT))
        .response_limit(LIMIT)
        .own_timeout(TIMEOUT);
    let report = runtime.expect("a runtime").block_on(suite.check());
    assert!(report.verify().is_ok(), "{report}");
}

#[test]
fn the_transport_conforms() {
    let builder = reqwest::Client::builder().no_proxy().timeout(TIMEOUT);
    check(ReqwestTransport::from_builder(builder).expect("a client"));
}

#[test]
fn a_transport_on_a_finished_client_conforms() {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .timeout(TIMEOUT)
        .build();
    check(ReqwestTransport::from_client(client.expect("a client")));
}
