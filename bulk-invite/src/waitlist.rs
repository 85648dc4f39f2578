//! The people on the waitlist, in place of a people file.

use std::collections::HashSet;

use clerk_core::api::waitlist_entries::{ListWaitlistEntries, WaitlistEntryOrder};
use clerk_core::model::{EmailAddress, NormalizedEmailAddress, WaitlistEntry, WaitlistEntryStatus};
use clerk_core::run::journal::{Journal, Record};

use crate::args::Args;
use crate::connection::Connection;
use crate::journal::JournalLocation;
use crate::people::{Position, Recipient, Row, RowStatus};
use crate::stop_reason;

/// The most entries that Clerk puts on a page.
const PAGE: u16 = 500;

/// Reads the entries to invite, oldest first: the pending ones, and those that an earlier run on the journal has attempted,
/// which may be invited by now.
///
/// # Errors
///
/// If the journal or the list cannot be read, or if an option does not apply to the waitlist.
pub(crate) async fn read(
    args: &Args,
    connection: &Connection,
    journal: &JournalLocation,
) -> Result<Vec<WaitlistEntry>, String> {
    if connection.is_demo() {
        return Err("--waitlist needs a key, because the demo has no waitlist: set CLERK_SECRET_KEY".to_owned());
    }
    args.check_waitlist_options()?;
    let attempted = attempted(&*journal.open_existing_or_empty(args)?).await?;
    let mut list = ListWaitlistEntries::new()
        .order_by(WaitlistEntryOrder::CreatedAt)
        .limit(PAGE);
    if let Some(text) = args.waitlist.as_deref().filter(|text| !text.is_empty()) {
        list = list.query(text);
    }
    if attempted.is_empty() {
        list = list.status(WaitlistEntryStatus::Pending);
    }
    let entries = connection.client.pages(&list).read_all().await;
    let mut entries = entries.map_err(|error| stop_reason::describe_error(&error, connection.server()))?;
    entries.retain(|entry| {
        entry.status == WaitlistEntryStatus::Pending || attempted.contains(&entry.email_address.normalized())
    });
    entries.truncate(args.read_options().max_rows);
    Ok(entries)
}

/// Returns the entries as rows. Their lines are the places in the list, from 1.
pub(crate) fn rows(entries: &[WaitlistEntry]) -> impl Iterator<Item = Row> + Send {
    (1..).zip(entries).map(|(line, entry)| {
        let position = Position::new(line);
        let email_address = entry.email_address.as_str().to_owned();
        Row {
            position,
            status: RowStatus::Valid(Recipient::without_settings(position, email_address.clone())),
            email_address,
        }
    })
}

/// Returns the addresses that the runs on a journal have attempted.
async fn attempted(journal: &dyn Journal) -> Result<HashSet<NormalizedEmailAddress>, String> {
    let mut addresses = HashSet::new();
    let mut read = |record| {
        if let Record::Attempted { people, .. } = record {
            addresses.extend(people.iter().map(|person| EmailAddress::normalized(&person.address)));
        }
    };
    journal.load(&mut read).await.map_err(|error| error.to_string())?;
    Ok(addresses)
}
