//! The times of a round: those of an application, a hundred times shorter. All clocks are real.

use std::time::Duration;

use clerk_core::Clock;
use clerk_core::middleware::{Quota, RateLimits};
use clerk_hyper::TokioClock;
use clerk_testkit::fake::FakeOperation;

/// The lease of a leader.
pub(crate) const LEASE: Duration = Duration::from_secs(1);

/// How often workers look for submissions and for the leadership.
pub(crate) const POLL: Duration = Duration::from_millis(100);

/// The timeout of an attempt. A place in the budget is taken for so long and a window more, so a stop that lasts longer lets the
/// late call exceed the budget.
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(4);

/// The timeout in rounds with [stops that are too long](TOO_LONG_STOPS).
pub(crate) const LONG_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(6);

pub(crate) const SHORTEST_STOP: Duration = Duration::from_millis(1200);
pub(crate) const LONGEST_STOP: Duration = Duration::from_secs(3);

/// Stops that are longer than the delay allows, so that another worker has time to send before the late call.
pub(crate) const TOO_LONG_STOPS: [Duration; 2] = [Duration::from_millis(4000), Duration::from_millis(4500)];

/// By how much a stop may last longer than it should, on a busy machine.
pub(crate) const STOP_TOLERANCE: Duration = Duration::from_millis(400);

/// The least delay that the promise allows for the longest stop.
pub(crate) const SETTLE_DELAY: Duration = Duration::from_millis(6500);

/// Shorter than a stop, minus the lease.
pub(crate) const TOO_SHORT_A_DELAY: Duration = Duration::from_millis(50);

/// How long after its creation the fake lists an invitation.
pub(crate) const READ_LAG: Duration = Duration::from_millis(20);

/// The read lag that the workers assume.
pub(crate) const ASSUMED_READ_LAG: Duration = Duration::from_millis(100);

/// The window of the fake's limits.
pub(crate) const WINDOW: Duration = Duration::from_secs(1);

/// The window that the workers are told. A run adds a second to each, so that almost nothing is left of the margin.
pub(crate) const ASSUMED_WINDOW: Duration = Duration::from_millis(10);

/// The longest that a round may take until everyone is settled.
pub(crate) const ROUND: Duration = Duration::from_secs(120);

/// The longest that a worker may take to start, or to end when it is asked to.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

const _: () = assert!(
    SETTLE_DELAY.as_millis()
        >= LONGEST_STOP.as_millis() + STOP_TOLERANCE.as_millis() - LEASE.as_millis() + ATTEMPT_TIMEOUT.as_millis(),
    "the delay breaks the promise"
);
const _: () = assert!(
    LONGEST_STOP.as_millis() + STOP_TOLERANCE.as_millis() < ATTEMPT_TIMEOUT.as_millis()
        && TOO_LONG_STOPS[1].as_millis() + STOP_TOLERANCE.as_millis() < LONG_ATTEMPT_TIMEOUT.as_millis(),
    "a late call exceeds the budget"
);

/// Returns limits of three calls for each of the two endpoints.
pub(crate) fn limits(window: Duration) -> RateLimits {
    let endpoints = [FakeOperation::CreateBulkInvitations, FakeOperation::CreateInvitation];
    endpoints.into_iter().fold(RateLimits::none(), |limits, endpoint| {
        limits.with(endpoint.operation().rate_limit_key(), Quota::new(3, window))
    })
}

/// Returns the output of `future`, or `None` if it takes longer than `longest`.
pub(crate) async fn within<T>(clock: &TokioClock, longest: Duration, future: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        output = future => Some(output),
        () = clock.sleep(longest) => None,
    }
}
