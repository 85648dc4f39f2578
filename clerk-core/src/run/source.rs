//! Where the rows of a run come from: an iterator, or a stream that may never end.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use futures_core::Stream;

use super::recipient::RecipientInput;
use crate::api::users::ListUsers;

/// How many rows are read ahead. They are looked up together.
const AHEAD: usize = ListUsers::MAX_ADDRESSES;

/// The rows of the input, some of them read ahead.
pub(super) struct Source<'p> {
    rows: Rows<'p>,
    ahead: VecDeque<RecipientInput>,
    /// How many of the rows ahead [`read_ahead`](Self::read_ahead) has not returned. They may have been read by a wait.
    unseen: usize,
    has_ended: bool,
}

enum Rows<'p> {
    Iterator(Box<dyn Iterator<Item = RecipientInput> + Send + 'p>),
    Stream(Pin<Box<dyn Stream<Item = RecipientInput> + Send + 'p>>),
}

/// A stream of requests, as one of rows.
struct IntoRows<S>(Pin<Box<S>>);

impl<S: Stream<Item: Into<RecipientInput>>> Stream for IntoRows<S> {
    type Item = RecipientInput;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<RecipientInput>> {
        self.0.as_mut().poll_next(context).map(|row| row.map(Into::into))
    }
}

impl<'p> Source<'p> {
    pub(super) fn from_iterator(rows: impl Iterator<Item = RecipientInput> + Send + 'p) -> Self {
        Self::new(Rows::Iterator(Box::new(rows)))
    }

    pub(super) fn from_stream(rows: impl Stream<Item: Into<RecipientInput>> + Send + 'p) -> Self {
        Self::new(Rows::Stream(Box::pin(IntoRows(Box::pin(rows)))))
    }

    const fn new(rows: Rows<'p>) -> Self {
        Self {
            rows,
            ahead: VecDeque::new(),
            unseen: 0,
            has_ended: false,
        }
    }

    /// Whether the rows may never end.
    pub(super) const fn is_stream(&self) -> bool {
        matches!(self.rows, Rows::Stream(_))
    }

    /// Whether the last row was read, and taken.
    pub(super) fn is_done(&self) -> bool {
        self.has_ended && self.ahead.is_empty()
    }

    /// Whether the rows are a stream that has none now.
    pub(super) fn waits(&self) -> bool {
        self.is_stream() && !self.has_ended && self.ahead.is_empty()
    }

    /// Returns a lower bound on the number of rows left; 0 if nothing is known.
    pub(super) fn at_least(&self) -> usize {
        let unread = match &self.rows {
            Rows::Iterator(rows) => rows.size_hint().0,
            Rows::Stream(_) => 0,
        };
        self.ahead.len().saturating_add(unread)
    }

    /// Reads the rows ahead that are there, if none is left of those before. Returns how many were read since the last call,
    /// also by a wait: 0 if the rows have ended, or if a stream has none now.
    pub(super) fn read_ahead(&mut self) -> usize {
        if self.ahead.is_empty() {
            // Without rows now, the next wait reads them.
            let _ = self.poll_ahead(&mut Context::from_waker(Waker::noop()));
        }
        std::mem::take(&mut self.unseen)
    }

    /// Waits until a row is there or the rows have ended.
    pub(super) fn poll_ahead(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while !self.has_ended && self.ahead.len() < AHEAD {
            let next = match &mut self.rows {
                Rows::Iterator(rows) => rows.next(),
                Rows::Stream(rows) if self.ahead.is_empty() => ready!(rows.as_mut().poll_next(context)),
                Rows::Stream(rows) => match rows.as_mut().poll_next(context) {
                    Poll::Ready(next) => next,
                    Poll::Pending => break,
                },
            };
            match next {
                Some(row) => {
                    self.ahead.push_back(row);
                    self.unseen += 1;
                }
                None => self.has_ended = true,
            }
        }
        Poll::Ready(())
    }

    /// Returns the rows that were read ahead.
    pub(super) fn ahead(&self) -> impl Iterator<Item = &RecipientInput> {
        self.ahead.iter()
    }

    /// Takes the next row that was read ahead.
    pub(super) fn next(&mut self) -> Option<RecipientInput> {
        self.ahead.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;
    use crate::api::invitations::CreateInvitation;

    fn row(number: usize) -> RecipientInput {
        CreateInvitation::new(format!("person{number}@example.com")).into()
    }

    /// A stream that has one row for each item, and none for a while at `None`.
    struct Script(VecDeque<Option<usize>>);

    impl Stream for Script {
        type Item = RecipientInput;

        fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<RecipientInput>> {
            match self.0.pop_front() {
                Some(Some(number)) => Poll::Ready(Some(row(number))),
                Some(None) => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                None => Poll::Ready(None),
            }
        }
    }

    #[test]
    fn a_stream_is_read_as_far_as_it_has_rows() {
        let script = [Some(1), Some(2), None, Some(3)];
        let mut source = Source::from_stream(Script(script.into()));
        assert_eq!(source.read_ahead(), 2);
        assert_eq!(source.read_ahead(), 0, "two are left");
        assert!(source.next().is_some() && source.next().is_some() && source.next().is_none());
        pollster::block_on(poll_fn(|context| source.poll_ahead(context)));
        assert_eq!(
            (source.ahead().count(), source.read_ahead(), source.read_ahead()),
            (1, 1, 0)
        );
        assert!(source.next().is_some() && source.is_done());
        assert_eq!(source.read_ahead(), 0);
    }

    #[test]
    fn a_stream_without_a_row_is_not_done() {
        let mut source = Source::from_stream(Script([None, Some(1)].into()));
        assert_eq!((source.read_ahead(), source.is_done()), (0, false));
        assert_eq!(source.read_ahead(), 1);
    }

    #[test]
    fn an_iterator_is_read_in_parts() {
        let mut source = Source::from_iterator((0..AHEAD + 1).map(row));
        assert_eq!((source.read_ahead(), source.at_least()), (AHEAD, AHEAD + 1));
        while source.next().is_some() {}
        assert_eq!((source.read_ahead(), source.is_done()), (1, false));
    }
}
