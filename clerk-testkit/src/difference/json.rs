use clerk_core::json::Json;

use super::Difference;

/// How much of the actual value must be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The values must be equal.
    Whole,
    /// Objects may have additional members. Arrays must have the same length.
    Part,
}

/// Lists where `actual` differs from `expected`, with places such as `$[0].email_address`.
pub(crate) fn diff_json(expected: &Json<'_>, actual: &Json<'_>, extent: Extent) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(expected, actual, extent, "$", &mut found);
    found
}

fn compare(expected: &Json<'_>, actual: &Json<'_>, extent: Extent, place: &str, found: &mut Vec<Difference>) {
    match (expected, actual) {
        (Json::Object(expected_members), Json::Object(actual_members)) => {
            for (key, value) in expected_members {
                let place = member(place, key);
                match actual.get(key) {
                    Some(actual) => compare(value, actual, extent, &place, found),
                    None => found.push(Difference::new(place, Some(value.to_string()), None)),
                }
            }
            if extent == Extent::Whole {
                let extra = actual_members.iter().filter(|(key, _)| expected.get(key).is_none());
                found.extend(
                    extra.map(|(key, value)| Difference::new(member(place, key), None, Some(value.to_string()))),
                );
            }
        }
        (Json::Array(expected), Json::Array(actual)) => {
            for index in 0..expected.len().max(actual.len()) {
                let place = format!("{place}[{index}]");
                match (expected.get(index), actual.get(index)) {
                    (Some(expected), Some(actual)) => compare(expected, actual, extent, &place, found),
                    (expected, actual) => found.push(Difference::new(
                        place,
                        expected.map(Json::to_string),
                        actual.map(Json::to_string),
                    )),
                }
            }
        }
        _ if expected == actual => {}
        _ => found.push(Difference::new(
            place,
            Some(expected.to_string()),
            Some(actual.to_string()),
        )),
    }
}

/// Returns the place of a member, such as `$.a` or `$["a b"]`.
pub(crate) fn member(place: &str, key: &str) -> String {
    let is_plain = !key.is_empty() && key.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    if is_plain {
        format!("{place}.{key}")
    } else {
        format!("{place}[{key:?}]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_listed_by_place() {
        let cases = [
            (Extent::Whole, r#"{"a":1}"#, r#"{"a":1.0}"#, ""),
            (Extent::Whole, r#"{"a":1}"#, "{}", "$.a: expected 1, got nothing"),
            (
                Extent::Whole,
                "{}",
                r#"{"a b":null}"#,
                r#"$["a b"]: expected nothing, got null"#,
            ),
            (Extent::Part, "{}", r#"{"a b":null}"#, ""),
            (Extent::Part, r#"[{"a":1}]"#, r#"[{"a":1,"b":2}]"#, ""),
            (Extent::Part, "[1]", "[1,2]", "$[1]: expected nothing, got 2"),
            (
                Extent::Whole,
                r#"{"a":{"b":["x"]}}"#,
                r#"{"a":{"b":["y"]}}"#,
                r#"$.a.b[0]: expected "x", got "y""#,
            ),
            (Extent::Whole, "[[],{}]", "[{},{}]", "$[0]: expected [], got {}"),
            (
                Extent::Whole,
                "18446744073709551616",
                "18446744073709551617",
                "$: expected 18446744073709551616, got 18446744073709551617",
            ),
        ];
        for (extent, expected, actual, text) in cases {
            let parse = |json: &'static str| Json::parse(json.as_bytes()).expect(json);
            let found = diff_json(&parse(expected), &parse(actual), extent);
            let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert_eq!(lines.join("\n"), text, "{expected} and {actual}");
        }
    }
}
