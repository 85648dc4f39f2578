//! Reads people from JSON: an array of objects or addresses, an object that contains such an array, or one object per line.

use std::collections::{BTreeMap, HashMap};

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Deserializer, Value};

use super::UnusableFile;
use super::column_names::is_email_address;
use super::encoding::{Text, TextFile};
use super::json_values::Scanner;
use super::line_ends::line_ends;
use super::records::Record;
use crate::text::quoted;

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

/// A file of valid JSON with people.
#[derive(Debug)]
pub(super) struct JsonFile {
    text: TextFile,
    list: List,
    /// The names of the columns, with their numbers.
    columns: HashMap<String, usize>,
}

/// Where the people are.
#[derive(Debug, Clone, Copy)]
enum List {
    /// Each value of the file is a person.
    Values,
    /// The file is an array of people.
    Array,
    /// The file is an object, whose member with this number, from 0, is an array of people.
    Member(usize),
}

impl JsonFile {
    /// Checks a file, and finds the people in it and their columns.
    ///
    /// # Errors
    ///
    /// If the file is not JSON, or contains no list of people.
    pub(super) fn open(text: TextFile) -> Result<Self, UnusableFile> {
        let mut values = 0_u64;
        for value in Deserializer::from_reader(text.text()).into_iter::<IgnoredAny>() {
            value.map_err(|error| UnusableFile(format!("the file looks like JSON, but is not valid: {error}")))?;
            values += 1;
        }
        let mut scanner = Scanner::new(text.text());
        let list = match (scanner.peek()?, values) {
            (Some(b'['), 1) => List::Array,
            (Some(b'{'), 1) => find_list(&mut scanner)?,
            _ => List::Values,
        };
        let mut columns = HashMap::new();
        let mut people = People::new(text.text(), list)?;
        while let Some(person) = people.next()? {
            for (name, _) in person.cells {
                let number = columns.len();
                columns.entry(name).or_insert(number);
                if columns.len() > MAX_COLUMNS {
                    return Err(UnusableFile(format!(
                        "line {}: the objects have more than {MAX_COLUMNS} different members",
                        person.line
                    )));
                }
            }
        }
        if columns.is_empty() {
            return Err(UnusableFile(
                "the file contains no people: its list is empty".to_owned(),
            ));
        }
        Ok(Self { text, list, columns })
    }

    /// Returns the records. The first one is the header.
    pub(super) fn into_records(self) -> Result<Records, UnusableFile> {
        Ok(Records {
            people: People::new(self.text.text(), self.list)?,
            columns: self.columns,
            is_first: true,
        })
    }
}

/// The records of a JSON file.
pub(super) struct Records {
    people: People,
    columns: HashMap<String, usize>,
    is_first: bool,
}

impl Records {
    fn header(&mut self) -> Result<Record, UnusableFile> {
        let mut names = vec![String::new(); self.columns.len()];
        for (name, number) in &self.columns {
            names[*number].clone_from(name);
        }
        self.people.scanner.peek()?;
        let line = self.people.scanner.line();
        Ok(Record::new(line, 0, line, names))
    }

    fn person(&mut self) -> Result<Option<Record>, UnusableFile> {
        let Some(person) = self.people.next()? else {
            return Ok(None);
        };
        let mut fields = Vec::new();
        for (name, text) in person.cells {
            let Some(number) = self.columns.get(&name) else {
                continue;
            };
            if fields.len() <= *number {
                fields.resize(number + 1, String::new());
            }
            fields[*number] = text;
        }
        Ok(Some(Record::new(person.line, person.item, person.last_line, fields)))
    }
}

impl Iterator for Records {
    type Item = Result<Record, UnusableFile>;

    fn next(&mut self) -> Option<Self::Item> {
        match std::mem::take(&mut self.is_first) {
            true => Some(self.header()),
            false => self.person().transpose(),
        }
    }
}

/// The people of a JSON file.
struct People {
    scanner: Scanner<Text>,
    list: List,
    /// The line on which the last person begins, and the number of people before it on the line.
    last: Option<(u64, u32)>,
}

/// A person in a JSON file.
struct Person {
    line: u64,
    item: u32,
    last_line: u64,
    /// The names and texts of the cells.
    cells: Vec<(String, String)>,
}

impl People {
    fn new(text: Text, list: List) -> Result<Self, UnusableFile> {
        let mut scanner = Scanner::new(text);
        if let List::Member(number) = list {
            scanner.skip_if(b'{')?;
            for _ in 0..number {
                next_key(&mut scanner)?;
                scanner.skip_value()?;
            }
            next_key(&mut scanner)?;
        }
        if !matches!(list, List::Values) {
            scanner.skip_if(b'[')?;
        }
        Ok(Self {
            scanner,
            list,
            last: None,
        })
    }

    fn next(&mut self) -> Result<Option<Person>, UnusableFile> {
        let has_next = match self.list {
            List::Values => self.scanner.peek()?.is_some(),
            List::Array | List::Member(_) => has_element(&mut self.scanner)?,
        };
        if !has_next {
            return Ok(None);
        }
        let line = self.scanner.line();
        let item = match self.last {
            Some((last, item)) if last == line => item + 1,
            _ => 0,
        };
        self.last = Some((line, item));
        let json = self.scanner.value()?;
        let mut cells = Vec::new();
        serde_json::from_str(json)
            .map_err(|error| format!("invalid JSON: {error}"))
            .and_then(|person| flatten(person, "", 0, &mut cells))
            .map_err(|problem| UnusableFile(format!("line {line}: {problem}")))?;
        Ok(Some(Person {
            line,
            item,
            last_line: line + line_ends(json.as_bytes()),
            cells,
        }))
    }
}

/// Advances to the next element of an array, whose opening bracket has been read. Returns whether there is one.
fn has_element(scanner: &mut Scanner<Text>) -> Result<bool, UnusableFile> {
    scanner.skip_if(b',')?;
    Ok(!matches!(scanner.peek()?, None | Some(b']')))
}

/// Advances to the value of the next member of an object, whose opening brace has been read. Returns its name.
fn next_key(scanner: &mut Scanner<Text>) -> Result<Option<String>, UnusableFile> {
    scanner.skip_if(b',')?;
    if scanner.peek()? != Some(b'"') {
        return Ok(None);
    }
    let name = serde_json::from_str(scanner.value()?).unwrap_or_default();
    scanner.skip_if(b':')?;
    scanner.peek()?;
    Ok(Some(name))
}

/// Finds the people in a file that is an object: its only member that is a list of objects, or else the object itself.
fn find_list(scanner: &mut Scanner<Text>) -> Result<List, UnusableFile> {
    scanner.skip_if(b'{')?;
    let mut lists = BTreeMap::new();
    let mut is_person = false;
    let mut objects = 0;
    let mut number = 0;
    while let Some(name) = next_key(scanner)? {
        is_person |= is_email_address(&name);
        objects += usize::from(scanner.peek()? == Some(b'{'));
        if scanner.skip_if(b'[')? {
            let mut is_list = scanner.peek()? == Some(b'{');
            while has_element(scanner)? {
                is_list &= scanner.peek()? == Some(b'{');
                scanner.skip_value()?;
            }
            scanner.skip_if(b']')?;
            if is_list {
                lists.insert(name, number);
            }
        } else {
            scanner.skip_value()?;
        }
        number += 1;
    }
    if is_person {
        return Ok(List::Values);
    }
    let names: Vec<String> = lists.keys().map(|name| quoted(name)).collect();
    match lists.into_values().collect::<Vec<_>>()[..] {
        [] if objects > 1 && objects == number => Err(UnusableFile(
            "the file is an object with a member for each person: write a list instead, as in [{\"email\": \"…\"}, …]"
                .to_owned(),
        )),
        [] => Ok(List::Values),
        [only] => Ok(List::Member(only)),
        _ => Err(UnusableFile(format!(
            "the file has several lists: {}. Keep the one with the people.",
            names.join(", ")
        ))),
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
    use super::super::Source;
    use super::*;

    fn read(json: &str) -> Vec<Record> {
        let source = Source::copy_of(json.as_bytes()).expect("a copy");
        let text = TextFile::open(&source, None).expect("text");
        let file = JsonFile::open(text).expect(json);
        let records = file.into_records().expect(json).collect::<Result<_, _>>();
        records.expect(json)
    }

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
            let records = read(json);
            let lines: Vec<_> = records[1..].iter().map(|record| (record.line, record.item)).collect();
            assert_eq!(lines, expected, "{json}");
        }
    }

    #[test]
    fn splits_objects_into_columns_and_keeps_metadata_as_json() {
        let json = r#"{"profile":{"email":"a","tags":["x"]},"public_metadata":{"id":12345678901234567890123},"n":null,"on":true}"#;
        let records = read(json);
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
