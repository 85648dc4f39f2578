//! What a journal tells of the runs before.

use std::collections::HashMap;
use std::time::Duration;

use super::journal::{AttemptedPerson, Journal, JournalEffect, JournalError, Lane, Record};
use super::person::Identity;
use super::{Evidence, Outcome};
use crate::error::ErrorCode;
use crate::model::{InvitationId, Timestamp};

/// The past, by person.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) people: HashMap<u128, Past>,
    pub(super) calls: Vec<PastCall>,
    pub(super) last_attempt: u64,
    pub(super) is_begun: bool,
}

/// What is known of a person from before.
#[derive(Debug)]
pub(super) enum Past {
    Settled(SettledBefore),
    /// An attempt may have invited them, and it is not known whether it did.
    Ambiguous {
        fingerprint: u64,
        baseline: Option<Vec<InvitationId>>,
    },
}

#[derive(Debug)]
pub(super) struct SettledBefore {
    pub(super) outcome: Outcome,
    pub(super) evidence: Evidence,
    pub(super) id: Option<InvitationId>,
    pub(super) code: Option<ErrorCode>,
    pub(super) fingerprint: Option<u64>,
}

/// A call of an earlier process, which still counts in its lane's budget. `None` is one whose end nobody saw.
#[derive(Debug)]
pub(super) struct PastCall {
    pub(super) lane: Lane,
    pub(super) ended: Option<Timestamp>,
}

impl PastCall {
    /// How long ago it ended. One that nobody saw end, or that ended in the future, counts as ending now.
    pub(super) fn age(&self, wall: Timestamp) -> Duration {
        self.ended.map_or(Duration::ZERO, |ended| wall.saturating_since(ended))
    }
}

/// Attempts whose end has not been read yet.
type Open = HashMap<u64, (Lane, Vec<AttemptedPerson>)>;

impl History {
    /// Reads a journal, which must be new or of this instance and resource.
    pub(super) async fn load(journal: &dyn Journal, instance: &str, resource: &str) -> Result<Self, JournalError> {
        let mut history = Self::default();
        let mut open = Open::new();
        let mut problem = None;
        journal
            .load(&mut |record| {
                if problem.is_none() {
                    problem = history.take_in(record, &mut open, instance, resource).err();
                }
            })
            .await?;
        if let Some(problem) = problem {
            return Err(problem);
        }
        for (lane, people) in open.into_values() {
            history.calls.push(PastCall { lane, ended: None });
            history.doubt(people);
        }
        history.calls.sort_by_key(|call| (call.ended.is_none(), call.ended));
        Ok(history)
    }

    fn take_in(&mut self, record: Record, open: &mut Open, instance: &str, resource: &str) -> Result<(), JournalError> {
        match record {
            Record::Begun {
                version,
                instance: its_instance,
                resource: its_resource,
            } => {
                self.is_begun = true;
                check(version, (&its_instance, instance), (&its_resource, resource))
            }
            _ if !self.is_begun => Err(JournalError::new(
                "the journal does not begin as a journal does: name another file, or move this one away",
            )),
            Record::Attempted {
                attempt, lane, people, ..
            } => {
                self.last_attempt = self.last_attempt.max(attempt);
                open.insert(attempt, (lane, people));
                Ok(())
            }
            Record::Ended { attempt, at, effect } => {
                if let Some((lane, people)) = open.remove(&attempt) {
                    self.calls.push(PastCall { lane, ended: Some(at) });
                    if effect != JournalEffect::None {
                        self.doubt(people);
                    }
                }
                Ok(())
            }
            Record::Settled {
                address,
                outcome,
                evidence,
                id,
                code,
                fingerprint,
            } => {
                let settled = SettledBefore {
                    outcome,
                    evidence,
                    id,
                    code,
                    fingerprint,
                };
                let key = Identity::of(address.as_str()).key();
                self.people.insert(key, Past::Settled(settled));
                Ok(())
            }
            Record::Revoked { .. } => Ok(()),
        }
    }

    /// How many people an attempt may have invited that is not settled.
    pub(super) fn in_doubt(&self) -> usize {
        let in_doubt = |past: &&Past| matches!(past, Past::Ambiguous { .. });
        self.people.values().filter(in_doubt).count()
    }

    /// Holds people for perhaps invited until they are settled. Who is settled stays so.
    fn doubt(&mut self, people: Vec<AttemptedPerson>) {
        for person in people {
            let key = Identity::of(person.address.as_str()).key();
            let past = Past::Ambiguous {
                fingerprint: person.fingerprint,
                baseline: person.baseline,
            };
            self.people.entry(key).or_insert(past);
        }
    }
}

fn check(version: u32, instance: (&str, &str), resource: (&str, &str)) -> Result<(), JournalError> {
    if version != Record::VERSION {
        return Err(JournalError::new(format!(
            "the journal is of version {version} and this SDK reads version {}: use the SDK that wrote it",
            Record::VERSION
        )));
    }
    if instance.0 != instance.1 {
        return Err(JournalError::new(format!(
            "the journal is of instance {} and the key is of {}: use the other key, or another journal",
            instance.0, instance.1
        )));
    }
    if resource.0 != resource.1 {
        return Err(JournalError::new(format!(
            "the journal is of {} and the run is of {}: use another journal",
            resource.0, resource.1
        )));
    }
    Ok(())
}
