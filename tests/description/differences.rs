//! What differs between the SDK and the description, and which differences are intended.

use std::collections::BTreeSet;
use std::fmt;

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    pub(crate) operation: String,
    /// Where: `path`, `query.limit`, `body[].role`, `answer.data[].url`. Empty for the operation itself.
    pub(crate) place: String,
    pub(crate) problem: Problem,
}

/// In what way the SDK differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Problem {
    /// The SDK has or sends it, the description does not have it.
    NotDescribed,
    /// The description has it, the SDK does not have it or never sends it.
    NotInSdk,
    /// The check does not call the operation.
    NotChecked,
    /// The SDK has one thing where the description has another.
    Other { sdk: String, described: String },
    /// The SDK sends what the description does not allow.
    Invalid(String),
    /// The SDK sends a parameter more than once that is described as one value.
    Repeated,
    /// The SDK always sends what is optional.
    AlwaysSent,
    /// The description has this value of an enumeration, or this end of a range, and the SDK does not.
    ValueNotInSdk(String),
    /// The SDK cannot do without what the description lets be absent.
    RequiredBySdk(String),
    /// The model has as optional what the description requires.
    OptionalInSdk,
    /// An answer that is as described, or that Clerk may grow into, cannot be read.
    Unreadable(String),
    /// The model holds something else than the answer.
    Changed,
    /// The check cannot make an answer of the schema.
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
            Self::Invalid(why) => write!(f, "is sent with what is not allowed: {why}"),
            Self::Repeated => f.write_str("is sent more than once"),
            Self::AlwaysSent => f.write_str("is optional, but always sent"),
            Self::ValueNotInSdk(value) => write!(f, "can be {value}, but not in the SDK"),
            Self::RequiredBySdk(why) => write!(f, "is optional or nullable, but required by the SDK: {why}"),
            Self::OptionalInSdk => f.write_str("is required, but optional in the SDK"),
            Self::Unreadable(why) => write!(f, "makes an answer unreadable: {why}"),
            Self::Changed => f.write_str("does not survive decoding"),
            Self::NotGenerated(why) => write!(f, "the check cannot make an answer: {why}"),
        }
    }
}

/// A difference that is intended, and why.
pub(crate) struct Allowed {
    /// The operation; `*` for any.
    pub(crate) operation: &'static str,
    /// The places. One that starts with `*` matches the end of a place, one that ends with `*` its start.
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
        is_place
            && self.problem == difference.problem
            && (self.operation == "*" || self.operation == difference.operation)
    }
}

/// What a comparison came to.
pub(crate) struct Verdict<'a> {
    /// What differs without being intended.
    pub(crate) unintended: Vec<Difference>,
    /// What differs as intended, each with its reason.
    pub(crate) intended: Vec<(Difference, &'static str)>,
    /// The operations and places that were allowed to differ and do not.
    pub(crate) stale: Vec<(&'a Allowed, &'static str)>,
}

/// Sorts differences into intended and not.
pub(crate) fn judge(differences: BTreeSet<Difference>, allowed: &[Allowed]) -> Verdict<'_> {
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
