//! Times in files, as in RFC 3339: `2026-01-01T00:00:00Z`.

use std::error::Error as StdError;
use std::fmt;

use clerk_core::model::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const DAY: i64 = 86_400;

/// A time in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date(pub(crate) Timestamp);

impl Date {
    /// Reads a time with any offset.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = |range: std::ops::Range<usize>| {
            let digits = text.get(range)?;
            let is_number = digits.bytes().all(|c| c.is_ascii_digit());
            digits.parse::<i64>().ok().filter(|_| is_number)
        };
        let is_separated = [(4, "-"), (7, "-"), (13, ":"), (16, ":")]
            .iter()
            .all(|&(at, mark)| text.get(at..at + 1) == Some(mark));
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        if !is_separated || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let offset = text
            .get(19..)?
            .trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
        let offset = match offset.split_at_checked(1)? {
            ("Z" | "z", "") => 0,
            (sign @ ("+" | "-"), clock) => {
                let (hours, minutes) = clock.split_once(':')?;
                let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
                if sign == "+" { minutes } else { -minutes }
            }
            _ => return None,
        };
        let seconds = days(year, month, day) * DAY + hour * 3600 + (minute - offset) * 60 + second;
        Some(Self(Timestamp::from_millis(seconds * 1000)))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_millis().div_euclid(1000);
        let (day_number, in_day) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let (year, month, day) = civil(day_number);
        let (hour, minute, second) = (in_day / 3600, in_day / 60 % 60, in_day % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// The error for a text that is no time as in RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidDate;

impl fmt::Display for InvalidDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a time such as 2026-01-01T00:00:00Z")
    }
}

impl StdError for InvalidDate {}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(InvalidDate))
    }
}

/// Returns the days from 1970-01-01 to a day of the Gregorian calendar.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that start in March end with the leap day.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Does the inverse of [`days`].
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("2026-01-01T00:00:00Z", 1_767_225_600, "2026-01-01T00:00:00Z"),
            (
                "2024-02-29T23:59:59.123456+00:00",
                1_709_251_199,
                "2024-02-29T23:59:59Z",
            ),
            ("2000-03-01T01:30:00+01:30", 951_868_800, "2000-03-01T00:00:00Z"),
            ("1969-12-31T16:00:00-08:00", 0, "1970-01-01T00:00:00Z"),
            ("1900-12-31T00:00:00Z", -2_177_539_200, "1900-12-31T00:00:00Z"),
        ];
        for (text, seconds, written) in cases {
            let date = Date::parse(text).expect(text);
            assert_eq!(date.0.as_millis(), seconds * 1000, "{text}");
            assert_eq!(date.to_string(), written);
        }
        for text in [
            "",
            "2026-01-01",
            "2026-13-01T00:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T0é:00:00Z",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        for day in -800_000..800_000 {
            let (year, month, date) = civil(day);
            assert_eq!(days(year, month, date), day);
        }
    }
}
