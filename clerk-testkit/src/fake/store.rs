//! A store for the records that calls create, each with an id and an email address.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use clerk_core::Clock;
use clerk_core::model::{NormalizedEmailAddress, Timestamp};

/// A record of a [`Store`].
pub(super) trait Stored {
    /// The beginning of ids of this kind.
    const ID_PREFIX: &'static str;

    fn id(&self) -> &str;
    fn email_address(&self) -> &str;
}

/// Implements [`Stored`] for a struct with the fields `id` and `email_address`.
macro_rules! stored {
    ($record:ty, $id_prefix:literal) => {
        impl Stored for $record {
            const ID_PREFIX: &'static str = $id_prefix;

            fn id(&self) -> &str {
                &self.id
            }

            fn email_address(&self) -> &str {
                &self.email_address
            }
        }
    };
}
pub(super) use stored;

/// Records of one kind, numbered in the order of creation and indexed by id and by address.
#[derive(Debug)]
pub(super) struct Store<T> {
    last_number: u64,
    by_number: BTreeMap<u64, T>,
    numbers_by_address: HashMap<String, Vec<u64>>,
}

/// The time of a call, by both of the clock's times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    pub(super) now: Duration,
    pub(super) wall: Timestamp,
}

impl Arrival {
    pub(super) fn from_clock(clock: &dyn Clock) -> Self {
        Self {
            now: clock.now(),
            wall: clock.wall(),
        }
    }

    /// Returns the time that is `delay` later.
    pub(super) fn after(self, delay: Duration) -> Self {
        Self {
            now: self.now.saturating_add(delay),
            wall: self.wall.saturating_add(delay),
        }
    }
}

/// Returns the form in which Clerk keeps an address.
pub(super) fn normalize(address: &str) -> String {
    NormalizedEmailAddress::new(address).as_str().to_owned()
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self {
            last_number: 0,
            by_number: BTreeMap::new(),
            numbers_by_address: HashMap::new(),
        }
    }
}

impl<T: Stored> Store<T> {
    /// Stores the record that `create` returns for its number and id.
    pub(super) fn insert_with(&mut self, create: impl FnOnce(u64, String) -> T) -> &mut T {
        self.last_number += 1;
        let number = self.last_number;
        let record = create(number, format!("{}{number:06}", T::ID_PREFIX));
        let numbers = self.numbers_by_address.entry(record.email_address().to_owned());
        numbers.or_default().push(number);
        self.by_number.entry(number).or_insert(record)
    }

    /// Returns all records, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.by_number.values()
    }

    pub(super) fn get(&self, id: &str) -> Option<&T> {
        let record = self.by_number.get(&parse_number::<T>(id)?)?;
        (record.id() == id).then_some(record)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let record = self.by_number.get_mut(&parse_number::<T>(id)?)?;
        (record.id() == id).then_some(record)
    }

    /// Removes a record and returns it. Its number is not given out again.
    pub(super) fn remove(&mut self, id: &str) -> Option<T> {
        self.get(id)?;
        self.by_number.remove(&parse_number::<T>(id)?)
    }

    /// Returns the records of an address, oldest first.
    pub(super) fn by_address(&self, email_address: &str) -> impl Iterator<Item = &T> {
        let numbers = self.numbers_by_address.get(email_address).into_iter().flatten();
        numbers.filter_map(|number| self.by_number.get(number))
    }

    /// Calls `update` with each record of an address.
    pub(super) fn update_by_address(&mut self, email_address: &str, mut update: impl FnMut(&mut T)) {
        for number in self.numbers_by_address.get(email_address).into_iter().flatten() {
            if let Some(record) = self.by_number.get_mut(number) {
                update(record);
            }
        }
    }
}

fn parse_number<T: Stored>(id: &str) -> Option<u64> {
    id.strip_prefix(T::ID_PREFIX)?.parse().ok()
}
