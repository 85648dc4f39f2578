//! The journal and the queue of a machine that leads.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use clerk_core::model::{NormalizedEmailAddress, Timestamp};
use clerk_core::run::journal::{IndexedJournal, Journal, JournalError, JournalKey, Record};
use clerk_core::{Clock, Sleep, async_trait};
use clerk_testkit::ManualClock;
use futures_core::Stream;

use super::process::Process;
use super::store::Store;
use crate::breakage::Break;

/// How often the queue is read.
const POLL: Duration = Duration::from_secs(40);

/// The journal of one leadership. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Leader {
    store: Store,
    process: Process,
    clock: ManualClock,
    epoch: u64,
    state: Arc<Mutex<Leadership>>,
}

#[derive(Debug)]
struct Leadership {
    /// When the lease was extended last, by the machine's clock.
    extended_at: Duration,
    /// Whether a transaction has failed. Then nothing is known of the leadership.
    has_failed: bool,
}

impl Leader {
    /// Leads in an epoch that began at this time or later.
    pub(super) fn new(store: &Store, process: &Process, clock: &ManualClock, epoch: u64, began: Duration) -> Self {
        Self {
            store: store.clone(),
            process: process.clone(),
            clock: clock.clone(),
            epoch,
            state: Arc::new(Mutex::new(Leadership {
                extended_at: began,
                has_failed: false,
            })),
        }
    }

    /// Extends the lease, and returns whether the machine still leads.
    pub(super) fn extend(&self) -> bool {
        self.transact(|store| store.extend(self.epoch)).is_ok()
    }

    /// Lets another machine take over.
    pub(super) fn hand_over(&self) {
        if !self.process.is_cut() {
            self.store.hand_over(self.epoch);
        }
    }

    fn transact<T>(&self, transaction: impl FnOnce(&Store) -> Result<T, JournalError>) -> Result<T, JournalError> {
        let mut state = self.state();
        if state.has_failed && self.store.broken() != Some(Break::Fence) {
            return Err(JournalError::new("an earlier transaction has failed"));
        }
        let began = self.clock.elapsed();
        let result = match self.process.is_cut() {
            true => Err(JournalError::new("the store cannot be reached")),
            false => transaction(&self.store),
        };
        match &result {
            Ok(_) => state.extended_at = began,
            Err(_) => state.has_failed = true,
        }
        result
    }

    fn state(&self) -> MutexGuard<'_, Leadership> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Journal for Leader {
    async fn load(&self, _each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        Err(JournalError::new("the whole journal is never loaded"))
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        self.transact(|store| store.append(self.epoch, records))?;
        self.process.failpoint().await;
        Ok(())
    }

    /// The same in every run of the seed.
    fn new_key(&self) -> JournalKey {
        JournalKey::default()
    }

    fn check_before_send(&self) -> Result<(), JournalError> {
        let state = self.state();
        let age = self.clock.elapsed().saturating_sub(state.extended_at);
        let is_over = state.has_failed || age >= self.store.lease() / 2;
        match is_over && self.store.broken() != Some(Break::Fence) {
            true => Err(JournalError::new("another machine may have taken over")),
            false => Ok(()),
        }
    }

    fn indexed(&self) -> Option<&dyn IndexedJournal> {
        Some(self)
    }
}

#[async_trait]
impl IndexedJournal for Leader {
    async fn open(&self, window: Duration, each: &mut (dyn FnMut(Record) + Send)) -> Result<Timestamp, JournalError> {
        self.transact(|store| {
            store.extend(self.epoch)?;
            Ok(store.open(window, each))
        })
    }

    async fn look_up(
        &self,
        people: &[NormalizedEmailAddress],
        each: &mut (dyn FnMut(Record) + Send),
    ) -> Result<(), JournalError> {
        self.transact(|store| {
            store.extend(self.epoch)?;
            store.look_up(people, each);
            Ok(())
        })
    }
}

/// The rows that were submitted and have no outcome, without end.
pub(super) struct Queue<T, A> {
    store: Store,
    process: Process,
    clock: ManualClock,
    next: usize,
    /// Returns the normalized address of a row.
    address: A,
    /// Returns the invitation of a row.
    invitation: T,
    sleep: Option<Sleep>,
}

impl<T, A> Queue<T, A> {
    pub(super) fn new(store: &Store, process: &Process, clock: &ManualClock, address: A, invitation: T) -> Self {
        Self {
            store: store.clone(),
            process: process.clone(),
            clock: clock.clone(),
            next: 0,
            address,
            invitation,
            sleep: None,
        }
    }
}

impl<T, A, I> Stream for Queue<T, A>
where
    T: Fn(usize) -> I + Unpin,
    A: Fn(usize) -> String + Unpin,
{
    type Item = I;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<I>> {
        loop {
            let next = match self.process.is_cut() {
                true => None,
                false => self.store.next(self.next, &self.address),
            };
            if let Some((row, next)) = next {
                self.next = next;
                return Poll::Ready(Some((self.invitation)(row)));
            }
            let clock = self.clock.clone();
            let sleep = self.sleep.get_or_insert_with(|| clock.sleep(POLL));
            if sleep.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.sleep = None;
        }
    }
}
