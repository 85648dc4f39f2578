//! Runs the conformance suite on the default transport.

use clerk_hyper::HyperTransport;
use clerk_testkit::TransportConformance;

#[test]
fn hyper_transport_conforms() {
    const LIMIT: usize = 64 * 1024;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let report = runtime.expect("a runtime").block_on(async {
        let transport = HyperTransport::builder().max_response_bytes(LIMIT).build();
        TransportConformance::new(transport.expect("a transport"))
            .response_limit(LIMIT)
            .check()
            .await
    });
    println!("{report}");
    report.verify().expect("it conforms");
}
