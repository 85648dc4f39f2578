//! Measures how long a run takes for 10,000 people, of which some cannot be invited, under the documented limits.

use std::fmt;
use std::ops::Range;
use std::process::ExitCode;
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::run::Outcome;
use clerk_testkit::{FakeClerk, ManualClock};
use fastrand::Rng;

const PEOPLE: usize = 10_000;

/// The number of people that a run must invite in an hour. Without the malformed addresses it would be 350.
const AN_HOUR: f64 = 322.0;

/// The median duration of the runs and the allowed one, in hours.
#[derive(Debug)]
pub(crate) struct Pace {
    seeds: usize,
    median: f64,
    allowed: f64,
}

/// Measures each seed.
pub(crate) fn measure(seeds: Range<u64>) -> Result<Pace, String> {
    let mut hours = Vec::new();
    let mut allowed = Vec::new();
    for seed in seeds {
        let (created, elapsed) = run(seed)?;
        hours.push(elapsed.as_secs_f64() / 3600.0);
        allowed.push(created as f64 / AN_HOUR + 1.0);
    }
    Ok(Pace {
        seeds: hours.len(),
        median: median(hours),
        allowed: median(allowed),
    })
}

/// Returns how many people were invited, and how long that took. Of 100 people, 5 are users, 5 are already invited, and 1
/// makes Clerk reject a batch without being named.
fn run(seed: u64) -> Result<(usize, Duration), String> {
    let mut random = Rng::with_seed(seed);
    let clock = ManualClock::new();
    let mut fake = FakeClerk::builder().clock(clock.clone());
    let mut people = Vec::with_capacity(PEOPLE);
    for number in 0..PEOPLE {
        let address = format!("person{number}@example.com");
        fake = match random.u8(..100) {
            0..5 => fake.existing_user(&address),
            5..10 => fake.pending_invitation(&address),
            10 => fake.malformed(&address),
            _ => fake,
        };
        people.push(CreateInvitation::new(address));
    }
    let fake = fake.build();
    let run = fake.client().invitations().invite_all(people).seed(seed).run();
    let report = clock.drive(run).map_err(|error| error.to_string())?;
    match report.stopped() {
        Some(stop) => Err(format!("the run of seed {seed} stopped: {stop}")),
        None => Ok((report.count(Outcome::Created), report.elapsed())),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

impl Pace {
    pub(crate) fn is_fast_enough(&self) -> bool {
        self.median <= self.allowed
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(u8::from(!self.is_fast_enough()))
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{PEOPLE} people take {:.2} hours (median of {} seeds); allowed are {:.2}",
            self.median, self.seeds, self.allowed
        )
    }
}
