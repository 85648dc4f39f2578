use std::fmt;
use std::marker::PhantomData;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One page of a list, in Clerk's order.
///
/// Clerk returns some lists as a bare array and others as `{data, total_count}`. Both decode to this type.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The entries on this page.
    pub data: Vec<T>,
    /// The number of entries on all pages, if Clerk says so.
    pub total_count: Option<u64>,
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.data.into_iter()
    }
}

impl<T: Serialize> Serialize for Page<T> {
    /// Writes the form that Clerk used: an object if there is a total, otherwise a bare array.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(total_count) = self.total_count else {
            return self.data.serialize(serializer);
        };
        let mut page = serializer.serialize_struct("Page", 2)?;
        page.serialize_field("data", &self.data)?;
        page.serialize_field("total_count", &total_count)?;
        page.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PageVisitor(PhantomData))
    }
}

// An untagged enum would buffer the entries, which is impossible for metadata that is kept as JSON text.
struct PageVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PageVisitor<T> {
    type Value = Page<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array, or an object with data and total_count")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Page<T>, A::Error> {
        let mut data = Vec::new();
        while let Some(item) = seq.next_element()? {
            data.push(item);
        }
        Ok(Page {
            data,
            total_count: None,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Page<T>, A::Error> {
        #[derive(Deserialize)]
        #[serde(field_identifier, rename_all = "snake_case")]
        enum Key {
            Data,
            TotalCount,
            #[serde(other)]
            Other,
        }

        let mut data = None;
        let mut total_count = None;
        while let Some(key) = map.next_key()? {
            match key {
                Key::Data => data = map.next_value()?,
                Key::TotalCount => total_count = map.next_value()?,
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        match data {
            Some(data) => Ok(Page { data, total_count }),
            None => Err(serde::de::Error::missing_field("data")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_list_are_one_page_and_are_written_as_they_came() {
        let cases = [
            ("[1,2]", vec![1, 2], None, "[1,2]"),
            (
                r#"{"data":[1],"total_count":7}"#,
                vec![1],
                Some(7),
                r#"{"data":[1],"total_count":7}"#,
            ),
            (
                r#"{"new":{},"total_count":7,"data":[]}"#,
                vec![],
                Some(7),
                r#"{"data":[],"total_count":7}"#,
            ),
            (r#"{"data":[1],"total_count":null}"#, vec![1], None, "[1]"),
            (r#"{"data":[1]}"#, vec![1], None, "[1]"),
        ];
        for (json, data, total_count, written) in cases {
            let page: Page<u8> = serde_json::from_str(json).expect(json);
            assert_eq!(page, Page { data, total_count }, "{json}");
            assert_eq!(serde_json::to_string(&page).expect(json), written);
        }
        for json in [r#"{"total_count":7}"#, r#"{"data":null}"#, "7", "null"] {
            assert!(serde_json::from_str::<Page<u8>>(json).is_err(), "{json}");
        }
    }
}
