use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use super::journal::Lane;
use super::{Revocation, Settlement};
use crate::error::Error;
use crate::model::InvitationId;

/// Is told what an [`InvitationRun`](super::InvitationRun) does, for progress and reports.
///
/// Called on the task of the run: be quick, and do not block.
pub trait RunObserver: Debug + Send + Sync + 'static {
    /// Something happened.
    fn event(&self, event: &RunEvent<'_>);
}

impl<T: RunObserver + ?Sized> RunObserver for Arc<T> {
    fn event(&self, event: &RunEvent<'_>) {
        (**self).event(event);
    }
}

/// What an [`InvitationRun`](super::InvitationRun) does.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunEvent<'a> {
    /// A call that invites people begins.
    AttemptBegan {
        /// The attempt's number in the journal.
        attempt: u64,
        /// The endpoint.
        lane: Lane,
        /// How many people it invites.
        people: usize,
    },
    /// A call that invites people has ended.
    AttemptEnded {
        /// The attempt's number in the journal.
        attempt: u64,
        /// The endpoint.
        lane: Lane,
        /// How many people it was to invite.
        people: usize,
        /// Why it failed, if it did.
        error: Option<&'a Error>,
    },
    /// Nothing can be done for a while: limits are to be waited out, or doubtful attempts to be looked into.
    Waiting {
        /// How long.
        wait: Duration,
    },
    /// An invitation was to be revoked.
    Revoked {
        /// The invitation.
        id: &'a InvitationId,
        /// What became of it.
        revocation: Revocation,
    },
    /// A person has their outcome. Each person of the input has one such event, the last ones when the run ends.
    Settled(&'a Settlement),
}
