//! The macro that declares a request type and its [`Endpoint`](crate::Endpoint) in one place.

use crate::operation::Operation;

/// Declares the request type of an operation, and implements [`Endpoint`](crate::Endpoint) for it.
///
/// A declaration has five parts: the type's name, the path parameters in parentheses, optional fields of the JSON body in
/// braces, the [`Operation`](crate::Operation), and the type that a successful response decodes to:
///
/// ```
/// use clerk_core::model::{Metadata, User, UserId};
/// use clerk_core::{Operation, endpoint};
///
/// endpoint! {
///     /// Merges metadata into that of a user.
///     pub struct UpdateUserMetadata<'a>(user_id: &'a UserId) {
///         /// Merges this into the public metadata.
///         public_metadata: &'a Metadata,
///         /// Merges this into the private metadata.
///         private_metadata: &'a Metadata,
///     }
///     = Operation::patch("UpdateUserMetadata", "/users/{user_id}/metadata") => User
/// }
///
/// # async fn f(clerk: clerk_core::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let ada = UserId::from("user_1");
/// let metadata = Metadata::from_json(r#"{"plan":"pro"}"#)?;
/// let user = clerk.execute(&UpdateUserMetadata::new(&ada).public_metadata(&metadata)).await?;
/// # Ok(()) }
/// ```
///
/// The path parameters are the arguments of `new`. Required fields of the body follow them after a semicolon. Each other body field becomes a setter; unset fields are omitted from the
/// body, and a request without any set field has no body. `OPERATION` is an associated constant of the type.
///
/// Path parameters must have the names and the order that they have in the path. This compiles:
///
/// ```
/// # use clerk_core::{Operation, endpoint, model::UserId};
/// endpoint! {
///     /// Deletes the profile image of a user.
///     pub struct DeleteUserProfileImage<'a>(user_id: &'a UserId)
///     = Operation::delete("DeleteUserProfileImage", "/users/{user_id}/profile_image") => serde_json::Value
/// }
/// ```
///
/// A parameter that the path does not have is a compile error:
///
/// ```compile_fail,E0080
/// # use clerk_core::{Operation, endpoint, model::UserId};
/// endpoint! {
///     /// Deletes the profile image of a user.
///     pub struct DeleteUserProfileImage<'a>(id: &'a UserId)
///     = Operation::delete("DeleteUserProfileImage", "/users/{user_id}/profile_image") => serde_json::Value
/// }
/// ```
#[macro_export]
macro_rules! endpoint {
    (
        $(#[$attribute:meta])*
        $vis:vis struct $Name:ident $(<$lifetime:lifetime>)?
        ($($param:ident: $Param:ty),* $(,)? $(; $($required:ident: $Required:ty),* $(,)?)?)
        $({ $($(#[$field_attribute:meta])* $field:ident: $Field:ty),* $(,)? })?
        = $operation:expr => $Output:ty
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq)]
        $vis struct $Name $(<$lifetime>)? {
            $($param: $Param,)*
            $($($required: $Required,)*)?
            $($($field: ::core::option::Option<$Field>,)*)?
        }

        #[allow(clippy::new_without_default, reason = "not every request can be made without parameters")]
        impl $(<$lifetime>)? $Name $(<$lifetime>)? {
            /// The operation that this request calls.
            pub const OPERATION: &'static $crate::Operation = &$operation;

            /// Creates the request.
            pub fn new($($param: $Param,)* $($($required: impl ::core::convert::Into<$Required>,)*)?) -> Self {
                Self {
                    $($param,)*
                    $($($required: $required.into(),)*)?
                    $($($field: ::core::option::Option::None,)*)?
                }
            }

            $($(
                $(#[$field_attribute])*
                #[must_use]
                pub fn $field(mut self, $field: impl ::core::convert::Into<$Field>) -> Self {
                    self.$field = ::core::option::Option::Some($field.into());
                    self
                }
            )*)?
        }

        const _: () = $Name::OPERATION.assert_path_params(&[$(::core::stringify!($param)),*]);

        impl $(<$lifetime>)? $crate::Endpoint for $Name $(<$lifetime>)? {
            type Output = $Output;

            fn request(&self) -> ::core::result::Result<$crate::EndpointRequest, $crate::InvalidRequest> {
                let request = Self::OPERATION.request();
                $(let request = request.path_param(::core::stringify!($param), &self.$param)?;)*
                $($(let request = request.json_field(
                    ::core::stringify!($required),
                    ::core::option::Option::Some(&self.$required),
                )?;)*)?
                $($(let request = request.json_field(::core::stringify!($field), self.$field.as_ref())?;)*)?
                ::core::result::Result::Ok(request)
            }
        }
    };
}

impl Operation {
    /// Panics unless the parameters of the path are `names`, in this order. [`endpoint!`](crate::endpoint) calls it at
    /// compile time.
    #[doc(hidden)]
    pub const fn assert_path_params(&self, names: &[&str]) {
        let path = self.path().as_bytes();
        let (mut at, mut count) = (0, 0);
        while at < path.len() {
            if path[at] == b'{' {
                assert!(count < names.len(), "the path has a parameter that the request lacks");
                let name = names[count].as_bytes();
                let mut length = 0;
                while at + 1 + length < path.len() && path[at + 1 + length] != b'}' {
                    let is_same = length < name.len() && path[at + 1 + length] == name[length];
                    assert!(is_same, "a parameter of the request has another name in the path");
                    length += 1;
                }
                assert!(
                    length == name.len(),
                    "a parameter of the request has another name in the path"
                );
                count += 1;
            }
            at += 1;
        }
        assert!(count == names.len(), "the request has a parameter that the path lacks");
    }
}
