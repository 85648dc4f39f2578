use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Runs `work` until it ends or `limit` does; `None` if the limit was first. The work is asked first each time.
pub(crate) async fn race<T>(work: impl Future<Output = T>, limit: impl Future<Output = ()>) -> Option<T> {
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
