use super::CreateWaitlistEntry;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::WaitlistEntry;
use crate::operation::{Operation, Replay};

// Twice is once, as for a single entry.
pub(super) static OPERATION: Operation =
    Operation::post("CreateBulkWaitlistEntries", "/waitlist_entries/bulk").replay(Replay::Safe);

/// 1 to 50 people to put on the waitlist in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreateWaitlistEntryBulk<'a> {
    entries: &'a [CreateWaitlistEntry],
}

impl<'a> CreateWaitlistEntryBulk<'a> {
    /// How many people one call takes: 50.
    pub const MAX: usize = 50;

    /// Puts these people on the waitlist.
    pub const fn new(entries: &'a [CreateWaitlistEntry]) -> Self {
        Self { entries }
    }
}

impl Endpoint for CreateWaitlistEntryBulk<'_> {
    type Output = Vec<WaitlistEntry>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = OPERATION.request();
        let count = self.entries.len();
        if count == 0 {
            return Err(request.invalid("there is nobody to put on the waitlist: one call takes 1 to 50 people"));
        }
        if count > Self::MAX {
            return Err(request.invalid(format!(
                "{count} people are more than the 50 that one call takes: send \
                 `.chunks(CreateWaitlistEntryBulk::MAX)` one after another"
            )));
        }
        for (index, entry) in self.entries.iter().enumerate() {
            if let Some(problem) = entry.problem() {
                return Err(request.invalid(format!("item {index}: {problem}")));
            }
        }
        request.json(self.entries)
    }
}
