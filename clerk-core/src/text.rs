//! What all types that wrap a `String` have in common.

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
    };
}

pub(crate) use text_newtype;
