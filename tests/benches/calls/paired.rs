//! Compares two pieces of work that take turns, by the ratio of each pair of rounds.
//!
//! The cost of a round is the processor time of its thread. The speed of a shared machine varies during a run, but hardly
//! between two neighboring rounds.

use rustix::time::{ClockId, clock_gettime};

/// The number of pairs of rounds. One more pair comes first, as a warm-up.
const PAIRS: usize = 41;

pub(crate) fn print_head() {
    println!(
        "{:<52} {:>9} {:>9}   {:<20}  {PAIRS} pairs of rounds",
        "", "us", "peer's us", "ratio (min to max)"
    );
}

pub(crate) fn print_title(title: &str) {
    println!("\n{title}");
}

/// Compares `mine` with `peer`. Each call of one of them does its work `times` times.
pub(crate) fn compare(what: &str, times: usize, mut mine: impl FnMut(), mut peer: impl FnMut()) {
    mine();
    peer();
    let pairs: Vec<(f64, f64)> = (0..PAIRS)
        .map(|pair| {
            // The second of a pair may find warmer caches, so the order alternates.
            if pair % 2 == 0 {
                let mine = cost(&mut mine);
                (mine, cost(&mut peer))
            } else {
                let peer = cost(&mut peer);
                (cost(&mut mine), peer)
            }
        })
        .collect();
    let each = 1e6 / times as f64;
    let mine = sorted(pairs.iter().map(|(mine, _)| mine * each))[PAIRS / 2];
    let peer = sorted(pairs.iter().map(|(_, peer)| peer * each))[PAIRS / 2];
    let ratios = sorted(pairs.iter().map(|(mine, peer)| mine / peer));
    println!(
        "{what:<52} {mine:>9.2} {peer:>9.2}   {:.3} ({:.3} to {:.3})",
        ratios[PAIRS / 2],
        ratios[0],
        ratios[PAIRS - 1]
    );
}

fn sorted(figures: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures
}

/// Returns the processor time that `work` takes in this thread, in seconds.
fn cost(work: &mut impl FnMut()) -> f64 {
    let before = thread_seconds();
    work();
    thread_seconds() - before
}

fn thread_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
