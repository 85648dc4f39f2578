//! A field of a request that can be set or cleared.

use serde::{Serialize, Serializer};

use crate::sensitive::Sensitive;

/// The new value of a field, or `null`, which clears the field.
///
/// Setters take it by `Into`: give them a value to set the field, and `None` to clear it. A field whose setter is not called stays
/// as it is.
///
/// ```
/// use clerk_core::api::users::UpdateUser;
/// use clerk_core::model::UserId;
///
/// let ada = UserId::from("user_1");
/// let update = UpdateUser::new(&ada).first_name("Ada").last_name(None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nullable<T>(Option<T>);

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self(Some(value))
    }
}

impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        Self(value)
    }
}

impl From<&str> for Nullable<String> {
    fn from(value: &str) -> Self {
        Self(Some(value.to_owned()))
    }
}

impl From<&str> for Nullable<Sensitive> {
    fn from(value: &str) -> Self {
        Self(Some(value.into()))
    }
}

impl From<String> for Nullable<Sensitive> {
    fn from(value: String) -> Self {
        Self(Some(value.into()))
    }
}
