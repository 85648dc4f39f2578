//! The calls of all processes together never exceed a limit, in any period.

use std::time::Duration;

use clerk_core::api::invitations::{RATE_LIMIT_BULK, RATE_LIMIT_SINGLE};
use clerk_core::middleware::Quota;
use clerk_testkit::fake::{CallRecord, FakeOperation};

use super::Story;
use crate::others::BY_OTHERS;

pub(super) fn check(story: &Story<'_>) -> Vec<String> {
    let ours: Vec<_> = story.calls.iter().filter(|call| is_ours(call)).collect();
    let limits = &story.scenario.clerk.limits;
    let of = |operation| {
        let calls = ours.iter().filter(move |call| call.operation == Some(operation));
        calls.map(|call| call.at).collect::<Vec<_>>()
    };
    // A process with an empty journal reads the instance before it can record anything, so this call is not remembered.
    let is_remembered = |call: &&&CallRecord| {
        call.operation != Some(FakeOperation::GetInstance) || story.begun_at.is_some_and(|begun| call.at > begun)
    };
    let all = ours.iter().filter(is_remembered).map(|call| call.at).collect();
    let checks = [
        (
            "bulk",
            limits.quota(RATE_LIMIT_BULK),
            of(FakeOperation::CreateBulkInvitations),
        ),
        (
            "single",
            limits.quota(RATE_LIMIT_SINGLE),
            of(FakeOperation::CreateInvitation),
        ),
        ("all", limits.all(), all),
    ];
    let checks = checks.into_iter();
    checks
        .filter_map(|(name, quota, times)| exceeded(name, quota?, &times))
        .collect()
}

fn is_ours(call: &CallRecord) -> bool {
    call.arrived() && !call.query.ends_with(BY_OTHERS)
}

/// Describes the first period with more calls than allowed.
fn exceeded(name: &str, quota: Quota, times: &[Duration]) -> Option<String> {
    let calls = quota.calls() as usize;
    let mut periods = times.windows(calls + 1);
    let period = periods.find(|period| period[calls] - period[0] < quota.per())?;
    Some(format!(
        "more than {calls} calls ({name}) within {:?}, from {:?} to {:?}",
        quota.per(),
        period[0],
        period[calls]
    ))
}
