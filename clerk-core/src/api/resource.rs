//! The macro that declares the operations of a resource.

/// Declares the handle of a resource, its operations that need no rules of their own, and its list of all operations.
///
/// Each declaration is one of [`endpoint!`](crate::endpoint) that ends in `=> fn METHOD -> OUTPUT`. Its documentation goes
/// to that method of the handle. `also` names the request types that are written by hand; their methods are too.
macro_rules! resource {
    (
        $(#[$attribute:meta])*
        pub struct $Api:ident;

        also [$($Other:ident),* $(,)?];

        $(
            $(#[$doc:meta])*
            pub struct $Name:ident $(<$lifetime:lifetime>)? ($($param:ident: &$param_lifetime:lifetime $Param:ty),* $(,)?)
            $({ $($body:tt)* })?
            = $operation:expr => fn $method:ident -> $Output:ty;
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
            $(
                $(#[$doc])*
                ///
                /// # Cancel safety
                ///
                /// As for [`Client::execute`](crate::Client::execute).
                pub async fn $method(self, $($param: impl Into<$Param>),*) -> $crate::error::Result<$Output> {
                    self.client.execute(&$Name::new($(&$param.into()),*)).await
                }
            )*
        }

        $(
            $crate::endpoint! {
                #[doc = concat!("The request of [`", stringify!($Api), "::", stringify!($method), "`].")]
                pub struct $Name $(<$lifetime>)? ($($param: &$param_lifetime $Param),*) $({ $($body)* })? = $operation => $Output
            }
        )*
    };
}

pub(super) use resource;
