use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::fake::error::{ErrorItem, Refusal};

/// Whether `null` is as good as leaving the field out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fake) enum Null {
    Accepted,
    Refused,
}

/// The fields of a JSON object, taken out one by one; what is wrong with them adds up.
#[derive(Debug, Default)]
pub(in crate::fake) struct Fields {
    left: BTreeMap<String, Box<RawValue>>,
    errors: Vec<ErrorItem>,
}

impl Fields {
    /// The fields of `json`; `None` if that is not an object.
    pub(in crate::fake) fn of(json: &RawValue) -> Option<Self> {
        let left = serde_json::from_str(json.get()).ok()?;
        Some(Self {
            left,
            errors: Vec::new(),
        })
    }

    /// Takes out a field, if it is there and of the right type.
    pub(in crate::fake) fn take<T: DeserializeOwned>(&mut self, name: &'static str, null: Null) -> Option<T> {
        self.take_or(name, null, ErrorItem::param_type_invalid)
    }

    /// The same, with another error for a value of the wrong type.
    pub(in crate::fake) fn take_or<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        null: Null,
        wrong_type: fn(&str) -> ErrorItem,
    ) -> Option<T> {
        let json = self.left.remove(name)?;
        if json.get() == "null" {
            if null == Null::Refused {
                self.errors.push(ErrorItem::param_nil(name));
            }
            return None;
        }
        let value = serde_json::from_str(json.get()).ok();
        if value.is_none() {
            self.errors.push(wrong_type(name));
        }
        value
    }

    /// Takes out a field that has to be there.
    pub(in crate::fake) fn take_required<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        if !self.left.contains_key(name) {
            self.errors.push(ErrorItem::param_missing(name));
        }
        self.take(name, Null::Refused)
    }

    /// Adds an error.
    pub(in crate::fake) fn refuse(&mut self, error: ErrorItem) {
        self.errors.push(error);
    }

    /// Refuses what was wrong, and what is left.
    pub(in crate::fake) fn finish(mut self) -> Result<(), Refusal> {
        let unknown = self.left.keys().map(|name| ErrorItem::param_unknown(name));
        self.errors.extend(unknown);
        Refusal::if_any(self.errors)
    }
}
