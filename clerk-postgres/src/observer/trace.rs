//! The events of a worker for `tracing`.

use clerk_core::run::RunEvent;

use super::WorkerEvent;

/// Writes an event, with the target `clerk_postgres::worker`. It has no email address.
pub(crate) fn event(event: &WorkerEvent<'_>) {
    const TARGET: &str = "clerk_postgres::worker";
    match event {
        WorkerEvent::Leading { epoch } => tracing::info!(target: TARGET, epoch, "leading"),
        WorkerEvent::LostLeadership { epoch } => tracing::warn!(target: TARGET, epoch, "lost the leadership"),
        WorkerEvent::HandedOver { epoch } => tracing::info!(target: TARGET, epoch, "handed the leadership over"),
        WorkerEvent::Unavailable { error, wait } => {
            tracing::warn!(target: TARGET, error = %error, wait_seconds = wait.as_secs_f64(), "the database is unavailable");
        }
        WorkerEvent::Unreadable { place } => tracing::error!(target: TARGET, place, "a request cannot be read"),
        WorkerEvent::Run(RunEvent::AttemptBegan { attempt, lane, people }) => {
            tracing::debug!(target: TARGET, attempt, lane = lane.as_str(), people, "an attempt begins");
        }
        WorkerEvent::Run(RunEvent::AttemptEnded {
            attempt,
            lane,
            people,
            error: Some(error),
        }) => {
            tracing::warn!(target: TARGET, attempt, lane = lane.as_str(), people, error = %error, "an attempt failed");
        }
        WorkerEvent::Run(RunEvent::AttemptEnded {
            attempt, lane, people, ..
        }) => {
            tracing::info!(target: TARGET, attempt, lane = lane.as_str(), people, "an attempt succeeded");
        }
        WorkerEvent::Run(RunEvent::Waiting { wait }) => {
            tracing::info!(target: TARGET, next_free_seconds = wait.as_secs_f64(), "waiting");
        }
        WorkerEvent::Run(RunEvent::Settled(settlement)) => {
            tracing::info!(target: TARGET, outcome = settlement.outcome.as_str(), "a person is settled");
        }
        WorkerEvent::Run(_) => {}
    }
}
