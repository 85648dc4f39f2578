use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Waits for `work`, but only until `limit` is ready. Returns `None` if the limit was first.
///
/// If both are ready in the same poll, `work` wins.
pub async fn race<T>(work: impl Future<Output = T>, limit: impl Future<Output = ()>) -> Option<T> {
    let mut work = pin!(work);
    let mut limit = pin!(limit);
    poll_fn(|context| {
        if let Poll::Ready(value) = work.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        limit.as_mut().poll(context).map(|()| None)
    })
    .await
}
