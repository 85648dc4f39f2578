//! Reads a plain list of addresses: one per line, or several on a line as mail programs copy them.

use super::address;
use super::records::Record;

/// Whether the first line that is not blank consists of addresses only, so that the file has no header.
pub(super) fn is_address_list(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty());
    first.is_some_and(|line| {
        let mut parts = split(line).peekable();
        parts.peek().is_some() && parts.all(|part| address::extract(part).is_ok())
    })
}

/// Returns a record with one field for each address.
pub(super) fn read(text: &str) -> Vec<Record> {
    let mut records = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        for (part, item) in split(line).zip(0..) {
            records.push(Record {
                line: number,
                item,
                last_line: number,
                fields: vec![part.to_owned()],
                is_open: false,
            });
        }
    }
    records
}

/// Splits a line at commas, semicolons and tabs outside of quotes and angle brackets. Skips blank parts.
fn split(line: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    let mut is_bracketed = false;
    let parts = line.split(move |c: char| {
        match c {
            '"' => is_quoted = !is_quoted,
            '<' => is_bracketed = !is_quoted,
            '>' => is_bracketed = false,
            _ => {}
        }
        matches!(c, ',' | ';' | '\t') && !is_quoted && !is_bracketed
    });
    parts.map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_a_list_by_its_first_line() {
        for list in [
            "ada@example.com\nbob@example.com",
            "\n\nada@example.com\n",
            "Ada <ada@example.com>; \"Hopper, Grace\" <grace@example.com>",
            "ada@example.com, bob@example.com;",
            "mailto:ada@example.com",
        ] {
            assert!(is_address_list(list), "{list}");
        }
        for other in [
            "",
            "email\nada@example.com",
            "ada@example.com,Ada",
            "Ada;ada@example.com",
        ] {
            assert!(!is_address_list(other), "{other}");
        }
    }

    #[test]
    fn reads_each_address_with_its_line() {
        let list = "ada@example.com\n\nAda <a@example.com>; \"Hopper, Grace\" <grace@example.com>;\nbob";
        let parts: Vec<_> = read(list)
            .into_iter()
            .map(|record| (record.line, record.item, record.fields[0].clone()))
            .collect();
        let expected = [
            (1, 0, "ada@example.com"),
            (3, 0, "Ada <a@example.com>"),
            (3, 1, "\"Hopper, Grace\" <grace@example.com>"),
            (4, 0, "bob"),
        ];
        assert_eq!(parts, expected.map(|(line, item, text)| (line, item, text.to_owned())));
    }
}
