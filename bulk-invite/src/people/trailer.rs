//! Lines of a text file that are no rows: repeated headers, and what a program writes below a table, such as `(3 rows)`.

use super::lines::Lines;
use super::records::Record;

/// The number of lines that can be below a table.
const MAX_LINES: usize = 20;

/// Holds back lines that may be the end of the file.
pub(super) struct Trailer {
    header: Vec<String>,
    /// The index of the column with the email addresses.
    email: usize,
    /// The lines since the last row.
    held: Vec<Record>,
    repeated: Lines,
}

impl Trailer {
    pub(super) const fn new(header: Vec<String>, email: usize) -> Self {
        Self {
            header,
            email,
            held: Vec::new(),
            repeated: Lines::new(),
        }
    }

    /// Takes the next record. Returns the records that are rows.
    pub(super) fn rows(&mut self, record: Record) -> Vec<Record> {
        if self.is_header(&record) {
            self.repeated.push(record.line);
            return Vec::new();
        }
        let can_end = self.can_end(&record) && self.held.len() < MAX_LINES;
        if can_end {
            self.held.push(record);
            return Vec::new();
        }
        let mut rows = std::mem::take(&mut self.held);
        rows.push(record);
        rows
    }

    /// Ends the file. Returns the records held back that are rows, and adds to the notes which lines are none.
    pub(super) fn finish(self, notes: &mut Vec<String>) -> Vec<Record> {
        if self.repeated.count() > 0 {
            notes.push(format!("Skipped the header that is repeated on {}.", self.repeated));
        }
        // A single word in the column of the address may be a mistyped one.
        let is_text = |record: &Record| record.fields[0].contains(char::is_whitespace);
        if self.held.is_empty() || (self.email == 0 && !self.held.iter().any(is_text)) {
            return self.held;
        }
        let lines: Lines = self.held.iter().map(|record| record.line).collect();
        notes.push(format!("Skipped {lines} at the end, below the rows."));
        Vec::new()
    }

    fn is_header(&self, record: &Record) -> bool {
        !record.is_open
            && record
                .fields
                .iter()
                .map(|field| name(field))
                .eq(self.header.iter().map(|field| name(field)))
    }

    /// Whether a record can be below the table: text instead of the fields of a row.
    fn can_end(&self, record: &Record) -> bool {
        let [text] = record.fields.as_slice() else {
            return false;
        };
        let is_count = text.starts_with('(') && text.ends_with(')');
        !record.is_open && !text.contains('@') && (self.header.len() > 1 || is_count)
    }
}

/// Returns a field as the name of a column. In files that were joined, a byte order mark can come before a header.
fn name(field: &str) -> &str {
    field.trim_start_matches('\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::super::records;
    use super::*;

    #[test]
    fn leaves_out_lines_that_are_no_rows_and_keeps_those_that_may_be() {
        let sales = "email,name\na@example.com,x\n\n\"Contacts\"\n\nCopyright (c) 2026\nAcme\n";
        let cases = [
            (sales, 0, 1, "Skipped lines 4, 6, 7 at the end, below the rows."),
            ("id,email\n1,a@example.com\nTotal\n", 1, 1, "Skipped line 3 at the end"),
            ("email\na@example.com\n(1 row)\n", 0, 1, "Skipped line 3 at the end"),
            (
                "email,name\na@example.com,x\n\u{FEFF}email,name\nb@example.com,y\n",
                0,
                2,
                "Skipped the header that is repeated on line 3.",
            ),
            // These may be people.
            ("email,name\na@example.com,x\nbob\n", 0, 2, ""),
            ("email\na@example.com\nbob\n", 0, 2, ""),
            ("email\na@example.com\nBob B\n", 0, 2, ""),
            ("id,email\n1,a@example.com\nTotal\n2,b@example.com\n", 1, 3, ""),
            ("id,email\n1,a@example.com\nb@example.com\n", 1, 2, ""),
            ("id,email\n1,a@example.com\n2,\n", 1, 2, ""),
        ];
        for (text, email, expected, note) in cases {
            let mut records = records::read(text, b',', usize::MAX).expect(text).into_iter();
            let header = records.next().expect("a header").fields;
            let mut trailer = Trailer::new(header, email);
            let mut rows: Vec<Record> = records.flat_map(|record| trailer.rows(record)).collect();
            let mut notes = Vec::new();
            rows.extend(trailer.finish(&mut notes));
            assert_eq!(rows.len(), expected, "{text}");
            let notes = notes.join("\n");
            assert!(
                notes.contains(note) && (notes.is_empty() == note.is_empty()),
                "{text}: {notes}"
            );
        }
    }
}
