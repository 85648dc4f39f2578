use crate::endpoint::EndpointRequest;
use crate::error::InvalidRequest;

/// Which part of a list one page holds: the parameters `limit` and `offset`, the same in all of Clerk's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Window {
    pub(super) limit: Option<u16>,
    pub(super) offset: Option<u64>,
}

impl Window {
    /// The most that one page holds.
    pub(super) const MAX_LIMIT: u16 = 500;

    /// Adds the parameters that are set.
    pub(super) fn add_to(self, request: EndpointRequest) -> Result<EndpointRequest, InvalidRequest> {
        if self.limit.is_some_and(|limit| !(1..=Self::MAX_LIMIT).contains(&limit)) {
            return Err(request.invalid("limit must be 1 to 500"));
        }
        Ok(request.query_opt("limit", self.limit).query_opt("offset", self.offset))
    }
}

/// Gives a list, which has a field `window`, the setters for it.
macro_rules! window_setters {
    ($list:ident) => {
        impl $list {
            /// The most that one page holds: 500.
            pub const MAX_LIMIT: u16 = Window::MAX_LIMIT;

            /// How many a page holds: 1 to [`MAX_LIMIT`](Self::MAX_LIMIT); Clerk's default is 10.
            #[must_use]
            pub fn limit(mut self, limit: u16) -> Self {
                self.window.limit = Some(limit);
                self
            }

            /// How many to skip; Clerk's default is 0.
            #[must_use]
            pub fn offset(mut self, offset: u64) -> Self {
                self.window.offset = Some(offset);
                self
            }
        }
    };
}

pub(super) use window_setters;
