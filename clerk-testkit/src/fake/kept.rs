//! How the fake keeps what calls make.

use std::collections::{BTreeMap, HashMap};

/// What is made for an address: an invitation, an entry of the waitlist.
pub(super) trait Kept {
    /// How ids of this kind begin.
    const ID_PREFIX: &'static str;

    fn id(&self) -> &str;
    fn email_address(&self) -> &str;
}

/// Everything of one kind, numbered in the order of its making, and found by id and by address.
#[derive(Debug)]
pub(super) struct Store<T> {
    made: u64,
    by_number: BTreeMap<u64, T>,
    numbers_by_address: HashMap<String, Vec<u64>>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self {
            made: 0,
            by_number: BTreeMap::new(),
            numbers_by_address: HashMap::new(),
        }
    }
}

impl<T: Kept> Store<T> {
    /// Keeps what `make` makes of its number and its id.
    pub(super) fn add(&mut self, make: impl FnOnce(u64, String) -> T) -> &mut T {
        self.made += 1;
        let number = self.made;
        let made = make(number, format!("{}{number:06}", T::ID_PREFIX));
        let numbers = self.numbers_by_address.entry(made.email_address().to_owned());
        numbers.or_default().push(number);
        self.by_number.entry(number).or_insert(made)
    }

    /// All, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.by_number.values()
    }

    pub(super) fn find(&self, id: &str) -> Option<&T> {
        self.by_number.get(&number_of::<T>(id)?).filter(|kept| kept.id() == id)
    }

    pub(super) fn find_mut(&mut self, id: &str) -> Option<&mut T> {
        let kept = self.by_number.get_mut(&number_of::<T>(id)?)?;
        (kept.id() == id).then_some(kept)
    }

    /// Whether there was something to remove.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        let Some(number) = self.find(id).and_then(|kept| number_of::<T>(kept.id())) else {
            return false;
        };
        self.by_number.remove(&number).is_some()
    }

    /// All of this address, oldest first.
    pub(super) fn of_address(&self, email_address: &str) -> impl Iterator<Item = &T> {
        let numbers = self.numbers_by_address.get(email_address);
        numbers
            .into_iter()
            .flatten()
            .filter_map(|number| self.by_number.get(number))
    }

    /// Does `change` to all of this address.
    pub(super) fn change_all_of(&mut self, email_address: &str, mut change: impl FnMut(&mut T)) {
        for number in self.numbers_by_address.get(email_address).into_iter().flatten() {
            if let Some(kept) = self.by_number.get_mut(number) {
                change(kept);
            }
        }
    }
}

fn number_of<T: Kept>(id: &str) -> Option<u64> {
    id.strip_prefix(T::ID_PREFIX)?.parse().ok()
}
