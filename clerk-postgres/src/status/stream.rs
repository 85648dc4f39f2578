//! Statuses as a stream, which reads them by pages.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::query::{StatusRow, failed, pages};
use super::{Filter, PersonStatus, Stage};
use crate::error::Error;
use crate::outbox::Outbox;

impl Outbox {
    /// Returns the people that match the filter, with what became of them.
    ///
    /// The stream reads 500 people at a time, each time in a statement of its own, so people who move on meanwhile may be
    /// returned as they were. Someone who is taken in meanwhile may be returned twice.
    pub fn statuses(&self, filter: Filter) -> Statuses {
        let has_submitted = matches!(filter, Filter::All | Filter::Stage(Stage::Waiting));
        Statuses {
            read: VecDeque::new(),
            position: if has_submitted {
                Position::submitted()
            } else {
                Position::first(filter)
            },
            reading: None,
            outbox: self.clone(),
            filter,
        }
    }
}

/// Where the next page begins.
#[derive(Debug, Clone)]
enum Position {
    /// Among the submissions that are not taken in.
    Submitted {
        after: i64,
    },
    Place {
        after: i64,
    },
    Key {
        after: Vec<u8>,
    },
    End,
}

impl Position {
    const fn submitted() -> Self {
        Self::Submitted { after: i64::MIN }
    }

    /// Returns where the people who were taken in begin.
    const fn first(filter: Filter) -> Self {
        match filter {
            Filter::Stage(Stage::Waiting) => Self::Place { after: i64::MIN },
            _ => Self::Key { after: Vec::new() },
        }
    }
}

type Reading = Pin<Box<dyn Future<Output = Result<(Vec<PersonStatus>, Position), Error>> + Send>>;

/// A stream of [`PersonStatus`]. Created by [`Outbox::statuses`]. It ends after an error.
pub struct Statuses {
    read: VecDeque<PersonStatus>,
    position: Position,
    reading: Option<Reading>,
    outbox: Outbox,
    filter: Filter,
}

impl Statuses {
    /// Returns the next person, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] as for any statement.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: nobody is left out.
    pub async fn next(&mut self) -> Result<Option<PersonStatus>, Error> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context))
            .await
            .transpose()
    }
}

impl Stream for Statuses {
    type Item = Result<PersonStatus, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(person) = self.read.pop_front() {
                return Poll::Ready(Some(Ok(person)));
            }
            if matches!(self.position, Position::End) {
                return Poll::Ready(None);
            }
            let (outbox, filter, position) = (self.outbox.clone(), self.filter, self.position.clone());
            let reading = self
                .reading
                .get_or_insert_with(|| Box::pin(async move { read(&outbox, filter, position).await }));
            let page = ready!(reading.as_mut().poll(context));
            self.reading = None;
            match page {
                Ok((people, position)) => {
                    self.read.extend(people);
                    self.position = position;
                }
                Err(error) => {
                    self.position = Position::End;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

impl fmt::Debug for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statuses")
            .field("outbox", &self.outbox)
            .field("filter", &self.filter)
            .finish_non_exhaustive()
    }
}

/// Reads a page, and returns where the next one begins.
async fn read(outbox: &Outbox, filter: Filter, position: Position) -> Result<(Vec<PersonStatus>, Position), Error> {
    let statement = match (&position, filter) {
        (Position::End, _) => return Ok((Vec::new(), position)),
        (Position::Submitted { .. }, _) => pages::SUBMITTED,
        (Position::Place { .. }, _) => pages::WAITING,
        (Position::Key { .. }, Filter::Stage(Stage::Attempted)) => pages::ATTEMPTED,
        (Position::Key { .. }, Filter::Stage(_)) => pages::SETTLED,
        (Position::Key { .. }, Filter::Outcome(_)) => pages::OUTCOME,
        (Position::Key { .. }, Filter::Batch(_)) => pages::BATCH,
        (Position::Key { .. }, Filter::All) => pages::ALL,
    };
    let query = sqlx::query_as(outbox.store().sql(statement)).bind(outbox.id());
    let query = match &position {
        Position::Submitted { after } | Position::Place { after } => query.bind(*after),
        Position::Key { after } => query.bind(after.clone()),
        Position::End => query,
    };
    let query = match filter {
        Filter::Outcome(outcome) => query.bind(outcome.as_str()),
        Filter::Batch(batch) => query.bind(batch.number()),
        _ => query,
    };
    let mut connection = outbox.store().acquire().await?;
    let rows: Vec<StatusRow> = query.fetch_all(&mut *connection).await.map_err(failed)?;
    let next = match (position, rows.last()) {
        (Position::Submitted { .. }, None) => Position::first(filter),
        (_, None) => Position::End,
        (Position::Submitted { after }, Some(last)) => Position::Submitted {
            after: last.place.unwrap_or(after),
        },
        (Position::Place { after }, Some(last)) => Position::Place {
            after: last.place.unwrap_or(after),
        },
        (Position::Key { .. } | Position::End, Some(last)) => Position::Key {
            after: last.key.clone(),
        },
    };
    let people = rows.into_iter().map(StatusRow::into_status).collect::<Result<_, _>>()?;
    Ok((people, next))
}
