//! What a seed decides before the first call: the people, the fake, its faults, the settings of the run, and what happens
//! to the journal and to the clock.

mod clerk;
mod course;
mod rows;
mod settings;

use std::time::Duration;

use fastrand::Rng;

use crate::arguments::Mode;
use crate::hostile::Hostility;
use crate::others::{Deed, Event, Foreign};
use crate::target::Target;

pub(crate) use clerk::Clerk;
pub(crate) use course::{Action, Step, WallClock};
pub(crate) use rows::{REFUSED_ROLE, REFUSED_URL, Row};
pub(crate) use settings::{Knowledge, RunSettings};

/// Everything that a seed decides before the first call.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) mode: Mode,
    pub(crate) broken: Option<Assumption>,
    pub(crate) target: Target,
    pub(crate) rows: Vec<Row>,
    pub(crate) clerk: Clerk,
    pub(crate) run: RunSettings,
    pub(crate) events: Vec<Event>,
    /// The calls of another program, if the run shares the limits with it.
    pub(crate) foreign: Option<Foreign>,
    pub(crate) hostility: Option<Hostility>,
    pub(crate) wall_clock: WallClock,
    pub(crate) medium: Medium,
    pub(crate) steps: Vec<Step>,
    /// The maximum number of times that the process dies.
    pub(crate) deaths: u32,
}

/// Where the journal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    Memory,
    File,
}

/// An assumption that does not hold in the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assumption {
    /// A2: an invitation is listed later than the run assumes.
    ReadLag,
    /// A3: a call is carried out later than the run assumes.
    SettleDelay,
    /// A4: others invite, revoke and delete.
    NobodyElse,
}

impl Scenario {
    pub(crate) fn draw(random: &mut Rng, mode: Mode) -> Self {
        let broken = match mode {
            Mode::BrokenAssumptions => {
                random.choice([Assumption::ReadLag, Assumption::SettleDelay, Assumption::NobodyElse])
            }
            _ => None,
        };
        let target = match random.u8(..4) {
            0 => Target::Organization,
            _ => Target::Application,
        };
        let mut rows = rows::draw(random, target);
        let mut run = RunSettings::draw(random);
        if mode == Mode::Machines {
            rows::keep_valid(&mut rows);
            run.knowledge = Knowledge::Limits;
        }
        let clerk = Clerk::draw(random, target, &run, broken);
        let events = draw_events(random, target, &rows, broken);
        let deaths = if random.bool() { 0 } else { random.u32(1..=6) };
        Self {
            mode,
            broken,
            target,
            foreign: Foreign::new(target, &run, &clerk).filter(|_| broken.is_none()),
            hostility: (mode == Mode::Hostile).then(|| Hostility::draw(random)),
            wall_clock: WallClock::draw(random),
            medium: match mode {
                Mode::Damage => Medium::File,
                _ => Medium::Memory,
            },
            steps: course::draw_steps(random, &rows, mode),
            rows,
            clerk,
            run,
            events,
            deaths,
        }
    }
}

/// Draws what others do: people sign up, and if A4 is broken, others invite, revoke and delete.
fn draw_events(random: &mut Rng, target: Target, rows: &[Row], broken: Option<Assumption>) -> Vec<Event> {
    let others_interfere = broken == Some(Assumption::NobodyElse);
    let rows: Vec<_> = rows.iter().filter(|row| !row.is.invalid).collect();
    let count = if rows.is_empty() {
        0
    } else if others_interfere {
        random.usize(1..=20)
    } else {
        random.choice([0, 0, 1, 5]).unwrap_or_default()
    };
    let deeds: &[Deed] = match (others_interfere, target) {
        (false, _) => &[Deed::SignUp],
        (true, Target::Application) => &[Deed::SignUp, Deed::Invite, Deed::Revoke, Deed::Delete],
        (true, Target::Organization) => &[Deed::SignUp, Deed::Invite, Deed::Revoke],
    };
    let mut events: Vec<_> = (0..count)
        .map(|_| {
            let longest = random.choice([2_000, 60_000, 600_000, 7_200_000]).unwrap_or(2_000);
            Event {
                at: Duration::from_millis(random.u64(..longest)),
                deed: random.choice(deeds).copied().unwrap_or(Deed::SignUp),
                address: rows[random.usize(..rows.len())].identity(),
            }
        })
        .collect();
    events.sort_by_key(|event| event.at);
    events
}
