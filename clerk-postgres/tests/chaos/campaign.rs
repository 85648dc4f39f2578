//! Runs rounds, several at a time, and sums up.

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::Arc;

use clerk_hyper::TokioClock;
use tokio::task::JoinSet;

use crate::database::{Database, Server};
use crate::plan::{Fault, Round, Variant};
use crate::round::{self, Observed, World};

/// How many rounds run at a time. Most of their time is waiting.
const AT_A_TIME: usize = 10;

/// How often a round is repeated in which a stop lasted too long, on a machine that is too busy.
const REPEATS: u32 = 5;

#[derive(Default)]
struct Sums {
    rounds: usize,
    stops: usize,
    restarts: usize,
    twice: usize,
    failed: usize,
}

pub(crate) async fn run(rounds: &[Round]) -> ExitCode {
    let Some(server) = Server::from_env() else {
        println!("chaos: skipped, because CLERK_TEST_POSTGRES names no server; .ci/chaos starts one");
        return ExitCode::SUCCESS;
    };
    let server = Arc::new(server);
    let world = World {
        clock: TokioClock::new(),
        database: Database::create(&server).await,
        server,
    };
    let mut sums =
        [Variant::Promise, Variant::ShortDelay, Variant::OnePending].map(|variant| (variant, Sums::default()));
    let mut waiting: VecDeque<(Round, u32)> = rounds.iter().map(|round| (*round, 0)).collect();
    let mut running = JoinSet::new();
    loop {
        while running.len() < AT_A_TIME
            && let Some((round, repeats)) = waiting.pop_front()
        {
            let world = world.clone();
            running.spawn(async move { (round, repeats, round::run(round, &world).await) });
        }
        let Some(ended) = running.join_next().await else {
            break;
        };
        let (round, repeats, observed) = ended.expect("no panic");
        if observed.stop.is_some_and(|stop| stop > round.variant.longest_stop()) && repeats < REPEATS {
            println!("{round}: the stop lasted too long, so the round is repeated");
            waiting.push_back((round, repeats + 1));
            continue;
        }
        for (_, sums) in sums.iter_mut().filter(|(variant, _)| *variant == round.variant) {
            sums.add(round, &observed, rounds.len() == 1);
        }
    }
    world.database.drop_schema().await;
    let mut is_passed = true;
    for (variant, sums) in sums.iter().filter(|(_, sums)| sums.rounds > 0) {
        is_passed &= sums.sum_up(*variant);
    }
    if is_passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

impl Sums {
    /// Counts a round, and prints what happened in it if it failed or `in_detail`.
    fn add(&mut self, round: Round, observed: &Observed, in_detail: bool) {
        self.rounds += 1;
        self.stops += usize::from(observed.stop.is_some());
        self.restarts += usize::from(matches!(round.scenario().fault, Fault::Restart(_)));
        self.twice += observed.checked.twice;
        let may_be_twice = round.variant == Variant::ShortDelay;
        let is_passed = observed.failure.is_none()
            && observed.checked.violations.is_empty()
            && (may_be_twice || observed.checked.twice == 0);
        println!(
            "{round}: {:?}, {:.1} s",
            round.scenario().fault,
            observed.took.as_secs_f64()
        );
        if !is_passed {
            self.failed += 1;
            println!("{round} FAILED; repeat it with `.ci/chaos {round}`");
        }
        if is_passed && !in_detail {
            return;
        }
        println!("{:#?}", round.scenario());
        for line in observed
            .notes
            .iter()
            .chain(&observed.failure)
            .chain(&observed.checked.violations)
        {
            println!("    {line}");
        }
    }

    /// Prints the sums, and returns whether the rounds of this kind showed what they have to.
    fn sum_up(&self, variant: Variant) -> bool {
        println!(
            "{variant}: {} rounds, {} stops between commit and send, {} restarts of the database, {} people with two mails, \
             {} failed",
            self.rounds, self.stops, self.restarts, self.twice, self.failed
        );
        let sees = variant != Variant::ShortDelay || self.twice > 0;
        if !sees {
            println!("{variant}: no duplicate, so the other rounds would not have seen one either");
        }
        sees && self.failed == 0
    }
}
