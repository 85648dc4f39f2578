//! Reads people from JSON: an array of objects or addresses, an object that contains such an array, or one object per line.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Deserializer, Value};

use super::UnusableFile;
use super::column_names::is_email_address;
use super::records::{Record, line_ends};

/// The member that is kept as JSON. The members of other objects become columns such as `profile.email`.
const METADATA: &str = "public_metadata";

/// The depth to which objects are split into columns. Deeper ones are kept as JSON.
const MAX_DEPTH: usize = 4;

/// The number of columns that a file can have.
const MAX_COLUMNS: usize = 1000;

/// Whether a file is JSON, of which only an array or an object can contain people.
pub(super) fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    text.strip_prefix('[').is_some_and(|rest| {
        // Titles such as `[Export]` also begin with a bracket.
        rest.trim_start().starts_with(['{', '"', ']'])
    }) || text
        .strip_prefix('{')
        .is_some_and(|rest| rest.trim_start().starts_with(['"', '}']))
}

/// Returns the records of a file. The first one is the header.
///
/// # Errors
///
/// If the file is not JSON, or contains no list of people.
pub(super) fn read(text: &str) -> Result<Vec<Record>, UnusableFile> {
    let people = people(text)?;
    let mut columns: BTreeMap<String, usize> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    let mut records = Vec::new();
    let mut position = Position::new(text);
    for person in people {
        let (line, item) = position.of_element(person);
        let mut cells = Vec::new();
        flatten(person, "", 0, &mut cells).map_err(|problem| UnusableFile(format!("line {line}: {problem}")))?;
        let mut fields = Vec::new();
        for (name, text) in cells {
            let index = *columns.entry(name).or_insert_with_key(|name| {
                names.push(name.clone());
                names.len() - 1
            });
            if index >= MAX_COLUMNS {
                return Err(UnusableFile(format!(
                    "line {line}: the objects have more than {MAX_COLUMNS} different members"
                )));
            }
            if fields.len() <= index {
                fields.resize(index + 1, String::new());
            }
            fields[index] = text;
        }
        let last_line = line + line_ends(person.get().as_bytes());
        records.push(record(line, item, last_line, fields));
    }
    if records.is_empty() {
        return Err(UnusableFile(
            "the file contains no people: its list is empty".to_owned(),
        ));
    }
    let header_line = records[0].line;
    records.insert(0, record(header_line, 0, header_line, names));
    Ok(records)
}

const fn record(line: u64, item: u32, last_line: u64, fields: Vec<String>) -> Record {
    Record {
        line,
        item,
        last_line,
        fields,
        is_open: false,
    }
}

/// Returns the JSON of each person.
fn people(text: &str) -> Result<Vec<&RawValue>, UnusableFile> {
    let not_json =
        |error: serde_json::Error| UnusableFile(format!("the file looks like JSON, but is not valid: {error}"));
    let values = Deserializer::from_str(text).into_iter::<&RawValue>();
    let values = values.collect::<Result<Vec<_>, _>>().map_err(not_json)?;
    let [value] = values.as_slice() else {
        return Ok(values);
    };
    if value.get().starts_with('[') {
        return serde_json::from_str(value.get()).map_err(not_json);
    }
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(value.get()).map_err(not_json)?;
    if members.keys().any(|name| is_email_address(name)) {
        return Ok(values);
    }
    let lists: Vec<_> = members
        .iter()
        .filter_map(|(name, value)| {
            let list: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
            let has_objects = !list.is_empty() && list.iter().all(|item| item.get().starts_with('{'));
            has_objects.then_some((name, list))
        })
        .collect();
    match lists.len() {
        0 => Ok(values),
        1 => Ok(lists.into_iter().flat_map(|(_, list)| list).collect()),
        _ => Err(UnusableFile(format!(
            "the file has several lists: {}. Keep the one with the people.",
            lists
                .iter()
                .map(|(name, _)| crate::text::quoted(name))
                .collect::<Vec<_>>()
                .join(", ")
        ))),
    }
}

/// Finds the lines of elements, which are asked for in their order.
struct Position<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    item: u32,
    is_first: bool,
}

impl<'a> Position<'a> {
    const fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            item: 0,
            is_first: true,
        }
    }

    /// Returns the line on which an element begins, and the number of elements before it on the line.
    fn of_element(&mut self, element: &RawValue) -> (u64, u32) {
        let start = element.get().as_ptr().addr() - self.text.as_ptr().addr();
        let lines = line_ends(&self.text.as_bytes()[self.at..start]);
        self.item = match lines {
            0 if !self.is_first => self.item + 1,
            _ => 0,
        };
        self.is_first = false;
        self.at = start;
        self.line += lines;
        (self.line, self.item)
    }
}

/// Adds the names and texts of the cells of a value.
fn flatten(value: &RawValue, name: &str, depth: usize, cells: &mut Vec<(String, String)>) -> Result<(), String> {
    let json = value.get();
    let invalid = |error: serde_json::Error| format!("invalid JSON: {error}");
    if json.starts_with('{') && depth < MAX_DEPTH && name != METADATA {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(json).map_err(invalid)?;
        for (member, value) in members {
            let name = match name {
                "" => member,
                _ => format!("{name}.{member}"),
            };
            flatten(value, &name, depth + 1, cells)?;
        }
        return Ok(());
    }
    let text = if json.starts_with('"') {
        serde_json::from_str(json).map_err(invalid)?
    } else if json.starts_with('[') {
        match serde_json::from_str::<Vec<Value>>(json).as_deref() {
            Ok([Value::String(only)]) => only.clone(),
            Ok([]) => String::new(),
            _ => json.to_owned(),
        }
    } else if json == "null" {
        String::new()
    } else {
        json.to_owned()
    };
    let name = if depth == 0 { "email_address" } else { name };
    cells.push((name.to_owned(), text));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_has_the_line_on_which_it_begins() {
        let cases = [
            (
                "[\n {\"email\": \"a\"},\n {\"email\":\n \"b\"}, {\"email\": \"c\"}\n]",
                vec![(2, 0), (3, 0), (4, 0)],
            ),
            ("{\"email\":\"a\"}\n\n{\"email\":\"b\"}\n", vec![(1, 0), (3, 0)]),
            ("[\"a\",\"b\",\"c\"]", vec![(1, 0), (1, 1), (1, 2)]),
        ];
        for (json, expected) in cases {
            let records = read(json).expect(json);
            let lines: Vec<_> = records[1..].iter().map(|record| (record.line, record.item)).collect();
            assert_eq!(lines, expected, "{json}");
        }
    }

    #[test]
    fn splits_objects_into_columns_and_keeps_metadata_as_json() {
        let json = r#"{"profile":{"email":"a","tags":["x"]},"public_metadata":{"id":12345678901234567890123},"n":null,"on":true}"#;
        let records = read(json).expect("JSON");
        let cells: Vec<_> = records[0].fields.iter().zip(&records[1].fields).collect();
        let expected = [
            ("n", ""),
            ("on", "true"),
            ("profile.email", "a"),
            ("profile.tags", "x"),
            ("public_metadata", "{\"id\":12345678901234567890123}"),
        ];
        assert_eq!(
            cells
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str()))
                .collect::<Vec<_>>(),
            expected
        );
    }

    #[test]
    fn titles_and_addresses_are_not_json() {
        for text in ["[Export]\nemail", "{x}", "email\n{\"a\"", "ada@example.com", ""] {
            assert!(!is_json(text), "{text}");
        }
    }
}
