//! Models as people write them: texts, and metadata as a map of JSON values.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::workload;

#[derive(Serialize)]
pub(crate) struct NewInvitation {
    pub(crate) email_address: String,
    pub(crate) public_metadata: Map<String, Value>,
    pub(crate) redirect_url: String,
    pub(crate) expires_in_days: u16,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "a model has the fields that the answer has")]
pub(crate) struct Invitation {
    pub(crate) id: String,
    pub(crate) email_address: String,
    pub(crate) public_metadata: Map<String, Value>,
    pub(crate) status: String,
    pub(crate) revoked: Option<bool>,
    pub(crate) url: Option<String>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

pub(crate) fn people() -> Vec<NewInvitation> {
    let people = workload::addresses().map(|email_address| NewInvitation {
        email_address,
        public_metadata: workload::metadata(),
        redirect_url: workload::REDIRECT_URL.to_owned(),
        expires_in_days: workload::EXPIRES_IN_DAYS,
    });
    people.collect()
}
