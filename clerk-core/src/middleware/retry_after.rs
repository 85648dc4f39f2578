use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::clock::Clock;
use crate::model::Timestamp;

/// Returns the wait that a response requests (RFC 9110, 10.2.3), in seconds or as a date.
pub(crate) fn retry_after(headers: &HeaderMap, clock: &dyn Clock) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|c| c.is_ascii_digit()) {
        // Digits fail to parse only if the number is too large.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(Timestamp::from(date).saturating_since(clock.wall()))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use http::HeaderValue;

    use super::*;
    use crate::clock::Sleep;

    #[derive(Debug)]
    struct At(Timestamp);

    impl Clock for At {
        fn now(&self) -> Duration {
            Duration::ZERO
        }

        fn wall(&self) -> Timestamp {
            self.0
        }

        fn sleep(&self, _: Duration) -> Sleep {
            Box::pin(std::future::pending())
        }
    }

    #[test]
    fn reads_seconds_and_dates() {
        // 1994-11-06 08:49:37 UTC
        let clock = At(Timestamp::from(
            SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777),
        ));
        let cases = [
            ("0", Some(0)),
            ("3600", Some(3600)),
            (" 7 ", Some(7)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("18446744073709551616", Some(u64::MAX)),
            ("-1", None),
            ("+1", None),
            ("", None),
            ("1.5", None),
        ];
        for (value, seconds) in cases {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))]);
            let expected = seconds.map(Duration::from_secs);
            assert_eq!(retry_after(&headers, &clock), expected, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), &clock), None);
    }
}
