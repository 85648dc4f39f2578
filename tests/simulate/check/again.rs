//! A round of inviting people again sends nobody two invitations, and nothing to those who have accepted or whose newest
//! invitation is too young.

use clerk_core::model::InvitationStatus;
use clerk_core::run::{Outcome, Settlement};

use super::Story;
use super::undo::at;
use crate::process::Life;
use crate::scenario::Action;
use crate::target::Invited;

pub(super) fn check(story: &Story<'_>, life: &Life) -> Vec<String> {
    if !matches!(life.start.action, Action::Again { .. }) || story.scenario.broken.is_some() {
        return Vec::new();
    }
    let round = Round::new(story, life);
    let mut problems = round.invited_twice();
    problems.extend(round.invited_too_early());
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
        let is_outcome = ![Outcome::Pending, Outcome::Duplicate].contains(&settlement.outcome);
        is_outcome && row.is_some_and(|row| row.identity() == address)
    };
    let mut sent = story.sent.iter().filter(|sent| sent.at < life.time.start);
    sent.any(|sent| sent.people.iter().any(|person| person == address))
        && !before.any(|other| other.settled.iter().any(has_outcome))
}

/// The round that a process belongs to, up to the end of the process.
struct Round<'a> {
    story: &'a Story<'a>,
    life: &'a Life,
    /// The first process of the round.
    first: &'a Life,
    /// The invitations that were created in it.
    created: Vec<&'a Invited>,
}

impl<'a> Round<'a> {
    fn new(story: &'a Story<'a>, life: &'a Life) -> Self {
        let is_before = |other: &&Life| other.start.step == life.start.step && other.time.start < life.time.start;
        let before: Vec<_> = story.lives.iter().filter(is_before).collect();
        let ended = before.iter().rposition(|other| other.has_ended_round);
        let round = before.get(ended.map_or(0, |ended| ended + 1)..).unwrap_or_default();
        let first = round.first().copied().unwrap_or(life);
        let (began, end) = (at(first.time.start), at(life.time.end));
        let is_in_round = |invitation: &&Invited| {
            invitation.maker.is_some() && invitation.created_at >= began && invitation.created_at < end
        };
        Self {
            story,
            life,
            first,
            created: story.truth.values().filter(is_in_round).collect(),
        }
    }

    /// Describes who was invited more than once.
    fn invited_twice(&self) -> Vec<String> {
        let is_repeated = |invitation: &&&Invited| {
            let same = self.created.iter().filter(|other| other.address == invitation.address);
            same.count() > 1
        };
        let repeated = self.created.iter().filter(is_repeated);
        repeated
            .map(|invitation| format!("{} is invited twice in one round", invitation.address))
            .collect()
    }

    /// Describes who was invited although their newest invitation was younger than the round asks for.
    fn invited_too_early(&self) -> Vec<String> {
        let Action::Again { age: Some(age), .. } = self.life.start.action else {
            return Vec::new();
        };
        // A clock that is ahead makes invitations look older.
        if self.continues_another() || self.story.scenario.wall_clock.jumps_forward() {
            return Vec::new();
        }
        let began = at(self.first.time.start);
        let too_early = self.created.iter().filter(|invitation| {
            let same = self
                .story
                .truth
                .values()
                .filter(|other| other.address == invitation.address);
            let before = same.filter(|other| other.created_at < invitation.created_at);
            before.max_by_key(|other| other.created_at).is_some_and(|newest| {
                // Those whose invitation an undo has revoked, or found to have expired, are invited in any case.
                let was_revoked = newest.status == InvitationStatus::Revoked && newest.updated_at < began;
                !was_revoked
                    && !self.was_undone(&newest.id)
                    && invitation.created_at.saturating_since(newest.created_at) < age
            })
        });
        let resolved = too_early.filter(|invitation| !is_unresolved(self.story, self.first, &invitation.address));
        resolved
            .map(|invitation| format!("{} is invited again within {age:?}", invitation.address))
            .collect()
    }

    /// Whether a process before the round announced the end of this invitation.
    fn was_undone(&self, id: &str) -> bool {
        let mut before = self
            .story
            .lives
            .iter()
            .take_while(|other| other.time.start < self.first.time.start);
        before.any(|other| other.revoked.iter().any(|(revoked, _)| revoked == id))
    }

    /// Whether an earlier round may have left people whose invitations were to be revoked. They are invited in any case.
    fn continues_another(&self) -> bool {
        let is_open = |other: &Life| matches!(other.start.action, Action::Again { .. }) && !other.has_ended_round;
        let mut lives = self.story.lives.iter();
        lives.any(|other| other.time.start < self.first.time.start && is_open(other))
    }
}
