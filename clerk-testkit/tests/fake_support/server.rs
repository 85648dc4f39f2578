//! A server for the tests.

use clerk_testkit::FakeClerk;
use clerk_testkit::server::FakeServer;
use tokio::runtime::{Builder, Runtime};

/// Starts a server on another thread.
pub(crate) fn serve(fake: &FakeClerk) -> (Runtime, FakeServer) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_io()
        .build()
        .expect("a runtime");
    let server = runtime.block_on(FakeServer::start(fake.clone())).expect("a free port");
    (runtime, server)
}
