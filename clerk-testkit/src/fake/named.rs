//! Settings with a few values, each with a name.

use std::error::Error as StdError;
use std::fmt;

/// The error for a text that names no value of a setting. It lists the names.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownName {
    names: &'static [&'static str],
}

impl UnknownName {
    pub(super) const fn new(names: &'static [&'static str]) -> Self {
        Self { names }
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be {}", self.names.join(" or "))
    }
}

clerk_core::debug_as_display!(UnknownName);

impl StdError for UnknownName {}

/// Implements `Display`, `FromStr` and `Deserialize` for an enum by the names of its values.
macro_rules! named {
    ($type:ident { $($name:literal => $value:ident,)* }) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    $(Self::$value => $name,)*
                })
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::fake::named::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($name => Ok(Self::$value),)*
                    _ => Err($crate::fake::named::UnknownName::new(&[$($name),*])),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = String::deserialize(deserializer)?;
                name.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(super) use named;
