//! Extends the lease while the run waits.

use std::time::Duration;

use crate::error::ErrorKind;
use crate::lease::Leadership;
use crate::observer::{Observers, WorkerEvent};
use crate::race::{First, race};

/// The shortest time between two tries.
const SHORTEST: Duration = Duration::from_millis(10);

/// Extends the lease every third of its length, and returns once it is lost.
pub(super) async fn keep(leadership: &Leadership, observers: &Observers) {
    let (clock, lease) = (leadership.clock(), leadership.lease());
    loop {
        // Appends extend it too.
        let wait = (lease / 3).saturating_sub(leadership.age());
        if wait > Duration::ZERO {
            clock.sleep(wait).await;
            continue;
        }
        let left = lease.saturating_sub(leadership.age());
        match race(leadership.extend(), clock.sleep(left)).await {
            First::One(Ok(())) => {}
            First::One(Err(error)) if error.kind() == ErrorKind::LeadershipLost => return,
            First::One(Err(error)) => {
                let wait = (lease / 10).max(SHORTEST);
                observers.tell(&WorkerEvent::Unavailable { error: &error, wait });
                clock.sleep(wait).await;
            }
            First::Other(()) => {}
        }
        if leadership.age() >= lease {
            leadership.lose();
            return;
        }
    }
}
