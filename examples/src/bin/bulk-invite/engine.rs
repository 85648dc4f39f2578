//! Invites people, whatever their number, and settles each in exactly one outcome.
//!
//! The rest of the program knows this module by [`Engine::invite`] alone: people with their lines go in, [`Event`]s come
//! out.

mod reconcile;
mod run;
mod verdict;

use std::time::Duration;

use clerk_core::{CallOptions, Client, CreateInvitation, Error};

use crate::interrupt::Interrupt;
use crate::outcome::Settlement;
use crate::people::Identity;

/// Somebody to invite. No two in a run have the same identity.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) line: u64,
    pub(crate) invitation: CreateInvitation,
}

impl Person {
    pub(crate) fn email_address(&self) -> &str {
        self.invitation.email_address().as_str()
    }

    fn identity(&self) -> Identity {
        Identity::of(self.email_address())
    }
}

/// What happens in a run.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// A call for these people ended: with so many invitations, or an error.
    Attempt {
        operation: &'static str,
        people: &'a [Person],
        result: Result<usize, &'a Error>,
    },
    /// Nothing is sent for this long.
    Waiting { wait: Duration, why: &'static str },
    /// A person has an outcome: once for each person of a run.
    Settled { person: &'a Person, settlement: Settlement },
}

/// Is told what happens in a run, as it happens.
pub(crate) trait RunObserver {
    fn event(&mut self, event: Event<'_>);
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With everybody's turn.
    Finished,
    /// By Ctrl-C.
    Interrupted,
    /// Early, for this reason.
    Stopped(String),
}

/// Invites people by Clerk's bulk endpoint, ten at a time.
pub(crate) struct Engine {
    /// For reads: with the client's own retries.
    reads: Client,
    /// For invitations: one attempt each, and no waiting out of sight.
    calls: Client,
    interrupt: Interrupt,
    max_wait: Duration,
    attempts: u32,
}

impl Engine {
    /// Invites through `client`. `max_wait` is the longest single wait for a limit; `attempts` is how many calls in a row
    /// may fail before the run stops.
    pub(crate) fn new(client: &Client, interrupt: Interrupt, max_wait: Duration, attempts: u32) -> Self {
        Self {
            reads: client.clone(),
            calls: client.with_options(CallOptions::new().no_retry().max_wait(Duration::ZERO)),
            interrupt,
            max_wait,
            attempts,
        }
    }

    /// Invites these people, and tells `observer` each one's outcome before it returns.
    pub(crate) async fn invite(&self, people: Vec<Person>, observer: &mut dyn RunObserver) -> Ending {
        run::Run::new(self, people, observer).run().await
    }
}

#[cfg(test)]
mod tests;
