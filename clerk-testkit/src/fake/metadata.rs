//! Metadata as the operations change it, kept as text, so that every digit arrives unchanged.

use std::collections::BTreeMap;

use clerk_core::model::Metadata;
use serde_json::value::RawValue;

/// The largest size of each field of metadata, in bytes of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MetadataLimit(pub(super) usize);

impl Default for MetadataLimit {
    /// Returns the limit that Clerk documents: 8 KB.
    fn default() -> Self {
        Self(8 * 1024)
    }
}

type Object = BTreeMap<String, Box<RawValue>>;

/// Merges a change at every level. A member whose value is `null` is removed.
pub(super) fn merge(metadata: &Metadata, change: &Metadata) -> Metadata {
    let merged = merge_json(metadata.as_json(), change.as_json());
    merged
        .and_then(|json| Metadata::from_json(json).ok())
        .unwrap_or_default()
}

/// Merges two JSON objects. Returns `None` if one of them is none.
fn merge_json(json: &str, change: &str) -> Option<String> {
    let mut object: Object = serde_json::from_str(json).ok()?;
    let change: Object = serde_json::from_str(change).ok()?;
    for (name, value) in change {
        if value.get() == "null" {
            object.remove(&name);
            continue;
        }
        let known = object.get(&name).map_or("{}", |known| known.get());
        let known = if known.starts_with('{') { known } else { "{}" };
        let merged = merge_json(known, value.get());
        let value = merged
            .and_then(|json| RawValue::from_string(json).ok())
            .unwrap_or(value);
        object.insert(name, value);
    }
    serde_json::to_string(&object).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_merged_at_every_level_and_null_removes() {
        for (metadata, change, merged) in [
            ("{}", "{}", "{}"),
            (r#"{"a":1}"#, r#"{"b":2}"#, r#"{"a":1,"b":2}"#),
            (
                r#"{"a":{"b":1,"c":[1]}}"#,
                r#"{"a":{"c":[2],"d":{"e":null}}}"#,
                r#"{"a":{"b":1,"c":[2],"d":{}}}"#,
            ),
            (
                r#"{"a":{"b":1},"c":1}"#,
                r#"{"a":{"b":null},"c":null,"d":null}"#,
                r#"{"a":{}}"#,
            ),
            (
                r#"{"a":1}"#,
                r#"{"a":{"b":9007199254740993123}}"#,
                r#"{"a":{"b":9007199254740993123}}"#,
            ),
            (r#"{"a":{"b":1}}"#, r#"{"a":1.10}"#, r#"{"a":1.10}"#),
        ] {
            let [metadata, change] = [metadata, change].map(|json| Metadata::from_json(json).expect("an object"));
            assert_eq!(merge(&metadata, &change).as_json(), merged);
        }
    }
}
