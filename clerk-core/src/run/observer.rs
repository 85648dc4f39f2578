//! What a run tells its observer.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use super::journal::Lane;
use super::outcome::{Revocation, Settlement};
use crate::error::Error;
use crate::model::InvitationId;

/// Receives the events of an [`InvitationRun`](super::InvitationRun), for progress and reports.
///
/// The run calls it on its own task, so it has to return quickly and must not block.
pub trait RunObserver: Debug + Send + Sync + 'static {
    /// Handles an event.
    fn event(&self, event: &RunEvent<'_>);
}

impl<T: RunObserver + ?Sized> RunObserver for Arc<T> {
    fn event(&self, event: &RunEvent<'_>) {
        (**self).event(event);
    }
}

/// An event of an [`InvitationRun`](super::InvitationRun) or a [`RevocationRun`](super::RevocationRun).
#[derive(Debug)]
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
        wait: Duration,
    },
    /// A revocation has ended.
    Revoked {
        /// The id of the invitation.
        id: &'a InvitationId,
        /// What became of it.
        revocation: Revocation,
    },
    /// A person has their outcome. There is one such event for each row of the input; those of pending rows come when the
    /// run ends.
    Settled(&'a Settlement),
}
