//! A store for the records that calls create, each with an id, found by id and by indexed fields.

use std::collections::HashMap;
use std::time::Duration;

use clerk_core::Clock;
use clerk_core::model::{NormalizedEmailAddress, Timestamp};

/// A record of a [`Store`].
pub(super) trait Stored {
    /// The beginning of ids of this kind.
    const ID_PREFIX: &'static str;

    fn id(&self) -> &str;

    /// Calls `add` with each value that the record is found by.
    fn index<'a>(&'a self, add: &mut dyn FnMut(Index, &'a str));

    /// Returns the time at which what lists show of the record changes on its own.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }

    /// Returns the creation by the clock's monotonic time, if lists show the record with a lag.
    fn created(&self) -> Option<Duration> {
        None
    }
}

/// A field that records are found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Index {
    /// The id of an email address or a phone number of a user.
    Contact,
    EmailAddress,
    ExternalId,
    /// The key, the URL or the identifier that only one record has.
    Key,
    OrganizationId,
    PhoneNumber,
    Slug,
    UserId,
    Username,
    Web3Wallet,
}

/// Implements [`Stored`] for a struct with a field `id`, found by the fields given.
macro_rules! stored {
    ($record:ty, $id_prefix:literal, $($index:ident => $field:ident),* $(; $($more:tt)*)?) => {
        impl $crate::fake::store::Stored for $record {
            const ID_PREFIX: &'static str = $id_prefix;

            fn id(&self) -> &str {
                &self.id
            }

            fn index<'a>(&'a self, add: &mut dyn FnMut($crate::fake::store::Index, &'a str)) {
                $(add($crate::fake::store::Index::$index, &self.$field);)*
            }

            $($($more)*)?
        }
    };
}
pub(super) use stored;

/// Records of one kind, numbered in the order of creation from 1.
#[derive(Debug)]
pub(super) struct Store<T> {
    /// The record of number `n` is at `n - 1`. Those removed leave a gap, so that numbers are not given out again.
    records: Vec<Option<T>>,
    count: usize,
    /// The numbers of records whose ids were chosen, not derived from the number.
    chosen_ids: HashMap<String, usize>,
    numbers: HashMap<Index, HashMap<String, Vec<usize>>>,
    changes: u64,
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
            records: Vec::new(),
            count: 0,
            chosen_ids: HashMap::new(),
            numbers: HashMap::new(),
            changes: 0,
        }
    }
}

impl<T: Stored> Store<T> {
    /// Stores the record that `create` returns for its number and id.
    pub(super) fn insert_with(&mut self, create: impl FnOnce(u64, String) -> T) -> &T {
        let mut number = self.records.len() + 1;
        let mut id = derive_id::<T>(number);
        while self.chosen_ids.contains_key(&id) {
            self.records.push(None);
            number += 1;
            id = derive_id::<T>(number);
        }
        self.push(create(number as u64, id))
    }

    /// Stores a record with an id of the caller's choice, which no other record may have.
    pub(super) fn insert_with_id(&mut self, id: &str, create: impl FnOnce(String) -> T) -> &T {
        self.chosen_ids.insert(id.to_owned(), self.records.len());
        self.push(create(id.to_owned()))
    }

    fn push(&mut self, record: T) -> &T {
        self.changes += 1;
        self.count += 1;
        let position = self.records.len();
        record.index(&mut |index, value| {
            let numbers = self.numbers.entry(index).or_default();
            numbers.entry(value.to_owned()).or_default().push(position);
        });
        self.records.push(None);
        self.records[position].insert(record)
    }

    /// Returns how often the store has changed.
    pub(super) const fn changes(&self) -> u64 {
        self.changes
    }

    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// Returns all records with their positions, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let records = self.records.iter().enumerate();
        records.filter_map(|(position, record)| Some((position, record.as_ref()?)))
    }

    /// Returns the record at a position.
    pub(super) fn at(&self, position: usize) -> Option<&T> {
        self.records.get(position)?.as_ref()
    }

    pub(super) fn get(&self, id: &str) -> Option<&T> {
        self.at(self.position(id)?)
    }

    /// Updates the record of an id.
    pub(super) fn update<R>(&mut self, id: &str, update: impl FnOnce(&mut T) -> R) -> Option<R> {
        let position = self.position(id)?;
        let record = self.records.get_mut(position)?.as_mut()?;
        self.changes += 1;
        let before = index_of(record);
        let result = update(record);
        let after = index_of(record);
        if before != after {
            self.remove_from_index(&before, position);
            for (index, value) in after {
                let numbers = self.numbers.entry(index).or_default().entry(value).or_default();
                let place = numbers.partition_point(|known| *known < position);
                numbers.insert(place, position);
            }
        }
        Some(result)
    }

    /// Removes a record and returns it. Its number is not given out again.
    pub(super) fn remove(&mut self, id: &str) -> Option<T> {
        let position = self.position(id)?;
        let record = self.records[position].take()?;
        self.changes += 1;
        self.count -= 1;
        self.chosen_ids.remove(id);
        self.remove_from_index(&index_of(&record), position);
        Some(record)
    }

    /// Removes the records with this value of a field.
    pub(super) fn remove_by(&mut self, index: Index, value: &str) {
        for id in self.ids_by(index, value) {
            self.remove(&id);
        }
    }

    /// Returns the positions of the records with this value of a field, oldest first.
    pub(super) fn positions_by(&self, index: Index, value: &str) -> &[usize] {
        let numbers = self.numbers.get(&index).and_then(|numbers| numbers.get(value));
        numbers.map_or(&[], Vec::as_slice)
    }

    /// Returns the records with this value of a field, oldest first.
    pub(super) fn by(&self, index: Index, value: &str) -> impl Iterator<Item = &T> {
        let positions = self.positions_by(index, value).iter();
        positions.filter_map(|position| self.at(*position))
    }

    /// Returns the ids of the records with this value of a field, oldest first.
    pub(super) fn ids_by(&self, index: Index, value: &str) -> Vec<String> {
        self.by(index, value).map(|record| record.id().to_owned()).collect()
    }

    /// Calls `update` with each record that has this value of a field.
    pub(super) fn update_by(&mut self, index: Index, value: &str, mut update: impl FnMut(&mut T)) {
        for id in self.ids_by(index, value) {
            self.update(&id, &mut update);
        }
    }

    /// Returns the position of the record of an id.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        if let Some(position) = self.chosen_ids.get(id) {
            return Some(*position);
        }
        let number: usize = id.strip_prefix(T::ID_PREFIX)?.parse().ok()?;
        let position = number.checked_sub(1)?;
        (self.at(position)?.id() == id).then_some(position)
    }

    fn remove_from_index(&mut self, values: &[(Index, String)], position: usize) {
        for (index, value) in values {
            if let Some(numbers) = self.numbers.get_mut(index)
                && let Some(positions) = numbers.get_mut(value)
            {
                positions.retain(|known| *known != position);
                if positions.is_empty() {
                    numbers.remove(value);
                }
            }
        }
    }
}

fn derive_id<T: Stored>(number: usize) -> String {
    format!("{}{number:06}", T::ID_PREFIX)
}

fn index_of<T: Stored>(record: &T) -> Vec<(Index, String)> {
    let mut values = Vec::new();
    record.index(&mut |index, value| values.push((index, value.to_owned())));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Person {
        id: String,
        name: String,
    }

    stored!(Person, "person_", Key => name);

    fn named(store: &mut Store<Person>, name: &str) {
        store.insert_with(|_, id| Person {
            id,
            name: name.to_owned(),
        });
    }

    #[test]
    fn records_are_found_by_id_and_by_field_after_each_change() {
        let mut store = Store::default();
        for name in ["ada", "grace", "ada"] {
            named(&mut store, name);
        }
        store.insert_with_id("person_000005", |id| Person {
            id,
            name: "joan".to_owned(),
        });
        named(&mut store, "mary");
        assert_eq!(store.ids_by(Index::Key, "mary"), ["person_000006"]);
        assert_eq!(store.ids_by(Index::Key, "ada"), ["person_000001", "person_000003"]);

        store.update("person_000002", |person| person.name = "ada".to_owned());
        assert_eq!(store.ids_by(Index::Key, "ada").len(), 3);
        assert_eq!(store.ids_by(Index::Key, "ada")[1], "person_000002");
        assert!(store.remove("person_000001").is_some() && store.remove("person_000001").is_none());
        assert_eq!(store.ids_by(Index::Key, "ada"), ["person_000002", "person_000003"]);
        store.remove_by(Index::Key, "ada");
        let left: Vec<_> = store.iter().map(|(_, person)| person.name.as_str()).collect();
        assert_eq!((left, store.len()), (vec!["joan", "mary"], 2));
        assert!(store.get("person_000005").is_some() && store.get("person_5").is_none());
    }
}
