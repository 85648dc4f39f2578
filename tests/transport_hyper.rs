//! The conformance suite on the default transport.

use clerk_hyper::HyperTransport;
use clerk_testkit::Conformance;

#[test]
fn it_keeps_what_a_transport_promises() {
    const LIMIT: usize = 64 * 1024;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let report = runtime.expect("a runtime").block_on(async {
        let transport = HyperTransport::builder().max_response_bytes(LIMIT).build();
        Conformance::new(transport.expect("a transport"))
            .response_limit(LIMIT)
            .check()
            .await
    });
    println!("{report}");
    report.verify().expect("it conforms");
}
