//! The query parameters of a request.

use super::error::Refusal;
use super::store::{Stored, normalize};
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

    /// Whether `query` is the record's id or a part of its address. Without the parameter every record matches.
    pub(super) fn matches_id_or_address(&self, record: &impl Stored) -> bool {
        self.get("query")
            .is_none_or(|text| record.id() == text.trim() || record.email_address().contains(&normalize(text)))
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
