use bytes::Bytes;
use serde_json::json;

use super::filter::Filter;
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Instance};

/// Answers `GetUsersCount`.
pub(in crate::fake) fn count(instance: &Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let mut errors = Vec::new();
    let filter = Filter::read(&call.query(), &[], &mut errors);
    Refusal::if_any(errors)?;
    let count = instance.users.iter().filter(|user| filter.fits(user)).count();
    let answer = json!({ "object": "total_count", "total_count": count });
    Ok(answer.to_string().into())
}
