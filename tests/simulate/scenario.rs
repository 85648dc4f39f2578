//! What a seed decides before the first call: the people, the fake, its faults, and the settings of the run.

use std::time::Duration;

use clerk_core::Environment;
use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::invitations::{RATE_LIMIT_BULK, RATE_LIMIT_SINGLE};
use clerk_core::middleware::{Quota, RateLimits};
use clerk_core::model::Metadata;
use clerk_core::run::Lanes;
use clerk_testkit::fake::{BulkOn5xx, FakeOperation, Fault, FaultPlan, IgnoreExisting, Moment, WindowKind};
use fastrand::Rng;
use http::StatusCode;

use crate::arguments::Mode;
use crate::others::{Deed, Event};

const SECOND: Duration = Duration::from_secs(1);

/// Everything that a seed decides before the first call.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) broken: Option<Assumption>,
    pub(crate) rows: Vec<Row>,
    pub(crate) clerk: Clerk,
    pub(crate) run: RunSettings,
    pub(crate) events: Vec<Event>,
    /// The maximum number of times that the process dies.
    pub(crate) deaths: u32,
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

/// A row of the input.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The email address as it was typed.
    pub(crate) typed: String,
    pub(crate) is: Traits,
    pub(crate) ignore_existing: bool,
    expires_in_days: Option<u16>,
}

/// Properties of a row's address before the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Traits {
    /// The SDK refuses the row.
    pub(crate) invalid: bool,
    /// An earlier row has the same address.
    pub(crate) duplicate: bool,
    pub(crate) user: bool,
    pub(crate) pending: bool,
    /// Clerk refuses the address without naming it.
    pub(crate) malformed: bool,
    /// Clerk refuses the address and names it.
    pub(crate) blocked: bool,
}

/// The settings of the fake.
#[derive(Debug)]
pub(crate) struct Clerk {
    pub(crate) limits: RateLimits,
    pub(crate) window: WindowKind,
    pub(crate) ignore_existing: IgnoreExisting,
    pub(crate) bulk_on_5xx: BulkOn5xx,
    pub(crate) read_lag: Duration,
    pub(crate) latency: Duration,
    pub(crate) faults: FaultPlan,
    pub(crate) shuffles_answers: bool,
}

#[derive(Debug)]
pub(crate) struct RunSettings {
    pub(crate) lanes: Lanes,
    pub(crate) preflight: bool,
    /// Whether the run has Clerk's limits, or none.
    pub(crate) knows_limits: bool,
    pub(crate) settle_delay: Duration,
    pub(crate) read_lag: Duration,
    pub(crate) max_wait: Duration,
    pub(crate) max_failures: u32,
    pub(crate) seed: u64,
}

impl Row {
    /// Returns the normalized address.
    pub(crate) fn identity(&self) -> String {
        self.typed.trim().to_ascii_lowercase()
    }

    /// Returns the invitation that the run gets. Its metadata contains the position, by which the checks know the creator of
    /// an invitation.
    pub(crate) fn invitation(&self, position: usize) -> CreateInvitation {
        let metadata = Metadata::new(&serde_json::json!({ "row": position })).unwrap_or_default();
        let invitation = CreateInvitation::new(self.typed.as_str())
            .public_metadata(metadata)
            .ignore_existing(self.ignore_existing);
        match self.expires_in_days {
            Some(days) => invitation.expires_in_days(days),
            None => invitation,
        }
    }
}

impl Scenario {
    pub(crate) fn draw(random: &mut Rng, mode: Mode) -> Self {
        let broken = match mode {
            Mode::Promise | Mode::Pace => None,
            Mode::BrokenAssumptions => {
                random.choice([Assumption::ReadLag, Assumption::SettleDelay, Assumption::NobodyElse])
            }
        };
        let rows = draw_rows(random);
        let run = RunSettings::draw(random);
        let clerk = Clerk::draw(random, &run, broken);
        let events = draw_events(random, &rows, broken);
        let deaths = if random.bool() { 0 } else { random.u32(1..=6) };
        Self {
            broken,
            rows,
            clerk,
            run,
            events,
            deaths,
        }
    }
}

fn draw_rows(random: &mut Rng) -> Vec<Row> {
    let count = match random.u8(..10) {
        0 => random.usize(0..3),
        1..=6 => random.usize(1..25),
        7 | 8 => random.usize(10..60),
        _ => random.usize(50..=200),
    };
    let mut rate = || random.choice([0, 0, 3, 10, 30]).unwrap_or_default();
    let [duplicates, invalid, ignoring, users, pending, malformed, blocked] = std::array::from_fn(|_| rate());
    let mut rows: Vec<Row> = Vec::with_capacity(count);
    for number in 0..count {
        let mut happens = |percent| random.u8(..100) < percent;
        let originals: Vec<_> = rows.iter().filter(|row| !row.is.invalid).cloned().collect();
        if happens(duplicates) && !originals.is_empty() {
            let original = &originals[random.usize(..originals.len())];
            rows.push(Row {
                typed: retyped(random, &original.typed),
                is: Traits {
                    duplicate: true,
                    ..original.is
                },
                ignore_existing: random.bool(),
                expires_in_days: None,
            });
            continue;
        }
        let is = if happens(invalid) {
            Traits {
                invalid: true,
                ..Traits::default()
            }
        } else {
            Traits {
                user: happens(users),
                pending: happens(pending),
                malformed: happens(malformed),
                blocked: happens(blocked),
                ..Traits::default()
            }
        };
        let ignore_existing = happens(ignoring);
        rows.push(draw_row(random, number, is, ignore_existing));
    }
    rows
}

fn draw_row(random: &mut Rng, number: usize, is: Traits, ignore_existing: bool) -> Row {
    // Every other address is the end of the next one, so a filter that matches parts of addresses finds both.
    let address = format!("{}person{}@example.com", "x".repeat(number % 2), number / 2);
    let mut row = Row {
        typed: retyped(random, &address),
        is,
        ignore_existing,
        expires_in_days: random.choice([None, None, None, Some(1), Some(30)]).flatten(),
    };
    if is.invalid {
        match random.u8(..4) {
            0 => row.typed = format!("person{number}"),
            1 => row.typed = format!("person {number}@example.com"),
            2 => row.typed = String::new(),
            _ => row.expires_in_days = Some(366),
        }
    }
    row
}

/// Returns the same address, possibly typed in another way.
fn retyped(random: &mut Rng, address: &str) -> String {
    match random.u8(..6) {
        0 => address.to_ascii_uppercase(),
        1 => format!("  {address} "),
        2 => address.replace("example", "Example"),
        _ => address.to_owned(),
    }
}

impl RunSettings {
    fn draw(random: &mut Rng) -> Self {
        let mut seconds = |choices: &[u64]| Duration::from_secs(*random.choice(choices).unwrap_or(&0));
        Self {
            settle_delay: seconds(&[1, 10, 120, 120, 600]),
            read_lag: seconds(&[0, 1, 30, 30, 90]),
            max_wait: seconds(&[60, 7200, 7200, 7200, 100_000]),
            lanes: random
                .choice([Lanes::Both, Lanes::Both, Lanes::Bulk, Lanes::Single])
                .unwrap_or_default(),
            preflight: random.u8(..4) > 0,
            knows_limits: random.u8(..5) > 0,
            max_failures: random.choice([0, 2, 5, 5, 50]).unwrap_or(5),
            seed: random.u64(..),
        }
    }
}

impl Clerk {
    fn draw(random: &mut Rng, run: &RunSettings, broken: Option<Assumption>) -> Self {
        let beyond = |limit: Duration, random: &mut Rng| {
            let excess = [SECOND, 31 * SECOND, 200 * SECOND, 4000 * SECOND];
            limit + random.choice(excess).unwrap_or(SECOND)
        };
        let read_lag = match broken {
            Some(Assumption::ReadLag) => beyond(run.read_lag, random),
            _ => run.read_lag.mul_f64(random.choice([0.0, 0.5, 1.0]).unwrap_or_default()),
        };
        let late = match broken {
            Some(Assumption::SettleDelay) => beyond(run.settle_delay, random),
            _ => run
                .settle_delay
                .mul_f64(random.choice([0.1, 0.5, 1.0]).unwrap_or_default()),
        };
        let mut latencies = vec![Duration::ZERO, SECOND / 20, SECOND / 3, 2 * SECOND];
        latencies.push(Duration::from_millis(random.u64(..29_000)));
        Self {
            limits: draw_limits(random),
            window: random
                .choice([WindowKind::Fixed, WindowKind::Sliding])
                .unwrap_or_default(),
            ignore_existing: random
                .choice([IgnoreExisting::RefusesUsers, IgnoreExisting::BypassesUsers])
                .unwrap_or_default(),
            bulk_on_5xx: random
                .choice([BulkOn5xx::Atomic, BulkOn5xx::Partial])
                .unwrap_or_default(),
            read_lag,
            latency: random.choice(latencies).unwrap_or_default(),
            faults: draw_faults(random, late, broken),
            shuffles_answers: random.bool(),
        }
    }
}

fn draw_limits(random: &mut Rng) -> RateLimits {
    let mut quota = |calls: u32, per: u64| Quota::new(random.u32(1..=calls), Duration::from_secs(random.u64(1..=per)));
    let small = RateLimits::none()
        .with(RATE_LIMIT_BULK, quota(10, 600))
        .with(RATE_LIMIT_SINGLE, quota(20, 600));
    let tight = quota(20, 20);
    match random.u8(..8) {
        0 => RateLimits::none(),
        1..=3 => small,
        4 => small.with_all(tight),
        _ => RateLimits::documented(Environment::Development),
    }
}

/// Draws some of the possible faults, at some of the calls.
fn draw_faults(random: &mut Rng, late: Duration, broken: Option<Assumption>) -> FaultPlan {
    use FakeOperation::{CreateBulkInvitations, CreateInvitation, GetUserList, ListInvitations};
    use Moment::{AfterEffect, BeforeEffect};

    let plan = FaultPlan::new().seed(random.u64(..));
    let is_late = broken == Some(Assumption::SettleDelay);
    if random.u8(..4) == 0 && !is_late {
        return plan;
    }
    let statuses = [500, 502, 503, 504].map(|status| StatusCode::from_u16(status).unwrap_or_default());
    let status = random.choice(statuses).unwrap_or_default();
    let mut faults = vec![
        Fault::Refused,
        Fault::Lost(BeforeEffect),
        Fault::Lost(AfterEffect),
        Fault::Hang(BeforeEffect),
        Fault::Hang(AfterEffect),
        Fault::ServerError(status, BeforeEffect),
        Fault::ServerError(status, AfterEffect),
        Fault::Truncated,
        Fault::Garbage,
        Fault::TooManyRequests(Duration::from_secs(random.u64(1..4000))),
        Fault::Late(late),
        Fault::Late(late.mul_f64(random.f64())),
    ];
    random.shuffle(&mut faults);
    faults.truncate(random.usize(1..=faults.len()));
    if is_late && !faults.contains(&Fault::Late(late)) {
        faults.push(Fault::Late(late));
    }
    let operations = match random.u8(..4) {
        0 | 1 => vec![None],
        2 => vec![Some(CreateBulkInvitations), Some(CreateInvitation)],
        _ => vec![Some(CreateBulkInvitations), Some(ListInvitations), Some(GetUserList)],
    };
    let in_all = random.u8(1..=30);
    let each = in_all.div_ceil(u8::try_from(faults.len()).unwrap_or(u8::MAX));
    let rules = operations
        .into_iter()
        .flat_map(|operation| faults.iter().map(move |fault| (operation, *fault)));
    rules.fold(plan, |plan, (operation, fault)| {
        plan.with_chance(operation, each, fault)
    })
}

/// Draws what others do: people sign up, and if A4 is broken, others invite, revoke and delete.
fn draw_events(random: &mut Rng, rows: &[Row], broken: Option<Assumption>) -> Vec<Event> {
    let others_interfere = broken == Some(Assumption::NobodyElse);
    let rows: Vec<_> = rows.iter().filter(|row| !row.is.invalid).collect();
    let count = if rows.is_empty() {
        0
    } else if others_interfere {
        random.usize(1..=20)
    } else {
        random.choice([0, 0, 1, 5]).unwrap_or_default()
    };
    let deeds: &[Deed] = if others_interfere {
        &[Deed::SignUp, Deed::Invite, Deed::Revoke, Deed::Delete]
    } else {
        &[Deed::SignUp]
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
