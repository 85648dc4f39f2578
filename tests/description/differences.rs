//! Differences between the SDK and the description, and which of them are intended.

use std::collections::BTreeSet;
use std::fmt;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    pub(crate) operation: String,
    /// The place: `path`, `query.limit`, `body[].role`, `response.data[].url`. Empty for the operation itself.
    pub(crate) place: String,
    pub(crate) problem: Problem,
}

/// The kind of a difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Problem {
    /// The SDK has or sends it, but the description lacks it.
    NotDescribed,
    /// The description has it, but the SDK lacks it or never sends it.
    NotInSdk,
    /// The check does not call the operation.
    NotChecked,
    /// The SDK and the description have different values.
    Other { sdk: String, described: String },
    /// The SDK sends a value that the description does not allow.
    Invalid(String),
    /// The SDK sends no body where one is required.
    BodyMissing,
    /// The SDK repeats a parameter that is described as one value.
    Repeated,
    /// The SDK always sends an optional parameter.
    AlwaysSent,
    /// The SDK lacks this value of an enumeration, or this end of a range.
    ValueNotInSdk(String),
    /// The SDK requires a field that the description allows to be absent or null.
    RequiredBySdk(String),
    /// The model has an optional field that the description requires.
    OptionalInSdk,
    /// A response that conforms to the description, or to a future version of it, cannot be decoded.
    Unreadable(String),
    /// The model has another value than the response.
    Changed,
    /// The check cannot generate a response from the schema.
    NotGenerated(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.operation)?;
        if !self.place.is_empty() {
            write!(f, " {}", self.place)?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDescribed => f.write_str("is not described"),
            Self::NotInSdk => f.write_str("is described, but not in the SDK"),
            Self::NotChecked => f.write_str("has no case in the check"),
            Self::Other { sdk, described } => write!(f, "is {sdk} in the SDK, but described as {described}"),
            Self::Invalid(why) => write!(f, "is sent with a value that is not allowed: {why}"),
            Self::BodyMissing => f.write_str("is required, but not always sent"),
            Self::Repeated => f.write_str("is sent more than once"),
            Self::AlwaysSent => f.write_str("is optional, but always sent"),
            Self::ValueNotInSdk(value) => write!(f, "can be {value}, but not in the SDK"),
            Self::RequiredBySdk(why) => write!(f, "is optional or nullable, but required by the SDK: {why}"),
            Self::OptionalInSdk => f.write_str("is required, but optional in the SDK"),
            Self::Unreadable(why) => write!(f, "makes a response undecodable: {why}"),
            Self::Changed => f.write_str("does not survive decoding"),
            Self::NotGenerated(why) => write!(f, "the check cannot generate a response: {why}"),
        }
    }
}

/// An intended difference, and its reason.
pub(crate) struct Allowed {
    /// The operation, or `*` for any.
    pub(crate) operation: &'static str,
    /// The places. `*` at the start matches any beginning, `*` at the end any rest.
    pub(crate) places: &'static [&'static str],
    pub(crate) problem: Problem,
    pub(crate) reason: &'static str,
}

impl Allowed {
    fn allows(&self, place: &str, difference: &Difference) -> bool {
        let is_place = match (place.strip_prefix('*'), place.strip_suffix('*')) {
            (Some(end), _) => difference.place.ends_with(end),
            (None, Some(start)) => difference.place.starts_with(start),
            (None, None) => difference.place == place,
        };
        let is_problem = match (&self.problem, &difference.problem) {
            // The reason quotes the random response.
            (Problem::NotGenerated(_), Problem::NotGenerated(_)) => true,
            (allowed, problem) => allowed == problem,
        };
        is_place && is_problem && (self.operation == "*" || self.operation == difference.operation)
    }
}

/// The differences of a comparison, sorted.
pub(crate) struct Verdict<'a> {
    /// The differences that are not intended.
    pub(crate) unintended: Vec<Difference>,
    /// The intended differences, each with its reason.
    pub(crate) intended: Vec<(Difference, &'static str)>,
    /// The operations and places that are allowed to differ, but do not.
    pub(crate) stale: Vec<(&'a Allowed, &'static str)>,
}

/// Separates the intended differences from the others.
pub(crate) fn sort(differences: BTreeSet<Difference>, allowed: &[Allowed]) -> Verdict<'_> {
    let mut verdict = Verdict {
        unintended: Vec::new(),
        intended: Vec::new(),
        stale: allowed
            .iter()
            .flat_map(|allowed| allowed.places.iter().map(move |place| (allowed, *place)))
            .filter(|(allowed, place)| !differences.iter().any(|difference| allowed.allows(place, difference)))
            .collect(),
    };
    for difference in differences {
        let reason = allowed
            .iter()
            .find(|allowed| allowed.places.iter().any(|place| allowed.allows(place, &difference)));
        match reason {
            Some(allowed) => verdict.intended.push((difference, allowed.reason)),
            None => verdict.unintended.push(difference),
        }
    }
    verdict
}
