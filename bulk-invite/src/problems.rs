//! Groups rows with the same kind of problem, so that a file with one mistake in a thousand rows takes one line.

use std::collections::HashMap;

/// Rows whose problems differ at most in the values that they quote.
#[derive(Debug)]
pub(crate) struct Group<'a, T> {
    /// The problem of the first row.
    pub(crate) reason: &'a str,
    pub(crate) rows: Vec<T>,
}

/// Groups rows by the kind of their reason, in the order of the first row of each group.
pub(crate) fn group<'a, T>(rows: impl IntoIterator<Item = (&'a str, T)>) -> Vec<Group<'a, T>> {
    let mut groups: Vec<Group<'a, T>> = Vec::new();
    let mut indexes: HashMap<String, usize> = HashMap::new();
    for (reason, row) in rows {
        let index = *indexes.entry(kind(reason)).or_insert_with(|| {
            groups.push(Group {
                reason,
                rows: Vec::new(),
            });
            groups.len() - 1
        });
        groups[index].rows.push(row);
    }
    groups
}

/// Returns a reason without what differs from row to row: quoted values, numbers and email addresses.
fn kind(reason: &str) -> String {
    let without_quotes: String = reason.split('"').step_by(2).collect();
    let words = without_quotes
        .split(' ')
        .map(|word| match word.contains('@') && word.len() > 1 {
            true => String::new(),
            false => word.replace(|c: char| c.is_ascii_digit(), ""),
        });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_do_not_separate_rows_and_kinds_do() {
        let reasons = [
            "notify: expected true or false, found \"maybe\"",
            "the email address has no @",
            "notify: expected true or false, found \"perhaps\"",
            "role: expected true or false, found \"maybe\"",
            "the row has 7 fields, and the header has 12",
            "\"a;b\" has two addresses",
            "the row has 18 fields, and the header has 12",
            "the email address has no @",
            "ada@example.com is blocked",
            "bob@example.com is blocked",
        ];
        let groups = group(reasons.iter().copied().zip(0..));
        let groups: Vec<_> = groups
            .iter()
            .map(|group| (group.reason, group.rows.as_slice()))
            .collect();
        let expected: [(&str, &[i32]); 6] = [
            (reasons[0], &[0, 2]),
            (reasons[1], &[1, 7]),
            (reasons[3], &[3]),
            (reasons[4], &[4, 6]),
            (reasons[5], &[5]),
            (reasons[8], &[8, 9]),
        ];
        assert_eq!(groups, expected);
    }
}
