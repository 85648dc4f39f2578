use super::CreateWaitlistEntry;
use crate::api::checks::Bulk;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::WaitlistEntry;
use crate::operation::Operation;

const BULK: Bulk = Bulk {
    max: CreateWaitlistEntryBulk::MAX,
    purpose: "to put on the waitlist",
    instead: "send `.chunks(CreateWaitlistEntryBulk::MAX)` one after another",
};

/// Adds 1 to 50 people to the waitlist in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreateWaitlistEntryBulk<'a> {
    entries: &'a [CreateWaitlistEntry],
}

impl<'a> CreateWaitlistEntryBulk<'a> {
    /// The operation that this request calls.
    // Existing entries are returned, as for a single entry.
    pub const OPERATION: &'static Operation =
        &Operation::post("CreateBulkWaitlistEntries", "/waitlist_entries/bulk").idempotent();

    /// The most people that one call accepts: 50.
    pub const MAX: usize = 50;

    /// Creates a request that adds these people to the waitlist.
    pub const fn new(entries: &'a [CreateWaitlistEntry]) -> Self {
        Self { entries }
    }
}

impl Endpoint for CreateWaitlistEntryBulk<'_> {
    type Output = Vec<WaitlistEntry>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION.request();
        BULK.json(request, self.entries, CreateWaitlistEntry::problem)
    }
}
