//! The read that is under way: a look-up of the next recipients, or one of an unresolved recipient. Revocations count as
//! reads, because they can be repeated.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::outcome::Revocation;
use super::preflight::{Lookup, Overview, Query, look_up};
use super::reader::Reader;
use super::recipient::Recipient;
use super::target::InvitationSummary;
use crate::error::{Error, Result};
use crate::model::InvitationId;

/// What a read found.
pub(super) enum ReadEnd {
    LookedUp(Result<Vec<Lookup>>),
    Resolved(Result<Vec<InvitationSummary>>),
    /// These invitations were revoked or cannot be, and the error ended that early.
    Revoked(Vec<(InvitationId, Revocation)>, Option<Error>),
}

/// Makes the reads of a run, one at a time.
pub(super) struct Reading {
    reader: Reader,
    /// The reads for all recipients together, before the first look-up.
    overview: Option<Arc<Overview>>,
    task: Option<Pin<Box<dyn Future<Output = ReadEnd> + Send>>>,
}

impl Reading {
    pub(super) const fn new(reader: Reader) -> Self {
        Self {
            reader,
            overview: None,
            task: None,
        }
    }

    pub(super) const fn reader(&self) -> &Reader {
        &self.reader
    }

    pub(super) fn set_overview(&mut self, overview: Overview) {
        self.overview = Some(Arc::new(overview));
    }

    pub(super) const fn has_overview(&self) -> bool {
        self.overview.is_some()
    }

    pub(super) const fn is_idle(&self) -> bool {
        self.task.is_none()
    }

    /// Begins to look up recipients.
    pub(super) fn look_up(&mut self, recipients: &[Recipient]) {
        let (reader, overview) = (self.reader.clone(), self.overview.clone().unwrap_or_default());
        let query = |recipient| Query::new(recipient, overview.knows_roles());
        let queries: Vec<_> = recipients.iter().map(query).collect();
        self.task = Some(Box::pin(async move {
            ReadEnd::LookedUp(look_up(&reader, &queries, &overview).await)
        }));
    }

    /// Begins to read what Clerk has for an unresolved recipient.
    pub(super) fn resolve(&mut self, recipient: &Recipient) {
        let (reader, address) = (self.reader.clone(), recipient.identity.clone());
        self.task = Some(Box::pin(async move {
            ReadEnd::Resolved(reader.invitations_of(&address).await)
        }));
    }

    /// Begins to revoke invitations, one after another.
    pub(super) fn revoke(&mut self, ids: Vec<InvitationId>) {
        let reader = self.reader.clone();
        self.task = Some(Box::pin(async move {
            let mut revoked = Vec::with_capacity(ids.len());
            for id in ids {
                match reader.revoke(&id).await {
                    Ok(revocation) => revoked.push((id, revocation)),
                    Err(error) => return ReadEnd::Revoked(revoked, Some(error)),
                }
            }
            ReadEnd::Revoked(revoked, None)
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
