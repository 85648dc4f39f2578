//! Many seeds, on at most two threads.

use std::fmt::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::arguments::Arguments;
use crate::log::Log;
use crate::simulation::{Tally, Verdict, simulate};

/// How many threads there are at most.
const THREADS: usize = 2;

/// How many seeds are shown whose violations there are.
const SHOWN: usize = 5;

#[derive(Debug, Default)]
pub(crate) struct Results {
    tally: Tally,
    /// The seeds in which something does not hold, and what.
    pub(crate) violations: Vec<(u64, Vec<String>)>,
}

/// Simulates every seed.
pub(crate) fn run(arguments: &Arguments) -> Results {
    let next = AtomicU64::new(arguments.seeds.start);
    let results = Mutex::new(Results::default());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= arguments.seeds.end {
                return;
            }
            let verdict = simulate(seed, arguments.mode, arguments.broken, &Log::default());
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            results.take(seed, verdict);
        }
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.violations.sort();
    results
}

/// Simulates the first seed, and writes down what happens.
pub(crate) fn log_one(arguments: &Arguments) -> (Results, String) {
    let log = Log::keep();
    let seed = arguments.seeds.start;
    let mut results = Results::default();
    results.take(seed, simulate(seed, arguments.mode, arguments.broken, &log));
    (results, log.text())
}

impl Results {
    fn take(&mut self, seed: u64, verdict: Verdict) {
        self.tally.add(verdict.tally);
        if !verdict.violations.is_empty() {
            self.violations.push((seed, verdict.violations));
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(u8::from(!self.violations.is_empty()))
    }

    /// The result in words, with the commands that show violations again.
    pub(crate) fn told(&self, arguments: &Arguments) -> String {
        let mut text = String::new();
        for (seed, violations) in self.violations.iter().take(SHOWN) {
            for violation in violations.iter().take(SHOWN) {
                let _ = writeln!(text, "seed {seed}: {violation}");
            }
            let _ = writeln!(text, "  {}", arguments.replay(*seed));
        }
        let failed = self.violations.len();
        let _ = write!(text, "{}\n{failed} seeds with violations", self.tally);
        text
    }
}
