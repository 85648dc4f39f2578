//! What must hold for several machines: at most one mail for each person, one outcome for each, nobody lost, and the limits kept.

use std::collections::BTreeMap;

use clerk_core::run::Outcome;
use clerk_core::run::journal::Record;
use clerk_testkit::fake::{CallRecord, Fault};

use super::LONGEST_WINDOW;
use crate::scenario::Scenario;
use crate::world::Truth;

/// What happened in a seed.
pub(super) struct Story<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) calls: &'a [CallRecord],
    pub(super) truth: &'a Truth,
    pub(super) mails: &'a BTreeMap<String, u64>,
    /// The outcomes in the store.
    pub(super) outcomes: &'a [Record],
    /// The people that were submitted and have no outcome.
    pub(super) lost: &'a [String],
}

/// Returns a description of each violation.
pub(super) fn check(story: &Story<'_>) -> Vec<String> {
    let lost = story.lost.iter().map(|address| format!("{address} has no outcome"));
    let mut violations: Vec<_> = lost.collect();
    for row in &story.scenario.rows {
        let address = row.identity();
        let mails = story.mails.get(&address).copied().unwrap_or_default();
        if mails > 1 {
            violations.push(format!("{address} has received {mails} mails"));
        }
    }
    violations.extend(story.outcomes.iter().filter_map(|record| false_outcome(story, record)));
    violations.extend(exceeded_limits(story.calls));
    violations
}

/// Describes an outcome that is not true.
fn false_outcome(story: &Story<'_>, record: &Record) -> Option<String> {
    let Record::Settled {
        address,
        outcome,
        evidence,
        id,
        ..
    } = record
    else {
        return None;
    };
    let address = address.normalized();
    let created: Vec<_> = story
        .truth
        .values()
        .filter(|invitation| invitation.address == address.as_str() && invitation.maker.is_some())
        .collect();
    let knows_own = story.scenario.run.preflight;
    let is_true = match outcome {
        Outcome::Created => id
            .as_ref()
            .is_some_and(|id| created.iter().any(|invitation| invitation.id == id.as_str())),
        // Without a preflight, the run cannot tell its own invitations from others'.
        Outcome::AlreadyInvited | Outcome::ExistingUser | Outcome::Refused => created.is_empty() || !knows_own,
        Outcome::Unknown => true,
        _ => false,
    };
    (!is_true).then(|| {
        let created = created.len();
        format!(
            "{} is {outcome} by {evidence}, and {created} invitations were created",
            address.as_str()
        )
    })
}

/// Describes the calls that Clerk turned away because there were too many, and not because a fault blocks the endpoint or lets
/// it count a call long after the end.
fn exceeded_limits(calls: &[CallRecord]) -> impl Iterator<Item = String> {
    let is_blocked = |call: &&CallRecord| {
        let same = calls.iter().filter(|earlier| earlier.operation == call.operation);
        let mut blocked_for = same.filter_map(|earlier| match earlier.fault {
            Some(Fault::TooManyRequests(wait)) => Some((earlier.at, wait)),
            Some(Fault::Late(wait)) => Some((earlier.at, wait + LONGEST_WINDOW)),
            _ => None,
        });
        blocked_for.any(|(at, wait)| (at..=at.saturating_add(wait)).contains(&call.at))
    };
    let turned_away = calls
        .iter()
        .filter(|call| call.status == Some(429) && call.method == "POST");
    turned_away
        .filter(move |call| !is_blocked(call))
        .map(|call| format!("call {} exceeds a limit: {call}", call.number))
}
