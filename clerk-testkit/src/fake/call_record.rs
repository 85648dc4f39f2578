use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::fault::Fault;
use super::routes::FakeOperation;

/// One call, as the fake logs it.
///
/// `Display` writes one line of JSON, and the same run gives the same bytes. It contains addresses where the query does,
/// and never a key.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CallRecord {
    /// The number of the call, from 1.
    pub number: u64,
    /// The time of arrival, since the fake was built or reset.
    #[serde(rename = "at_ms", serialize_with = "millis")]
    pub at: Duration,
    /// The operation; `None` if the fake does not simulate it.
    #[serde(serialize_with = "name")]
    pub operation: Option<FakeOperation>,
    /// The HTTP method.
    pub method: String,
    /// The path, with `/v1`.
    pub path: String,
    /// The query as it was sent; empty without one.
    pub query: String,
    /// The status of the response, even of a truncated one; `None` without a response.
    pub status: Option<u16>,
    /// The error codes in the response.
    pub codes: Vec<String>,
    /// The ids of the invitations and waitlist entries that the call created, whatever the response.
    pub created: Vec<String>,
    /// The fault that the call met, if any.
    #[serde(serialize_with = "text")]
    pub fault: Option<Fault>,
}

impl CallRecord {
    /// Returns the trace id of the response, which is in the header `Clerk-Trace-Id` and in error bodies.
    pub fn trace_id(&self) -> String {
        format!("trace_fake{:06}", self.number)
    }

    /// Whether the request arrived. If the connection was refused, it did not.
    pub fn arrived(&self) -> bool {
        self.fault != Some(Fault::Refused)
    }
}

impl fmt::Display for CallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::records::to_json(self))
    }
}

fn millis<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

fn name<S: Serializer>(operation: &Option<FakeOperation>, serializer: S) -> Result<S::Ok, S::Error> {
    operation.map(FakeOperation::name).serialize(serializer)
}

fn text<S: Serializer>(fault: &Option<Fault>, serializer: S) -> Result<S::Ok, S::Error> {
    fault.as_ref().map(ToString::to_string).serialize(serializer)
}
