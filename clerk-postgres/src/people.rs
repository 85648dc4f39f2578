//! The people of an outbox who wait for their invitation, as a stream.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::backoff::Backoff;
use crate::error::{Error, ErrorKind};
use crate::intake::{has_waiting, take_in};
use crate::lease::{Appended, Leadership};
use crate::observer::{Observers, WorkerEvent};

/// Finds the unresolved people of earlier leaders.
const UNRESOLVED: &str = "
    select place, body from {schema}.person
    where outbox = $1 and stage = 'attempted' and place > $2 and body is not null order by place limit 500";

/// Finds people who have not been attempted.
const WAITING: &str = "
    select place, body from {schema}.person
    where outbox = $1 and stage = 'waiting' and place > $2 and body is not null order by place limit 500";

/// How many submissions are taken in at once.
const TAKEN_IN_AT_ONCE: i64 = 1_000;

/// Everyone who waits, each once for a leadership, without end: first those that an earlier leader has left unresolved, then
/// those who have not been attempted, in the order in which they were taken in.
pub(crate) struct People<T> {
    read: VecDeque<T>,
    position: Position,
    reading: Option<Reading<T>>,
    source: Source,
}

type Reading<T> = Pin<Box<dyn Future<Output = (Vec<T>, Position)> + Send>>;

/// Which people come next.
#[derive(Debug, Clone, Copy)]
enum Position {
    Unresolved {
        after: i64,
    },
    /// Only the leader gives people their places, so nobody comes before this one later.
    Waiting {
        after: i64,
    },
}

/// Where people are read.
#[derive(Clone)]
struct Source {
    leadership: Arc<Leadership>,
    observers: Observers,
    poll_interval: Duration,
}

impl<T> People<T> {
    pub(crate) fn new(leadership: Arc<Leadership>, observers: Observers, poll_interval: Duration) -> Self {
        Self {
            read: VecDeque::new(),
            position: Position::Unresolved { after: i64::MIN },
            reading: None,
            source: Source {
                leadership,
                observers,
                poll_interval,
            },
        }
    }
}

impl<T: DeserializeOwned + Send + Unpin + 'static> Stream for People<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        loop {
            if let Some(person) = self.read.pop_front() {
                return Poll::Ready(Some(person));
            }
            let (source, position) = (self.source.clone(), self.position);
            let reading = self
                .reading
                .get_or_insert_with(|| Box::pin(async move { source.next(position).await }));
            let (people, position) = ready!(reading.as_mut().poll(context));
            self.reading = None;
            self.position = position;
            self.read.extend(people);
        }
    }
}

impl Source {
    /// Waits for the next people.
    async fn next<T: DeserializeOwned>(&self, mut position: Position) -> (Vec<T>, Position) {
        let mut backoff = Backoff::new(self.poll_interval);
        loop {
            let wait = match self.read(position).await {
                Ok((bodies, next)) => {
                    let is_progress = !bodies.is_empty() || matches!(position, Position::Unresolved { .. });
                    let people = self.decode(bodies);
                    if !people.is_empty() {
                        return (people, next);
                    }
                    position = next;
                    backoff.reset();
                    if is_progress {
                        Duration::ZERO
                    } else {
                        self.poll_interval
                    }
                }
                // The worker notices it and ends the run.
                Err(error) if error.kind() == ErrorKind::LeadershipLost => return std::future::pending().await,
                Err(error) => {
                    let wait = backoff.next();
                    self.observers.tell(&WorkerEvent::Unavailable { error: &error, wait });
                    wait
                }
            };
            if wait > Duration::ZERO {
                self.leadership.clock().sleep(wait).await;
            }
        }
    }

    /// Reads the next people, with their places.
    async fn read(&self, position: Position) -> Result<(Vec<(i64, String)>, Position), Error> {
        self.leadership
            .within(async {
                match position {
                    Position::Unresolved { after } => {
                        let people = self.select(UNRESOLVED, after).await?;
                        let next = match people.last() {
                            Some((after, _)) => Position::Unresolved { after: *after },
                            None => Position::Waiting { after: i64::MIN },
                        };
                        Ok((people, next))
                    }
                    Position::Waiting { after } => {
                        self.take_in().await?;
                        let people = self.select(WAITING, after).await?;
                        let after = people.last().map_or(after, |(place, _)| *place);
                        Ok((people, Position::Waiting { after }))
                    }
                }
            })
            .await
    }

    async fn select(&self, statement: &'static str, after: i64) -> Result<Vec<(i64, String)>, Error> {
        let outbox = self.leadership.outbox();
        let mut connection = outbox.store().acquire().await?;
        sqlx::query_as(outbox.store().sql(statement))
            .bind(outbox.id())
            .bind(after)
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)
    }

    /// Takes in what was submitted, if something was.
    async fn take_in(&self) -> Result<(), Error> {
        let outbox = self.leadership.outbox();
        if !has_waiting(outbox).await.map_err(failed)? {
            return Ok(());
        }
        let mut fenced = self.leadership.begin(Appended::default()).await?;
        take_in(outbox, &mut fenced.transaction, TAKEN_IN_AT_ONCE)
            .await
            .map_err(failed)?;
        fenced.commit().await
    }

    /// Decodes the requests of people. One that cannot be read stays waiting for an SDK that can.
    fn decode<T: DeserializeOwned>(&self, bodies: Vec<(i64, String)>) -> Vec<T> {
        let decode = |(place, body): (i64, String)| {
            let decoded = serde_json::from_str(&body);
            if decoded.is_err() {
                self.observers.tell(&WorkerEvent::Unreadable { place });
            }
            decoded.ok()
        };
        bodies.into_iter().filter_map(decode).collect()
    }
}

fn failed(error: sqlx::Error) -> Error {
    Error::query("read the people who wait", error)
}
