//! The settings of the run.

use std::time::Duration;

use clerk_core::Environment;
use clerk_core::middleware::RateLimits;
use clerk_core::run::Lanes;
use fastrand::Rng;

#[derive(Debug)]
pub(crate) struct RunSettings {
    pub(crate) lanes: Lanes,
    pub(crate) preflight: bool,
    pub(crate) knowledge: Knowledge,
    pub(crate) settle_delay: Duration,
    pub(crate) read_lag: Duration,
    pub(crate) max_wait: Duration,
    pub(crate) max_failures: u32,
    pub(crate) keep_going: bool,
    pub(crate) seed: u64,
}

/// How much of Clerk's limits the run knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Knowledge {
    Limits,
    Nothing,
    /// Only the limit of all calls together.
    Discovers,
    /// It has this share of the limits, in percent, and another program uses the rest.
    Share {
        percent: u32,
    },
}

impl Knowledge {
    /// Returns the limits that the run keeps, of those that Clerk has.
    pub(crate) fn limits(self, clerk: &RateLimits) -> RateLimits {
        match self {
            Self::Limits => clerk.clone(),
            Self::Nothing => RateLimits::none(),
            Self::Discovers => match clerk.all() {
                Some(all) => RateLimits::none().with_all(all),
                None => RateLimits::discover(Environment::Production),
            },
            Self::Share { percent } => clerk.clone().share(percent),
        }
    }
}

impl RunSettings {
    pub(super) fn draw(random: &mut Rng) -> Self {
        let mut seconds = |choices: &[u64]| Duration::from_secs(*random.choice(choices).unwrap_or(&0));
        Self {
            settle_delay: seconds(&[1, 10, 120, 120, 600]),
            read_lag: seconds(&[0, 1, 30, 30, 90]),
            max_wait: seconds(&[60, 7200, 7200, 7200, 100_000]),
            lanes: random
                .choice([Lanes::Both, Lanes::Both, Lanes::Bulk, Lanes::Single])
                .unwrap_or_default(),
            preflight: random.u8(..4) > 0,
            knowledge: match random.u8(..10) {
                0 => Knowledge::Nothing,
                1 => Knowledge::Discovers,
                2 | 3 => Knowledge::Share {
                    percent: random.u32(10..=90),
                },
                _ => Knowledge::Limits,
            },
            max_failures: random.choice([0, 2, 5, 5, 50]).unwrap_or(5),
            keep_going: random.u8(..4) == 0,
            seed: random.u64(..),
        }
    }
}
