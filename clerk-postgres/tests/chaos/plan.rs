//! The rounds, and the scenario of each. The number of a round determines everything that is random in it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use clerk_testkit::fake::{PendingDuplicate, WindowKind};
use fastrand::Rng;

use crate::timing::{
    ATTEMPT_TIMEOUT, LONG_ATTEMPT_TIMEOUT, LONGEST_STOP, SETTLE_DELAY, SHORTEST_STOP, STOP_TOLERANCE, TOO_LONG_STOPS,
    TOO_SHORT_A_DELAY,
};

/// The assumptions of a round, which decide what it must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// Clerk accepts duplicates, and the delay is longer than the longest stop: each person gets one mail.
    Promise,
    /// Clerk accepts duplicates, and the delay is shorter than the stop: some people get two mails. Rounds of this kind show
    /// that the test can see duplicates.
    ShortDelay,
    /// Clerk refuses duplicates, and the delay is shorter than the stop: each person gets one mail.
    OnePending,
}

/// One round.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    pub(crate) variant: Variant,
    /// From 1.
    pub(crate) number: u32,
}

/// A fault of the worker that leads, or of the database.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// It is stopped between the commit of an attempt and its call, and continues after this time.
    Stop(Duration),
    /// It is killed between the commit of an attempt and its call.
    KillBeforeSend,
    /// It is killed between a call and the record of its end.
    KillAfterSend,
    /// It is killed after this time.
    Kill(Duration),
    /// Its connections to the database go silent for this time.
    Silence(Duration),
    /// Its connections to the database are closed, and refused for this time.
    Cut(Duration),
    /// It is asked to end.
    Terminate,
    /// The database restarts; immediately if `true`, as after a crash.
    Restart(bool),
}

/// The settings and the events of a round.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) fault: Fault,
    /// The number of the call to invite people, from 1, at which the fault happens.
    pub(crate) at_call: u32,
    /// Whether the next leader is killed too, and how long after the fault.
    pub(crate) second_kill: Option<Duration>,
    pub(crate) window: WindowKind,
    pub(crate) settle_delay: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) pending_duplicate: PendingDuplicate,
    /// The numbers of calls whose answers are lost: of a bulk call after its effect, and of a single one after it or before.
    pub(crate) lost_bulk: u64,
    pub(crate) lost_single: u64,
    pub(crate) is_single_lost_before: bool,
}

/// Returns this many rounds of the promise, and a tenth as many of each other kind.
pub(crate) fn campaign(rounds: u32) -> Vec<Round> {
    let others = (rounds / 10).max(3);
    let of = |variant, count| (1..=count).map(move |number| Round { variant, number });
    of(Variant::ShortDelay, others)
        .chain(of(Variant::OnePending, others))
        .chain(of(Variant::Promise, rounds))
        .collect()
}

impl Round {
    pub(crate) fn scenario(self) -> Scenario {
        let mut random = Rng::with_seed(u64::from(self.number) << 2 | self.variant as u64);
        let fault = match self.variant {
            Variant::Promise => self.fault(&mut random),
            Variant::ShortDelay | Variant::OnePending => Fault::Stop(between(&mut random, TOO_LONG_STOPS)),
        };
        let promises = self.variant == Variant::Promise;
        Scenario {
            fault,
            at_call: random.u32(1..=4),
            second_kill: (promises && random.u8(..4) == 0).then(|| millis(&mut random, 200, 3000)),
            window: *random
                .choice(&[WindowKind::Fixed, WindowKind::Sliding])
                .expect("two kinds"),
            settle_delay: if promises { SETTLE_DELAY } else { TOO_SHORT_A_DELAY },
            attempt_timeout: if promises {
                ATTEMPT_TIMEOUT
            } else {
                LONG_ATTEMPT_TIMEOUT
            },
            pending_duplicate: match self.variant {
                Variant::Promise | Variant::ShortDelay => PendingDuplicate::Accepted,
                Variant::OnePending => PendingDuplicate::Refused,
            },
            lost_bulk: random.u64(1..=6),
            lost_single: random.u64(1..=6),
            is_single_lost_before: random.bool(),
        }
    }

    /// In ten rounds, four have a stop between commit and send, and each other fault happens once. The database restarts in
    /// every twentieth.
    fn fault(self, random: &mut Rng) -> Fault {
        match self.number % 10 {
            2 => Fault::Cut(millis(random, 300, 3000)),
            4 => Fault::KillBeforeSend,
            5 if self.number % 20 == 5 => Fault::Restart(self.number % 40 == 5),
            5 => Fault::Kill(millis(random, 0, 1500)),
            6 => Fault::Terminate,
            8 => Fault::KillAfterSend,
            0 => Fault::Silence(millis(random, 300, 3000)),
            _ => Fault::Stop(between(random, [SHORTEST_STOP, LONGEST_STOP])),
        }
    }
}

fn millis(random: &mut Rng, from: u64, to: u64) -> Duration {
    Duration::from_millis(random.u64(from..=to))
}

fn between(random: &mut Rng, [from, to]: [Duration; 2]) -> Duration {
    from + (to - from).mul_f64(random.f64())
}

impl Variant {
    /// Returns the longest stop after which a round shows what it has to.
    pub(crate) fn longest_stop(self) -> Duration {
        let longest = match self {
            Self::Promise => LONGEST_STOP,
            Self::ShortDelay | Self::OnePending => TOO_LONG_STOPS[1],
        };
        longest + STOP_TOLERANCE
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Promise => "promise",
            Self::ShortDelay => "short-delay",
            Self::OnePending => "one-pending",
        })
    }
}

impl FromStr for Variant {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let mut all = [Self::Promise, Self::ShortDelay, Self::OnePending].into_iter();
        all.find(|variant| variant.to_string() == name)
            .ok_or_else(|| format!("{name:?} is no kind of round: use promise, short-delay or one-pending"))
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.variant, self.number)
    }
}
