//! Lines of the people file, for messages.

use std::fmt;

/// The lines of rows that have something in common: the first ones, and the number of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    first: Vec<u64>,
    count: usize,
}

/// The number of lines that a message shows.
const SHOWN: usize = 5;

impl Lines {
    pub(crate) const fn new() -> Self {
        Self {
            first: Vec::new(),
            count: 0,
        }
    }

    pub(crate) fn push(&mut self, line: u64) {
        if self.first.len() < SHOWN {
            self.first.push(line);
        }
        self.count += 1;
    }

    pub(crate) const fn count(&self) -> usize {
        self.count
    }
}

impl FromIterator<u64> for Lines {
    fn from_iter<I: IntoIterator<Item = u64>>(lines: I) -> Self {
        let mut all = Self::default();
        lines.into_iter().for_each(|line| all.push(line));
        all
    }
}

/// Lists all of a few lines, or the first ones and the number of the others.
impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.first.iter().map(u64::to_string).collect();
        let word = if self.count == 1 { "line" } else { "lines" };
        write!(f, "{word} {}", shown.join(", "))?;
        match self.count - self.first.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_the_first_lines_and_counts_the_others() {
        let cases = [
            (1..=1, "line 1"),
            (1..=5, "lines 1, 2, 3, 4, 5"),
            (3..=9, "lines 3, 4, 5, 6, 7 and 2 more"),
        ];
        for (lines, expected) in cases {
            let lines: Lines = lines.collect();
            assert_eq!(lines.to_string(), expected);
        }
    }
}
