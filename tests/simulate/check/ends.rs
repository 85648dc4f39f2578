//! Each process ends, after a bounded number of calls and a bounded time.

use std::collections::BTreeMap;
use std::time::Duration;

use clerk_core::run::{Outcome, Stop};
use clerk_core::{Effect, ErrorKind};

use super::Story;
use crate::process::{End, Life};
use crate::wire::{Answer, Sent};

/// How many calls that reach the fake a process may make for all rows together. A list for one address that does not end
/// stops the run after 201 pages, and the pages of a hostile list do not reach the fake.
const CALLS: usize = 600;

/// How many lists have the invitations of one address.
const LISTS: usize = 2;

/// How many calls more there may be for each row: a look-up, and attempts that are each followed by a look-up. Each of these
/// calls is tried again until it has failed too often in a row.
const CALLS_FOR_EACH_ROW: usize = LISTS + AMBIGUOUS_ATTEMPTS * (1 + LISTS);

/// How long a process may live, and how much longer for each row.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How many attempts on a person may be without a known effect.
const AMBIGUOUS_ATTEMPTS: usize = 25;

/// How many calls may be refused because of a value that everyone sends, with one under way on each lane.
const SHARED_REFUSALS: usize = 11;

pub(super) fn check(story: &Story<'_>, life: &Life) -> Vec<String> {
    let mut problems = Vec::new();
    if let End::Stuck(problem) = &life.end {
        problems.push(problem.clone());
    }
    let rows = story.scenario.rows.len();
    let calls = life.calls.len();
    let tries = 1 + story.scenario.run.max_failures as usize;
    if calls > (CALLS + CALLS_FOR_EACH_ROW * rows) * tries {
        problems.push(format!("it made {calls} calls for {rows} rows"));
    }
    let time = life.time.end.saturating_sub(life.time.start);
    if time > DAY * u32::try_from(10 + rows).unwrap_or(u32::MAX) {
        problems.push(format!("it took {time:?} for {rows} rows"));
    }
    let sent = || story.sent.iter().filter(|sent| life.time.contains(&sent.at));
    let mut ambiguous: BTreeMap<&str, usize> = BTreeMap::new();
    for sent in sent().filter(|sent| sent.answer == Answer::Ambiguous) {
        sent.people
            .iter()
            .for_each(|person| *ambiguous.entry(person).or_default() += 1);
    }
    if let Some((person, attempts)) = ambiguous
        .into_iter()
        .find(|(_, attempts)| *attempts > AMBIGUOUS_ATTEMPTS)
    {
        problems.push(format!("{attempts} attempts on {person} were without a known effect"));
    }
    let shared = sent().filter(|sent| sent.answer == Answer::SharedRefusal).count();
    let is_repeated = matches!(life.stop(), Some(Stop::RepeatedRefusal { .. }));
    if story.scenario.run.keep_going && is_repeated {
        problems.push("it did not keep going".to_owned());
    }
    let is_honest = story.scenario.hostility.is_none();
    if let Some(Stop::Error(error)) = life.stop()
        && is_honest
        && error.effect() != Effect::Unknown
        && !is_temporary(error.kind())
    {
        problems.push(format!("it stopped for good: {error}"));
    }
    if !story.scenario.run.keep_going && is_honest && shared > SHARED_REFUSALS {
        problems.push(format!("{shared} calls were refused for the same reason"));
    }
    problems
}

/// Whether a process that stopped with this can succeed when it is started again.
const fn is_temporary(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Server | ErrorKind::RateLimited | ErrorKind::Decode
    )
}

/// Checks that nobody is sent again whose outcome cannot be known.
pub(super) fn nobody_is_sent_after_unknown(story: &Story<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    for life in story.lives {
        if matches!(life.stop(), Some(Stop::Journal(_))) {
            continue;
        }
        for settlement in life
            .settled
            .iter()
            .filter(|settled| settled.outcome == Outcome::Unknown)
        {
            let Some(row) = story.scenario.rows.get(settlement.position) else {
                continue;
            };
            let address = row.identity();
            let is_it = |sent: &&Sent| sent.at > life.time.end && sent.people.contains(&address);
            if let Some(sent) = story.sent.iter().find(is_it) {
                problems.push(format!("{address} was unknown and is sent again at {:?}", sent.at));
            }
        }
    }
    problems
}
