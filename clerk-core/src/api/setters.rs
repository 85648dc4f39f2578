//! The macro that implements the setters of request types.

/// Implements a setter for each of the optional fields, which converts its argument and stores it.
macro_rules! setters {
    ($Name:ident { $($(#[$doc:meta])* $field:ident: $Param:ty,)* }) => {
        impl $Name {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $field(mut self, $field: $Param) -> Self {
                    self.$field = Some($field.into());
                    self
                }
            )*
        }
    };
}

pub(super) use setters;
