//! Simulates many seeds, on two threads.

use std::fmt::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::arguments::Arguments;
use crate::log::Log;
use crate::simulation::{SeedResult, simulate};
use crate::tally::Tally;

/// The number of threads.
const THREADS: usize = 2;

/// The number of seeds with violations that are shown, and of violations for each.
const SHOWN: usize = 5;

#[derive(Debug, Default)]
pub(crate) struct Results {
    tally: Tally,
    /// The seeds with violations, and the violations.
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
            let result = simulate(seed, arguments.mode, arguments.broken, &Log::default());
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            results.add(seed, result);
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

/// Simulates the first seed, and returns its log.
pub(crate) fn log_one(arguments: &Arguments) -> (Results, String) {
    let log = Log::keep();
    let seed = arguments.seeds.start;
    let mut results = Results::default();
    results.add(seed, simulate(seed, arguments.mode, arguments.broken, &log));
    (results, log.text())
}

impl Results {
    fn add(&mut self, seed: u64, result: SeedResult) {
        self.tally.add(result.tally);
        if !result.violations.is_empty() {
            self.violations.push((seed, result.violations));
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(u8::from(!self.violations.is_empty()))
    }

    /// Describes the results, with the commands that repeat violations.
    pub(crate) fn describe(&self, arguments: &Arguments) -> String {
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
