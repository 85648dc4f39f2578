/// The parameters of a query, in order, decoded (`+` and percent signs, as in the WHATWG URL standard, 5.1).
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(&name.replace('+', " ")), decode(&value.replace('+', " "))))
                .collect(),
        )
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

/// Decodes percent signs (RFC 3986, 2.1). What is no hexadecimal number stays, and what is not UTF-8 is replaced.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let decoded = (*first == b'%').then(|| behind.get(..2).and_then(hex)).flatten();
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    digits.iter().try_fold(0_u8, |value, byte| {
        let digit = u8::try_from(digit(*byte)?).ok()?;
        Some(value << 4 | digit)
    })
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
