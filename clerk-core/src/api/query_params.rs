//! Query parameters of requests that filter.

use std::collections::BTreeMap;

use crate::endpoint::EndpointRequest;
use crate::error::InvalidRequest;
use crate::model::{EmailAddress, OrganizationId, SessionStatus, Timestamp, UserId};
use crate::sensitive::Sensitive;

/// The most values that one parameter of a list accepts.
const MAX_VALUES: usize = 100;

/// Query parameters in the order in which they were set. `Debug` shows only their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct QueryParams(Vec<(&'static str, Sensitive)>);

/// A value of a query parameter.
pub(super) trait QueryText {
    fn query_text(&self) -> String;
}

macro_rules! query_text {
    ($($Type:ty => |$value:ident| $text:expr,)*) => {$(
        impl $crate::api::query_params::QueryText for $Type {
            fn query_text(&self) -> String {
                let $value = self;
                $text
            }
        }
    )*};
}
pub(super) use query_text;

query_text! {
    bool => |flag| flag.to_string(),
    String => |text| text.clone(),
    Sensitive => |text| text.as_str().to_owned(),
    EmailAddress => |address| address.as_str().to_owned(),
    UserId => |id| id.as_str().to_owned(),
    OrganizationId => |id| id.as_str().to_owned(),
    SessionStatus => |status| status.as_str().to_owned(),
    Timestamp => |time| time.as_millis().to_string(),
}

impl QueryParams {
    /// Sets a parameter that has one value.
    pub(super) fn set(&mut self, name: &'static str, value: &impl QueryText) {
        self.0.retain(|(known, _)| *known != name);
        self.add(name, value);
    }

    /// Adds a value to a parameter that has any number.
    pub(super) fn add(&mut self, name: &'static str, value: &impl QueryText) {
        self.0.push((name, value.query_text().into()));
    }

    /// Adds the parameters to the query, or fails if one has more values than a call accepts.
    pub(super) fn add_to(&self, request: EndpointRequest) -> Result<EndpointRequest, InvalidRequest> {
        let mut counts = BTreeMap::<_, usize>::new();
        for (name, _) in &self.0 {
            *counts.entry(name).or_default() += 1;
        }
        if let Some((name, count)) = counts.into_iter().find(|(_, count)| *count > MAX_VALUES) {
            let reason = format!("{count} values of {name} are more than the {MAX_VALUES} that one call accepts");
            return Err(request.invalid(reason));
        }
        let add = |request: EndpointRequest, (name, value): &(&str, Sensitive)| request.query(name, value.as_str());
        Ok(self.0.iter().fold(request, add))
    }
}

/// Implements setters for a request type with a field `query`: `one` sets a parameter, `many` adds values to it.
macro_rules! query_setters {
    ($Name:ident { $($(#[$doc:meta])* $kind:ident $setter:ident $(as $param:literal)?: $Value:ty,)* }) => {
        impl $Name {
            $($crate::api::query_params::query_setters! { @$kind [$(#[$doc])*] $setter [$($param,)? stringify!($setter)] $Value })*
        }
    };
    (@one [$($doc:tt)*] $setter:ident [$param:expr $(, $unused:expr)?] $Value:ty) => {
        $($doc)*
        #[must_use]
        pub fn $setter(mut self, $setter: impl Into<$Value>) -> Self {
            self.query.set($param, &$setter.into());
            self
        }
    };
    (@many [$($doc:tt)*] $setter:ident [$param:expr $(, $unused:expr)?] $Value:ty) => {
        $($doc)*
        ///
        /// At most 100 values. Call it again to add more.
        #[must_use]
        pub fn $setter(mut self, $setter: impl IntoIterator<Item = impl Into<$Value>>) -> Self {
            for value in $setter {
                let value: $Value = value.into();
                self.query.add($param, &value);
            }
            self
        }
    };
}
pub(super) use query_setters;

/// Declares the request type of a list: its path parameters, its filters, and the type of an entry.
macro_rules! list {
    (
        $(#[$attribute:meta])*
        pub struct $Name:ident ($($param:ident: $Param:ty),*) {
            $($setters:tt)*
        }
        = $operation:expr => $Item:ty $(, $always:ident = $value:expr)?;
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $Name {
            $($param: $Param,)*
            query: $crate::api::query_params::QueryParams,
            paging: $crate::api::paging_params::PagingParams,
        }

        #[allow(clippy::new_without_default, reason = "not every list can be made without parameters")]
        impl $Name {
            /// The operation that this request calls.
            pub const OPERATION: &'static $crate::operation::Operation = &$operation;

            /// Creates a list without filters.
            pub fn new($($param: impl Into<$Param>),*) -> Self {
                Self {
                    $($param: $param.into(),)*
                    query: Default::default(),
                    paging: Default::default(),
                }
            }
        }

        $crate::api::query_params::query_setters! { $Name { $($setters)* } }

        $crate::api::paging_params::list_endpoint!($Name -> $Item, |list| {
            let request = $Name::OPERATION.request();
            $(let request = request.path_param(stringify!($param), &list.$param)?;)*
            $(let request = request.query(stringify!($always), $value);)?
            list.query.add_to(request)?
        });
    };
}
pub(super) use list;

/// Declares the orders of a list: for each field, one ascending and one descending.
macro_rules! orders {
    ($(#[$doc:meta])* pub enum $Name:ident { $($Ascending:ident, $Descending:ident = $up:literal, $down:literal;)* }) => {
        $crate::text::text_enum! {
            $(#[$doc])*
            pub enum $Name {
                $(
                    #[doc = concat!("Ascending: `", $up, "`.")]
                    $Ascending = $up,
                    #[doc = concat!("Descending: `", $down, "`.")]
                    $Descending = $down,
                )*
            }
        }

        $crate::api::query_params::query_text! {
            $Name => |order| order.as_str().to_owned(),
        }
    };
}
pub(super) use orders;
