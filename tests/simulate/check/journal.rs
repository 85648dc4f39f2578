//! A damaged journal is refused with the line at fault, and an intact one is not.

use crate::disk::{Accident, Remedy, Rest};
use crate::process::{End, Fate, Life};

/// Checks a process, after those before it.
pub(super) fn check(life: &Life, before: &[Life]) -> Vec<String> {
    let mut problems = Vec::new();
    let error = match &life.end {
        End::Refused(error) => Some(error),
        _ => None,
    };
    let damaged = life.start.damaged_line.filter(|line| match life.start.remedy {
        None => true,
        // Nothing of the journal is left without its first line.
        Some(Remedy::Recover) => *line == 1,
        Some(Remedy::Restore | Remedy::Delete) => false,
    });
    let is_damaged_by_power = before.iter().any(is_damaged_by_power);
    match (damaged, error) {
        (Some(line), None) => problems.push(format!("a journal with damage in line {line} was used")),
        (Some(damaged), Some(error)) => {
            let message = error.to_string();
            let named = message
                .strip_prefix("line ")
                .and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
            let says_so = ["is not a journal", "consists of zero bytes"]
                .iter()
                .any(|what| message.contains(what));
            let is_no_journal = (damaged == 1 || is_damaged_by_power) && says_so;
            // An earlier line can be damaged too, by a loss of power.
            let is_named = error.is_damage() && named.is_some_and(|named| named <= damaged);
            if !is_no_journal && !is_named {
                problems.push(format!(
                    "line {damaged} is damaged, but the journal is refused with: {message}"
                ));
            }
        }
        (None, Some(error)) if !is_damaged_by_power => {
            problems.push(format!("an intact journal is refused with: {error}"));
        }
        (None, _) => {}
    }
    problems
}

/// Whether a loss of power has damaged the write with which a process died.
const fn is_damaged_by_power(life: &Life) -> bool {
    matches!(
        life.start.fate,
        Fate::DiskAccident(Accident::Dies {
            rest: Rest::Zeros | Rest::Holes,
            ..
        })
    )
}

/// Whether records of earlier processes may be lost.
pub(super) const fn has_lost_records(life: &Life) -> bool {
    matches!(life.start.remedy, Some(Remedy::Recover | Remedy::Delete))
}
