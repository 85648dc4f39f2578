//! Those who make the call: the SDK, parts of it, and two programs such as people write without one.

pub(crate) mod by_hand;
pub(crate) mod clerk;
pub(crate) mod model;
pub(crate) mod reqwest;
pub(crate) mod transport;

/// Makes the call of the [workload](crate::workload), again and again.
pub(crate) trait Peer: Send + Sync + 'static {
    /// Makes the call and tells how many invitations there are in the answer.
    fn call(&self) -> impl Future<Output = usize> + Send;
}
