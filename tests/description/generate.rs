//! Generates responses from their schemas.

use serde_json::{Map, Value, json};

use crate::choose::Extent;
use crate::spec::{Description, MAX_DEPTH, Schema};

/// Generates values of schemas. The same extent and seed give the same values.
pub(crate) struct Generate<'a> {
    description: &'a Description,
    extent: Extent,
    random: fastrand::Rng,
}

impl<'a> Generate<'a> {
    pub(crate) fn new(description: &'a Description, extent: Extent, seed: u64) -> Self {
        Self {
            description,
            extent,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// Returns a value of this schema.
    pub(crate) fn value(&mut self, schema: &Value) -> Value {
        self.value_at(schema, 0)
    }

    fn value_at(&mut self, schema: &Value, depth: usize) -> Value {
        let mut schema = self.description.resolve(schema);
        if schema.is_nullable() && !self.is_present(depth) {
            return Value::Null;
        }
        if let Some(value) = self.random.choice(schema.values()) {
            return value.clone();
        }
        while let Some(branch) = self.random.choice(schema.take_branches()) {
            schema.merge(self.description.resolve(&branch));
        }
        match schema.text("type") {
            Some("array") => self.array(&schema, depth),
            Some("string") => self.string(&schema),
            Some("integer" | "number") => self.number(&schema),
            Some("boolean") => self.random.bool().into(),
            _ => self.object(&schema, depth),
        }
    }

    /// Whether an optional part is present.
    fn is_present(&mut self, depth: usize) -> bool {
        depth < MAX_DEPTH
            && match self.extent {
                Extent::Least => false,
                Extent::Most => true,
                Extent::Random => self.random.u8(..3) > 0,
            }
    }

    fn object(&mut self, schema: &Schema, depth: usize) -> Value {
        if schema.get("properties").is_none() {
            return self.free_object();
        }
        let mut object = Map::new();
        for (name, property) in schema.properties() {
            if schema.requires(name) || self.is_present(depth) {
                object.insert(name.clone(), self.value_at(property, depth + 1));
            }
        }
        Value::Object(object)
    }

    /// Returns an object without a schema, such as metadata.
    fn free_object(&mut self) -> Value {
        let objects = [
            json!({}),
            json!({ "team": "engines", "Nested": { "list": [1, null, "ü", 1.5] } }),
            json!({ "large": 9_007_199_254_740_993_u64, "": false }),
        ];
        self.random.choice(objects).unwrap_or_default()
    }

    fn array(&mut self, schema: &Schema, depth: usize) -> Value {
        let fewest = schema.number("minItems").unwrap_or(0);
        let most = schema.number("maxItems").unwrap_or(2).max(fewest).max(1);
        let count = match self.extent {
            Extent::Least => fewest,
            Extent::Most => most,
            Extent::Random => self.random.u64(fewest..=most),
        };
        let items = schema.items().cloned().unwrap_or_default();
        (0..count).map(|_| self.value_at(&items, depth + 1)).collect()
    }

    fn string(&mut self, schema: &Schema) -> Value {
        if schema.text("format") == Some("email") {
            return format!("person{}@example.com", self.random.u16(..)).into();
        }
        if let Some(pattern) = schema.text("pattern") {
            // The patterns begin with literal text, followed by letters. The validator rejects values that do not match.
            let is_literal = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            let literal = pattern.trim_start_matches('^').chars().take_while(is_literal);
            return literal.chain("x".chars()).collect::<String>().into();
        }
        let texts = ["text", "", "Zoë \"🦀\"\\\n", "https://example.com/?a=b#c"];
        self.random.choice(texts).unwrap_or_default().into()
    }

    fn number(&mut self, schema: &Schema) -> Value {
        let least = schema.number("minimum").unwrap_or(0);
        let most = schema.number("maximum").unwrap_or(1 << 53);
        let numbers = [least, most, self.random.u64(least..=most)];
        self.random.choice(numbers).unwrap_or_default().into()
    }
}
