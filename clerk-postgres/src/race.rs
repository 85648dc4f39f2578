//! Waits for what ends first.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Which of two futures has ended.
pub(crate) enum First<A, B> {
    One(A),
    Other(B),
}

/// Waits until one of two futures has ended, and drops the other. `one` wins if both have.
pub(crate) async fn race<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> First<A, B> {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|context| {
        if let Poll::Ready(output) = one.as_mut().poll(context) {
            return Poll::Ready(First::One(output));
        }
        other.as_mut().poll(context).map(First::Other)
    })
    .await
}
