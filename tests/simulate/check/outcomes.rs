//! Each row has one outcome in each process, and keeps it.

use std::collections::BTreeMap;

use clerk_core::model::InvitationStatus;
use clerk_core::run::{Evidence, Outcome, Settlement, Stop};

use super::Story;
use crate::disk::Remedy;
use crate::process::{End, Life, describe};
use crate::scenario::Action;

/// Checks that each row has one outcome, and that the report counts it.
pub(super) fn one_each(life: &Life) -> Vec<String> {
    let mut problems = Vec::new();
    let mut counts = vec![0_u32; life.rows()];
    for settlement in &life.settled {
        match counts.get_mut(settlement.position) {
            Some(count) => *count += 1,
            None => problems.push(format!("no such row: {}", describe(settlement))),
        }
        if !has_its_evidence(settlement) {
            problems.push(format!(
                "the evidence does not fit the outcome: {}",
                describe(settlement)
            ));
        }
    }
    let least = u32::from(matches!(life.end, End::Invited(_)));
    for (position, count) in counts.into_iter().enumerate() {
        if !(least..=1).contains(&count) {
            problems.push(format!("row {position} has {count} outcomes"));
        }
    }
    if let End::Invited(report) = &life.end {
        for outcome in Outcome::ALL {
            let announced = life.settled.iter().filter(|settled| settled.outcome == *outcome);
            let announced = announced.count();
            let reported = report.count(*outcome);
            if reported != announced {
                problems.push(format!(
                    "{announced} people are {outcome}, but the report says {reported}"
                ));
            }
        }
        if report.stopped().is_none() && report.count(Outcome::Pending) > 0 {
            problems.push("people are pending although the run did not stop".to_owned());
        }
    }
    problems
}

fn has_its_evidence(settlement: &Settlement) -> bool {
    use Evidence::{Answer, Input, Read, Refusal};

    match settlement.outcome {
        Outcome::Created | Outcome::CreatedEarlier => [Answer, Read].contains(&settlement.evidence),
        Outcome::AlreadyInvited | Outcome::ExistingUser => [Read, Refusal].contains(&settlement.evidence),
        // A role that does not exist is read.
        Outcome::Refused => [Refusal, Read].contains(&settlement.evidence),
        Outcome::Invalid | Outcome::Duplicate => settlement.evidence == Input,
        Outcome::Unknown | Outcome::Accepted | Outcome::Expired | Outcome::Revoked => settlement.evidence == Read,
        Outcome::Pending => settlement.evidence == Evidence::None,
        _ => false,
    }
}

/// Checks that each process announces the outcomes of the processes before it, unless the journal failed to record them, the
/// row has changed, the invitation was revoked, or the process stopped before it had compared the journal with Clerk.
pub(super) fn stay(story: &Story<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    let mut before: BTreeMap<usize, (&Life, &Settlement)> = BTreeMap::new();
    for life in story.lives {
        if matches!(life.start.remedy, Some(Remedy::Recover | Remedy::Delete)) {
            // The outcomes may be lost.
            before.clear();
        }
        for (id, revocation) in &life.revoked {
            if revocation.is_undone() {
                before.retain(|_, (_, settled)| id_of(settled) != Some(id));
            }
        }
        if matches!(life.start.action, Action::Again { .. }) {
            again(life, &mut before);
            continue;
        }
        for settlement in &life.settled {
            let is_comparable = settlement.outcome != Outcome::Pending || settlement.reason.is_none();
            if is_comparable
                && let Some((earlier, before)) = before.get(&settlement.position)
                && !may_differ(story, earlier, life, before)
                && (in_the_next_process(before.outcome), &before.invitation_id)
                    != (settlement.outcome, &settlement.invitation_id)
            {
                problems.push(format!("{}, but earlier {}", describe(settlement), describe(before)));
            }
        }
        if matches!(life.stop(), Some(Stop::Journal(_))) {
            continue;
        }
        let settled = life
            .settled
            .iter()
            .filter(|settled| settled.outcome != Outcome::Pending);
        before.extend(settled.map(|settled| (settled.position, (life, settled))));
    }
    problems
}

/// Takes over the outcomes of a process that invites people again. Others than created ones hold only until Clerk is asked
/// again.
fn again<'a>(life: &'a Life, before: &mut BTreeMap<usize, (&'a Life, &'a Settlement)>) {
    let is_recorded = !matches!(life.stop(), Some(Stop::Journal(_)));
    for settlement in &life.settled {
        before.remove(&settlement.position);
        if is_recorded && [Outcome::Created, Outcome::CreatedEarlier].contains(&settlement.outcome) {
            before.insert(settlement.position, (life, settlement));
        }
    }
}

/// Whether a later process may come to another outcome.
fn may_differ(story: &Story<'_>, earlier: &Life, later: &Life, before: &Settlement) -> bool {
    let version = |life: &Life| life.start.versions.get(before.position).copied();
    let has_changed = version(earlier) != version(later);
    // A role that does not exist may exist the next time, so it is not recorded.
    let is_tried_again = before.outcome == Outcome::Refused && (has_changed || before.evidence == Evidence::Read);
    // A process that died or could not write may have recorded what nobody has heard of.
    let may_be_undone = id_of(before)
        .and_then(|id| story.truth.get(id))
        .is_some_and(|invitation| [InvitationStatus::Revoked, InvitationStatus::Expired].contains(&invitation.status));
    let is_undone_between = may_be_undone && is_undoing(story, earlier, later);
    is_tried_again || is_undone_between
}

/// Whether a process between two others that revokes invitations has not done everything.
fn is_undoing(story: &Story<'_>, earlier: &Life, later: &Life) -> bool {
    let between = |life: &&Life| life.time.start >= earlier.time.start && life.time.start <= later.time.start;
    let mut lives = story.lives.iter().filter(between);
    lives.any(|life| !matches!(life.start.action, Action::Invite { .. }) && !life.is_done())
}

fn id_of(settlement: &Settlement) -> Option<&str> {
    settlement.invitation_id.as_ref().map(|id| id.as_str())
}

/// Returns the outcome of a settled person in a later process.
const fn in_the_next_process(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Created => Outcome::CreatedEarlier,
        outcome => outcome,
    }
}
