//! The read that is under way: a look-up of the next recipients, or one of an unresolved recipient.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::preflight::{Lookup, Query, Snapshot, look_up};
use super::reader::Reader;
use super::recipient::Recipient;
use super::target::InvitationSummary;
use crate::error::Result;

/// What a read found.
pub(super) enum ReadEnd {
    LookedUp(Result<Vec<Lookup>>),
    Resolved(Result<Vec<InvitationSummary>>),
}

/// Makes the reads of a run, one at a time.
pub(super) struct Reading {
    reader: Reader,
    /// The invitations that Clerk had when the run began, if listing them all took fewer calls than look-ups.
    /// Not decided before the first look-up.
    snapshot: Option<Option<Arc<Snapshot>>>,
    task: Option<Pin<Box<dyn Future<Output = ReadEnd> + Send>>>,
}

impl Reading {
    pub(super) const fn new(reader: Reader) -> Self {
        Self {
            reader,
            snapshot: None,
            task: None,
        }
    }

    pub(super) const fn reader(&self) -> &Reader {
        &self.reader
    }

    pub(super) fn set_snapshot(&mut self, snapshot: Option<Snapshot>) {
        self.snapshot = Some(snapshot.map(Arc::new));
    }

    pub(super) const fn has_decided_on_snapshot(&self) -> bool {
        self.snapshot.is_some()
    }

    pub(super) const fn is_idle(&self) -> bool {
        self.task.is_none()
    }

    /// Begins to look up recipients.
    pub(super) fn look_up(&mut self, recipients: &[Recipient]) {
        let queries: Vec<_> = recipients.iter().map(Query::new).collect();
        let (reader, snapshot) = (self.reader.clone(), self.snapshot.clone().flatten());
        self.task = Some(Box::pin(async move {
            ReadEnd::LookedUp(look_up(&reader, &queries, snapshot.as_deref()).await)
        }));
    }

    /// Begins to read what Clerk has for an unresolved recipient.
    pub(super) fn resolve(&mut self, recipient: &Recipient) {
        let (reader, address) = (self.reader.clone(), recipient.identity.clone());
        self.task = Some(Box::pin(async move {
            ReadEnd::Resolved(reader.invitations_of(&address).await)
        }));
    }

    /// Polls the read under way.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Option<ReadEnd> {
        let task = self.task.as_mut()?;
        let Poll::Ready(end) = task.as_mut().poll(context) else {
            return None;
        };
        self.task = None;
        Some(end)
    }
}
