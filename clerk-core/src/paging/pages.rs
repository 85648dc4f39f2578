use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::{Items, Paged};
use crate::client::{Client, Response};
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::{Error, InvalidRequest, Result};
use crate::model::Page;

/// All pages of a list, one after another: a [`Stream`], and [`next`](Self::next) for who needs no stream.
/// [`Client::pages`] makes it.
///
/// The next page is asked for when this one has been taken. Each is a call of its own, with the client's retries and
/// options. After the last page or an error it has ended.
///
/// # What is promised
///
/// Clerk pages by offset and keeps no snapshot, so a list that changes while it is read can shift under the reader:
///
/// - An entry that is there from the first call to the last and that nothing shifts comes exactly once.
/// - For each entry that *joins* ahead of the reader's place in the order, one already read can come a second time.
///   Know them by their id. Newest first, the default order, joins ahead.
/// - For each entry that *leaves* from what was already read, also by a changed status under a filter, one can be
///   missed. Who acts on a list, revoking what it lists for instance, reads it whole before acting.
/// - An order that new entries join at the end of, such as oldest first, misses and repeats nothing as long as none leaves.
///
/// The end is an empty page, or one that is shorter than asked unless Clerk's total says that there is more. A total alone
/// ends nothing. A server that answers the same full page again, whatever the offset, gives
/// [`ErrorKind::RepeatedPage`](crate::ErrorKind::RepeatedPage) and not an endless list.
#[must_use = "nothing is sent until a page is asked for"]
pub struct Pages<T> {
    client: Client,
    offset: u64,
    state: State<T>,
}

enum State<T> {
    /// The request could not be made.
    Invalid(InvalidRequest),
    Idle(List),
    Reading(List, Reading<T>),
    Ended,
}

type Reading<T> = Pin<Box<dyn Future<Output = Result<Response<Page<T>>>> + Send>>;

/// What is listed, and what the last page was.
struct List {
    request: EndpointRequest,
    limit: u64,
    last: Bytes,
}

impl Client {
    /// Reads all pages of a list, the SDK's or your own, from its offset on, with its limit or else
    /// [100](Pages::DEFAULT_LIMIT) entries a page. Nothing is sent until the first page is asked for.
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client) -> clerk_core::Result<()> {
    /// use clerk_core::api::invitations::{InvitationOrder, ListInvitations};
    ///
    /// let mut pages = clerk.pages(&ListInvitations::new().order_by(InvitationOrder::CreatedAt));
    /// while let Some(page) = pages.next().await {
    ///     println!("{} invitations", page?.data.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn pages<E: Paged + ?Sized>(&self, list: &E) -> Pages<E::Item> {
        Pages::new(self.clone(), list.request())
    }
}

impl<T> Pages<T> {
    /// How many entries a page is asked for unless the list says: 100.
    pub const DEFAULT_LIMIT: u64 = 100;

    fn new(client: Client, request: Result<EndpointRequest, InvalidRequest>) -> Self {
        let offset = request.as_ref().ok().and_then(|request| request.query_number("offset"));
        let state = match request {
            Ok(request) => State::Idle(List {
                limit: request.query_number("limit").unwrap_or(Self::DEFAULT_LIMIT),
                request,
                last: Bytes::new(),
            }),
            Err(error) => State::Invalid(error),
        };
        Self {
            client,
            offset: offset.unwrap_or(0),
            state,
        }
    }

    /// The offset of the page that comes next. After an error, a list with this offset goes on where it stopped.
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}

impl<T: DeserializeOwned + Send + 'static> Pages<T> {
    /// The next page; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The entries of all pages, one after another.
    pub fn items(self) -> Items<T> {
        Items::new(self)
    }

    /// The entries of all pages, all at once.
    ///
    /// # Errors
    ///
    /// The first that a call gives. What was read before it is lost: [`items`](Self::items) gives it out at once.
    pub async fn read_all(mut self) -> Result<Vec<T>> {
        let mut items = Vec::new();
        while let Some(page) = self.next().await {
            items.append(&mut page?.data);
        }
        Ok(items)
    }

    fn read(&self, list: &List) -> Reading<T> {
        let client = self.client.clone();
        let page = PageAt::<T> {
            request: list
                .request
                .clone()
                .set_query_number("limit", list.limit)
                .set_query_number("offset", self.offset),
            items: PhantomData,
        };
        Box::pin(async move { client.send(&page).await })
    }

    /// Takes a page in: what to give out, and whether there may be more.
    fn take(&mut self, mut list: List, response: Response<Page<T>>) -> Option<Result<Page<T>>> {
        let page = response.value();
        let count = u64::try_from(page.data.len()).unwrap_or(u64::MAX);
        if count == 0 {
            return None;
        }
        if *response.body() == list.last {
            let operation = list.request.operation().name();
            let trace_id = response.trace_id().map(str::to_owned);
            let error = Error::from_repeated_page(operation, response.status(), trace_id, response.attempts());
            return Some(Err(error));
        }
        self.offset = self.offset.saturating_add(count);
        let has_more = count >= list.limit || page.total_count.is_some_and(|total| total > self.offset);
        if has_more {
            list.last = response.body().clone();
            self.state = State::Idle(list);
        }
        Some(Ok(response.into_value()))
    }
}

impl<T: DeserializeOwned + Send + 'static> Stream for Pages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let (list, mut reading) = match mem::replace(&mut self.state, State::Ended) {
            State::Invalid(error) => return Poll::Ready(Some(Err(error.into()))),
            State::Ended => return Poll::Ready(None),
            State::Idle(list) => {
                let reading = self.read(&list);
                (list, reading)
            }
            State::Reading(list, reading) => (list, reading),
        };
        let Poll::Ready(result) = reading.as_mut().poll(context) else {
            self.state = State::Reading(list, reading);
            return Poll::Pending;
        };
        Poll::Ready(match result {
            Ok(response) => self.take(list, response),
            Err(error) => Some(Err(error)),
        })
    }
}

// No entry is ever pinned in it.
impl<T> Unpin for Pages<T> {}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = match &self.state {
            State::Idle(list) | State::Reading(list, _) => Some(&list.request),
            State::Invalid(_) | State::Ended => None,
        };
        f.debug_struct("Pages")
            .field("list", &list)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// One page of a list.
struct PageAt<T> {
    request: EndpointRequest,
    items: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + Send> Endpoint for PageAt<T> {
    type Output = Page<T>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        Ok(self.request.clone())
    }
}
