use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Address;

/// Deserializes a list of people, each given by an address or by fields.
pub(super) fn text_or_fields<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + From<Address>,
{
    let people = Vec::<TextOr<T>>::deserialize(deserializer)?;
    Ok(people.into_iter().map(|TextOr(person)| person).collect())
}

struct TextOr<T>(T);

impl<'de, T: Deserialize<'de> + From<Address>> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PersonVisitor(PhantomData)).map(Self)
    }
}

// An untagged enum would lose the path and the reason of an error.
struct PersonVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + From<Address>> Visitor<'de> for PersonVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address, or fields with an `email_address`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        Address::try_from(text.to_owned()).map(T::from).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields))
    }
}
