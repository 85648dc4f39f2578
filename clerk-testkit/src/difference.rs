//! Differences between an expected and an actual request, and how messages show them.

mod json;

use std::fmt;

pub(crate) use json::{Extent, diff_json, member};

/// A difference between an expected and an actual value. `None` is a missing value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) place: String,
    pub(crate) expected: Option<String>,
    pub(crate) actual: Option<String>,
}

impl Difference {
    pub(crate) fn new(place: impl Into<String>, expected: Option<String>, actual: Option<String>) -> Self {
        Self {
            place: place.into(),
            expected,
            actual,
        }
    }

    /// Prefixes the place: `$.a` within `body` becomes `body $.a`.
    pub(crate) fn within(mut self, part: &str) -> Self {
        self.place = format!("{part} {}", self.place);
        self
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |value: &Option<String>| value.as_deref().map_or("nothing".to_owned(), shorten);
        let (expected, actual) = (show(&self.expected), show(&self.actual));
        write!(f, "{}: expected {expected}, got {actual}", self.place)
    }
}

/// The number of differences beyond which a message only counts.
const MOST_SHOWN: usize = 10;

/// Writes each difference on an indented line.
pub(crate) fn write_list(differences: &[Difference], f: &mut impl fmt::Write) -> fmt::Result {
    for difference in differences.iter().take(MOST_SHOWN) {
        write!(f, "\n     {difference}")?;
    }
    match differences.len().saturating_sub(MOST_SHOWN) {
        0 => Ok(()),
        more => write!(f, "\n     and {more} more"),
    }
}

/// Ranks differences, so that messages name the nearest expectation: a different path weighs most, then a different method.
pub(crate) fn distance(differences: &[Difference]) -> usize {
    let weigh = |difference: &Difference| match difference.place.as_str() {
        "path" => 10_000,
        "method" => 1_000,
        _ => 1,
    };
    differences.iter().map(weigh).sum()
}

/// Truncates text that is too long for a line.
fn shorten(text: &str) -> String {
    const MOST: usize = 160;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
