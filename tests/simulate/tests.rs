//! The checks hold for some seeds of each mode, and notice each breakage.

use crate::arguments::{Arguments, Mode};
use crate::breakage::Break;
use crate::{pace, seeds};

fn arguments(seeds: std::ops::Range<u64>, mode: Mode, broken: Option<Break>) -> Arguments {
    Arguments {
        seeds,
        mode,
        broken,
        log: None,
    }
}

#[test]
fn no_seed_of_any_mode_has_violations() {
    for mode in Mode::CHECKED {
        let arguments = arguments(0..60, mode, None);
        let results = seeds::run(&arguments);
        assert!(results.violations.is_empty(), "{}", results.describe(&arguments));
    }
}

#[test]
fn no_seed_of_several_machines_has_violations() {
    let arguments = arguments(0..15, Mode::Machines, None);
    let results = seeds::run(&arguments);
    assert!(results.violations.is_empty(), "{}", results.describe(&arguments));
}

#[test]
fn notices_each_breakage() {
    for broken in Break::ALL {
        let mut parts = (0..1000).step_by(20).map(|first| first..first + 20);
        let is_noticed = |seeds| {
            let results = seeds::run(&arguments(seeds, broken.mode(), Some(broken)));
            !results.violations.is_empty()
        };
        assert!(parts.any(is_noticed), "{} is not noticed", broken.name());
    }
}

#[test]
fn a_seed_always_writes_the_same_log() {
    for mode in Mode::CHECKED {
        for seed in 0..10 {
            let arguments = arguments(seed..seed + 1, mode, None);
            let (first, second) = (seeds::log_one(&arguments).1, seeds::log_one(&arguments).1);
            assert!(first.lines().count() > 10, "{first}");
            assert!(first == second, "seed {seed} of {} differs", mode.name());
        }
    }
}

#[test]
fn people_who_cannot_be_invited_take_little_time() {
    let pace = pace::measure(0..2).unwrap();
    assert!(pace.is_fast_enough(), "{pace}");
}
