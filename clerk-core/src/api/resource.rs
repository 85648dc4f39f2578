//! The macro that declares the operations of a resource.

/// Declares the handle of a resource, its operations that need no rules of their own, and its list of all operations.
///
/// Each declaration is one of [`endpoint!`](crate::endpoint) that ends in `=> fn METHOD -> OUTPUT` or
/// `=> send METHOD -> OUTPUT` (see [`method!`]). Its documentation goes
/// to that method of the handle. `also` names the request types that are written by hand; their methods are too.
macro_rules! resource {
    (
        $(#[$attribute:meta])*
        pub struct $Api:ident;

        also [$($Other:ident),* $(,)?];

        $(
            $(#[$doc:meta])*
            pub struct $Name:ident $(<$lifetime:lifetime>)?
            ($($param:ident: &$param_lifetime:lifetime $Param:ty),* $(,)? $(; $($required:ident: $Required:ty),* $(,)?)?)
            $({ $($body:tt)* })?
            = $operation:expr => $kind:tt $method:ident -> $Output:ty;
        )*
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy)]
        pub struct $Api<'c> {
            pub(crate) client: &'c $crate::client::Client,
        }

        /// The operations of this resource, as data.
        pub static OPERATIONS: &[&$crate::operation::Operation] = &[$($Other::OPERATION,)* $($Name::OPERATION),*];

        impl $Api<'_> {
            $($crate::api::resource::method! {
                [
                    $(#[$doc])*
                    ///
                    /// # Cancel safety
                    ///
                    /// As for [`Client::execute`](crate::Client::execute).
                ]
                $kind $method $Name [$($lifetime)?]
                ($($param: $Param,)*) ($($($required: $Required,)*)?) -> $Output
            })*
        }

        $(
            $crate::endpoint! {
                #[doc = concat!("The request of [`", stringify!($Api), "::", stringify!($method), "`].")]
                pub struct $Name $(<$lifetime>)? ($($param: &$param_lifetime $Param),* $(; $($required: $Required),*)?)
                $({ $($body)* })? = $operation => $Output
            }
        )*
    };
}

/// Implements the method of an operation. A method declared with `fn` takes the parameters of the request; one declared with
/// `send` takes the request itself, whose optional fields matter.
macro_rules! method {
    (
        [$(#[$doc:meta])*] fn $method:ident $Name:ident [$($lifetime:lifetime)?]
        ($($param:ident: $Param:ty,)*) ($($required:ident: $Required:ty,)*) -> $Output:ty
    ) => {
        $(#[$doc])*
        pub async fn $method(
            self,
            $($param: impl Into<$Param>,)*
            $($required: impl Into<$Required>,)*
        ) -> $crate::error::Result<$Output> {
            self.client.execute(&$Name::new($(&$param.into(),)* $($required),*)).await
        }
    };
    (
        [$(#[$doc:meta])*] send $method:ident $Name:ident [$($lifetime:lifetime)?]
        ($($param:ident: $Param:ty,)*) ($($required:ident: $Required:ty,)*) -> $Output:ty
    ) => {
        $(#[$doc])*
        pub async fn $method $(<$lifetime>)? (self, request: &$Name $(<$lifetime>)?) -> $crate::error::Result<$Output> {
            self.client.execute(request).await
        }
    };
}

pub(super) use {method, resource};
