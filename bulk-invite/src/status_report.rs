//! The rows of `--status`: what became of each person's invitations, as a line and as CSV.

use std::fmt;
use std::io;

use clerk_core::model::{InvitationId, Timestamp};
use clerk_core::run::{PersonStatus, Standing};
use jiff::tz::TimeZone;

use crate::args::ReportFor;
use crate::people::Position;
use crate::report::{BYTE_ORDER_MARK, cell};
use crate::report_rows::ReportRows;
use crate::results::{RowResult, address};

const HEADER: [&str; 7] = [
    "line",
    "email_address",
    "status",
    "invitation_id",
    "created_at",
    "expires_at",
    "reason",
];

/// What became of one person's invitations. The address is safe for a terminal.
#[derive(Debug)]
pub(crate) struct StatusRow {
    /// Where the person is in the people file, if there is one.
    position: Option<Position>,
    email_address: String,
    standing: Standing,
    invitation_id: Option<InvitationId>,
    created_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
}

impl StatusRow {
    pub(crate) fn new(position: Option<Position>, status: &PersonStatus) -> Self {
        Self {
            position,
            email_address: address(status.email_address.as_str()),
            standing: status.standing,
            invitation_id: status.invitation_id.clone(),
            created_at: status.created_at,
            expires_at: status.expires_at,
        }
    }

    /// Whether `--again` can include the person.
    pub(crate) const fn can_be_invited_again(&self) -> bool {
        matches!(self.standing, Standing::Pending | Standing::Expired | Standing::Revoked)
    }
}

/// Writes a line such as `line 3: ada@example.com: pending since 2026-01-31, until 2026-03-02`.
impl fmt::Display for StatusRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "line {}: ", position.line)?;
        }
        write!(f, "{}: {}", self.email_address, self.standing)?;
        let (before, after) = match self.standing {
            Standing::Pending => (" since ", ", until "),
            _ => (", invited ", ", expiry "),
        };
        for (text, time) in [(before, self.created_at), (after, self.expires_at)] {
            if let Some(day) = time.and_then(day) {
                write!(f, "{text}{day}")?;
            }
        }
        Ok(())
    }
}

/// Writes the CSV file: the rows that were read, and those of the people file that have no address of their own.
pub(crate) fn write_csv(
    sink: &mut impl io::Write,
    rows: &[StatusRow],
    others: &ReportRows,
    program: ReportFor,
) -> io::Result<()> {
    if program == ReportFor::Excel {
        sink.write_all(BYTE_ORDER_MARK)?;
    }
    let mut writer = csv::Writer::from_writer(sink);
    writer.write_record(HEADER)?;
    for row in rows {
        let id = row.invitation_id.as_ref().map_or("", |id| id.as_str());
        writer.write_record([
            row.position
                .map_or_else(String::new, |position| position.line.to_string()),
            cell(&row.email_address),
            row.standing.to_string(),
            cell(id),
            row.created_at.and_then(instant).unwrap_or_default(),
            row.expires_at.and_then(instant).unwrap_or_default(),
            String::new(),
        ])?;
    }
    for row in others.rows() {
        writer.write_record(other(&row?))?;
    }
    writer.flush()
}

fn other(row: &RowResult) -> [String; 7] {
    let empty = String::new;
    let line = row.position.line.to_string();
    let outcome = row.outcome.to_string();
    [
        line,
        cell(&row.email_address),
        outcome,
        empty(),
        empty(),
        empty(),
        cell(&row.reason),
    ]
}

/// Returns a time as RFC 3339 writes it, in UTC. `None` beyond the years that it can write.
fn instant(time: Timestamp) -> Option<String> {
    Some(jiff::Timestamp::from_millisecond(time.as_millis()).ok()?.to_string())
}

fn day(time: Timestamp) -> Option<String> {
    let time = jiff::Timestamp::from_millisecond(time.as_millis()).ok()?;
    Some(time.to_zoned(TimeZone::UTC).date().to_string())
}
