use crate::query::parameters;

/// The parameters of a query, in order, decoded (`+` and percent signs, as in the WHATWG URL standard, 5.1).
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(query: &str) -> Self {
        Self(parameters(query).collect())
    }

    /// The first value of this name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Every value of this name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        let query = Query::parse("order_by=%2Bcreated_at&query=a+b%40c&flag&status=pending&status=expired&bad=%zz%4");
        assert_eq!(query.get("order_by"), Some("+created_at"));
        assert_eq!(query.get("query"), Some("a b@c"));
        assert_eq!(query.get("flag"), Some(""));
        assert_eq!(query.get("bad"), Some("%zz%4"));
        assert_eq!(query.all("status").collect::<Vec<_>>(), ["pending", "expired"]);
        assert_eq!(query.get("limit"), None);
    }
}
