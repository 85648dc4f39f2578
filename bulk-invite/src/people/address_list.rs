//! Reads a plain list of addresses: one per line, or several on a line as mail programs copy them.

use std::collections::VecDeque;
use std::io::BufRead;

use super::line_ends::LineCounter;
use super::records::{MAX_RECORD, Record};
use super::{UnusableFile, address};

/// Whether the first line that is neither blank nor a comment consists of addresses only, so that the file has no header.
pub(super) fn is_address_list(text: &str) -> bool {
    let mut lines = text.split(['\n', '\r']);
    let first = lines.find(|line| !line.trim().is_empty() && !is_comment(line));
    first.is_some_and(|line| {
        let mut parts = split(line).peekable();
        parts.peek().is_some() && parts.all(|part| address::extract(part).is_ok())
    })
}

/// Whether lines of a list are comments.
pub(super) fn has_comments(text: &str) -> bool {
    text.split(['\n', '\r']).any(is_comment)
}

/// Whether a line names a group of addresses, or describes them. Addresses can begin with `#`.
fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#') && !line.contains('@')
}

/// The addresses of a list: a record with one field for each.
pub(super) struct Addresses<R> {
    text: R,
    line: Vec<u8>,
    lines: LineCounter,
    /// The addresses of the current line.
    records: VecDeque<Record>,
}

impl<R: BufRead> Addresses<R> {
    pub(super) const fn new(text: R) -> Self {
        Self {
            text,
            line: Vec::new(),
            lines: LineCounter::new(),
            records: VecDeque::new(),
        }
    }

    /// Reads the next line. Returns its number, or `None` at the end of the text.
    fn read_line(&mut self) -> Result<Option<u64>, UnusableFile> {
        self.line.clear();
        let number = self.lines.line();
        loop {
            let bytes = self
                .text
                .fill_buf()
                .map_err(|error| UnusableFile(format!("line {number} cannot be read: {error}")))?;
            if bytes.is_empty() {
                return Ok((!self.line.is_empty()).then_some(number));
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let length = end.map_or(bytes.len(), |end| end + 1);
            self.line.extend_from_slice(&bytes[..length]);
            self.lines.count(&bytes[..length]);
            self.text.consume(length);
            if end.is_some() {
                return Ok(Some(number));
            }
            if self.line.len() > MAX_RECORD {
                return Err(UnusableFile(format!(
                    "line {number} has more than {} MB: write one address on each line",
                    MAX_RECORD >> 20
                )));
            }
        }
    }
}

impl<R: BufRead> Iterator for Addresses<R> {
    type Item = Result<Record, UnusableFile>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.records.pop_front() {
                return Some(Ok(record));
            }
            let number = match self.read_line() {
                Ok(number) => number?,
                Err(error) => return Some(Err(error)),
            };
            let line = String::from_utf8_lossy(&self.line);
            if is_comment(&line) {
                continue;
            }
            let parts = split(&line).zip(0..);
            let record = |(part, item): (&str, u32)| Record::new(number, item, number, vec![part.to_owned()]);
            self.records.extend(parts.map(record));
        }
    }
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
            "ada@example.com\rbob@example.com\r",
            "# team\n\nada@example.com\n",
        ] {
            assert!(is_address_list(list), "{list}");
        }
        for other in [
            "",
            "email\nada@example.com",
            "# team\nemail\nada@example.com",
            "# ada@example.com\n",
            "ada@example.com,Ada",
            "Ada;ada@example.com",
        ] {
            assert!(!is_address_list(other), "{other}");
        }
    }

    #[test]
    fn reads_each_address_with_its_line() {
        let list = "ada@example.com\r\n\rAda <a@example.com>; \"Hopper, Grace\" <grace@example.com>;\n# team\nbob";
        let parts: Vec<_> = Addresses::new(list.as_bytes())
            .map(|record| record.expect("a list"))
            .map(|record| (record.line, record.item, record.fields[0].clone()))
            .collect();
        let expected = [
            (1, 0, "ada@example.com"),
            (3, 0, "Ada <a@example.com>"),
            (3, 1, "\"Hopper, Grace\" <grace@example.com>"),
            (5, 0, "bob"),
        ];
        assert_eq!(parts, expected.map(|(line, item, text)| (line, item, text.to_owned())));
    }
}
