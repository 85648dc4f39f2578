use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::Pages;
use crate::error::Result;

/// The entries of all pages of a list, returned by [`Pages::items`].
///
/// It is a [`Stream`], and [`next`](Self::next) reads it without a stream library. See [`Pages`] for the guarantees.
///
/// ```no_run
/// # async fn f(clerk: clerk_core::Client) -> clerk_core::Result<()> {
/// use clerk_core::api::waitlist_entries::ListWaitlistEntries;
///
/// let mut entries = clerk.pages(&ListWaitlistEntries::new()).items();
/// while let Some(entry) = entries.next().await {
///     println!("{}", entry?.id);
/// }
/// # Ok(()) }
/// ```
#[must_use = "nothing is sent until an entry is requested"]
pub struct Items<T> {
    pages: Pages<T>,
    page: vec::IntoIter<T>,
}

impl<T> Items<T> {
    pub(super) fn new(pages: Pages<T>) -> Self {
        Self {
            pages,
            page: Vec::new().into_iter(),
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> Items<T> {
    /// Returns the next entry, or `None` after the last.
    ///
    /// # Errors
    ///
    /// Those of every call. The list ends after an error.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the next call continues where the dropped one stopped.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T: DeserializeOwned + Send + 'static> Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(page)) => self.page = page.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

// Entries are never pinned.
impl<T> Unpin for Items<T> {}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("pages", &self.pages)
            .field("remaining_on_page", &self.page.len())
            .finish()
    }
}
