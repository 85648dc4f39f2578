//! What happens to the machines, as a seed decides it.

use std::time::Duration;

use fastrand::Rng;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// The most machines.
const MACHINES: usize = 4;

#[derive(Debug)]
pub(crate) struct Plan {
    /// What happens to each machine, in order.
    pub(super) machines: Vec<Vec<Incident>>,
    pub(super) lease: Duration,
    /// No process is stopped for longer between the check before it sends and the call.
    pub(super) longest_stop: Duration,
    /// How many stops there are right after an append, and how many right before a call.
    pub(super) stops_at_failpoints: u32,
    pub(super) unknown_commits: u8,
    /// When each row is submitted, and which is submitted once more.
    pub(super) submissions: Vec<(Duration, usize)>,
    pub(super) seed: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Incident {
    pub(super) at: Duration,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// The process is stopped for this time, and goes on.
    Stop(Duration),
    /// The process dies, and another one starts after this time.
    Kill(Duration),
    /// The store cannot be reached for this time.
    Cut(Duration),
    /// The machine hands over, as on SIGTERM.
    HandOver,
}

impl Plan {
    pub(crate) fn draw(random: &mut Rng, rows: usize) -> Self {
        let lease = random.choice([MINUTE, MINUTE * 5, MINUTE * 15]).unwrap_or(MINUTE);
        let longest_stop = random.choice([lease, lease * 4, HOUR]).unwrap_or(HOUR);
        let machines = (0..random.usize(2..=MACHINES)).map(|_| incidents(random, longest_stop));
        let machines = machines.collect();
        let mut submissions: Vec<_> = (0..rows)
            .flat_map(|row| {
                let longest = random.choice([1, 60, 7_200]).unwrap_or(1);
                let first = Duration::from_millis(random.u64(..longest * 1000));
                let again = (random.u8(..8) == 0).then(|| (first + Duration::from_secs(random.u64(..20_000)), row));
                [(first, row)].into_iter().chain(again).collect::<Vec<_>>()
            })
            .collect();
        submissions.sort();
        Self {
            machines,
            lease,
            longest_stop,
            stops_at_failpoints: random.choice([0, 1, 3, 10]).unwrap_or_default(),
            unknown_commits: random.choice([0, 0, 5, 20]).unwrap_or_default(),
            submissions,
            seed: random.u64(..),
        }
    }
}

fn incidents(random: &mut Rng, longest_stop: Duration) -> Vec<Incident> {
    let mut incidents: Vec<_> = (0..random.usize(..8))
        .map(|_| {
            let longest = random.choice([10_000, 600_000, 14_400_000]).unwrap_or(10_000);
            let pause = Duration::from_millis(random.u64(..longest));
            let what = match random.u8(..4) {
                // It may come right before one at a failpoint.
                0 => What::Stop(pause.min(longest_stop / 2)),
                1 => What::Kill(pause),
                2 => What::Cut(pause),
                _ => What::HandOver,
            };
            Incident {
                at: Duration::from_millis(random.u64(..longest)),
                what,
            }
        })
        .collect();
    incidents.sort_by_key(|incident| incident.at);
    incidents
}
