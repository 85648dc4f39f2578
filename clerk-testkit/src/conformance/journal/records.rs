//! Records as a run appends them.

use clerk_core::run::journal::Record;
use serde_json::{Value, json};

/// Returns the first record of every journal.
pub(super) fn begun() -> Result<Record, String> {
    record(json!({"begun": {"version": Record::VERSION, "instance": "ins_1", "resource": "invitations"}}))
}

/// Returns a record of each kind, with values that are easily changed: the largest integer, text that is not ASCII, absent
/// and empty fields.
pub(super) fn of_every_kind() -> Result<Vec<Record>, String> {
    let people = json!([
        {"address": "ada@example.com", "fingerprint": u64::MAX, "baseline": ["inv_0", "inv_00"]},
        {"address": "josé@例え.jp", "fingerprint": (1_u64 << 53) + 1, "baseline": []},
        {"address": "grace+\"quoted\\\"@example.com", "fingerprint": 0},
    ]);
    let values = [
        json!({"attempted": {"attempt": 1, "lane": "bulk", "at": 1_764_000_000_123_i64, "people": people}}),
        json!({"ended": {"attempt": 1, "at": 1_764_000_000_456_i64, "effect": "unknown"}}),
        json!({"settled": {"address": "ada@example.com", "outcome": "created", "evidence": "answer", "id": "inv_1"}}),
        json!({"settled": {
            "address": "josé@例え.jp", "outcome": "refused", "evidence": "refusal",
            "code": "form_param_format_invalid", "fingerprint": u64::MAX - 1,
        }}),
        json!({"revoked": {"id": "inv_1", "revocation": "revoked"}}),
    ];
    values.into_iter().map(record).collect()
}

/// Returns the end of an attempt. Its number tells it apart from others.
pub(super) fn ended(attempt: u64) -> Result<Record, String> {
    record(json!({"ended": {"attempt": attempt, "at": 1_764_000_000_000_i64, "effect": "applied"}}))
}

/// Returns the ends of these attempts.
pub(super) fn ends(attempts: std::ops::Range<u64>) -> Result<Vec<Record>, String> {
    attempts.map(ended).collect()
}

fn record(value: Value) -> Result<Record, String> {
    serde_json::from_value(value).map_err(|error| format!("the suite could not build a record: {error}"))
}
