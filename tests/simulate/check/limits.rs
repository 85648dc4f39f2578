//! The calls of all processes together never exceed a limit, in any period, and leave others their share.

use std::time::Duration;

use clerk_core::middleware::Quota;
use clerk_testkit::fake::{CallRecord, FakeOperation};

use super::Story;
use super::journal::has_lost_records;
use crate::others::BY_OTHERS;

pub(super) fn check(story: &Story<'_>) -> Vec<String> {
    // Where what happened before seems to be longer ago than it is, or is lost, each process keeps the limits by itself.
    let forgets = story.scenario.wall_clock.jumps_forward() || story.lives.iter().any(has_lost_records);
    let problems: Vec<String> = if forgets {
        let lives = story.lives.iter().map(|life| &story.calls[life.calls.clone()]);
        lives.flat_map(|calls| exceeded_limits(story, calls)).collect()
    } else {
        exceeded_limits(story, story.calls)
    };
    let of_others = others_turned_away(story).filter(|_| !forgets);
    problems.into_iter().chain(of_others).collect()
}

fn exceeded_limits(story: &Story<'_>, calls: &[CallRecord]) -> Vec<String> {
    let scenario = story.scenario;
    let limits = &scenario.run.knowledge.limits(&scenario.clerk.limits);
    let ours: Vec<_> = calls.iter().filter(|call| is_ours(call)).collect();
    let of = |operation| {
        let calls = ours.iter().filter(move |call| call.operation == Some(operation));
        calls.map(|call| call.at).collect::<Vec<_>>()
    };
    // A process with an empty journal reads the instance before it can record anything, so this call is not remembered. An
    // undo records nothing but what it revoked.
    let is_remembered = |call: &&&CallRecord| {
        call.operation != Some(FakeOperation::GetInstance) || story.begun_at.is_some_and(|begun| call.at > begun)
    };
    let all = ours.iter().filter(is_remembered).map(|call| call.at).collect();
    let target = scenario.target;
    let checks = [
        ("bulk", limits.quota(target.bulk_limit()), of(target.bulk())),
        ("single", limits.quota(target.single_limit()), of(target.single())),
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

/// Describes the first call of the program that uses the rest of the limits, and was turned away.
fn others_turned_away(story: &Story<'_>) -> Option<String> {
    story.scenario.foreign?;
    let is_turned_away = |call: &&CallRecord| {
        call.query.ends_with(BY_OTHERS)
            && call.operation == Some(story.scenario.target.single())
            && call.status == Some(429)
    };
    let call = story.calls.iter().find(is_turned_away)?;
    Some(format!("another program was turned away at {:?}", call.at))
}
