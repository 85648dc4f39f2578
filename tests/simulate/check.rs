//! What must hold of every seed, whatever happened in it.

mod limits;
mod truth;

use std::collections::BTreeMap;
use std::time::Duration;

use clerk_core::run::{Evidence, Outcome, Settlement, Stop};
use clerk_testkit::fake::CallRecord;

use crate::process::{End, Life, told};
use crate::scenario::Scenario;
use crate::world::Truth;

/// What happened in a seed.
pub(crate) struct Story<'a> {
    pub(crate) scenario: &'a Scenario,
    /// Every call that the fake met.
    pub(crate) calls: &'a [CallRecord],
    /// When the journal had its first record at the latest.
    pub(crate) begun_at: Option<Duration>,
    /// Every invitation that there is or was, when nothing is under way any more.
    pub(crate) truth: Truth,
    /// How many mails went to each address.
    pub(crate) mails: BTreeMap<String, u64>,
    pub(crate) lives: &'a [Life],
}

/// What does not hold, in words.
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

/// Each row has one outcome, and the report counts them.
fn one_outcome_each(life: &Life) -> Vec<String> {
    let mut problems = Vec::new();
    let mut counts = vec![0_u32; life.rows];
    for settlement in &life.settled {
        match counts.get_mut(settlement.position) {
            Some(count) => *count += 1,
            None => problems.push(format!("there is no such row: {}", told(settlement))),
        }
        if !has_its_evidence(settlement) {
            problems.push(format!("that is no evidence of it: {}", told(settlement)));
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
                problems.push(format!("{announced} are {outcome}, and the report says {reported}"));
            }
        }
        if report.stopped().is_none() && report.count(Outcome::Pending) > 0 {
            problems.push("people are pending though the run did not stop".to_owned());
        }
    }
    problems
}

fn has_its_evidence(settlement: &Settlement) -> bool {
    use Evidence::{Answer, Input, Read, Refusal};

    match settlement.outcome {
        Outcome::Created => [Answer, Read].contains(&settlement.evidence),
        Outcome::AlreadyInvited | Outcome::ExistingUser => [Read, Refusal].contains(&settlement.evidence),
        Outcome::Refused => settlement.evidence == Refusal,
        Outcome::Invalid | Outcome::Duplicate => settlement.evidence == Input,
        Outcome::Unknown => settlement.evidence == Read,
        Outcome::Pending => settlement.evidence == Evidence::None,
        _ => false,
    }
}

/// What a process has announced, every later one announces too, unless the journal failed to keep it, or the later one
/// stopped before it had compared the journal with Clerk.
fn settled_stays_settled(lives: &[Life]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut before: BTreeMap<usize, &Settlement> = BTreeMap::new();
    for life in lives {
        for settlement in &life.settled {
            let is_told_again = settlement.outcome != Outcome::Pending || settlement.reason.is_none();
            if is_told_again
                && let Some(before) = before.get(&settlement.position)
                && (before.outcome, &before.invitation_id) != (settlement.outcome, &settlement.invitation_id)
            {
                problems.push(format!("{} and before, {}", told(settlement), told(before)));
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
