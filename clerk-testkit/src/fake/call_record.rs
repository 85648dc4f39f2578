use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::fault::Fault;
use super::routes::FakeOperation;

/// One call that the fake was asked to answer.
///
/// `Display` is one line of JSON, and the same run gives the same bytes. It shows addresses where the query does; it
/// never shows a key.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CallRecord {
    /// Which call it was, from 1.
    pub number: u64,
    /// When it came, as the time since the fake was built or reset.
    #[serde(rename = "at_ms", serialize_with = "millis")]
    pub at: Duration,
    /// What it was for, if the fake knows such an operation.
    #[serde(serialize_with = "name")]
    pub operation: Option<FakeOperation>,
    /// The HTTP method.
    pub method: String,
    /// The path, with `/v1`.
    pub path: String,
    /// The query as it was sent; empty if there was none.
    pub query: String,
    /// The status that was answered, be it with half a body; `None` if nothing was.
    pub status: Option<u16>,
    /// Clerk's codes in the answer.
    pub codes: Vec<String>,
    /// The ids of the invitations and waitlist entries that the call made, whatever was answered.
    pub created: Vec<String>,
    /// The fault that the call met.
    #[serde(serialize_with = "text")]
    pub fault: Option<Fault>,
}

impl CallRecord {
    /// The trace id of the answer, as the header `Clerk-Trace-Id` and error bodies tell it.
    pub fn trace_id(&self) -> String {
        format!("trace_fake{:06}", self.number)
    }

    /// Whether the request arrived: one whose connection was refused did not.
    pub fn arrived(&self) -> bool {
        self.fault != Some(Fault::Refused)
    }
}

impl fmt::Display for CallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::instance::json(self))
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
