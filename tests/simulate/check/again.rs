//! A round of inviting people again sends nobody two invitations, and nothing to those who have accepted.

use clerk_core::model::InvitationStatus;
use clerk_core::run::{Outcome, Settlement};

use super::Story;
use super::undo::at;
use crate::process::Life;
use crate::scenario::Action;
use crate::target::Invited;

pub(super) fn check(story: &Story<'_>, life: &Life) -> Vec<String> {
    if !matches!(life.start.action, Action::Again(_)) || story.scenario.broken.is_some() {
        return Vec::new();
    }
    let mut problems = invited_twice(story, life);
    let began = at(life.time.start);
    let is_accepted = |address: &String| {
        let mut invitations = story.truth.values();
        invitations.any(|invitation| {
            let is_accepted = invitation.status == InvitationStatus::Accepted && invitation.updated_at < began;
            invitation.address == *address && is_accepted
        })
    };
    let sent = story.sent.iter().filter(|sent| life.time.contains(&sent.at));
    let people = sent.flat_map(|sent| &sent.people);
    let accepted = people.filter(|person| is_accepted(person) && !is_unresolved(story, life, person));
    problems.extend(accepted.map(|person| format!("{person} had accepted and is sent again")));
    problems
}

/// Whether an earlier attempt left open whether the person was invited. The run only resolves that. If the person has accepted
/// another invitation meanwhile, Clerk refuses a call that is sent again.
fn is_unresolved(story: &Story<'_>, life: &Life, address: &str) -> bool {
    let mut before = story
        .lives
        .iter()
        .take_while(|other| other.time.start < life.time.start);
    let has_outcome = |settlement: &Settlement| {
        let row = story.scenario.rows.get(settlement.position);
        settlement.outcome != Outcome::Pending && row.is_some_and(|row| row.identity() == address)
    };
    let mut sent = story.sent.iter().filter(|sent| sent.at < life.time.start);
    sent.any(|sent| sent.people.iter().any(|person| person == address))
        && !before.any(|other| other.settled.iter().any(has_outcome))
}

/// Describes who was invited more than once in the round so far.
fn invited_twice(story: &Story<'_>, life: &Life) -> Vec<String> {
    let is_before = |other: &&Life| other.start.step == life.start.step && other.time.start < life.time.start;
    let before: Vec<_> = story.lives.iter().filter(is_before).collect();
    let ended = before.iter().rposition(|other| other.has_ended_round);
    let round = before.get(ended.map_or(0, |ended| ended + 1)..).unwrap_or_default();
    let began = round.first().map_or(life.time.start, |first| first.time.start);
    let (began, end) = (at(began), at(life.time.end));
    let is_in_step = |invitation: &&Invited| {
        invitation.maker.is_some() && invitation.created_at >= began && invitation.created_at < end
    };
    let created: Vec<_> = story.truth.values().filter(is_in_step).collect();
    let is_repeated = |invitation: &&&Invited| {
        let same = created.iter().filter(|other| other.address == invitation.address);
        same.count() > 1
    };
    let repeated = created.iter().filter(is_repeated);
    repeated
        .map(|invitation| format!("{} is invited twice in one round", invitation.address))
        .collect()
}
