//! Runs the calls of a peer on its own single-threaded runtime.

use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::peer::Peer;

/// A peer and its runtime, which holds the peer's open connections.
pub(crate) struct Driver<P> {
    peer: Arc<P>,
    runtime: Runtime,
}

/// Makes `calls` calls with `peer`, one after another.
pub(crate) fn drive(peer: impl Peer, calls: usize) {
    Driver::new(peer).run(calls, 1);
}

impl<P: Peer> Driver<P> {
    pub(crate) fn new(peer: P) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        Self {
            peer: Arc::new(peer),
            runtime: runtime.expect("a runtime"),
        }
    }

    /// Makes `calls` calls, `in_flight` of them at a time.
    pub(crate) fn run(&self, calls: usize, in_flight: usize) {
        self.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for task in 0..in_flight {
                let calls = calls / in_flight + usize::from(task < calls % in_flight);
                tasks.spawn(make(Arc::clone(&self.peer), calls));
            }
            while let Some(done) = tasks.join_next().await {
                done.expect("the calls succeed");
            }
        });
    }
}

async fn make(peer: Arc<impl Peer>, calls: usize) {
    for _ in 0..calls {
        peer.call().await;
    }
}
