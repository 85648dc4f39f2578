//! Our own calls never exceed a limit, in any stretch of time and over all processes.

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
    // Who has no journal yet has to ask for whom to keep it, and cannot remember that.
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

/// The first stretch that has more calls than it may have.
fn exceeded(name: &str, quota: Quota, times: &[Duration]) -> Option<String> {
    let calls = quota.calls() as usize;
    let mut stretches = times.windows(calls + 1);
    let stretch = stretches.find(|stretch| stretch[calls] - stretch[0] < quota.per())?;
    Some(format!(
        "more than {calls} calls ({name}) within {:?}, from {:?} to {:?}",
        quota.per(),
        stretch[0],
        stretch[calls]
    ))
}
