//! How many people had an outcome at which time of a run.

use std::time::Duration;

/// The most points that are kept. A wider chart would not show more.
const MAX_POINTS: usize = 400;

/// The numbers at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Point {
    /// The time since the run began.
    pub(crate) at: Duration,
    pub(crate) processed: usize,
    pub(crate) created: usize,
}

/// The numbers over time, in bounded memory.
#[derive(Debug)]
pub(crate) struct Timeline {
    points: Vec<Point>,
    /// There is one point for each of these intervals in which the numbers changed.
    interval: Duration,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            interval: Duration::from_millis(1),
        }
    }
}

impl Timeline {
    /// Adds a person whose outcome became known at `at`.
    pub(crate) fn add(&mut self, at: Duration, is_created: bool) {
        let (processed, created) = self.points.last().map_or((0, 0), |last| (last.processed, last.created));
        self.points.push(Point {
            at,
            processed: processed + 1,
            created: created + usize::from(is_created),
        });
        self.merge_last();
        while self.points.len() > MAX_POINTS {
            self.interval *= 2;
            for point in std::mem::take(&mut self.points) {
                self.points.push(point);
                self.merge_last();
            }
        }
    }

    /// Removes the last point but one if it is in the interval of the last one.
    fn merge_last(&mut self) {
        let interval = self.interval.as_nanos();
        let number = |point: &Point| point.at.as_nanos() / interval;
        if let [.., previous, last] = self.points[..]
            && number(&previous) == number(&last)
        {
            self.points.pop();
            self.points.pop();
            self.points.push(last);
        }
    }

    pub(crate) fn points(&self) -> &[Point] {
        &self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_people_take_few_points_that_are_evenly_spaced() {
        let mut timeline = Timeline::default();
        for person in 0..1_000_000_u64 {
            timeline.add(Duration::from_millis(person / 3), person % 4 == 0);
        }
        let points = timeline.points();
        assert!(
            (MAX_POINTS / 2..=MAX_POINTS).contains(&points.len()),
            "{}",
            points.len()
        );
        let last = points.last().expect("points");
        assert_eq!((last.processed, last.created), (1_000_000, 250_000));
        let interval = Duration::from_millis(1024);
        assert!(
            points.windows(2).all(|pair| pair[1].at - pair[0].at <= interval),
            "{points:?}"
        );
        assert!(points.is_sorted_by(|a, b| a.at < b.at && a.processed < b.processed));
    }

    #[test]
    fn bursts_far_apart_keep_their_times() {
        let hour = Duration::from_secs(3600);
        let mut timeline = Timeline::default();
        for burst in 0..1_000 {
            (0..10).for_each(|_| timeline.add(hour * burst, true));
        }
        let points = timeline.points();
        assert!(
            (MAX_POINTS / 2..=MAX_POINTS).contains(&points.len()),
            "{}",
            points.len()
        );
        let is_true = |point: &Point| hour * (point.created as u32 / 10 - 1) == point.at;
        assert!(points.iter().all(is_true), "{points:?}");
    }
}
