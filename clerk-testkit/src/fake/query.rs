//! The query parameters of a request.

use std::collections::BTreeSet;

use clerk_core::model::Timestamp;

use super::error::{ErrorItem, Refusal};
use super::store::normalize;
use crate::query::parameters;

/// A parameter that every operation takes.
const API_VERSION: &str = "__clerk_api_version";

/// The decoded parameters of a query, in order.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(query: &str) -> Self {
        Self(parameters(query).collect())
    }

    /// Returns the first value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Returns every value of a parameter.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let of_name = self.0.iter().filter(move |(known, _)| known == name);
        of_name.map(|(_, value)| value.as_str())
    }

    /// Returns the query without these parameters, as text that is the same for the same parameters.
    pub(super) fn without(&self, names: &[&str]) -> String {
        let others = self.0.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        let others: Vec<_> = others.map(|(name, value)| format!("{name:?}={value:?}")).collect();
        others.join("&")
    }

    /// Returns the values of a parameter that are not empty.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.all(name)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Returns the values of a parameter as sets to include and, if they begin with a minus sign, to exclude.
    pub(super) fn choice(&self, name: &str) -> Choice {
        let mut choice = Choice::default();
        for value in self.all(name) {
            match value.strip_prefix('-') {
                Some(value) => choice.excluded.insert(value.to_owned()),
                // A plus sign that was not percent-encoded has become a space.
                None => choice.included.insert(value.trim_start_matches(['+', ' ']).to_owned()),
            };
        }
        choice
    }

    /// Reads `true` or `false`.
    pub(super) fn flag(&self, name: &str, errors: &mut Vec<ErrorItem>) -> Option<bool> {
        match self.get(name)? {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                errors.push(ErrorItem::param_type_invalid(name));
                None
            }
        }
    }

    /// Reads a time in milliseconds.
    pub(super) fn time(&self, name: &str, errors: &mut Vec<ErrorItem>) -> Option<Timestamp> {
        let millis = self.get(name)?.parse();
        if millis.is_err() {
            errors.push(ErrorItem::param_type_invalid(name));
        }
        millis.ok().map(Timestamp::from_millis)
    }

    /// Whether `query` is this id or a part of this address. Without the parameter everything matches.
    pub(super) fn matches_id_or_address(&self, id: &str, email_address: &str) -> bool {
        self.get("query")
            .is_none_or(|text| id == text.trim() || email_address.contains(&normalize(text)))
    }

    /// Refuses parameters other than those simulated. The fake cannot know whether Clerk has them, and a filter that it
    /// ignored would make a wrong response look right.
    pub(super) fn refuse_not_simulated(&self, simulated: &[&str]) -> Result<(), Refusal> {
        let is_simulated = |name: &str| name == API_VERSION || simulated.contains(&name);
        match self.0.iter().find(|(name, _)| !is_simulated(name)) {
            None => Ok(()),
            Some((name, _)) => Err(Refusal::not_simulated(format!(
                "The fake does not simulate the query parameter {name}. It simulates these for the operation: {}.",
                simulated.join(", ")
            ))),
        }
    }
}

/// Values that a list includes and excludes.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// Everything if it is empty.
    included: BTreeSet<String>,
    excluded: BTreeSet<String>,
}

impl Choice {
    /// Includes the values of a parameter, in which signs have no meaning.
    pub(super) fn of_any(query: &Query, name: &str) -> Self {
        Self {
            // A plus sign that was not percent-encoded has become a space.
            included: query.all(name).map(|value| value.replace(' ', "+")).collect(),
            excluded: BTreeSet::new(),
        }
    }

    /// Whether every value is one of those known.
    pub(super) fn is_within(&self, known: &[&str]) -> bool {
        let mut values = self.included.iter().chain(&self.excluded);
        values.all(|value| known.contains(&value.as_str()))
    }

    /// Whether this value is chosen.
    pub(super) fn has(&self, value: &str) -> bool {
        self.has_any(std::iter::once(value))
    }

    /// Whether one of these values is included, and none excluded.
    pub(super) fn has_any<'a>(&self, values: impl Iterator<Item = &'a str>) -> bool {
        let mut is_included = self.included.is_empty();
        for value in values {
            if self.excluded.contains(value) {
                return false;
            }
            is_included |= self.included.contains(value);
        }
        is_included
    }
}

/// Whether a text contains another one, in any case.
pub(super) fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_kept_in_order() {
        let query = Query::parse("order_by=%2Bcreated_at&query=a+b%40c&flag&status=pending&status=expired&bad=%zz%4");
        assert_eq!(query.get("order_by"), Some("+created_at"));
        assert_eq!(query.get("query"), Some("a b@c"));
        assert_eq!(query.get("flag"), Some(""));
        assert_eq!(query.get("bad"), Some("%zz%4"));
        assert_eq!(query.all("status").collect::<Vec<_>>(), ["pending", "expired"]);
        assert_eq!(query.get("limit"), None);
    }
}
