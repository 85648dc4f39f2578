use std::collections::HashSet;
use std::fmt;
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hasher};
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::Items;
use crate::client::{Client, Response};
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::{Error, InvalidRequest, Result};
use crate::model::Page;
use crate::transport::Effect;

/// All pages of a list, returned by [`Client::pages`].
///
/// It is a [`Stream`], and [`next`](Self::next) reads it without a stream library. Each page is requested when the previous
/// one has been taken, in a call of its own with the client's retries and options. The list ends after the last page or an
/// error.
///
/// # Changes during reading
///
/// Clerk pages by offset and keeps no snapshot, so entries shift if the list changes while it is read:
///
/// - If nothing changes, each entry is returned exactly once.
/// - For each entry that is *added* before the current position, an entry that was already read can be returned again.
///   Recognize it by its id. In the default order, newest first, new entries are added before the current position.
/// - For each entry that is *removed* before the current position, or no longer matches a filter, an entry can be skipped. If
///   you change the listed entries, for example revoke them, read the whole list first.
/// - In an order that adds new entries at the end, such as oldest first, nothing is skipped or repeated unless entries are
///   removed.
///
/// The list ends with an empty page, or with a page that is shorter than requested unless Clerk's total says that there are
/// more entries. The total alone does not end the list. If the server returns the same page for two offsets, the list ends
/// with [`ErrorKind::RepeatedPage`](crate::ErrorKind::RepeatedPage), and if a hundred pages have less than a tenth of the
/// requested entries, with [`ErrorKind::Contradiction`](crate::ErrorKind::Contradiction).
#[must_use = "nothing is sent until a page is requested"]
pub struct Pages<T> {
    client: Client,
    offset: u64,
    state: State<T>,
}

enum State<T> {
    /// The request is invalid.
    Invalid(InvalidRequest),
    Idle(List),
    Reading(List, Reading<T>),
    Ended,
}

type Reading<T> = Pin<Box<dyn Future<Output = Result<Response<Page<T>>>> + Send>>;

/// The list to read, and what is known of its pages.
struct List {
    request: EndpointRequest,
    limit: u64,
    /// Hashes of the bodies of all pages.
    seen: HashSet<u64>,
    /// How many pages had far fewer entries than requested.
    short: u32,
}

/// How many such pages a list may have. A server may have a smaller page than requested, but not nearly an empty one.
const MAX_SHORT_PAGES: u32 = 100;

impl Client {
    /// Reads all pages of a list, starting at its offset.
    ///
    /// A list is an endpoint whose output is a [`Page`], and whose pages Clerk selects by the query parameters `limit` and
    /// `offset`. It can be one of the SDK or your own.
    ///
    /// Each page has as many entries as the list's limit says, by default [100](Pages::DEFAULT_LIMIT). Nothing is sent until
    /// the first page is requested.
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
    pub fn pages<T>(&self, list: &(impl Endpoint<Output = Page<T>> + ?Sized)) -> Pages<T> {
        Pages::new(self.clone(), list.request())
    }
}

impl<T> Pages<T> {
    /// The default number of entries on a page: 100.
    pub const DEFAULT_LIMIT: u64 = 100;

    fn new(client: Client, request: Result<EndpointRequest, InvalidRequest>) -> Self {
        let offset = request.as_ref().ok().and_then(|request| request.query_number("offset"));
        let state = match request {
            Ok(request) => State::Idle(List {
                limit: request.query_number("limit").unwrap_or(Self::DEFAULT_LIMIT),
                request,
                seen: HashSet::new(),
                short: 0,
            }),
            Err(error) => State::Invalid(error),
        };
        Self {
            client,
            offset: offset.unwrap_or(0),
            state,
        }
    }

    /// Returns the offset of the next page. After an error, a new list with this offset continues where this one stopped.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether [`next`](Self::next) returns `None` without sending anything.
    pub(crate) const fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }
}

impl<T: DeserializeOwned + Send + 'static> Pages<T> {
    /// Returns the next page, or `None` after the last.
    ///
    /// # Errors
    ///
    /// Those of every call. The list ends after an error.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the next call continues where the dropped one stopped.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Returns the entries of all pages, one by one.
    pub fn items(self) -> Items<T> {
        Items::new(self)
    }

    /// Reads all pages and returns their entries.
    ///
    /// # Errors
    ///
    /// Returns the first error, without the entries that were read before it. To keep those, use [`items`](Self::items).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the calls only read. The entries that were read are lost.
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

    /// Applies a page to the state, and returns what to yield.
    fn take(&mut self, mut list: List, response: Response<Page<T>>) -> Option<Result<Page<T>>> {
        let page = response.value();
        let count = u64::try_from(page.data.len()).unwrap_or(u64::MAX);
        if count == 0 {
            return None;
        }
        if !list.seen.insert(hash(response.body())) {
            let operation = list.request.operation().name();
            let trace_id = response.trace_id().map(str::to_owned);
            let error = Error::from_repeated_page(operation, response.status(), trace_id, response.attempts());
            return Some(Err(error));
        }
        self.offset = self.offset.saturating_add(count);
        let has_more = count >= list.limit || page.total_count.is_some_and(|total| total > self.offset);
        if has_more {
            list.short += u32::from(count.saturating_mul(10) < list.limit);
            if list.short > MAX_SHORT_PAGES {
                let problem = "the list claims far more entries than its pages have";
                let operation = list.request.operation().name();
                return Some(Err(Error::from_contradiction(operation, problem, Effect::NotApplied)));
            }
            self.state = State::Idle(list);
        }
        Some(Ok(response.into_value()))
    }
}

fn hash(body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(body);
    hasher.finish()
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

// Entries are never pinned.
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

/// The request for one page of a list.
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
