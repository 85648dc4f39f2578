//! Seeded choices: what a request sets, and to what.

use std::ops::RangeInclusive;

use clerk_core::model::Metadata;

/// How much of what is optional is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Nothing.
    Least,
    /// Everything.
    Most,
    /// Something in between.
    Random,
}

/// Makes the choices for one request. The same extent and seed make the same.
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

    /// Sets something optional, or does not.
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

    /// A number of the range, often its first or last.
    pub(crate) fn number(&mut self, range: RangeInclusive<u16>) -> u16 {
        match self.random.u8(..4) {
            0 => *range.start(),
            1 => *range.end(),
            _ => self.random.u16(range),
        }
    }

    pub(crate) fn one_of<T: Clone>(&mut self, values: &[T]) -> T {
        self.random.choice(values).expect("there are values").clone()
    }

    /// Several of something: the fewest, the most, or a number between.
    pub(crate) fn several<T>(&mut self, count: RangeInclusive<u16>, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = match self.extent {
            Extent::Least => *count.start(),
            Extent::Most => *count.end(),
            Extent::Random => self.number(count),
        };
        (0..count).map(|_| one(self)).collect()
    }

    /// A text that an encoding can trip over.
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
