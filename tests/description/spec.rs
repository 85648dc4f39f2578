//! The parts of an OpenAPI 3.0 description that the check uses.

use std::collections::BTreeMap;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// A description, and its operations by their `operationId`.
pub(crate) struct Description {
    document: Value,
    pub(crate) operations: BTreeMap<String, Described>,
}

/// A described operation.
pub(crate) struct Described {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) is_deprecated: bool,
    /// The query parameters.
    pub(crate) query: Vec<Parameter>,
    /// The schema of the JSON body, and whether the body is required.
    pub(crate) body: Option<(Value, bool)>,
    /// The schema of the JSON of a successful response.
    pub(crate) response: Option<Value>,
}

/// A described query parameter.
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) schema: Value,
}

/// A field somewhere in a schema.
pub(crate) struct Field {
    /// Its place in messages: `data[].url`.
    pub(crate) label: String,
    /// Its place in a value whose arrays have one item, as a JSON pointer (RFC 6901): `/data/0/url`.
    pub(crate) pointer: String,
    /// Whether its object requires it.
    pub(crate) required: bool,
    pub(crate) schema: Schema,
}

/// A schema with its references resolved and its `allOf` merged.
#[derive(Clone, Default)]
pub(crate) struct Schema(Map<String, Value>);

/// The maximum depth of a schema. It is deeper than any model and ends the traversal of recursive schemas.
pub(crate) const MAX_DEPTH: usize = 8;

impl Description {
    /// Parses a description in YAML.
    pub(crate) fn read(yaml: &str) -> Self {
        let document: Value = yaml_serde::from_str(yaml).expect("the description is YAML");
        let mut description = Self {
            document,
            operations: BTreeMap::new(),
        };
        description.operations = description.read_operations();
        description
    }

    fn read_operations(&self) -> BTreeMap<String, Described> {
        let paths = self.document["paths"].as_object().expect("the description has paths");
        let operations = paths.iter().flat_map(|(path, item)| {
            ["get", "post", "put", "patch", "delete"]
                .into_iter()
                .filter_map(move |method| Some((path, method, item.get(method)?)))
        });
        operations
            .map(|(path, method, operation)| {
                let name = operation["operationId"].as_str().expect("an operation has an id");
                (name.to_owned(), self.read_operation(method, path, operation))
            })
            .collect()
    }

    fn read_operation(&self, method: &str, path: &str, operation: &Value) -> Described {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let query = parameters
            .map(|parameter| self.follow(parameter))
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| Parameter {
                name: parameter["name"].as_str().unwrap_or_default().to_owned(),
                required: parameter["required"] == true,
                schema: parameter["schema"].clone(),
            })
            .collect();
        let body = operation.get("requestBody").map(|body| self.follow(body));
        let success = operation["responses"].as_object().and_then(|responses| {
            let (_, response) = responses.iter().find(|(status, _)| status.starts_with('2'))?;
            Some(self.follow(response))
        });
        let schema = |content: &Value| content["content"]["application/json"].get("schema").cloned();
        Described {
            method: method.to_uppercase(),
            path: path.to_owned(),
            is_deprecated: operation["deprecated"] == true,
            query,
            body: body.and_then(|body| Some((schema(body)?, body["required"] == true))),
            response: success.and_then(schema),
        }
    }

    /// Returns the target of a reference, or the value itself if it is none.
    fn follow<'a>(&'a self, mut value: &'a Value) -> &'a Value {
        while let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let target = self.document.pointer(reference.trim_start_matches('#'));
            value = target.expect("a reference to an existing value");
        }
        value
    }

    /// Resolves the references of a schema and merges its `allOf`. Later parts override earlier ones.
    pub(crate) fn resolve(&self, schema: &Value) -> Schema {
        let schema = self.follow(schema);
        let mut merged = Schema(schema.as_object().cloned().unwrap_or_default());
        if let Some(Value::Array(parts)) = merged.0.remove("allOf") {
            for part in &parts {
                merged.merge(self.resolve(part));
            }
        }
        merged
    }

    /// Returns all fields of a schema, each before the fields nested in it.
    pub(crate) fn fields(&self, schema: &Value) -> Vec<Field> {
        let mut fields = Vec::new();
        self.collect_fields(&self.resolve(schema), "", "", 0, &mut fields);
        fields
    }

    fn collect_fields(&self, schema: &Schema, label: &str, pointer: &str, depth: usize, fields: &mut Vec<Field>) {
        if depth > MAX_DEPTH {
            return;
        }
        if let Some(items) = schema.items() {
            let (label, pointer) = (format!("{label}[]"), format!("{pointer}/0"));
            self.collect_fields(&self.resolve(items), &label, &pointer, depth + 1, fields);
        }
        for (name, property) in schema.properties() {
            let dot = if label.is_empty() { "" } else { "." };
            let field = Field {
                label: format!("{label}{dot}{name}"),
                pointer: format!("{pointer}/{name}"),
                required: schema.requires(name),
                schema: self.resolve(property),
            };
            let (schema, label, pointer) = (field.schema.clone(), field.label.clone(), field.pointer.clone());
            fields.push(field);
            self.collect_fields(&schema, &label, &pointer, depth + 1, fields);
        }
    }

    /// Returns a validator for a schema of this description.
    pub(crate) fn validator(&self, schema: &Value) -> Validator {
        let components = self.document["components"]["schemas"].as_object();
        let components: Map<String, Value> = components
            .into_iter()
            .flatten()
            .map(|(name, schema)| (name.clone(), json_schema(schema)))
            .collect();
        let root = json!({ "allOf": [json_schema(schema)], "components": { "schemas": components } });
        jsonschema::options()
            .with_draft(Draft::Draft7)
            .build(&root)
            .expect("the description's schemas are JSON Schema")
    }
}

impl Schema {
    /// Adds the constraints of another schema.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, value) in other.0 {
            match (self.0.get_mut(&key), value) {
                (Some(Value::Object(mine)), Value::Object(theirs)) if key == "properties" => mine.extend(theirs),
                (Some(Value::Array(mine)), Value::Array(theirs)) if key == "required" => mine.extend(theirs),
                // Only the outermost schema decides whether the value may be null.
                (_, _) if key == "nullable" => {}
                (_, value) => drop(self.0.insert(key, value)),
            }
        }
    }

    /// Removes and returns the schemas of a `oneOf` or `anyOf`.
    pub(crate) fn take_branches(&mut self) -> Vec<Value> {
        match self.0.remove("oneOf").or_else(|| self.0.remove("anyOf")) {
            Some(Value::Array(branches)) => branches,
            _ => Vec::new(),
        }
    }

    pub(crate) fn get(&self, keyword: &str) -> Option<&Value> {
        self.0.get(keyword)
    }

    pub(crate) fn properties(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.get("properties").and_then(Value::as_object).into_iter().flatten()
    }

    pub(crate) fn requires(&self, property: &str) -> bool {
        let required = self.get("required").and_then(Value::as_array);
        required.is_some_and(|names| names.iter().any(|name| name == property))
    }

    pub(crate) fn items(&self) -> Option<&Value> {
        self.get("items")
    }

    pub(crate) fn is_nullable(&self) -> bool {
        self.get("nullable") == Some(&Value::Bool(true))
    }

    /// Returns the values of an enumeration.
    pub(crate) fn values(&self) -> &[Value] {
        self.get("enum").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn number(&self, keyword: &str) -> Option<u64> {
        self.get(keyword)?.as_u64()
    }

    pub(crate) fn text(&self, keyword: &str) -> Option<&str> {
        self.get(keyword)?.as_str()
    }
}

/// Says how a value violates its schema, or returns `None`.
pub(crate) fn violation(value: &Value, validator: &Validator) -> Option<String> {
    let error = validator.validate(value).err()?;
    Some(format!("{}: {error}", error.instance_path()))
}

/// Converts a schema of OpenAPI 3.0, which has the keyword `nullable`, to JSON Schema.
fn json_schema(schema: &Value) -> Value {
    let Value::Object(keywords) = schema else {
        return schema.clone();
    };
    let mut converted = Map::new();
    for (keyword, value) in keywords {
        let value = match (keyword.as_str(), value) {
            ("nullable" | "discriminator" | "example" | "xml" | "externalDocs" | "deprecated", _) => continue,
            ("properties", Value::Object(properties)) => {
                let convert = |(name, schema): (&String, &Value)| (name.clone(), json_schema(schema));
                Value::Object(properties.iter().map(convert).collect())
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => schemas.iter().map(json_schema).collect(),
            ("items" | "not" | "additionalProperties", schema) => json_schema(schema),
            (_, value) => value.clone(),
        };
        converted.insert(keyword.clone(), value);
    }
    if keywords.get("nullable") == Some(&Value::Bool(true)) {
        return json!({ "anyOf": [{ "type": "null" }, converted] });
    }
    Value::Object(converted)
}
