//! Groups rows with the same kind of problem, so that a file with one mistake in a thousand rows takes one line.

use std::collections::HashMap;

/// Rows whose problems differ at most in the values that they quote.
#[derive(Debug)]
pub(crate) struct Group<R> {
    /// The problem of the first row.
    pub(crate) reason: String,
    pub(crate) rows: R,
}

/// Groups in the order of the first row of each.
#[derive(Debug)]
pub(crate) struct Groups<R> {
    groups: Vec<Group<R>>,
    indexes: HashMap<String, usize>,
}

/// The number of groups, so that a file with as many problems as rows takes no more memory than others.
const MAX_GROUPS: usize = 1000;

const OTHERS: &str = "other problems";

impl<R> Default for Groups<R> {
    fn default() -> Self {
        Self {
            groups: Vec::new(),
            indexes: HashMap::new(),
        }
    }
}

impl<R: Default> Groups<R> {
    /// Returns the rows of the group to which a row with this reason belongs.
    pub(crate) fn rows_of(&mut self, reason: &str) -> &mut R {
        let (kind, reason) = match self.groups.len() < MAX_GROUPS {
            true => (kind(reason), reason),
            false => match kind(reason) {
                kind if self.indexes.contains_key(&kind) => (kind, reason),
                _ => (OTHERS.to_owned(), OTHERS),
            },
        };
        let index = *self.indexes.entry(kind).or_insert_with(|| {
            self.groups.push(Group {
                reason: reason.to_owned(),
                rows: R::default(),
            });
            self.groups.len() - 1
        });
        &mut self.groups[index].rows
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Group<R>> {
        self.groups.iter()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
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
        let mut groups = Groups::<Vec<i32>>::default();
        for (reason, row) in reasons.iter().zip(0..) {
            groups.rows_of(reason).push(row);
        }
        let groups: Vec<_> = groups
            .iter()
            .map(|group| (group.reason.as_str(), group.rows.as_slice()))
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

    #[test]
    fn the_number_of_groups_is_limited() {
        let mut groups = Groups::<usize>::default();
        let letters = |mut n: usize| {
            let mut word = String::new();
            while n > 0 {
                word.push(char::from(b'a' + (n % 26) as u8));
                n /= 26;
            }
            word
        };
        for n in 0..3 * MAX_GROUPS {
            *groups.rows_of(&letters(n)) += 1;
        }
        assert_eq!(groups.iter().count(), MAX_GROUPS + 1);
        let last = groups.iter().last().map(|group| (group.reason.as_str(), group.rows));
        assert_eq!(last, Some((OTHERS, 2 * MAX_GROUPS)));
    }
}
