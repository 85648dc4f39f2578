//! Differences between an expected and an actual request, and how messages show them.

mod json;

use std::fmt;

pub(crate) use json::{Extent, diff_json, member};

/// A place where what came differs from what was expected; `None` is nothing at all.
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

    /// The same difference, its place told from the outside: `$.a` within `body` is `body $.a`.
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

/// How many differences a message lists before it only counts them.
const MOST_SHOWN: usize = 10;

/// Writes each difference on a line of its own, indented.
pub(crate) fn write_list(differences: &[Difference], f: &mut impl fmt::Write) -> fmt::Result {
    for difference in differences.iter().take(MOST_SHOWN) {
        write!(f, "\n     {difference}")?;
    }
    match differences.len().saturating_sub(MOST_SHOWN) {
        0 => Ok(()),
        more => write!(f, "\n     and {more} more"),
    }
}

/// How far a request is from what was expected: another path is further than another method, and both are further than any
/// difference in the rest.
pub(crate) fn distance(differences: &[Difference]) -> usize {
    let weigh = |difference: &Difference| match difference.place.as_str() {
        "path" => 10_000,
        "method" => 1_000,
        _ => 1,
    };
    differences.iter().map(weigh).sum()
}

/// Cuts what is too long for a line.
fn shorten(text: &str) -> String {
    const MOST: usize = 160;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
