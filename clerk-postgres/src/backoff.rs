//! How long to wait before the database is tried again.

use std::time::Duration;

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(30);

/// Waits that double from one failure to the next.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    first: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration) -> Self {
        let first = first.clamp(Duration::from_millis(10), LONGEST);
        Self { first, next: first }
    }

    /// Returns the wait after one more failure.
    pub(crate) fn next(&mut self) -> Duration {
        let next = self.next;
        self.next = next.saturating_mul(2).min(LONGEST);
        next
    }

    /// Begins again with the first wait.
    pub(crate) const fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_begin_again() {
        let mut backoff = Backoff::new(Duration::from_secs(1));
        let waits: Vec<_> = (0..7).map(|_| backoff.next().as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        backoff.reset();
        assert_eq!(backoff.next(), Duration::from_secs(1));
    }
}
