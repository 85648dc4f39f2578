use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::Instance;
use crate::operation::Operation;

pub(super) static OPERATION: Operation = Operation::get("GetInstance", "/instance");

/// Reads the instance that the secret key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct GetInstance;

impl GetInstance {
    /// Reads the instance.
    pub const fn new() -> Self {
        Self
    }
}

impl Endpoint for GetInstance {
    type Output = Instance;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        Ok(OPERATION.request())
    }
}
