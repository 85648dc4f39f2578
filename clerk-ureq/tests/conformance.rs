//! Runs the conformance suite on [`UreqTransport`].

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use clerk_testkit::Conformance;
use clerk_ureq::{UreqTransport, block_on, ureq};

const LIMIT: usize = 64 * 1024;

fn check(transport: UreqTransport) {
    let transport = transport.max_response_bytes(LIMIT);
    let report = block_on(Conformance::new(transport).response_limit(LIMIT).check());
    println!("{report}");
    report.verify().expect("it conforms");
}

#[test]
fn the_transport_conforms() {
    check(UreqTransport::new());
}

#[test]
fn a_transport_on_an_agent_with_other_settings_conforms() {
    let config = ureq::Agent::config_builder()
        .proxy(None)
        .http_status_as_error(true)
        .max_redirects(10)
        .allow_non_standard_methods(false);
    check(UreqTransport::from_agent(config.build().new_agent()));
}
