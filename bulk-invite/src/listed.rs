//! The rows that a summary lists. Only the first ones of each list are kept.

use std::collections::BTreeMap;

use clerk_core::run::Outcome;

use crate::people::Position;
use crate::problems::{Group, Groups};
use crate::results::RowResult;

/// The number of rows that a list shows.
pub(crate) const SHOWN_ROWS: usize = 10;

/// The outcomes that need attention, the most serious first.
pub(crate) const NEED_ATTENTION: [Outcome; 5] = [
    Outcome::Unknown,
    Outcome::Refused,
    Outcome::Invalid,
    Outcome::Expired,
    Outcome::Revoked,
];

/// The outcomes of rows that a run skips without a problem.
const SKIPPED: [Outcome; 5] = [
    Outcome::Accepted,
    Outcome::CreatedEarlier,
    Outcome::AlreadyInvited,
    Outcome::ExistingUser,
    Outcome::Duplicate,
];

/// The lists of a summary.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// The rows that a run skips without a problem.
    pub(crate) skipped: FirstRows,
    /// The rows that have changed since an earlier run invited them.
    pub(crate) changed: FirstRows,
    /// The rows that need attention, those with the same kind of problem together.
    problems: Groups<FirstRows>,
}

/// The first rows of a list, by outcome and then by position, and the number of all.
#[derive(Debug, Default)]
pub(crate) struct FirstRows {
    rows: BTreeMap<(usize, Position), RowResult>,
    count: usize,
}

impl Listed {
    /// Whether rows with this outcome are in a list.
    pub(crate) fn has(outcome: Outcome) -> bool {
        SKIPPED.contains(&outcome) || NEED_ATTENTION.contains(&outcome)
    }

    pub(crate) fn add(&mut self, row: &RowResult) {
        let rank = |outcomes: &[Outcome]| outcomes.iter().position(|outcome| *outcome == row.outcome);
        if let Some(rank) = rank(&NEED_ATTENTION) {
            self.problems.rows_of(&row.reason).add(rank, row);
        } else if let Some(rank) = rank(&SKIPPED) {
            self.skipped.add(rank, row);
            if row.outcome == Outcome::CreatedEarlier && !row.reason.is_empty() {
                self.changed.add(rank, row);
            }
        }
    }

    /// Returns the groups of rows that need attention, in the order of their first rows.
    pub(crate) fn problems(&self) -> Vec<&Group<FirstRows>> {
        let mut groups: Vec<_> = self.problems.iter().collect();
        groups.sort_by_key(|group| group.rows.rows.keys().next().copied());
        groups
    }
}

impl FirstRows {
    fn add(&mut self, rank: usize, row: &RowResult) {
        self.count += 1;
        let key = (rank, row.position);
        let is_full = self.rows.len() >= SHOWN_ROWS;
        if is_full && self.rows.keys().next_back().is_some_and(|last| *last < key) {
            return;
        }
        self.rows.insert(key, row.clone());
        if is_full {
            self.rows.pop_last();
        }
    }

    /// Returns the first rows.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &RowResult> {
        self.rows.values()
    }

    /// Returns the row if there is no other.
    pub(crate) fn only(&self) -> Option<&RowResult> {
        self.iter().next().filter(|_| self.count == 1)
    }

    /// Returns the number of all rows.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64, outcome: Outcome, reason: &str) -> RowResult {
        RowResult::from_input(Position::new(line), "ada@example.com", outcome, reason)
    }

    fn lines(rows: &FirstRows) -> Vec<u64> {
        rows.iter().map(|row| row.position.line).collect()
    }

    #[test]
    fn lists_have_the_first_rows_by_outcome_and_position_in_whatever_order_they_come() {
        let mut listed = Listed::default();
        for line in (2..=40).rev() {
            let outcome = if line % 2 == 0 {
                Outcome::ExistingUser
            } else {
                Outcome::CreatedEarlier
            };
            listed.add(&row(line, outcome, if line == 7 { "changed" } else { "" }));
            listed.add(&row(line + 100, Outcome::Created, ""));
        }
        assert_eq!(listed.skipped.count(), 39);
        assert_eq!(lines(&listed.skipped), [3, 5, 7, 9, 11, 13, 15, 17, 19, 21]);
        assert_eq!((listed.changed.count(), lines(&listed.changed)), (1, vec![7]));
    }

    #[test]
    fn problems_are_grouped_and_the_most_serious_come_first() {
        let mut listed = Listed::default();
        for line in [9, 3] {
            listed.add(&row(line, Outcome::Invalid, "it has no @"));
        }
        listed.add(&row(5, Outcome::Refused, "form_param_format_invalid"));
        listed.add(&row(8, Outcome::Unknown, "an invitation may exist"));
        let groups: Vec<_> = listed.problems().iter().map(|group| lines(&group.rows)).collect();
        assert_eq!(groups, [vec![8], vec![5], vec![3, 9]]);
    }
}
