//! Every announced outcome is true at the fake, and nobody has received more mails than announced.

use std::collections::BTreeMap;

use clerk_core::ErrorCode;
use clerk_core::model::{Invitation, InvitationStatus};
use clerk_core::run::{Outcome, Settlement};
use clerk_testkit::ManualClock;
use clerk_testkit::fake::IgnoreExisting;
use serde::Deserialize;

use super::Story;
use crate::others::{Deed, Event};
use crate::process::{End, describe};
use crate::scenario::{Assumption, Row};

/// The state of an address after everything has ended.
struct Known<'a> {
    /// The invitations that the run created.
    by_run: Vec<&'a Invitation>,
    /// All others, including those from before the run.
    by_others: Vec<&'a Invitation>,
    /// Whether a user has the address now.
    is_user: bool,
    /// Whether others delete the pending invitations of the address.
    is_deleted: bool,
    mails: u64,
}

pub(super) fn check(story: &Story<'_>) -> Vec<String> {
    let mut known: BTreeMap<String, Known<'_>> = BTreeMap::new();
    for row in &story.scenario.rows {
        let address = row.identity();
        known
            .entry(address.clone())
            .or_insert_with(|| Known::new(story, row, &address));
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
                problems.push(format!("process {}: {}: {problem}", number + 1, describe(settlement)));
            }
        }
    }
    problems
}

impl<'a> Known<'a> {
    fn new(story: &'a Story<'_>, row: &Row, address: &str) -> Self {
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

/// Returns the row for which the run created this invitation, if the run created it.
fn maker(invitation: &Invitation) -> Option<usize> {
    #[derive(Deserialize)]
    struct Mark {
        row: usize,
    }

    invitation.public_metadata.get::<Mark>().ok().map(|mark| mark.row)
}

/// Checks that the run invited nobody twice.
fn mails(row: &Row, known: &Known<'_>) -> Option<String> {
    let from_before = |invitation: &&&Invitation| invitation.created_at == ManualClock::START;
    let later = known.by_others.iter().filter(|other| !from_before(other)).count();
    let accounted = (known.by_run.len() + later) as u64;
    if known.mails != accounted {
        return Some(format!(
            "{} mails went out, and {accounted} invitations are known",
            known.mails
        ));
    }
    // A deleted invitation cannot be found, so its row may be sent again, except with `ignore_existing`.
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

/// Describes why an outcome is wrong, if it is.
fn untrue(story: &Story<'_>, row: &Row, known: &Known<'_>, settlement: &Settlement) -> Option<String> {
    let promised = story.scenario.broken.is_none();
    let others_interfere = story.scenario.broken == Some(Assumption::NobodyElse);
    let preflight = story.scenario.run.preflight;
    // Even an invitation that is created too late is recognized if it is listed before the run resolves the recipient.
    let is_own_found = preflight && (promised || story.scenario.broken == Some(Assumption::SettleDelay));
    let made = known.by_run.len();
    if row.is.invalid != (settlement.outcome == Outcome::Invalid) {
        return Some("the input shows another outcome".to_owned());
    }
    if row.is.duplicate != (settlement.outcome == Outcome::Duplicate) {
        return Some("the input shows another outcome".to_owned());
    }
    if let Some(id) = &settlement.invitation_id {
        let all = known.by_run.iter().chain(&known.by_others);
        let mut of_address = all.filter(|invitation| invitation.id == *id);
        let Some(invitation) = of_address.next() else {
            return Some("the invitation is not one of this address".to_owned());
        };
        let maker = maker(invitation);
        if [Outcome::Created, Outcome::CreatedEarlier].contains(&settlement.outcome)
            && !others_interfere
            && maker != Some(settlement.position)
        {
            return Some(format!("the invitation was created for row {maker:?}"));
        }
    }
    let is_right = match settlement.outcome {
        Outcome::Created | Outcome::CreatedEarlier => settlement.invitation_id.is_some() && may_be_created(story, row),
        // Without a preflight, the run cannot tell its own invitations from others'.
        Outcome::AlreadyInvited => made + known.by_others.len() > 0 && !(is_own_found && made > 0),
        Outcome::ExistingUser => known.is_user && !(is_own_found && made > 0),
        Outcome::Refused => made == 0 && is_refused(row, settlement),
        Outcome::Unknown => {
            let cannot_be_known = row.ignore_existing || (!preflight && made + known.by_others.len() > 0);
            cannot_be_known && !(promised && preflight && made > 0)
        }
        // A pending outcome of a person who may have been invited gives the reason.
        Outcome::Pending => made == 0 || settlement.reason.is_some(),
        _ => true,
    };
    (!is_right).then(|| {
        format!(
            "the run created {made}, others {}; user: {}; {:?}",
            known.by_others.len(),
            known.is_user,
            row
        )
    })
}

fn is_refused(row: &Row, settlement: &Settlement) -> bool {
    let code = settlement.code.as_ref();
    (row.is.malformed && code == Some(&ErrorCode::FormParamFormatInvalid))
        || (row.is.blocked && code == Some(&ErrorCode::NotAllowedAccess))
}

fn may_be_created(story: &Story<'_>, row: &Row) -> bool {
    let bypasses = row.ignore_existing && story.scenario.clerk.ignore_existing == IgnoreExisting::BypassesUsers;
    let others_interfere = story.scenario.broken == Some(Assumption::NobodyElse);
    let is_taken = row.is.pending && !row.ignore_existing && !others_interfere;
    !row.is.malformed && !row.is.blocked && (!row.is.user || bypasses) && !is_taken
}
