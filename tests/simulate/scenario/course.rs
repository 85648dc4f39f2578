//! What the user of the program does, one step after another, and when the clock of the machine is set.

use std::time::Duration;

use clerk_core::model::Timestamp;
use clerk_core::run::Again;
use fastrand::Rng;

use super::Row;
use crate::arguments::Mode;

const DAY: u64 = 24 * 3600;

/// A step of the user. The program is started again and again until the step is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// How long the user waits before it.
    pub(crate) pause: Duration,
    /// The rows that change before it, by position.
    pub(crate) changes: Vec<usize>,
    pub(crate) action: Action,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Invites the first rows, this many.
    Invite { rows: usize },
    /// Revokes what the runs created.
    Undo,
    /// Invites people again who have not accepted, if their newest invitation has this age.
    Again { again: Again, age: Option<Duration> },
}

/// A change of the machine's clock: from this time on, it is ahead by so much, or behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Jump {
    at: Duration,
    ahead_ms: i64,
}

/// The time that the machine's clock shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct WallClock(Vec<Jump>);

impl WallClock {
    pub(super) fn draw(random: &mut Rng) -> Self {
        let jumps = match random.u8(..4) {
            0 => random.usize(1..=4),
            _ => 0,
        };
        let mut jumps: Vec<_> = (0..jumps)
            .map(|_| {
                let longest = random
                    .choice([2_000, 600_000, 7_200_000, 40 * DAY * 1000])
                    .unwrap_or(2_000);
                let size = random
                    .choice([1_000, 60_000, 3_600_000, 400 * DAY * 1000])
                    .unwrap_or(1_000);
                let size = i64::try_from(random.u64(..=size)).unwrap_or_default();
                Jump {
                    at: Duration::from_millis(random.u64(..longest)),
                    ahead_ms: if random.bool() { size } else { -size },
                }
            })
            .collect();
        jumps.sort_by_key(|jump| jump.at);
        Self(jumps)
    }

    /// Returns what the clock shows when it is `now`, since the beginning, and the true time is `wall`.
    pub(crate) fn show(&self, now: Duration, wall: Timestamp) -> Timestamp {
        Timestamp::from_millis(wall.as_millis().saturating_add(self.ahead(now)))
    }

    fn ahead(&self, now: Duration) -> i64 {
        let last = self.0.iter().rev().find(|jump| jump.at <= now);
        last.map_or(0, |jump| jump.ahead_ms)
    }

    /// Whether the clock is ever set to a later time. Then what happened before seems to be longer ago than it is.
    pub(crate) fn jumps_forward(&self) -> bool {
        let mut ahead = 0;
        self.0.iter().any(|jump| {
            let is_forward = jump.ahead_ms > ahead;
            ahead = jump.ahead_ms;
            is_forward
        })
    }
}

/// Draws the steps.
pub(super) fn draw_steps(random: &mut Rng, rows: &[Row], mode: Mode) -> Vec<Step> {
    let all = rows.len();
    let step = |action| Step {
        pause: Duration::ZERO,
        changes: Vec::new(),
        action,
    };
    let mut steps = Vec::new();
    // In some seeds, rows are added later.
    if random.u8(..4) == 0 {
        let rows = random.usize(0..=all);
        steps.push(step(Action::Invite { rows }));
    }
    steps.push(Step {
        pause: Duration::from_secs(random.u64(..4000)),
        ..step(Action::Invite { rows: all })
    });
    if mode != Mode::Sequels {
        return steps;
    }
    for _ in 0..random.usize(1..=4) {
        steps.push(draw_sequel(random, all));
    }
    // The last run shows what has become of everyone.
    steps.push(step(Action::Invite { rows: all }));
    steps
}

fn draw_again(random: &mut Rng) -> Action {
    let mut again = Again::new();
    if random.u8(..4) > 0 {
        again = again.pending();
    }
    if random.bool() {
        again = again.expired();
    }
    if random.bool() {
        again = again.revoked();
    }
    let seconds = random.choice([None, None, Some(3600), Some(7 * DAY)]).flatten();
    let age = seconds.map(Duration::from_secs);
    let again = age.map_or(again, |age| again.older_than(age));
    Action::Again { again, age }
}

fn draw_sequel(random: &mut Rng, rows: usize) -> Step {
    let action = match random.u8(..5) {
        0 => Action::Undo,
        1 | 2 => draw_again(random),
        _ => Action::Invite { rows },
    };
    let percent = random.choice([0, 0, 5, 50, 100]).unwrap_or_default();
    let longest = random.choice([1, 60, 7200, 2 * DAY, 45 * DAY]).unwrap_or(1);
    Step {
        pause: Duration::from_secs(random.u64(..=longest)),
        changes: (0..rows).filter(|_| random.u8(..100) < percent).collect(),
        action,
    }
}
