//! Plain models with metadata as a map of JSON values or as JSON text.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::workload;

#[derive(Serialize)]
pub(crate) struct NewInvitation<M> {
    pub(crate) email_address: String,
    pub(crate) public_metadata: M,
    pub(crate) redirect_url: String,
    pub(crate) expires_in_days: u16,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "a model has all fields of the response")]
pub(crate) struct Invitation<M> {
    pub(crate) id: String,
    pub(crate) email_address: String,
    pub(crate) public_metadata: M,
    pub(crate) status: String,
    pub(crate) revoked: Option<bool>,
    pub(crate) url: Option<String>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "a model has all fields of the response")]
pub(crate) struct Page<M> {
    pub(crate) data: Vec<Invitation<M>>,
    pub(crate) total_count: u64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "a model has all fields of the response")]
pub(crate) struct Refusal {
    pub(crate) errors: Vec<RefusalReason>,
    pub(crate) clerk_trace_id: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "a model has all fields of the response")]
pub(crate) struct RefusalReason {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) long_message: Option<String>,
}

/// Metadata decoded into a map.
pub(crate) type AsMap = Map<String, Value>;

/// Metadata kept as JSON text.
pub(crate) type AsText = Box<RawValue>;

pub(crate) trait Metadata: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    fn from_workload() -> Self;
}

impl Metadata for AsMap {
    fn from_workload() -> Self {
        workload::metadata()
    }
}

impl Metadata for AsText {
    fn from_workload() -> Self {
        to_raw_value(&workload::metadata()).expect("JSON")
    }
}

pub(crate) fn people<M: Metadata>() -> Vec<NewInvitation<M>> {
    let people = workload::addresses().map(|email_address| NewInvitation {
        email_address,
        public_metadata: M::from_workload(),
        redirect_url: workload::REDIRECT_URL.to_owned(),
        expires_in_days: workload::EXPIRES_IN_DAYS,
    });
    people.collect()
}
