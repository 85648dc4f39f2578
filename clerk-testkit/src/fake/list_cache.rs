//! The lists that were read last, so that the pages of a long list are not each looked for anew.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::model::Timestamp;

use super::store::Arrival;

/// How many lists are kept.
const CAPACITY: usize = 4;

/// The lists that were read last, the latest at the end.
#[derive(Debug, Default)]
pub(super) struct ListCache {
    lists: RefCell<Vec<CachedList>>,
}

/// The whole list that a query asks for.
#[derive(Debug)]
struct CachedList {
    query: String,
    positions: Arc<[usize]>,
    valid: Validity,
}

/// For how long a list stays the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Validity {
    /// How often the instance had changed.
    changes: u64,
    from: Timestamp,
    until: Timestamp,
    until_monotonic: Duration,
}

impl Validity {
    /// Begins with a list that stays the same as long as nothing changes.
    pub(super) const fn new(changes: u64, at: Arrival) -> Self {
        Self {
            changes,
            from: at.wall,
            until: Timestamp::from_millis(i64::MAX),
            until_monotonic: Duration::MAX,
        }
    }

    /// Ends at a time at which an entry expires, unless it has passed.
    pub(super) fn limit(&mut self, expires_at: Timestamp) {
        if expires_at > self.from {
            self.until = self.until.min(expires_at);
        }
    }

    /// Ends at a time at which an entry appears.
    pub(super) fn limit_monotonic(&mut self, appears: Duration) {
        self.until_monotonic = self.until_monotonic.min(appears);
    }

    fn includes(&self, changes: u64, at: Arrival) -> bool {
        self.changes == changes && (self.from..self.until).contains(&at.wall) && at.now < self.until_monotonic
    }
}

impl ListCache {
    /// Returns the list of a query if it is still the same.
    pub(super) fn get(&self, query: &str, changes: u64, at: Arrival) -> Option<Arc<[usize]>> {
        let lists = self.lists.borrow();
        let found = lists.iter().find(|list| list.query == query)?;
        found.valid.includes(changes, at).then(|| Arc::clone(&found.positions))
    }

    pub(super) fn insert(&self, query: String, positions: &Arc<[usize]>, valid: Validity) {
        let mut lists = self.lists.borrow_mut();
        lists.retain(|list| list.query != query);
        if lists.len() == CAPACITY {
            lists.remove(0);
        }
        lists.push(CachedList {
            query,
            positions: Arc::clone(positions),
            valid,
        });
    }
}
