//! Durations as people read and write them.

use std::time::Duration;

/// Formats a duration in its two largest units: `2 h 5 min`, `3 min 20 s`, `45 s`, `1.3 s`.
pub(crate) fn format(time: Duration) -> String {
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

/// Parses a duration such as `500ms`, `30s`, `2m`, `1.5h` or `7d`. A number without a unit means seconds.
pub(crate) fn parse(text: &str) -> Result<Duration, &'static str> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds_per_unit = match &text[number.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err(EXPECTED),
    };
    let seconds = number.trim().parse::<f64>().map_err(|_| EXPECTED)? * seconds_per_unit;
    Duration::try_from_secs_f64(seconds).map_err(|_| EXPECTED)
}

/// Parses a duration that is longer than zero.
pub(crate) fn parse_nonzero(text: &str) -> Result<Duration, &'static str> {
    parse(text).and_then(|time| if time.is_zero() { Err(EXPECTED) } else { Ok(time) })
}

const EXPECTED: &str = "expected a duration such as 30s, 500ms, 2m, 1.5h or 7d";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_the_two_largest_units() {
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
            assert_eq!(format(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn parses_a_number_with_an_optional_unit() {
        let cases = [
            ("500ms", Some(500)),
            ("30s", Some(30_000)),
            ("30", Some(30_000)),
            ("0.5", Some(500)),
            ("2m", Some(120_000)),
            ("1.5h", Some(5_400_000)),
            ("1 h", Some(3_600_000)),
            ("0", None),
            ("-1s", None),
            ("", None),
            ("s", None),
            ("7d", Some(604_800_000)),
            ("1w", None),
            ("inf", None),
            ("1e999", None),
            ("NaN", None),
        ];
        for (text, millis) in cases {
            assert_eq!(parse_nonzero(text).ok(), millis.map(Duration::from_millis), "{text}");
        }
        assert_eq!(parse("0s"), Ok(Duration::ZERO));
    }
}
