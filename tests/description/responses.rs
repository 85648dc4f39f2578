//! Checks that the SDK decodes every response that the description allows, without losing any of it.

use std::collections::BTreeSet;
use std::mem;

use serde_json::{Value, json};

use crate::choose::{Choose, Extent};
use crate::differences::Problem;
use crate::exchange::{Case, Decoded, Wire};
use crate::generate::Generate;
use crate::spec::{Description, Field, violation};

/// The number of random responses per operation.
const RANDOM_RESPONSES: u64 = 64;

/// Compares an operation's decoded responses with their description.
pub(crate) fn check(description: &Description, schema: &Value, case: &Case) -> Vec<(String, Problem)> {
    let mut responses = Responses {
        case,
        problems: BTreeSet::new(),
    };
    let validator = description.validator(schema);
    let random = (0..RANDOM_RESPONSES).map(|seed| (Extent::Random, seed));
    for (extent, seed) in [(Extent::Least, 0), (Extent::Most, 0)].into_iter().chain(random) {
        let response = Generate::new(description, extent, seed).value(schema);
        if let Some(why) = violation(&response, &validator) {
            responses.report_first(Problem::NotGenerated(why));
            continue;
        }
        match responses.decode(&response) {
            Ok(decoded) => responses.compare("", &response, &decoded.written),
            Err(why) => responses.report_first(Problem::Unreadable(why)),
        }
    }
    let whole = Generate::new(description, Extent::Most, 0).value(schema);
    if let Ok(decoded) = responses.decode(&whole) {
        responses.add_unknown_fields(&whole);
        for field in description.fields(schema) {
            // Fields that the model lacks are reported above.
            if decoded.written.pointer(&field.pointer).is_some() {
                responses.check_presence(&whole, &field);
                responses.check_null(&whole, &field);
                responses.check_values(&whole, &field);
            }
        }
    }
    responses.problems.into_iter().collect()
}

struct Responses<'a> {
    case: &'a Case,
    problems: BTreeSet<(String, Problem)>,
}

impl Responses<'_> {
    fn report(&mut self, label: &str, problem: Problem) {
        let dot = if label.is_empty() || label.starts_with('[') {
            ""
        } else {
            "."
        };
        self.problems.insert((format!("response{dot}{label}"), problem));
    }

    /// Reports a problem with whole responses, unless one of the same kind was reported.
    fn report_first(&mut self, problem: Problem) {
        let is_same = |(_, other): &(String, Problem)| mem::discriminant(other) == mem::discriminant(&problem);
        if !self.problems.iter().any(is_same) {
            self.report("", problem);
        }
    }

    fn decode(&self, response: &Value) -> Result<Decoded, String> {
        let wire = Wire::new(response.clone());
        (self.case.call)(&mut Choose::new(Extent::Least, 0), &wire).outcome
    }

    /// Reports the differences between a response and its model, serialized again.
    fn compare(&mut self, label: &str, response: &Value, written: &Value) {
        match (response, written) {
            (Value::Object(response), Value::Object(written)) => {
                for (name, value) in response {
                    let dot = if label.is_empty() { "" } else { "." };
                    let label = format!("{label}{dot}{name}");
                    match written.get(name) {
                        Some(written) => self.compare(&label, value, written),
                        None if value.is_null() => {}
                        None => self.report(&label, Problem::NotInSdk),
                    }
                }
            }
            (Value::Array(response), Value::Array(written)) if response.len() == written.len() => {
                for (response, written) in response.iter().zip(written) {
                    self.compare(&format!("{label}[]"), response, written);
                }
            }
            _ if response == written => {}
            _ => self.report(label, Problem::Changed),
        }
    }

    /// Removes a field from the response.
    fn check_presence(&mut self, whole: &Value, field: &Field) {
        let Some((parent, name)) = field.pointer.rsplit_once('/') else {
            return;
        };
        let mut response = whole.clone();
        if let Some(parent) = response.pointer_mut(parent).and_then(Value::as_object_mut) {
            parent.remove(name);
        }
        match self.decode(&response) {
            Err(why) if !field.required => self.report(&field.label, Problem::RequiredBySdk(why)),
            Ok(decoded) if field.required && !field.schema.is_nullable() => {
                let kept = decoded.written.pointer(&field.pointer);
                if kept.is_none_or(Value::is_null) {
                    self.report(&field.label, Problem::OptionalInSdk);
                }
            }
            _ => {}
        }
    }

    /// Sets a field to null.
    fn check_null(&mut self, whole: &Value, field: &Field) {
        if field.schema.is_nullable()
            && let Err(why) = self.decode(&with(whole, &field.pointer, Value::Null))
        {
            self.report(&field.label, Problem::RequiredBySdk(why));
        }
    }

    /// Sets a field to each value of its enumeration, and to one that a future API version may add.
    fn check_values(&mut self, whole: &Value, field: &Field) {
        for value in field.schema.values() {
            let unknown = format!("Unknown({})", value.as_str().unwrap_or_default());
            match self.decode(&with(whole, &field.pointer, value.clone())) {
                Ok(decoded) if decoded.debug.contains(&unknown) => {
                    self.report(&field.label, Problem::ValueNotInSdk(value.to_string()));
                }
                Ok(_) => {}
                Err(why) => self.report(&field.label, Problem::Unreadable(why)),
            }
        }
        if field.schema.values().iter().any(Value::is_string) {
            let future = json!("future_value");
            match self.decode(&with(whole, &field.pointer, future.clone())) {
                Ok(decoded) if decoded.written.pointer(&field.pointer) == Some(&future) => {}
                Ok(_) => self.report(&field.label, Problem::Changed),
                Err(why) => self.report(&field.label, Problem::Unreadable(why)),
            }
        }
    }

    /// Adds an unknown field to every object.
    fn add_unknown_fields(&mut self, whole: &Value) {
        let mut response = whole.clone();
        add_unknown_field(&mut response);
        if let Err(why) = self.decode(&response) {
            self.report_first(Problem::Unreadable(why));
        }
    }
}

fn with(response: &Value, pointer: &str, value: Value) -> Value {
    let mut response = response.clone();
    if let Some(place) = response.pointer_mut(pointer) {
        *place = value;
    }
    response
}

fn add_unknown_field(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(add_unknown_field);
            fields.insert("future_field".to_owned(), json!({ "deep": [1, null] }));
        }
        Value::Array(items) => items.iter_mut().for_each(add_unknown_field),
        _ => {}
    }
}
