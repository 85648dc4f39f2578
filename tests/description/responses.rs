//! Whether the SDK reads every answer that the description allows, and keeps all of it.

use std::collections::BTreeSet;
use std::mem;

use serde_json::{Value, json};

use crate::choose::{Choose, Extent};
use crate::differences::Problem;
use crate::exchange::{Case, Decoded, Wire};
use crate::generate::Generate;
use crate::spec::{Description, Field, violation};

/// How many answers are made at random for each operation.
const RANDOM_ANSWERS: u64 = 64;

/// Compares what the SDK reads of an operation's answers with their description.
pub(crate) fn check(description: &Description, schema: &Value, case: &Case) -> Vec<(String, Problem)> {
    let mut answers = Answers {
        case,
        problems: BTreeSet::new(),
    };
    let validator = description.validator(schema);
    let random = (0..RANDOM_ANSWERS).map(|seed| (Extent::Random, seed));
    for (extent, seed) in [(Extent::Least, 0), (Extent::Most, 0)].into_iter().chain(random) {
        let answer = Generate::new(description, extent, seed).value(schema);
        if let Some(why) = violation(&answer, &validator) {
            answers.report_first(Problem::NotGenerated(why));
            continue;
        }
        match answers.decode(&answer) {
            Ok(decoded) => answers.compare("", &answer, &decoded.written),
            Err(why) => answers.report_first(Problem::Unreadable(why)),
        }
    }
    let whole = Generate::new(description, Extent::Most, 0).value(schema);
    if let Ok(decoded) = answers.decode(&whole) {
        answers.add_unknown_fields(&whole);
        for field in description.fields(schema) {
            // A field that the model does not have was reported already.
            if decoded.written.pointer(&field.pointer).is_some() {
                answers.check_presence(&whole, &field);
                answers.check_null(&whole, &field);
                answers.check_values(&whole, &field);
            }
        }
    }
    answers.problems.into_iter().collect()
}

struct Answers<'a> {
    case: &'a Case,
    problems: BTreeSet<(String, Problem)>,
}

impl Answers<'_> {
    fn report(&mut self, label: &str, problem: Problem) {
        let dot = if label.is_empty() || label.starts_with('[') {
            ""
        } else {
            "."
        };
        self.problems.insert((format!("answer{dot}{label}"), problem));
    }

    /// Reports a problem of whole answers, unless there is one of its sort.
    fn report_first(&mut self, problem: Problem) {
        let is_same = |(_, other): &(String, Problem)| mem::discriminant(other) == mem::discriminant(&problem);
        if !self.problems.iter().any(is_same) {
            self.report("", problem);
        }
    }

    fn decode(&self, answer: &Value) -> Result<Decoded, String> {
        let wire = Wire::new(answer.clone());
        (self.case.call)(&mut Choose::new(Extent::Least, 0), &wire).outcome
    }

    /// Reports what the model, written again, does not have as the answer had it.
    fn compare(&mut self, label: &str, answer: &Value, written: &Value) {
        match (answer, written) {
            (Value::Object(answer), Value::Object(written)) => {
                for (name, value) in answer {
                    let dot = if label.is_empty() { "" } else { "." };
                    let label = format!("{label}{dot}{name}");
                    match written.get(name) {
                        Some(written) => self.compare(&label, value, written),
                        None if value.is_null() => {}
                        None => self.report(&label, Problem::NotInSdk),
                    }
                }
            }
            (Value::Array(answer), Value::Array(written)) if answer.len() == written.len() => {
                for (answer, written) in answer.iter().zip(written) {
                    self.compare(&format!("{label}[]"), answer, written);
                }
            }
            _ if answer == written => {}
            _ => self.report(label, Problem::Changed),
        }
    }

    /// A field that is not there.
    fn check_presence(&mut self, whole: &Value, field: &Field) {
        let Some((parent, name)) = field.pointer.rsplit_once('/') else {
            return;
        };
        let mut answer = whole.clone();
        if let Some(parent) = answer.pointer_mut(parent).and_then(Value::as_object_mut) {
            parent.remove(name);
        }
        match self.decode(&answer) {
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

    /// A field that is null.
    fn check_null(&mut self, whole: &Value, field: &Field) {
        if field.schema.is_nullable()
            && let Err(why) = self.decode(&with(whole, &field.pointer, Value::Null))
        {
            self.report(&field.label, Problem::RequiredBySdk(why));
        }
    }

    /// A field of an enumeration: each of its values, and one that Clerk may add.
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
            let tomorrow = json!("value_of_tomorrow");
            match self.decode(&with(whole, &field.pointer, tomorrow.clone())) {
                Ok(decoded) if decoded.written.pointer(&field.pointer) == Some(&tomorrow) => {}
                Ok(_) => self.report(&field.label, Problem::Changed),
                Err(why) => self.report(&field.label, Problem::Unreadable(why)),
            }
        }
    }

    /// An answer in which every object has a field that nobody knows.
    fn add_unknown_fields(&mut self, whole: &Value) {
        let mut answer = whole.clone();
        grow(&mut answer);
        if let Err(why) = self.decode(&answer) {
            self.report_first(Problem::Unreadable(why));
        }
    }
}

fn with(answer: &Value, pointer: &str, value: Value) -> Value {
    let mut answer = answer.clone();
    if let Some(place) = answer.pointer_mut(pointer) {
        *place = value;
    }
    answer
}

fn grow(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(grow);
            fields.insert("field_of_tomorrow".to_owned(), json!({ "deep": [1, null] }));
        }
        Value::Array(items) => items.iter_mut().for_each(grow),
        _ => {}
    }
}
