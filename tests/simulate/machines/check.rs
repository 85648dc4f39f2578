//! What must hold for several machines: at most one mail for each person, one outcome for each, nobody lost, and the limits kept.

use std::collections::BTreeMap;

use clerk_core::run::Outcome;
use clerk_core::run::journal::Record;
use clerk_testkit::fake::{CallRecord, Fault};

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
    /// Who was submitted and has no outcome.
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
    violations.extend(story.calls.iter().filter_map(exceeded_limit));
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

/// Describes a call that Clerk turned away because there were too many.
fn exceeded_limit(call: &CallRecord) -> Option<String> {
    let is_planned = matches!(call.fault, Some(Fault::TooManyRequests(_)));
    let invites = call.method == "POST";
    (call.status == Some(429) && invites && !is_planned)
        .then(|| format!("call {} exceeds a limit: {call}", call.number))
}
