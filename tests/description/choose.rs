//! Seeded choices of a request's parameters.

use std::ops::RangeInclusive;

use clerk_core::model::Metadata;

/// How many of the optional parts are present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// None.
    Least,
    /// All.
    Most,
    /// A random selection.
    Random,
}

/// Chooses the parameters of one request. The same extent and seed give the same choices.
pub(crate) struct Choose {
    extent: Extent,
    random: fastrand::Rng,
}

impl Choose {
    pub(crate) fn new(extent: Extent, seed: u64) -> Self {
        Self {
            extent,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// Sets an optional parameter, or leaves it unset.
    pub(crate) fn maybe<R, V>(
        &mut self,
        request: R,
        set: impl FnOnce(R, V) -> R,
        value: impl FnOnce(&mut Self) -> V,
    ) -> R {
        let is_set = match self.extent {
            Extent::Least => false,
            Extent::Most => true,
            Extent::Random => self.random.bool(),
        };
        if is_set { set(request, value(self)) } else { request }
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.random.bool()
    }

    /// Returns a number in the range, often its first or last.
    pub(crate) fn number(&mut self, range: RangeInclusive<u16>) -> u16 {
        match self.random.u8(..4) {
            0 => *range.start(),
            1 => *range.end(),
            _ => self.random.u16(range),
        }
    }

    pub(crate) fn one_of<T: Clone>(&mut self, values: &[T]) -> T {
        self.random.choice(values).expect("at least one value").clone()
    }

    /// Returns several values: as few or as many as `count` allows, or a number in between.
    pub(crate) fn several<T>(&mut self, count: RangeInclusive<u16>, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = match self.extent {
            Extent::Least => *count.start(),
            Extent::Most => *count.end(),
            Extent::Random => self.number(count),
        };
        (0..count).map(|_| one(self)).collect()
    }

    /// Returns a text that a wrong encoding would change.
    pub(crate) fn text(&mut self) -> String {
        let texts = ["org:member", "a b+c&d=e#f/g?h%20", "\"quoted\\\"", "Zoë 🦀", "x"];
        self.one_of(&texts).to_owned()
    }

    pub(crate) fn address(&mut self) -> String {
        let names = ["ada", "charles.babbage", "grace+test", "o'neil", "UPPER"];
        format!("{}{}@example.com", self.one_of(&names), self.random.u16(..))
    }

    pub(crate) fn metadata(&mut self) -> Metadata {
        let objects = ["{}", r#"{"seat":1}"#, r#"{"a":{"b":[1,null,"ü"]}}"#];
        Metadata::from_json(self.one_of(&objects)).expect("an object")
    }
}
