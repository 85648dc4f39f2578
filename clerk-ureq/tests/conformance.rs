//! Runs the conformance suite on [`UreqTransport`].

use std::time::Duration;

use clerk_testkit::TransportConformance;
use clerk_ureq::{UreqTransport, block_on, ureq};

const LIMIT: usize = 64 * 1024;
const TIMEOUT: Duration = Duration::from_secs(1);

/// The thread of a dropped call keeps its connection, because ureq cannot interrupt a blocking call.
fn suite(transport: UreqTransport) -> TransportConformance {
    TransportConformance::new(transport.max_response_bytes(LIMIT))
        .response_limit(LIMIT)
        .abandons_dropped_calls(false)
}

fn check(suite: TransportConformance) {
    let report = block_on(suite.check());
    assert!(report.verify().is_ok(), "{report}");
}

#[test]
fn the_transport_conforms() {
    check(suite(UreqTransport::new()));
}

#[test]
fn a_transport_on_an_agent_with_other_settings_conforms() {
    let config = ureq::Agent::config_builder()
        .proxy(None)
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(true)
        .max_redirects(10)
        .allow_non_standard_methods(false);
    let transport = UreqTransport::from_agent(config.build().new_agent());
    check(suite(transport).own_timeout(TIMEOUT));
}
