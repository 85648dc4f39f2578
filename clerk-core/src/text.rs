//! Macros for types that are text on the wire.

use std::error::Error as StdError;
use std::fmt;

/// Implements conversions from and to text, and comparison with text, for a struct whose only field is a `String`.
macro_rules! text_newtype {
    ($Name:ident) => {
        impl $Name {
            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Converts this value into its text.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl From<&str> for $Name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<&String> for $Name {
            fn from(text: &String) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $Name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&Self> for $Name {
            fn from(value: &Self) -> Self {
                value.clone()
            }
        }

        impl From<$Name> for String {
            fn from(value: $Name) -> Self {
                value.0
            }
        }

        impl std::str::FromStr for $Name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl std::borrow::Borrow<str> for $Name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $Name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $Name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $Name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<String> for $Name {
            fn eq(&self, other: &String) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<$Name> for str {
            fn eq(&self, other: &$Name) -> bool {
                self == other.0
            }
        }

        impl PartialEq<$Name> for &str {
            fn eq(&self, other: &$Name) -> bool {
                *self == other.0
            }
        }
    };
}

/// The error of parsing a text that is none of the values of an enum. It does not contain the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UnknownName {
    expected: &'static [&'static str],
}

impl UnknownName {
    pub(crate) const fn new(expected: &'static [&'static str]) -> Self {
        Self { expected }
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown value: use one of {}", self.expected.join(", "))
    }
}

crate::debug_as_display!(UnknownName);

impl StdError for UnknownName {}

/// Defines an enum whose variants each have a fixed text, and its conversions from and to that text.
macro_rules! text_enum {
    ($(#[$attribute:meta])* pub enum $Name:ident { $($(#[$doc:meta])* $Variant:ident = $text:literal,)* }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $Name {
            $($(#[$doc])* $Variant,)*
        }

        impl $Name {
            /// All values, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),*];

            /// Returns the text of the value.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Variant => $text,)*
                }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $Name {
            type Err = $crate::text::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$Variant),)*
                    _ => Err($crate::text::UnknownName::new(&[$($text),*])),
                }
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use {text_enum, text_newtype};
