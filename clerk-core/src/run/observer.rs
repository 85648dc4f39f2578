//! What a run tells its observer.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::journal::Lane;
use super::outcome::{Revocation, Settlement};
use super::standing::PersonStatus;
use crate::error::Error;
use crate::model::InvitationId;

/// Receives the events of an [`InvitationRun`](super::InvitationRun), for progress and reports.
///
/// The run calls it on its own task, so it has to return quickly and must not block. A closure is an observer too: see
/// [`InvitationRun::on_event`](super::InvitationRun::on_event).
pub trait RunObserver: fmt::Debug + Send + Sync + 'static {
    /// Handles an event.
    fn event(&self, event: &RunEvent<'_>);
}

impl<T: RunObserver + ?Sized> RunObserver for Arc<T> {
    fn event(&self, event: &RunEvent<'_>) {
        (**self).event(event);
    }
}

/// A closure that receives the events.
pub(super) struct FnObserver<F>(pub(super) F);

impl<F: Fn(&RunEvent<'_>) + Send + Sync + 'static> RunObserver for FnObserver<F> {
    fn event(&self, event: &RunEvent<'_>) {
        (self.0)(event);
    }
}

impl<F> fmt::Debug for FnObserver<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FnObserver")
    }
}

/// Keeps every settlement.
#[derive(Debug, Default)]
pub(super) struct Collector(Mutex<Vec<Settlement>>);

impl Collector {
    /// Returns the settlements, in the order of the input.
    pub(super) fn take(&self) -> Vec<Settlement> {
        let mut settlements = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        settlements.sort_by_key(|settlement| settlement.position);
        settlements
    }
}

impl RunObserver for Collector {
    fn event(&self, event: &RunEvent<'_>) {
        if let RunEvent::Settled(settlement) = event {
            let mut settlements = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            settlements.push((*settlement).clone());
        }
    }
}

/// An event of an [`InvitationRun`](super::InvitationRun), a [`RevocationRun`](super::RevocationRun) or a
/// [`StatusRun`](super::StatusRun).
///
/// `Display` writes one line without email addresses. Serde writes an object whose `event` is the variant's name.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunEvent<'a> {
    /// An attempt, a call that invites people, begins.
    AttemptBegan {
        /// The attempt's number in the journal.
        attempt: u64,
        /// The endpoint.
        lane: Lane,
        /// The number of people it invites.
        people: usize,
    },
    /// An attempt has ended.
    AttemptEnded {
        /// The attempt's number in the journal.
        attempt: u64,
        /// The endpoint.
        lane: Lane,
        /// The number of people it was to invite.
        people: usize,
        /// Why it failed, if it did.
        error: Option<&'a Error>,
    },
    /// Nothing can be sent for a while: the rate limits are spent, or the only people left are unresolved and not due yet.
    Waiting {
        /// How long the run waits.
        #[serde(rename = "seconds", serialize_with = "as_seconds")]
        wait: Duration,
    },
    /// A revocation has ended.
    Revoked {
        /// The id of the invitation.
        id: &'a InvitationId,
        /// What became of it.
        revocation: Revocation,
    },
    /// What became of a person's invitations was read.
    Status(&'a PersonStatus),
    /// A person has their outcome. There is one such event for each row of the input; those of pending rows come when the
    /// run ends.
    Settled(&'a Settlement),
}

fn as_seconds<S: Serializer>(wait: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(wait.as_secs_f64())
}

impl fmt::Display for RunEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AttemptBegan { attempt, lane, people } => {
                write!(f, "attempt {attempt} ({lane}) invites {people} people")
            }
            Self::AttemptEnded {
                attempt, lane, error, ..
            } => match error {
                Some(error) => write!(f, "attempt {attempt} ({lane}) failed: {error}"),
                None => write!(f, "attempt {attempt} ({lane}) succeeded"),
            },
            Self::Waiting { wait } => write!(f, "waiting for {} s", wait.as_secs_f64()),
            Self::Revoked { id, revocation } => write!(f, "{id}: {revocation}"),
            Self::Status(status) => status.fmt(f),
            Self::Settled(settlement) => settlement.fmt(f),
        }
    }
}
