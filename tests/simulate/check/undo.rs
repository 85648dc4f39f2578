//! Announced revocations are true, an undo revokes every invitation that the runs created, and nobody is said to have one of
//! them.

use std::collections::BTreeSet;
use std::time::Duration;

use clerk_core::model::{InvitationStatus, Timestamp};
use clerk_core::run::{Outcome, Revocation};
use clerk_testkit::ManualClock;

use super::Story;
use crate::process::{End, Life, describe};
use crate::scenario::Assumption;

pub(super) fn check(story: &Story<'_>, life: &Life) -> Vec<String> {
    let mut problems = claims_what_was_undone(story, life);
    for (id, revocation) in &life.revoked {
        let status = story.truth.get(id).map(|invitation| &invitation.status);
        let is_true = match revocation {
            Revocation::Revoked => status == Some(&InvitationStatus::Revoked),
            Revocation::Expired => status == Some(&InvitationStatus::Expired),
            Revocation::Accepted => status == Some(&InvitationStatus::Accepted),
            Revocation::Missing => status.is_none(),
            _ => false,
        };
        if !is_true && story.scenario.broken != Some(Assumption::NobodyElse) {
            problems.push(format!("{id} is said to be {revocation}, but it is {status:?}"));
        }
    }
    let End::Revoked(report) = &life.end else {
        return problems;
    };
    let counts = [
        (Revocation::Revoked, report.revoked),
        (Revocation::Accepted, report.accepted),
        (Revocation::Missing, report.missing),
        (Revocation::Expired, report.expired),
        (Revocation::InvalidId, report.invalid_ids),
    ];
    for (revocation, reported) in counts {
        let announced = life.revoked.iter().filter(|(_, what)| *what == revocation).count();
        if announced != reported {
            problems.push(format!("{announced} are {revocation}, but the report says {reported}"));
        }
    }
    if report.stopped.is_none() && report.pending > 0 {
        problems.push("invitations are left although the undo did not stop".to_owned());
    }
    if report.stopped.is_none() && report.unresolved == 0 && knows_all_before(story, life) {
        let began = at(life.time.start);
        let by_run = story.truth.values().filter(|invitation| invitation.maker.is_some());
        let is_left = |status: &InvitationStatus| *status == InvitationStatus::Pending;
        for invitation in by_run.filter(|invitation| invitation.created_at < began && is_left(&invitation.status)) {
            problems.push(format!("{} was not revoked", invitation.id));
        }
    }
    problems
}

/// Whether no outcome before this process was lost.
fn knows_all_before(story: &Story<'_>, life: &Life) -> bool {
    let before = story
        .lives
        .iter()
        .take_while(|other| other.time.start < life.time.start);
    let mut before = before.chain([life]);
    let is_promised = story.scenario.broken.is_none() && story.scenario.hostility.is_none();
    is_promised && before.all(|life| !super::journal::has_lost_records(life)) && is_resolved(story, life)
}

/// Whether everyone had an outcome when the process began that an undo can do something about.
fn is_resolved(story: &Story<'_>, life: &Life) -> bool {
    let before = story
        .lives
        .iter()
        .take_while(|other| other.time.start < life.time.start);
    let last = before.filter(|other| matches!(other.end, End::Invited(_))).last();
    last.is_some_and(|last| {
        // Without a preflight, an invitation of an interrupted attempt can be taken for another's.
        let may_be_own = |outcome| match outcome {
            Outcome::Unknown => true,
            Outcome::AlreadyInvited => !story.scenario.run.preflight,
            _ => false,
        };
        last.is_done() && !last.settled.iter().any(|settled| may_be_own(settled.outcome))
    })
}

/// Checks that nobody is said to have an invitation that an earlier process has announced as revoked.
fn claims_what_was_undone(story: &Story<'_>, life: &Life) -> Vec<String> {
    let before = story
        .lives
        .iter()
        .take_while(|other| other.time.start < life.time.start);
    let mut undone = BTreeSet::new();
    for earlier in before {
        if super::journal::has_lost_records(earlier) {
            undone.clear();
        }
        let revoked = earlier.revoked.iter().filter(|(_, revocation)| revocation.is_undone());
        undone.extend(revoked.map(|(id, _)| id.as_str()));
    }
    if super::journal::has_lost_records(life) {
        undone.clear();
    }
    let claims = |outcome| [Outcome::Created, Outcome::CreatedEarlier].contains(&outcome);
    let claimed = life.settled.iter().filter(|settled| {
        claims(settled.outcome)
            && settled
                .invitation_id
                .as_ref()
                .is_some_and(|id| undone.contains(id.as_str()))
    });
    claimed
        .map(|settled| format!("{}, but that was undone", describe(settled)))
        .collect()
}

/// Returns the true time of day.
pub(super) fn at(elapsed: Duration) -> Timestamp {
    ManualClock::START.saturating_add(elapsed)
}
