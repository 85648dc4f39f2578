//! What must hold for every seed.

mod limits;
mod truth;

use std::collections::BTreeMap;
use std::time::Duration;

use clerk_core::run::{Evidence, Outcome, Settlement, Stop};
use clerk_testkit::fake::CallRecord;

use crate::process::{End, Life, describe};
use crate::scenario::Scenario;
use crate::world::Truth;

/// What happened in a seed.
pub(crate) struct Story<'a> {
    pub(crate) scenario: &'a Scenario,
    /// Every call that the fake received.
    pub(crate) calls: &'a [CallRecord],
    /// A time by which the journal had its first record.
    pub(crate) begun_at: Option<Duration>,
    /// Every invitation that exists or existed, read after everything has ended.
    pub(crate) truth: Truth,
    /// The number of mails to each address.
    pub(crate) mails: BTreeMap<String, u64>,
    pub(crate) lives: &'a [Life],
}

/// Returns a description of each violation.
pub(crate) fn check(story: &Story<'_>) -> Vec<String> {
    let mut violations = Vec::new();
    for (number, life) in story.lives.iter().enumerate() {
        let of_life = |problem| format!("process {}: {problem}", number + 1);
        violations.extend(one_outcome_each(life).into_iter().map(of_life));
    }
    violations.extend(settled_stays_settled(story.lives));
    violations.extend(truth::check(story));
    if story.scenario.run.knows_limits {
        violations.extend(limits::check(story));
    }
    violations
}

/// Checks that each row has one outcome, and that the report counts it.
fn one_outcome_each(life: &Life) -> Vec<String> {
    let mut problems = Vec::new();
    let mut counts = vec![0_u32; life.rows];
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
    let least = match &life.end {
        End::Ended(_) => 1,
        End::Died => 0,
        End::Stuck(problem) => {
            problems.push(problem.clone());
            0
        }
    };
    for (position, count) in counts.into_iter().enumerate() {
        if !(least..=1).contains(&count) {
            problems.push(format!("row {position} has {count} outcomes"));
        }
    }
    if let End::Ended(report) = &life.end {
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
        Outcome::Refused => settlement.evidence == Refusal,
        Outcome::Invalid | Outcome::Duplicate => settlement.evidence == Input,
        Outcome::Unknown => settlement.evidence == Read,
        Outcome::Pending => settlement.evidence == Evidence::None,
        _ => false,
    }
}

/// Checks that each process announces the outcomes of the processes before it, unless the journal failed to record them or
/// the process stopped before it had compared the journal with Clerk.
fn settled_stays_settled(lives: &[Life]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut before: BTreeMap<usize, &Settlement> = BTreeMap::new();
    for life in lives {
        for settlement in &life.settled {
            let is_comparable = settlement.outcome != Outcome::Pending || settlement.reason.is_none();
            if is_comparable
                && let Some(before) = before.get(&settlement.position)
                && (in_the_next_process(before.outcome), &before.invitation_id)
                    != (settlement.outcome, &settlement.invitation_id)
            {
                problems.push(format!("{}, but earlier {}", describe(settlement), describe(before)));
            }
        }
        if matches!(&life.end, End::Ended(report) if matches!(report.stopped(), Some(Stop::Journal(_)))) {
            continue;
        }
        let settled = life
            .settled
            .iter()
            .filter(|settled| settled.outcome != Outcome::Pending);
        before.extend(settled.map(|settled| (settled.position, settled)));
    }
    problems
}

/// Returns the outcome of a settled person in a later process.
const fn in_the_next_process(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Created => Outcome::CreatedEarlier,
        outcome => outcome,
    }
}
