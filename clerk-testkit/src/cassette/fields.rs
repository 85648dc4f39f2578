use clerk_core::json::Json;
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::format::Outcome;
use super::request::{Headers, RecordedRequest};
use super::scrub::REDACTED;

/// Names parts of requests and responses, to ignore or to redact them.
///
/// ```
/// use clerk_testkit::cassette::Fields;
///
/// let volatile = Fields::new().body("/*/public_metadata/requested_at").query("offset");
/// let private = Fields::new().body("/**/phone_number").header("x-tenant");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    body: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    query: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    header: Vec<String>,
}

/// What to do with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    Remove,
    Redact,
}

impl Fields {
    /// Names nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the values at a JSON pointer (RFC 6901) in the body, such as `/0/public_metadata/seat`. The token `*` matches any
    /// member or item, and `**` any number of levels.
    #[must_use]
    pub fn body(mut self, pointer: impl Into<String>) -> Self {
        self.body.push(pointer.into());
        self
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>) -> Self {
        self.query.push(name.into());
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str) -> Self {
        self.header.push(name.to_ascii_lowercase());
        self
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.body.is_empty() && self.query.is_empty() && self.header.is_empty()
    }

    /// Adds the fields of `other`.
    pub(super) fn extend(&mut self, other: Self) {
        let add = |fields: &mut Vec<String>, more: Vec<String>| {
            for field in more {
                if !fields.contains(&field) {
                    fields.push(field);
                }
            }
        };
        add(&mut self.body, other.body);
        add(&mut self.query, other.query);
        add(&mut self.header, other.header);
    }

    pub(super) fn edit_request(&self, request: &mut RecordedRequest<'_>, edit: Edit) {
        match edit {
            Edit::Remove => request.query.retain(|(name, _)| !self.query.contains(name)),
            Edit::Redact => {
                let redacted = request.query.iter_mut().filter(|(name, _)| self.query.contains(name));
                redacted.for_each(|(_, value)| REDACTED.clone_into(value));
            }
        }
        self.edit_headers(&mut request.headers, edit);
        self.edit_body(&mut request.body, edit);
    }

    /// Redacts the fields in a response. An error has none.
    pub(super) fn redact_outcome(&self, outcome: &mut Outcome) {
        if let Outcome::Response(response) = outcome {
            self.edit_headers(&mut response.headers, Edit::Redact);
            self.edit_body(&mut response.body, Edit::Redact);
        }
    }

    fn edit_headers(&self, headers: &mut Headers, edit: Edit) {
        for name in &self.header {
            match edit {
                Edit::Remove => drop(headers.remove(name)),
                Edit::Redact => {
                    let values = headers.get_mut(name).into_iter().flatten();
                    values.for_each(|value| REDACTED.clone_into(value));
                }
            }
        }
    }

    fn edit_body(&self, body: &mut Body<'_>, edit: Edit) {
        let Body::Json(json) = body else { return };
        for pointer in &self.body {
            // A pointer without its first slash is meant all the same.
            let tokens = pointer.strip_prefix('/').unwrap_or(pointer).split('/');
            let tokens: Vec<String> = tokens
                .map(|token| token.replace("~1", "/").replace("~0", "~"))
                .collect();
            edit_json(json, &tokens, edit);
        }
    }
}

/// Edits the values at a path. The recursion is bounded by the depth of the JSON.
fn edit_json(json: &mut Json<'_>, path: &[String], edit: Edit) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    let is_any_depth = first == "**";
    if is_any_depth {
        edit_json(json, rest, edit);
    }
    let matches = |name: &str| is_any_depth || first == "*" || first == name;
    let is_last = rest.is_empty() && !is_any_depth;
    let below = if is_any_depth { path } else { rest };
    let change = |value: &mut Json<'_>, replacement: Json<'static>| {
        if is_last {
            *value = replacement;
        } else {
            edit_json(value, below, edit);
        }
    };
    match json {
        Json::Object(members) => {
            if is_last && edit == Edit::Remove {
                members.retain(|(name, _)| !matches(name));
            }
            let matching = members.iter_mut().filter(|(name, _)| matches(name));
            matching.for_each(|(_, value)| change(value, Json::String(REDACTED.into())));
        }
        Json::Array(items) => {
            let matching = items
                .iter_mut()
                .enumerate()
                .filter(|(index, _)| matches(&index.to_string()));
            // Removing an item would move those behind it.
            matching.for_each(|(_, value)| match edit {
                Edit::Remove => change(value, Json::Null),
                Edit::Redact => change(value, Json::String(REDACTED.into())),
            });
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_name_values_at_any_depth() {
        let json = r#"{"a":{"b":1,"c":[{"b":2},3]},"x/y":4,"~":5,"b":6}"#;
        let cases = [
            ("/a/b", Edit::Remove, r#"{"a":{"c":[{"b":2},3]},"x/y":4,"~":5,"b":6}"#),
            ("a/b", Edit::Remove, r#"{"a":{"c":[{"b":2},3]},"x/y":4,"~":5,"b":6}"#),
            (
                "/a/c/1",
                Edit::Remove,
                r#"{"a":{"b":1,"c":[{"b":2},null]},"x/y":4,"~":5,"b":6}"#,
            ),
            (
                "/a/c/*/b",
                Edit::Remove,
                r#"{"a":{"b":1,"c":[{},3]},"x/y":4,"~":5,"b":6}"#,
            ),
            ("/**/b", Edit::Remove, r#"{"a":{"c":[{},3]},"x/y":4,"~":5}"#),
            (
                "/**/c/0",
                Edit::Redact,
                r#"{"a":{"b":1,"c":["redacted",3]},"x/y":4,"~":5,"b":6}"#,
            ),
            (
                "/x~1y",
                Edit::Redact,
                r#"{"a":{"b":1,"c":[{"b":2},3]},"x/y":"redacted","~":5,"b":6}"#,
            ),
            ("/~0", Edit::Remove, r#"{"a":{"b":1,"c":[{"b":2},3]},"x/y":4,"b":6}"#),
            ("/*", Edit::Remove, "{}"),
            ("/a/none/b", Edit::Remove, json),
        ];
        for (pointer, edit, expected) in cases {
            let mut body = Body::new(json.as_bytes());
            Fields::new().body(pointer).edit_body(&mut body, edit);
            assert_eq!(body.to_bytes(), expected, "{pointer}");
        }
    }
}
