//! The calls that invite people.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::journal::{Journal, Lane};
use super::recipient::Recipient;
use super::target::{InvitationSummary, Target};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::operation::CallOptions;

/// How an attempt ended: with the invitations that Clerk created, or with an error.
pub(super) type AttemptEnd = Result<Vec<InvitationSummary>>;

pub(super) type AttemptTask = Pin<Box<dyn Future<Output = AttemptEnd> + Send>>;

/// Makes the calls that invite people, and numbers them.
pub(super) struct Calls {
    /// Makes one attempt for each call, so that the journal has a record of each.
    client: Client,
    target: Target,
    journal: Arc<dyn Journal>,
    /// The number of the last attempt in the journal. It only grows, from run to run as well.
    last_attempt: u64,
}

impl Calls {
    pub(super) fn new(client: &Client, target: Target, journal: Arc<dyn Journal>) -> Self {
        let options = CallOptions::new().no_retry().max_wait(Duration::ZERO);
        Self {
            client: client.with_options(options.holding_shared_place()),
            target,
            journal,
            last_attempt: 0,
        }
    }

    /// Continues the numbers of earlier runs.
    pub(super) const fn resume_after(&mut self, last_attempt: u64) {
        self.last_attempt = last_attempt;
    }

    /// Returns the number of the next attempt.
    pub(super) const fn next_number(&mut self) -> u64 {
        self.last_attempt += 1;
        self.last_attempt
    }

    /// Returns the error for a success that names none of the recipients.
    pub(super) fn names_nobody(&self, lane: Lane) -> Error {
        self.target.names_nobody(lane)
    }

    /// Makes the call that invites these recipients.
    pub(super) fn invite(&self, lane: Lane, recipients: &[Recipient]) -> AttemptTask {
        let (client, target, journal) = (self.client.clone(), self.target.clone(), Arc::clone(&self.journal));
        let bodies: Vec<_> = recipients.iter().map(|recipient| recipient.body.clone()).collect();
        Box::pin(async move {
            if let Err(error) = journal.check_before_send() {
                return Err(target.not_sent(lane, error));
            }
            target.invite(&client, lane, &bodies).await
        })
    }
}
