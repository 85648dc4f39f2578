//! What was announced is true at the fake, and nobody has more mails than that.

use std::collections::BTreeMap;

use clerk_core::ErrorCode;
use clerk_core::model::{Invitation, InvitationStatus};
use clerk_core::run::{Outcome, Settlement};
use clerk_testkit::ManualClock;
use clerk_testkit::fake::IgnoreExisting;
use serde::Deserialize;

use super::Story;
use crate::others::{Deed, Event};
use crate::process::{End, told};
use crate::scenario::{Assumption, Row};

/// What is true of an address when nothing is under way any more.
struct Known<'a> {
    /// The invitations that the run made.
    by_run: Vec<&'a Invitation>,
    /// All others, those from before too.
    by_others: Vec<&'a Invitation>,
    /// Whether a user has the address now.
    is_user: bool,
    /// Whether others delete what is pending for the address.
    is_deleted: bool,
    mails: u64,
}

pub(super) fn check(story: &Story<'_>) -> Vec<String> {
    let mut known: BTreeMap<String, Known<'_>> = BTreeMap::new();
    for row in &story.scenario.rows {
        let address = row.identity();
        known
            .entry(address.clone())
            .or_insert_with(|| Known::of(story, row, &address));
    }
    let mut problems = Vec::new();
    let first_rows = story.scenario.rows.iter();
    for row in first_rows.filter(|row| !row.is.duplicate && !row.is.invalid) {
        let address = row.identity();
        if let Some(known) = known.get(&address) {
            problems.extend(mails(row, known).map(|problem| format!("{address}: {problem}")));
        }
    }
    for (number, life) in story.lives.iter().enumerate() {
        let is_last = number + 1 == story.lives.len();
        for settlement in &life.settled {
            let Some(row) = story.scenario.rows.get(settlement.position) else {
                continue;
            };
            if settlement.outcome == Outcome::Pending && !(is_last && matches!(life.end, End::Ended(_))) {
                continue;
            }
            let Some(known) = known.get(&row.identity()) else {
                continue;
            };
            if let Some(problem) = untrue(story, row, known, settlement) {
                problems.push(format!("process {}: {}: {problem}", number + 1, told(settlement)));
            }
        }
    }
    problems
}

impl<'a> Known<'a> {
    fn of(story: &'a Story<'_>, row: &Row, address: &str) -> Self {
        let invitations = story.truth.values();
        let (by_run, by_others) = invitations
            .filter(|invitation| invitation.email_address.as_str() == address)
            .partition(|invitation| maker(invitation).is_some());
        let events = &story.scenario.events;
        let happens = |deed| {
            let is_it = |event: &Event| event.deed == deed && event.address == address;
            events.iter().any(is_it)
        };
        Self {
            by_run,
            by_others,
            is_user: row.is.user || happens(Deed::SignUp),
            is_deleted: happens(Deed::Delete),
            mails: story.mails.get(address).copied().unwrap_or_default(),
        }
    }
}

/// The row for which the run made this invitation, if the run did.
fn maker(invitation: &Invitation) -> Option<usize> {
    #[derive(Deserialize)]
    struct Mark {
        row: usize,
    }

    invitation.public_metadata.get::<Mark>().ok().map(|mark| mark.row)
}

/// Nobody is invited twice by the run.
fn mails(row: &Row, known: &Known<'_>) -> Option<String> {
    let from_before = |invitation: &&&Invitation| invitation.created_at == ManualClock::START;
    let later = known.by_others.iter().filter(|other| !from_before(other)).count();
    let told = (known.by_run.len() + later) as u64;
    if known.mails != told {
        return Some(format!(
            "{} mails went out, and {told} invitations are known",
            known.mails
        ));
    }
    // What was deleted nobody can find. A row that ignores what exists is never sent again all the same.
    let may_repeat = known.is_deleted && !row.ignore_existing;
    if known.by_run.len() > 1 && !may_repeat {
        return Some(format!("the run invited {} times", known.by_run.len()));
    }
    let pending = |invitation: &&&Invitation| invitation.status == InvitationStatus::Pending;
    let all = known.by_run.iter().chain(&known.by_others);
    if !row.ignore_existing && all.filter(pending).count() > 1 {
        return Some("two invitations are pending".to_owned());
    }
    None
}

/// Why an outcome is wrong, if it is.
fn untrue(story: &Story<'_>, row: &Row, known: &Known<'_>, settlement: &Settlement) -> Option<String> {
    let promised = story.scenario.broken.is_none();
    let others_meddle = story.scenario.broken == Some(Assumption::NobodyElse);
    let preflight = story.scenario.run.preflight;
    // Even one that is made too late is known for the run's own if it is listed in time, before the run has settled.
    let is_own_found = preflight && (promised || story.scenario.broken == Some(Assumption::SettleDelay));
    let made = known.by_run.len();
    if row.is.invalid != (settlement.outcome == Outcome::Invalid) {
        return Some("the input says otherwise".to_owned());
    }
    if row.is.duplicate != (settlement.outcome == Outcome::Duplicate) {
        return Some("the input says otherwise".to_owned());
    }
    if let Some(id) = &settlement.invitation_id {
        let all = known.by_run.iter().chain(&known.by_others);
        let mut of_address = all.filter(|invitation| invitation.id == *id);
        let Some(invitation) = of_address.next() else {
            return Some("that is no invitation of this address".to_owned());
        };
        let maker = maker(invitation);
        if settlement.outcome == Outcome::Created && !others_meddle && maker != Some(settlement.position) {
            return Some(format!("that invitation was made for {maker:?}"));
        }
    }
    let is_right = match settlement.outcome {
        Outcome::Created => settlement.invitation_id.is_some() && may_be_created(story, row),
        // Without a preflight, the run cannot tell its own from others'.
        Outcome::AlreadyInvited => made + known.by_others.len() > 0 && !(is_own_found && made > 0),
        Outcome::ExistingUser => known.is_user && !(is_own_found && made > 0),
        Outcome::Refused => made == 0 && is_refused(row, settlement),
        Outcome::Unknown => {
            let cannot_be_known = row.ignore_existing || (!preflight && made + known.by_others.len() > 0);
            cannot_be_known && !(promised && preflight && made > 0)
        }
        // Whoever may have been invited is told so.
        Outcome::Pending => made == 0 || settlement.reason.is_some(),
        _ => true,
    };
    (!is_right).then(|| {
        format!(
            "the run made {made}, others {}, {} a user: {:?}",
            known.by_others.len(),
            if known.is_user { "and it is" } else { "and it is not" },
            row
        )
    })
}

fn is_refused(row: &Row, settlement: &Settlement) -> bool {
    let code = settlement.code.as_ref();
    (row.is.malformed && code == Some(&ErrorCode::FORM_PARAM_FORMAT_INVALID))
        || (row.is.blocked && code == Some(&ErrorCode::NOT_ALLOWED_ACCESS))
}

fn may_be_created(story: &Story<'_>, row: &Row) -> bool {
    let bypasses = row.ignore_existing && story.scenario.clerk.ignore_existing == IgnoreExisting::BypassesUsers;
    let others_meddle = story.scenario.broken == Some(Assumption::NobodyElse);
    let is_taken = row.is.pending && !row.ignore_existing && !others_meddle;
    !row.is.malformed && !row.is.blocked && (!row.is.user || bypasses) && !is_taken
}
