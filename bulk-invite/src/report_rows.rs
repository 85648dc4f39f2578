//! The rows of a report. They are kept out of memory until the report is written, except for where each is.

use std::io;

use clerk_core::model::InvitationId;
use clerk_core::run::{Evidence, Outcome};

use crate::links::{Links, MissingLinks};
use crate::people::Position;
use crate::results::RowResult;
use crate::store::Store;
use crate::text::message;

/// The results of all rows.
#[derive(Debug)]
pub(crate) struct ReportRows {
    store: Store<StoredRow>,
    /// The position of each row in the people file, and in the store. Later rows of the run can come first.
    index: Vec<(Position, u64)>,
    /// Why rows could not be kept.
    failure: Option<io::Error>,
    /// The reason of the pending rows that have none.
    pending_reason: String,
    links: Links,
}

/// A row in the store: address, outcome, evidence, id, link, reason.
type StoredRow = (String, Outcome, Evidence, Option<InvitationId>, Option<String>, String);

impl ReportRows {
    pub(crate) fn new() -> Self {
        Self {
            store: Store::new(),
            index: Vec::new(),
            failure: None,
            pending_reason: String::new(),
            links: Links::new(),
        }
    }

    pub(crate) fn push(&mut self, row: &RowResult) {
        if self.failure.is_some() {
            return;
        }
        let stored = (
            &row.email_address,
            row.outcome,
            row.evidence,
            &row.invitation_id,
            &row.url,
            &row.reason,
        );
        match self.store.push(&stored) {
            Ok(at) => self.index.push((row.position, at)),
            Err(error) => self.failure = Some(error),
        }
    }

    /// Sets the reason of the pending rows that have none.
    pub(crate) fn explain_pending(&mut self, reason: &str) {
        self.pending_reason = message(reason);
    }

    /// Sets where the links are that the rows lack.
    pub(crate) fn set_links(&mut self, links: Links) {
        self.links = links;
    }

    /// Returns the invitations of which neither the row nor `links` has the link.
    ///
    /// # Errors
    ///
    /// If rows or links cannot be read back.
    pub(crate) fn missing_links(&self, links: &Links) -> io::Result<MissingLinks> {
        let mut missing = MissingLinks::default();
        for row in self.rows() {
            let row = row?;
            if let Some(id) = row
                .invitation_id
                .filter(|_| row.url.is_none() && is_invited(row.outcome))
                && links.get(id.as_str())?.is_none()
            {
                missing.insert(id.as_str());
            }
        }
        Ok(missing)
    }

    /// Puts the rows into the order of the people file.
    ///
    /// # Errors
    ///
    /// If rows could not be kept.
    pub(crate) fn complete(&mut self) -> io::Result<()> {
        self.index.sort_unstable();
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Returns the rows.
    pub(crate) fn rows(&self) -> impl Iterator<Item = io::Result<RowResult>> {
        self.index.iter().map(|(position, at)| self.row(*position, *at))
    }

    fn row(&self, position: Position, at: u64) -> io::Result<RowResult> {
        let (email_address, outcome, evidence, invitation_id, mut url, mut reason) = self.store.get(at)?;
        if let (None, Some(id)) = (&url, &invitation_id) {
            url = self.links.get(id.as_str())?;
        }
        if outcome == Outcome::Pending && reason.is_empty() {
            reason.clone_from(&self.pending_reason);
        }
        Ok(RowResult {
            position,
            email_address,
            outcome,
            evidence,
            invitation_id,
            url,
            reason,
        })
    }
}

/// Whether a run on the journal created the invitation.
fn is_invited(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Created | Outcome::CreatedEarlier)
}
