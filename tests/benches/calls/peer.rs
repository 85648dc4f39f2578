//! The peers that make the call: the SDK, parts of it, and programs written without an SDK.

pub(crate) mod by_hand;
pub(crate) mod clerk;
pub(crate) mod model;
pub(crate) mod reqwest;
pub(crate) mod transport;

/// Makes a call of the [workload](crate::workload).
pub(crate) trait Peer: Send + Sync + 'static {
    /// Makes one call, and panics unless the response is the expected one.
    fn call(&self) -> impl Future<Output = ()> + Send;
}
