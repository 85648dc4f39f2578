//! What a journal tells of the runs before.

use std::collections::HashMap;
use std::time::Duration;

use super::journal::{AttemptedRecipient, Journal, JournalEffect, JournalError, Lane, Record};
use super::person::key;
use super::{Evidence, Outcome};
use crate::error::ErrorCode;
use crate::model::{InvitationId, NormalizedEmailAddress, Timestamp};

/// The past, by person.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) people: HashMap<u128, Past>,
    pub(super) calls: Vec<PastCall>,
    pub(super) last_attempt: u64,
    begun: Option<Begun>,
    open: Vec<Open>,
}

/// What the journal is for.
#[derive(Debug)]
struct Begun {
    instance: String,
    resource: String,
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

/// An attempt whose end has not been read yet.
#[derive(Debug)]
struct Open {
    attempt: u64,
    lane: Lane,
    /// What was known of its people before: that holds again if it did nothing.
    before: Vec<(u128, Option<Past>)>,
}

impl History {
    /// Reads a journal.
    pub(super) async fn load(journal: &dyn Journal) -> Result<Self, JournalError> {
        let mut history = Self::default();
        let mut problem = None;
        journal
            .load(&mut |record| {
                if problem.is_none() {
                    problem = history.take_in(record).err();
                }
            })
            .await?;
        if let Some(problem) = problem {
            return Err(problem);
        }
        let still_open = history.open.drain(..);
        let never_seen_to_end = still_open.map(|Open { lane, .. }| PastCall { lane, ended: None });
        history.calls.extend(never_seen_to_end);
        history.calls.sort_by_key(|call| (call.ended.is_none(), call.ended));
        Ok(history)
    }

    /// Complains of a journal that is neither new nor of this instance and resource.
    pub(super) fn check(&self, instance: &str, resource: &str) -> Result<(), JournalError> {
        let begun = self.begun.as_ref();
        begun.map_or(Ok(()), |begun| begun.check(instance, resource))
    }

    /// Takes in the next record of a journal.
    pub(super) fn take_in(&mut self, record: Record) -> Result<(), JournalError> {
        match record {
            Record::Begun {
                version,
                instance,
                resource,
            } => {
                check_version(version)?;
                self.begun = Some(Begun { instance, resource });
            }
            _ if self.begun.is_none() => {
                return Err(JournalError::new(
                    "the journal does not begin as a journal does: name another file, or move this one away",
                ));
            }
            Record::Attempted {
                attempt,
                lane,
                at,
                people,
            } => {
                self.last_attempt = self.last_attempt.max(attempt);
                // A lane has one attempt at a time: one whose end nobody saw was over by now.
                let over = self.open.extract_if(.., |open| open.lane == lane);
                self.calls.extend(over.map(|_| PastCall { lane, ended: Some(at) }));
                let before = people.into_iter().map(|person| self.doubt(person)).collect();
                self.open.push(Open { attempt, lane, before });
            }
            Record::Ended { attempt, at, effect } => {
                if let Some(index) = self.open.iter().position(|open| open.attempt == attempt) {
                    let Open { lane, before, .. } = self.open.swap_remove(index);
                    self.calls.push(PastCall { lane, ended: Some(at) });
                    if effect == JournalEffect::NotApplied {
                        self.restore(before);
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
                let settled = SettledBefore {
                    outcome,
                    evidence,
                    id,
                    code,
                    fingerprint,
                };
                let key = key(&NormalizedEmailAddress::new(address.as_str()));
                self.people.insert(key, Past::Settled(settled));
            }
            Record::Revoked { .. } => {}
        }
        Ok(())
    }

    /// How many people an attempt may have invited that is not settled.
    pub(super) fn unresolved(&self) -> usize {
        let unresolved = |past: &&Past| matches!(past, Past::Ambiguous { .. });
        self.people.values().filter(unresolved).count()
    }

    /// Holds somebody for perhaps invited from the attempt on, whatever was known of them before, and returns that.
    fn doubt(&mut self, person: AttemptedRecipient) -> (u128, Option<Past>) {
        let key = key(&NormalizedEmailAddress::new(person.address.as_str()));
        let before = self.people.remove(&key);
        let doubt = match &before {
            // In doubt already: what counts is what Clerk had before the first attempt.
            Some(Past::Ambiguous { fingerprint, baseline }) => Past::Ambiguous {
                fingerprint: *fingerprint,
                baseline: baseline.clone(),
            },
            _ => Past::Ambiguous {
                fingerprint: person.fingerprint,
                baseline: person.baseline,
            },
        };
        self.people.insert(key, doubt);
        (key, before)
    }

    fn restore(&mut self, before: Vec<(u128, Option<Past>)>) {
        for (key, past) in before {
            match past {
                Some(past) => self.people.insert(key, past),
                None => self.people.remove(&key),
            };
        }
    }

    pub(super) const fn is_begun(&self) -> bool {
        self.begun.is_some()
    }
}

fn check_version(version: u32) -> Result<(), JournalError> {
    if version == Record::VERSION {
        return Ok(());
    }
    Err(JournalError::new(format!(
        "the journal is of version {version} and this SDK reads version {}: use the SDK that wrote it",
        Record::VERSION
    )))
}

impl Begun {
    fn check(&self, instance: &str, resource: &str) -> Result<(), JournalError> {
        if self.instance != instance {
            return Err(JournalError::new(format!(
                "the journal is of instance {} and the key is of {instance}: use the other key, or another journal",
                self.instance
            )));
        }
        if self.resource != resource {
            return Err(JournalError::new(format!(
                "the journal is of {} and the run is of {resource}: use another journal",
                self.resource
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::journal::MemoryJournal;

    const BEGUN: &str = r#"{"begun":{"version":1,"instance":"ins_1","resource":"invitations"}}"#;
    const REFUSED: &str = r#"{"settled":{"address":"ada@example.com","outcome":"refused","evidence":"refusal",
        "fingerprint":1}}"#;
    const CREATED: &str = r#"{"settled":{"address":"ada@example.com","outcome":"created","evidence":"answer"}}"#;

    fn attempted(attempt: u64, lane: &str, at: u64, fingerprint: u64) -> String {
        format!(
            r#"{{"attempted":{{"attempt":{attempt},"lane":"{lane}","at":{at},
                "people":[{{"address":"ada@example.com","fingerprint":{fingerprint},"baseline":["inv_{attempt}"]}}]}}}}"#
        )
    }

    fn ended(attempt: u64, at: u64, effect: &str) -> String {
        format!(r#"{{"ended":{{"attempt":{attempt},"at":{at},"effect":"{effect}"}}}}"#)
    }

    fn history(records: &[String]) -> History {
        let journal = MemoryJournal::new();
        let parse = |record: &String| serde_json::from_str::<Record>(record).unwrap();
        let records: Vec<_> = [BEGUN.to_owned()].iter().chain(records).map(parse).collect();
        pollster::block_on(journal.append(&records)).unwrap();
        pollster::block_on(History::load(&journal)).unwrap()
    }

    #[test]
    fn a_person_is_what_the_last_attempt_and_the_last_settlement_make_of_them() {
        let first = || attempted(1, "bulk", 1000, 1);
        let second = || attempted(2, "bulk", 3000, 2);
        let [none, unknown, applied] = ["none", "unknown", "applied"];
        let settled = |record: &str| record.to_owned();
        let cases = [
            (vec![], "untouched"),
            (vec![first()], "in doubt 1 inv_1"),
            (vec![first(), ended(1, 2000, none)], "untouched"),
            (vec![first(), ended(1, 2000, unknown)], "in doubt 1 inv_1"),
            (vec![first(), ended(1, 2000, applied)], "in doubt 1 inv_1"),
            (vec![first(), ended(1, 2000, applied), settled(CREATED)], "created"),
            // A crash lost the attempt's end, and a later run found out.
            (vec![first(), settled(CREATED)], "created"),
            // A second attempt that did nothing leaves the first one's doubt, and what Clerk had before the first.
            (
                vec![first(), ended(1, 2000, unknown), second(), ended(2, 4000, none)],
                "in doubt 1 inv_1",
            ),
            (vec![first(), ended(1, 2000, unknown), second()], "in doubt 1 inv_1"),
            // A refused row was mended and attempted again.
            (vec![first(), ended(1, 2000, none), settled(REFUSED)], "refused"),
            (
                vec![first(), ended(1, 2000, none), settled(REFUSED), second()],
                "in doubt 2 inv_2",
            ),
            (
                vec![
                    first(),
                    ended(1, 2000, none),
                    settled(REFUSED),
                    second(),
                    ended(2, 4000, unknown),
                ],
                "in doubt 2 inv_2",
            ),
            (
                vec![
                    first(),
                    ended(1, 2000, none),
                    settled(REFUSED),
                    second(),
                    ended(2, 4000, none),
                ],
                "refused",
            ),
        ];
        for (records, expected) in cases {
            let history = history(&records);
            let told = match history.people.values().next() {
                None => "untouched".to_owned(),
                Some(Past::Settled(settled)) => settled.outcome.to_string(),
                Some(Past::Ambiguous { fingerprint, baseline }) => {
                    let baseline = baseline.as_ref().unwrap();
                    format!("in doubt {fingerprint} {}", baseline[0])
                }
            };
            assert_eq!(told, expected, "{records:#?}");
        }
    }

    #[test]
    fn an_attempt_whose_end_nobody_saw_had_ended_when_its_lane_began_the_next() {
        let records = [
            attempted(1, "bulk", 1000, 1),
            attempted(2, "single", 2000, 1),
            attempted(3, "bulk", 5000, 1),
            ended(3, 6000, "unknown"),
        ];
        let calls = history(&records).calls;
        let told: Vec<_> = calls.iter().map(|call| (call.lane, call.ended)).collect();
        let at = |milliseconds| Some(Timestamp::from_millis(milliseconds));
        assert_eq!(
            told,
            [(Lane::Bulk, at(5000)), (Lane::Bulk, at(6000)), (Lane::Single, None)]
        );
    }
}
