//! What must hold for every seed.

mod ends;
mod journal;
mod limits;
mod outcomes;
mod truth;
mod undo;

use std::collections::BTreeMap;
use std::time::Duration;

use clerk_testkit::fake::CallRecord;

use crate::process::Life;
use crate::scenario::Scenario;
use crate::wire::Sent;
use crate::world::Truth;

/// What happened in a seed.
pub(crate) struct Story<'a> {
    pub(crate) scenario: &'a Scenario,
    /// Every call that the fake received.
    pub(crate) calls: &'a [CallRecord],
    /// Every call of the run that was to invite people.
    pub(crate) sent: &'a [Sent],
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
        let problems = [
            outcomes::one_each(life),
            ends::check(story, life),
            journal::check(life, &story.lives[..number]),
            undo::check(story, life),
        ];
        let of_life = |problem| format!("process {}: {problem}", number + 1);
        violations.extend(problems.into_iter().flatten().map(of_life));
    }
    violations.extend(outcomes::stay(story));
    violations.extend(ends::nobody_is_sent_after_unknown(story));
    violations.extend(truth::check(story));
    violations.extend(limits::check(story));
    violations
}
