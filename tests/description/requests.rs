//! Checks that requests conform to the description and cover all of it.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::choose::{Choose, Extent};
use crate::differences::Problem;
use crate::exchange::{Case, Wire};
use crate::spec::{Described, Description, Schema, violation};

/// The number of random requests per operation.
const RANDOM_REQUESTS: u64 = 96;

/// Compares an operation's requests with their description.
pub(crate) fn check(description: &Description, described: &Described, case: &Case) -> Vec<(String, Problem)> {
    let mut sent = Sent::new(description, described);
    let wire = Wire::new(Value::Null);
    let random = (0..RANDOM_REQUESTS).map(|seed| (Extent::Random, seed));
    for (extent, seed) in [(Extent::Least, 0), (Extent::Most, 0)].into_iter().chain(random) {
        let exchange = (case.call)(&mut Choose::new(extent, seed), &wire);
        match exchange.request {
            Some(request) => sent.record(&request),
            None => {
                let why = exchange.outcome.err().unwrap_or_default();
                sent.report("", Problem::Invalid(why));
            }
        }
    }
    sent.compare_with_described();
    sent.problems.into_iter().collect()
}

/// The contents of all requests of an operation.
struct Sent<'a> {
    described: &'a Described,
    body: Option<Validator>,
    query: BTreeMap<&'a str, (Schema, Validator)>,
    /// All places in the description, by their label.
    places: BTreeMap<String, Place>,
    requests: usize,
    problems: BTreeSet<(String, Problem)>,
}

/// A place in the description, and the values that were sent there.
struct Place {
    schema: Schema,
    required: bool,
    values: BTreeSet<String>,
    /// The number of requests that had a value there.
    requests: usize,
}

impl Place {
    fn new(schema: Schema, required: bool) -> Self {
        Self {
            schema,
            required,
            values: BTreeSet::new(),
            requests: 0,
        }
    }

    /// Whether the schema allows any content.
    fn is_free(&self) -> bool {
        self.schema.get("properties").is_none() && self.schema.items().is_none()
    }
}

impl<'a> Sent<'a> {
    fn new(description: &'a Description, described: &'a Described) -> Self {
        let mut places = BTreeMap::new();
        for parameter in &described.query {
            let place = Place::new(description.resolve(&parameter.schema), parameter.required);
            places.insert(format!("query.{}", parameter.name), place);
        }
        if let Some((schema, required)) = &described.body {
            places.insert("body".to_owned(), Place::new(description.resolve(schema), *required));
            for field in description.fields(schema) {
                let place = Place::new(field.schema, field.required);
                places.insert(join("body", &field.label), place);
            }
        }
        let query = described.query.iter().map(|parameter| {
            let schema = description.resolve(&parameter.schema);
            let validator = description.validator(&parameter.schema);
            (parameter.name.as_str(), (schema, validator))
        });
        Self {
            described,
            body: described.body.as_ref().map(|(schema, _)| description.validator(schema)),
            query: query.collect(),
            places,
            requests: 0,
            problems: BTreeSet::new(),
        }
    }

    fn report(&mut self, place: &str, problem: Problem) {
        self.problems.insert((place.to_owned(), problem));
    }

    fn record(&mut self, request: &clerk_core::HttpRequest) {
        self.requests += 1;
        let path = request.uri().path();
        let path = path.strip_prefix("/v1").unwrap_or(path);
        if !matches_template(path, &self.described.path) {
            self.report("path", Problem::Invalid(path.to_owned()));
        }
        let mut labels = BTreeSet::new();
        self.record_query(request.uri().query().unwrap_or(""), &mut labels);
        self.record_body(request.body(), &mut labels);
        for label in labels {
            if let Some(place) = self.places.get_mut(&label) {
                place.requests += 1;
            }
        }
    }

    fn record_query(&mut self, query: &str, labels: &mut BTreeSet<String>) {
        let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
            given.entry(decode(name)).or_default().push(decode(value));
        }
        for (name, texts) in given {
            let label = format!("query.{name}");
            let Some((schema, validator)) = self.query.get(name.as_str()) else {
                self.report(&label, Problem::NotDescribed);
                continue;
            };
            let values: Vec<Value> = texts.iter().map(|text| value_of_text(text, schema)).collect();
            let is_list = schema.text("type") == Some("array");
            let given = if is_list { vec![Value::Array(values)] } else { values };
            let invalid = given.iter().find_map(|value| violation(value, validator));
            if let Some(why) = invalid {
                self.report(&label, Problem::Invalid(why));
            }
            if given.len() > 1 {
                self.report(&label, Problem::Repeated);
            }
            for value in given {
                self.note(&label, &value);
            }
            labels.insert(label);
        }
    }

    fn record_body(&mut self, body: &[u8], labels: &mut BTreeSet<String>) {
        if body.is_empty() {
            if self.described.body.as_ref().is_some_and(|(_, required)| *required) {
                self.report("body", Problem::BodyMissing);
            }
            return;
        }
        let body: Value = serde_json::from_slice(body).expect("the SDK sends JSON");
        let invalid = self.body.as_ref().and_then(|validator| violation(&body, validator));
        if let Some(why) = invalid {
            self.report("body", Problem::Invalid(why));
        }
        self.record_value("body", &body, labels);
    }

    fn record_value(&mut self, label: &str, value: &Value, labels: &mut BTreeSet<String>) {
        let is_item = label.ends_with("[]");
        let Some(is_free) = self.places.get(label).map(Place::is_free).or(is_item.then_some(false)) else {
            self.report(label, Problem::NotDescribed);
            return;
        };
        self.note(label, value);
        labels.insert(label.to_owned());
        match value {
            Value::Array(items) => {
                for item in items {
                    self.record_value(&format!("{label}[]"), item, labels);
                }
            }
            Value::Object(fields) if !is_free => {
                for (name, value) in fields {
                    self.record_value(&join(label, name), value, labels);
                }
            }
            _ => {}
        }
    }

    /// Records a value, or the number of items of a list.
    fn note(&mut self, label: &str, value: &Value) {
        if let Some(place) = self.places.get_mut(label) {
            place.values.insert(match value {
                Value::Array(items) => items.len().to_string(),
                value => value.to_string(),
            });
        }
    }

    /// Reports the parts of the description that no request had.
    fn compare_with_described(&mut self) {
        let mut problems = Vec::new();
        for (label, place) in &self.places {
            let mut report = |problem| problems.push((label.clone(), problem));
            if place.requests == 0 {
                report(Problem::NotInSdk);
                continue;
            }
            if place.requests == self.requests && !place.required && label != "body" {
                report(Problem::AlwaysSent);
            }
            let ends = ["minimum", "maximum", "minItems", "maxItems"]
                .into_iter()
                .filter_map(|keyword| place.schema.get(keyword));
            for value in place.schema.values().iter().chain(ends) {
                if !place.values.contains(&value.to_string()) {
                    report(Problem::ValueNotInSdk(value.to_string()));
                }
            }
        }
        self.problems.extend(problems);
    }
}

fn join(label: &str, field: &str) -> String {
    let dot = if field.starts_with("[]") { "" } else { "." };
    format!("{label}{dot}{field}")
}

/// Parses a query parameter as its schema requires.
fn value_of_text(text: &str, schema: &Schema) -> Value {
    match schema.text("type") {
        Some("integer" | "number" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        _ => text.into(),
    }
}

/// Whether a path matches its template, with one segment for each parameter.
fn matches_template(path: &str, template: &str) -> bool {
    let (path, template) = (path.split('/'), template.split('/'));
    path.clone().count() == template.clone().count()
        && path
            .zip(template)
            .all(|(segment, described)| segment == described || (described.starts_with('{') && !segment.is_empty()))
}
