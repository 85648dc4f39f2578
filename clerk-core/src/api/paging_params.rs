use crate::endpoint::EndpointRequest;
use crate::error::InvalidRequest;

/// The query parameters `limit` and `offset`, which all of Clerk's lists accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct PagingParams {
    pub(super) limit: Option<u16>,
    pub(super) offset: Option<u64>,
}

impl PagingParams {
    /// The most entries on one page.
    pub(super) const MAX_LIMIT: u16 = 500;

    /// Adds the parameters that are set to the query.
    pub(super) fn add_to(self, request: EndpointRequest) -> Result<EndpointRequest, InvalidRequest> {
        if self.limit.is_some_and(|limit| !(1..=Self::MAX_LIMIT).contains(&limit)) {
            return Err(request.invalid("limit must be 1 to 500"));
        }
        Ok(request.query_opt("limit", self.limit).query_opt("offset", self.offset))
    }
}

/// Makes a request type with a field `paging` the endpoint of a list: implements the setters of that field and
/// [`Endpoint`](crate::endpoint::Endpoint). The expression is the request without the paging parameters.
macro_rules! list_endpoint {
    ($List:ident -> $Item:ty, |$list:ident| $request:expr) => {
        impl $List {
            /// The most entries on one page: 500.
            pub const MAX_LIMIT: u16 = $crate::api::paging_params::PagingParams::MAX_LIMIT;

            /// Sets the number of entries on a page, from 1 to [`MAX_LIMIT`](Self::MAX_LIMIT); Clerk's default is 10.
            #[must_use]
            pub fn limit(mut self, limit: u16) -> Self {
                self.paging.limit = Some(limit);
                self
            }

            /// Sets the number of entries to skip; Clerk's default is 0.
            #[must_use]
            pub fn offset(mut self, offset: u64) -> Self {
                self.paging.offset = Some(offset);
                self
            }
        }

        impl $crate::endpoint::Endpoint for $List {
            type Output = $crate::model::Page<$Item>;

            fn request(&self) -> Result<$crate::endpoint::EndpointRequest, $crate::error::InvalidRequest> {
                let $list = self;
                $list.paging.add_to($request)
            }
        }
    };
}

pub(super) use list_endpoint;
