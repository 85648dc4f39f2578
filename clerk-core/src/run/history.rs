//! What a journal says of earlier runs.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::again::Again;
use super::journal::{
    AttemptedRecipient, Fingerprints, IndexedJournal, Journal, JournalEffect, JournalError, JournalKey, Lane, Record,
};
use super::outcome::{Evidence, Outcome};
use super::recipient::key;
use crate::error::ErrorCode;
use crate::model::{InvitationId, NormalizedEmailAddress, Timestamp};

/// What earlier runs did, by recipient.
#[derive(Debug, Default)]
pub(super) struct History {
    recipients: HashMap<u128, Past>,
    /// The invitations that no longer exist because a revocation run undid them.
    undone: HashSet<InvitationId>,
    /// The recipients to invite again who have no outcome since, with the invitations that were to be revoked for that.
    replacing: HashMap<u128, Vec<InvitationId>>,
    /// How many rounds of inviting again have begun.
    rounds: u32,
    /// The people that the last round invites again, if it has not ended.
    open_round: Option<Again>,
    calls: Vec<PastCall>,
    last_attempt: u64,
    begun: Option<Begun>,
    has_lost_tail: bool,
    /// Whether the lost records can be of calls that count in the limits, or are under way still.
    has_lost_calls: bool,
    open: Vec<OpenAttempt>,
}

/// The instance and the resource that the journal belongs to.
#[derive(Debug)]
struct Begun {
    instance: String,
    resource: String,
    account: Option<u64>,
    fingerprints: Fingerprints,
}

/// What became of a recipient in earlier runs.
#[derive(Debug)]
pub(super) enum Past {
    Settled(SettledBefore),
    /// An attempt may have invited them, and no run has found out.
    Unresolved {
        fingerprint: u64,
        baseline: Option<Vec<InvitationId>>,
        /// When the last such attempt ended, if that is recorded.
        given_up: Option<Timestamp>,
    },
    /// Their invitations no longer exist, or were to be revoked, which those with these ids may not be.
    Withdrawn(Vec<InvitationId>),
}

#[derive(Debug)]
pub(super) struct SettledBefore {
    pub(super) outcome: Outcome,
    pub(super) evidence: Evidence,
    pub(super) id: Option<InvitationId>,
    /// Boxed, because few have one.
    pub(super) code: Option<Box<ErrorCode>>,
    /// The fingerprint of what was refused or created, if the journal has it.
    pub(super) fingerprint: Option<u64>,
    /// How many rounds of inviting again had begun.
    rounds: u32,
}

/// A call of an earlier process, which still counts in its lane's budget.
#[derive(Debug)]
pub(super) struct PastCall {
    pub(super) lane: Lane,
    /// `None` if its end is in no journal.
    pub(super) ended: Option<Timestamp>,
}

impl PastCall {
    /// Returns how long ago it ended. A call without a recorded end, or with one in the future, counts as ending now.
    pub(super) fn age(&self, wall: Timestamp) -> Duration {
        self.ended.map_or(Duration::ZERO, |ended| wall.saturating_since(ended))
    }
}

/// An attempt whose end has not been read yet.
#[derive(Debug)]
struct OpenAttempt {
    attempt: u64,
    lane: Lane,
    /// What became of its recipients before. It applies again if the attempt had no effect.
    before: Vec<(u128, Option<Past>)>,
}

impl History {
    /// Reads a journal.
    pub(super) async fn load(journal: &dyn Journal) -> Result<Self, JournalError> {
        let mut history = Self::default();
        let mut problem = None;
        journal.load(&mut history.collector(&mut problem)).await?;
        problem.map_or(Ok(()), Err)?;
        history.close_attempts();
        Ok(history)
    }

    /// Reads what a run on a journal begins with. Returns the time of the journal's clock too.
    pub(super) async fn open(
        journal: &dyn IndexedJournal,
        window: Duration,
    ) -> Result<(Self, Timestamp), JournalError> {
        let mut history = Self::default();
        let mut problem = None;
        let now = journal.open(window, &mut history.collector(&mut problem)).await?;
        problem.map_or(Ok(()), Err)?;
        history.close_attempts();
        Ok((history, now))
    }

    /// Reads what a journal says of these people.
    pub(super) async fn look_up(
        &mut self,
        journal: &dyn IndexedJournal,
        people: &[NormalizedEmailAddress],
    ) -> Result<(), JournalError> {
        let mut problem = None;
        journal.look_up(people, &mut self.collector(&mut problem)).await?;
        problem.map_or(Ok(()), Err)?;
        self.open.clear();
        self.calls.clear();
        Ok(())
    }

    /// Returns a closure that applies each record, and keeps the first problem.
    fn collector<'h>(&'h mut self, problem: &'h mut Option<JournalError>) -> impl FnMut(Record) + Send + 'h {
        move |record| {
            if problem.is_none() {
                *problem = self.apply(record).err();
            }
        }
    }

    /// Counts the attempts without an end as calls.
    fn close_attempts(&mut self) {
        let still_open = self.open.drain(..);
        let without_end = still_open.map(|OpenAttempt { lane, .. }| PastCall { lane, ended: None });
        self.calls.extend(without_end);
        self.calls.sort_by_key(|call| (call.ended.is_none(), call.ended));
    }

    /// Fails for a journal that is neither new nor of this instance.
    pub(super) fn check_instance(&self, instance: &str) -> Result<(), JournalError> {
        self.begun
            .as_ref()
            .map_or(Ok(()), |begun| begun.check_instance(instance))
    }

    /// Fails for a journal that is neither new nor of this resource.
    pub(super) fn check_resource(&self, resource: &str) -> Result<(), JournalError> {
        self.begun
            .as_ref()
            .map_or(Ok(()), |begun| begun.check_resource(resource))
    }

    /// Whether the journal began with this [`Client::account`](crate::Client::account), and so belongs to its instance.
    pub(super) fn is_of_account(&self, account: u128) -> bool {
        let begun = self.begun.as_ref();
        begun.is_some_and(|begun| begun.account == Some(begun.fingerprints.hash(&account.to_le_bytes())))
    }

    /// Returns how many recipients have an outcome that a plain run keeps, or are unresolved: they need no look-up. Those that
    /// were taken out do not count.
    pub(super) fn without_look_up(&self) -> usize {
        self.recipients
            .len()
            .saturating_sub(self.undone.len() + self.replacing.len())
    }

    /// Applies the next record of a journal.
    pub(super) fn apply(&mut self, record: Record) -> Result<(), JournalError> {
        match record {
            Record::Begun { .. } if self.begun.is_some() => {
                return Err(JournalError::new(
                    "the journal has a second first record: restore it, because what it has lost could invite someone twice",
                )
                .with_damage());
            }
            Record::Begun {
                version,
                key,
                account,
                instance,
                resource,
            } => {
                self.begun = Some(Begun {
                    instance,
                    resource,
                    account,
                    fingerprints: fingerprints(version, key)?,
                });
            }
            _ if self.begun.is_none() => {
                return Err(JournalError::new(
                    "the journal does not start as a journal does: use another file, or move this one away",
                ));
            }
            Record::Attempted {
                attempt,
                lane,
                at,
                people,
            } => {
                self.last_attempt = self.last_attempt.max(attempt);
                // The run has waited for them.
                self.has_lost_calls = false;
                // A lane has one attempt at a time: an earlier one without a recorded end was over by now.
                let over = self.open.extract_if(.., |open| open.lane == lane);
                self.calls.extend(over.map(|_| PastCall { lane, ended: Some(at) }));
                let before = people
                    .into_iter()
                    .map(|recipient| self.mark_unresolved(recipient))
                    .collect();
                self.open.push(OpenAttempt { attempt, lane, before });
            }
            Record::Ended { attempt, at, effect } => {
                if let Some(index) = self.open.iter().position(|open| open.attempt == attempt) {
                    let OpenAttempt { lane, before, .. } = self.open.swap_remove(index);
                    self.calls.push(PastCall { lane, ended: Some(at) });
                    match effect {
                        JournalEffect::NotApplied => self.restore(before),
                        _ => self.note_end(&before, at),
                    }
                }
            }
            Record::Settled {
                address,
                outcome,
                evidence,
                id,
                code,
                fingerprint,
            } => {
                let key = key(&NormalizedEmailAddress::new(address.as_str()));
                let attempted = match self.recipients.get(&key) {
                    Some(Past::Unresolved { fingerprint, .. }) if outcome == Outcome::Created => Some(*fingerprint),
                    _ => None,
                };
                let settled = SettledBefore {
                    outcome,
                    evidence,
                    id,
                    code: code.map(Box::new),
                    fingerprint: fingerprint.or(attempted),
                    rounds: self.rounds,
                };
                self.replacing.remove(&key);
                self.recipients.insert(key, Past::Settled(settled));
            }
            Record::Revoked { id, revocation } => {
                if revocation.is_undone() {
                    self.undone.insert(id);
                }
            }
            Record::RoundBegan { again, .. } => {
                self.rounds += 1;
                self.open_round = Some(again);
            }
            Record::RoundEnded { .. } => self.open_round = None,
            Record::Replacing { address, ids } => {
                let key = key(&NormalizedEmailAddress::new(address.as_str()));
                self.replacing.insert(key, ids);
            }
            Record::TailLost { .. } => {
                self.has_lost_tail = true;
                self.has_lost_calls = true;
            }
        }
        Ok(())
    }

    /// Returns what became of a recipient, by the [`key`] of their address.
    pub(super) fn past(&self, key: u128) -> Option<&Past> {
        self.recipients.get(&key)
    }

    /// Returns what became of a recipient, and forgets it.
    pub(super) fn take(&mut self, key: u128) -> Option<Past> {
        let replacing = self.replacing.remove(&key);
        let is_undone = |settled: &SettledBefore| {
            let is_invited = matches!(settled.outcome, Outcome::Created | Outcome::AlreadyInvited);
            is_invited && settled.id.as_ref().is_some_and(|id| self.undone.contains(id))
        };
        match (self.recipients.remove(&key), replacing) {
            (Some(unresolved @ Past::Unresolved { .. }), _) => Some(unresolved),
            (_, Some(ids)) => Some(Past::Withdrawn(ids)),
            (Some(Past::Settled(settled)), None) if is_undone(&settled) => Some(Past::Withdrawn(Vec::new())),
            (past, None) => past,
        }
    }

    /// Whether people are to be invited again whose invitations may not be revoked yet.
    pub(super) fn is_replacing(&self) -> bool {
        !self.replacing.is_empty()
    }

    /// Whether a round that invites these people again has not ended.
    pub(super) fn is_in_round(&self, again: &Again) -> bool {
        self.open_round.as_ref() == Some(again)
    }

    /// Whether a recipient was settled in the round that has begun last.
    pub(super) const fn is_of_last_round(&self, settled: &SettledBefore) -> bool {
        settled.rounds == self.rounds
    }

    /// Whether a revocation run has undone this invitation.
    pub(super) fn is_undone(&self, id: &InvitationId) -> bool {
        self.undone.contains(id)
    }

    /// Returns the calls of earlier processes, oldest first, and forgets them.
    pub(super) fn take_calls(&mut self) -> Vec<PastCall> {
        std::mem::take(&mut self.calls)
    }

    pub(super) const fn last_attempt(&self) -> u64 {
        self.last_attempt
    }

    /// Returns how many recipients are unresolved.
    pub(super) fn unresolved(&self) -> usize {
        let unresolved = |past: &&Past| matches!(past, Past::Unresolved { .. });
        self.recipients.values().filter(unresolved).count()
    }

    /// Marks a recipient of an attempt as unresolved, and returns what became of them before.
    fn mark_unresolved(&mut self, recipient: AttemptedRecipient) -> (u128, Option<Past>) {
        let key = key(&NormalizedEmailAddress::new(recipient.address.as_str()));
        let before = self.recipients.remove(&key);
        let unresolved = match &before {
            // For one that is unresolved already, what Clerk had before the first attempt counts.
            Some(Past::Unresolved {
                fingerprint, baseline, ..
            }) => Past::Unresolved {
                fingerprint: *fingerprint,
                baseline: baseline.clone(),
                given_up: None,
            },
            _ => Past::Unresolved {
                fingerprint: recipient.fingerprint,
                baseline: recipient.baseline,
                given_up: None,
            },
        };
        self.recipients.insert(key, unresolved);
        (key, before)
    }

    /// Notes when an attempt ended that may have invited its recipients.
    fn note_end(&mut self, recipients: &[(u128, Option<Past>)], at: Timestamp) {
        for (key, _) in recipients {
            if let Some(Past::Unresolved { given_up, .. }) = self.recipients.get_mut(key) {
                *given_up = Some(at);
            }
        }
    }

    fn restore(&mut self, before: Vec<(u128, Option<Past>)>) {
        for (key, past) in before {
            match past {
                Some(past) => self.recipients.insert(key, past),
                None => self.recipients.remove(&key),
            };
        }
    }

    pub(super) const fn is_begun(&self) -> bool {
        self.begun.is_some()
    }

    /// Returns how the journal hashes what is sent.
    pub(super) fn fingerprints(&self) -> Fingerprints {
        self.begun.as_ref().map(|begun| begun.fingerprints).unwrap_or_default()
    }

    /// Whether records were lost that can be of recent calls: nothing was sent since.
    pub(super) const fn has_lost_calls(&self) -> bool {
        self.has_lost_calls
    }

    /// Whether records were lost, so that anyone without an outcome may have been invited.
    pub(super) const fn has_lost_tail(&self) -> bool {
        self.has_lost_tail
    }
}

fn fingerprints(version: u32, key: Option<JournalKey>) -> Result<Fingerprints, JournalError> {
    match version {
        1 => Ok(Fingerprints::Version1),
        Record::VERSION => Ok(Fingerprints::Keyed(key.unwrap_or_default())),
        _ => Err(JournalError::new(format!(
            "the journal has version {version}, but this SDK reads the versions 1 to {}: use the SDK that wrote it",
            Record::VERSION
        ))),
    }
}

impl Begun {
    fn check_instance(&self, instance: &str) -> Result<(), JournalError> {
        if self.instance != instance {
            return Err(JournalError::new(format!(
                "the journal belongs to the instance {}, but the key to {instance}: use the key of that instance, or another journal",
                self.instance
            )));
        }
        Ok(())
    }

    fn check_resource(&self, resource: &str) -> Result<(), JournalError> {
        if self.resource != resource {
            return Err(JournalError::new(format!(
                "the journal belongs to {}, but the run is for {resource}: use another journal",
                self.resource
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
