//! Stretches of time as people say them.

use std::time::Duration;

/// The two largest units that say something: `2 h 5 min`, `3 min 20 s`, `45 s`, `1.3 s`.
pub(crate) fn human_time(time: Duration) -> String {
    if time < Duration::from_secs(10) {
        return format!("{:.1} s", time.as_secs_f64());
    }
    let seconds = time.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min {} s", seconds % 60),
        _ => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_units_that_fit() {
        let cases = [
            (0, "0.0 s"),
            (1_250, "1.2 s"),
            (9_999, "10.0 s"),
            (10_000, "10 s"),
            (59_999, "59 s"),
            (60_000, "1 min 0 s"),
            (3_599_000, "59 min 59 s"),
            (3_600_000, "1 h 0 min"),
            (144_300_000, "40 h 5 min"),
        ];
        for (millis, text) in cases {
            assert_eq!(human_time(Duration::from_millis(millis)), text);
        }
    }
}
