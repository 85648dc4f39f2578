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
fn what_is_promised_holds_and_nothing_false_is_said_where_an_assumption_does_not_hold() {
    for mode in [Mode::Promise, Mode::BrokenAssumptions] {
        let arguments = arguments(0..200, mode, None);
        let results = seeds::run(&arguments);
        assert!(results.violations.is_empty(), "{}", results.told(&arguments));
    }
}

#[test]
fn what_is_broken_is_noticed() {
    for broken in Break::ALL {
        let mut parts = (0..1000).step_by(20).map(|first| first..first + 20);
        let is_noticed = |seeds| {
            let results = seeds::run(&arguments(seeds, Mode::Promise, Some(broken)));
            !results.violations.is_empty()
        };
        assert!(parts.any(is_noticed), "{} is not noticed", broken.name());
    }
}

#[test]
fn two_logs_of_a_seed_are_equal_to_the_byte() {
    for mode in [Mode::Promise, Mode::BrokenAssumptions] {
        for seed in 0..20 {
            let arguments = arguments(seed..seed + 1, mode, None);
            let (first, second) = (seeds::log_one(&arguments).1, seeds::log_one(&arguments).1);
            assert!(first.lines().count() > 10, "{first}");
            assert!(first == second, "seed {seed} of {} differs", mode.name());
        }
    }
}

#[test]
fn people_who_cannot_be_invited_cost_little_time() {
    let pace = pace::measure(0..2).unwrap();
    assert!(pace.is_kept(), "{pace}");
}
